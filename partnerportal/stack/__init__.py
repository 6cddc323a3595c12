"""Embedded PostgreSQL and Valkey, and the supervisor behind make demo and make test."""

"""Calls for tenders: posted by anyone, answered by partners."""

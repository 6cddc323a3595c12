"""App configuration."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "partnerportal.audit"
    label = "audit"

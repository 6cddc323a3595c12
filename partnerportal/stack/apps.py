"""App configuration."""

from django.apps import AppConfig


class StackConfig(AppConfig):
    name = "partnerportal.stack"
    label = "stack"

"""App configuration."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "partnerportal.work"
    label = "work"

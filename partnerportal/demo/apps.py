"""App configuration."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "partnerportal.demo"
    label = "demo"

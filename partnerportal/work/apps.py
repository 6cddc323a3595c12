"""App configuration."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WorkConfig(AppConfig):
    name = "partnerportal.work"
    label = "work"

    def ready(self) -> None:
        """Let each app register its kinds of work."""
        autodiscover_modules("tasks", "jobs")

"""App configuration."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"
    label = "clients"

    def ready(self) -> None:
        """Listen to what happens to partners."""
        from clients import receivers  # noqa: PLC0415 -- models are not loaded earlier
        from partners.signals import partner_left  # noqa: PLC0415 -- models are not loaded earlier

        partner_left.connect(receivers.end_all_relationships, dispatch_uid="clients.end_all_relationships")

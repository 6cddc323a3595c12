"""App configuration."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"
    label = "clients"

    def ready(self) -> None:
        """Listen to what happens to partners."""
        from clients import receivers  # noqa: PLC0415 -- models are not loaded earlier
        from partners.signals import partner_left, partner_suspended  # noqa: PLC0415 -- models are not loaded earlier

        partner_left.connect(receivers.end_all_relationships, dispatch_uid="clients.end_all_relationships")
        partner_suspended.connect(receivers.stop_all_renewals, dispatch_uid="clients.stop_all_renewals")

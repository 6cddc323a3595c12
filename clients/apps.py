"""App configuration."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"
    label = "clients"

    def ready(self) -> None:
        """Listen to what happens to partners, and to who becomes a member of a client."""
        from clients import receivers  # noqa: PLC0415 -- models are not loaded earlier
        from partnerportal.accounts.signals import external_joining  # noqa: PLC0415 -- models are not loaded earlier
        from partners.signals import partner_left, partner_suspended  # noqa: PLC0415 -- models are not loaded earlier

        external_joining.connect(
            receivers.keep_externals_in_their_partnership, dispatch_uid="clients.keep_externals_in_their_partnership"
        )
        partner_left.connect(receivers.end_all_relationships, dispatch_uid="clients.end_all_relationships")
        partner_suspended.connect(receivers.stop_all_renewals, dispatch_uid="clients.stop_all_renewals")

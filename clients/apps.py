"""App configuration."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"
    label = "clients"

    def ready(self) -> None:
        """Listen to what happens to partners, and to who becomes or stops being a member."""
        from clients import receivers  # noqa: PLC0415 -- models are not loaded earlier
        from partnerportal.accounts import signals as accounts  # noqa: PLC0415 -- models are not loaded earlier
        from partners import signals as partners  # noqa: PLC0415 -- models are not loaded earlier

        accounts.external_joining.connect(
            receivers.keep_externals_in_their_partnership, dispatch_uid="clients.keep_externals_in_their_partnership"
        )
        accounts.member_joined.connect(receivers.take_over_ties, dispatch_uid="clients.take_over_ties")
        accounts.member_leaving.connect(receivers.write_leaving, dispatch_uid="clients.write_leaving")
        partners.partner_reinstated.connect(receivers.take_over_all_ties, dispatch_uid="clients.take_over_all_ties")
        partners.partner_left.connect(receivers.end_all_relationships, dispatch_uid="clients.end_all_relationships")
        partners.partner_suspended.connect(receivers.stop_all_renewals, dispatch_uid="clients.stop_all_renewals")

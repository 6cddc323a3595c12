"""App configuration."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"
    label = "partners"

    def ready(self) -> None:
        """Have a say in what happens to organisations."""
        from partnerportal.accounts.signals import organisation_changing  # noqa: PLC0415 -- models are not loaded earlier
        from partners import receivers  # noqa: PLC0415 -- models are not loaded earlier

        organisation_changing.connect(receivers.refuse_other_kinds, dispatch_uid="partners.refuse_other_kinds")

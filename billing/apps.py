"""App configuration."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    label = "billing"

    def ready(self) -> None:
        """Answer what partners asks about prices."""
        from billing import receivers  # noqa: PLC0415 -- models are not loaded earlier
        from partners.signals import volume_asked  # noqa: PLC0415 -- models are not loaded earlier

        volume_asked.connect(receivers.tell_volumes, dispatch_uid="billing.tell_volumes")

"""App configuration."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    label = "billing"

    def ready(self) -> None:
        """Answer what the apps below ask, and hear what they tell."""
        from billing import receivers  # noqa: PLC0415 -- models are not loaded earlier
        from clients import signals  # noqa: PLC0415 -- models are not loaded earlier
        from partners.signals import volume_asked  # noqa: PLC0415 -- models are not loaded earlier

        volume_asked.connect(receivers.tell_volumes, dispatch_uid="billing.tell_volumes")
        signals.relationship_ending.connect(receivers.tell_consequences, dispatch_uid="billing.tell_consequences")
        signals.relationship_ended.connect(receivers.cut_exports, dispatch_uid="billing.cut_exports")
        signals.relationship_ended.connect(receivers.drop_carts, dispatch_uid="billing.drop_carts")
        signals.relationship_checked.connect(receivers.count_exports, dispatch_uid="billing.count_exports")

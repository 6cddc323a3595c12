"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "partnerportal.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to allauth: it tells when a second factor was set up."""
        from allauth.mfa.signals import authenticator_added  # noqa: PLC0415 -- models are not loaded earlier

        from partnerportal.accounts import receivers  # noqa: PLC0415 -- models are not loaded earlier

        authenticator_added.connect(receivers.prove_session, dispatch_uid="accounts.prove_session")

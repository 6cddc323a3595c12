"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "partnerportal.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to allauth and Django: they tell when a second factor was set up, and when somebody signed in."""
        from allauth.mfa.signals import authenticator_added  # noqa: PLC0415 -- models are not loaded earlier
        from django.contrib.auth.signals import user_logged_in  # noqa: PLC0415 -- models are not loaded earlier

        from partnerportal.accounts import receivers  # noqa: PLC0415 -- models are not loaded earlier

        authenticator_added.connect(receivers.prove_session, dispatch_uid="accounts.prove_session")
        user_logged_in.connect(receivers.go_back_to_what_was_typed, dispatch_uid="accounts.go_back_to_what_was_typed")

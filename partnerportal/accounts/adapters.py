"""Where allauth meets our people."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partnerportal.accounts.forms import PENDING_INVITATION_KEY


class AccountAdapter(DefaultAccountAdapter):
    """Mails in the person's language, the way on after signing in, and what is said when something is wrong."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed. Ask the provider."),
        "cannot_remove_primary_email": _("Mails go to this address. Make another one the main address first."),
        "duplicate_email": _("This address is in your account already."),
        "email_password_mismatch": _(
            "This address and this password do not belong together. Check both, or set a new password."
        ),
        "email_taken": _("This address has an account already. Log in with it."),
        "enter_current_password": _("This is not your password. Type the one that you log in with now."),
        "incorrect_code": _("This code is wrong, or it is too old. Type the newest one."),
        "incorrect_password": _("This is not your password. Type it again, or set a new one."),
        "invalid_or_expired_key": _("This link is wrong or too old. Ask for a new one."),
        "invalid_login": _("This address and this password do not belong together. Check both."),
        "invalid_password_reset": _("This link was used already, or it is too old. Ask for a new one."),
        "max_email_addresses": _("You can have %d addresses. Remove one first."),
        "too_many_login_attempts": _("Too many wrong tries. Wait five minutes, then try again."),
        "unverified_primary_email": _("Confirm your address first: follow the link in our mail."),
        "same_as_current": _("This is what it is already. Choose another."),
        "rate_limited": _("That was too often. Wait a minute, then try again."),
    }

    def get_login_redirect_url(self, request: Any) -> str:
        """Go on to an invitation that brought the person here, else to where they start."""
        token = request.session.get(PENDING_INVITATION_KEY)
        if token:
            return reverse("accounts:invitation_accept", args=[token])
        return super().get_login_redirect_url(request)

    def render_mail(self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None) -> Any:
        """Name the provider in the subject too: allauth draws it without the request's context."""
        named = {"provider": settings.PROVIDER, "site": settings.PROVIDER["site"], **context}
        return super().render_mail(template_prefix, email, named, headers)

    def populate_username(self, request: Any, user: Any) -> None:
        """There are no user names here."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """What is said when something is wrong with a second factor."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": _("Your account has a second factor. Remove it before you add an address."),
        "cannot_delete_authenticator": _(
            "This is your only second factor, and your role needs one. Add another first."
        ),
        "cannot_generate_recovery_codes": _("Recovery codes are for accounts with a second factor. Set one up first."),
        "incorrect_code": _("This code is wrong, or it is too old. Type the newest one of your app."),
        "unverified_email": _("Confirm your address first: follow the link in our mail."),
    }

"""Where allauth meets our people."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from partnerportal.accounts.forms import PENDING_INVITATION_KEY


class AccountAdapter(DefaultAccountAdapter):
    """Mails in the person's language, and the way on after signing in."""

    def get_login_redirect_url(self, request: Any) -> str:
        """Go on to an invitation that brought the person here, else to where they start."""
        token = request.session.get(PENDING_INVITATION_KEY)
        if token:
            return reverse("accounts:invitation_accept", args=[token])
        return super().get_login_redirect_url(request)

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """Name the provider in the subject too: allauth draws that without the context of a page."""
        return super().render_mail(template_prefix, email, {"provider": settings.PROVIDER, **context}, headers)

    def populate_username(self, request: Any, user: Any) -> None:
        """There are no user names here."""

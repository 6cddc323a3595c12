"""Browsers without a browser: Django's test client with somebody signed in, staff with the second factor they need."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.test import Client

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PROVED_USER_KEY = "account_authentication_methods_user"  # whose proofs the session holds


def signed_in(user: Any) -> Client:
    """Return a browser in which ``user`` has signed in."""
    browser = Client()
    browser.force_login(user, backend=BACKEND)
    if user.staff_role:
        facts = {"data": {"secret": "A" * 32}}
        Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults=facts)
        session = browser.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": time.time()}]
        session[PROVED_USER_KEY] = str(user.pk)
        session.save()
    return browser

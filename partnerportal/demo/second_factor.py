"""In the demo the page that asks for a second factor's code shows it. Only settings.demo uses this."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.stagekit import unstash_login
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

PERIOD = 30


def shown_code(request: Any) -> dict[str, Any]:
    """Give the log-in page's template ``demo_totp_code`` of whoever is signing in."""
    if request.resolver_match is None or request.resolver_match.view_name not in {
        "mfa_authenticate",
        "mfa_reauthenticate",
    }:
        return {}
    user = request.user if request.user.is_authenticated else _signing_in(request)
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first() if user else None
    if factor is None:
        return {}
    return {"demo_totp_code": format_hotp_value(hotp_value(factor.data["secret"], int(time.time()) // PERIOD))}


def _signing_in(request: Any) -> Any:
    login = unstash_login(request, peek=True)
    return login.user if login else None

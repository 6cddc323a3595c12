"""A second factor that was just set up proves the session in which it was set up."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator


def prove_session(*, request: Any, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """Record the factor on the session: its owner has typed its code, or touched its key, a moment ago."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES and request is not None:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)

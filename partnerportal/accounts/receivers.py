"""What happens around signing in: a new second factor proves its session; what was typed waits for its person only."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.utils import timezone

from partnerportal.accounts.middleware import CLIENT_SPACE_KEY, act_for
from partnerportal.web import typed


def prove_session(*, request: Any, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """Record the factor on the session: its owner has typed its code, or touched its key, a moment ago."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES and request is not None:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def go_back_to_what_was_typed(*, request: Any, **_: Any) -> None:
    """Act again for whom the person acted when the session ended; what somebody else had typed is dropped.

    Both are wishes only: the middlewares ask the rows whether they hold.
    """
    if request is None or (found := typed.kept(request, now=timezone.now())) is None:
        return
    home, relationship = found.stamp.split(".")
    if home:
        act_for(request, int(home))
    if relationship:
        request.session[CLIENT_SPACE_KEY] = int(relationship)

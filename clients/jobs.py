"""What happens to relationships and offered products because a day passed."""

from __future__ import annotations

from django.utils import timezone

from clients import services
from partnerportal.work.registry import register
from partnerportal.work.running import Running


@register("clients.expire_invitations")
def expire_invitations(_run: Running, *, on: str) -> dict[str, int]:
    """Expire the requests, invitations and offered products whose time is over (Q15). ``on`` names the run; the clock
    decides.
    """
    now = timezone.now()
    return {"expired": services.expire_invitations(now=now), "transfers": services.expire_transfers(now=now)}

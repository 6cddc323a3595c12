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


@register("clients.end_agreed_access")
def end_agreed_access(_run: Running) -> dict[str, int]:
    """End the relationships whose agreed end has come."""
    return {"ended": services.end_agreed_access(now=timezone.now())}


@register("clients.remind_of_access")
def remind_of_access(_run: Running, *, on: str) -> dict[str, int]:
    """Tell people in time: questions that expire, access that ends, that idles, that wants to be looked through."""
    now = timezone.now()
    return {
        "waiting": services.remind_of_questions(now=now),
        "ending": services.announce_ends(now=now),
        "idle": services.ask_about_unused(now=now),
        "reviews": services.ask_for_reviews(now=now),
    }


@register("clients.take_over_ties")
def take_over_ties(run: Running, *, partner_id: int) -> dict[str, int]:
    """Turn what ties people of a partner to its clients into the partnerships (rule 13); twice, it finds nothing."""
    return {"ties": services.take_over_all_ties(partner_id=partner_id, now=run.now)}

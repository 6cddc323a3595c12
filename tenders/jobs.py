"""What happens to calls because a day passed."""

from __future__ import annotations

from django.utils import timezone

from partnerportal.work.registry import register
from partnerportal.work.running import Running
from tenders import services


@register("tenders.expire_tenders")
def expire_tenders(_run: Running, *, on: str) -> dict[str, int]:
    """Close the calls whose time is over (Q25). ``on`` names the run; the clock decides."""
    return {"expired": services.expire_tenders(now=timezone.now())}

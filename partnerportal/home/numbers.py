"""The programme in numbers, as pages say them: from settings and rows, so that no text repeats a figure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from billing.models import DegressiveStep
from billing.pricing import degressive_rate
from partnerportal.kernel.money import Money
from partnerportal.web import writing
from partners import selectors as partner_selectors


def programme_numbers(day: date) -> dict[str, str]:
    """Return the figures that hold on ``day``, written in the language of the page."""
    programme = settings.PROGRAMME
    thresholds = partner_selectors.thresholds_on(day)
    amounts = [writing.money(Money(amount, code)) for code, amount in sorted(thresholds.items())]
    return {
        "thresholds": _(" or ").join(amounts),
        "grace_days": writing.number(programme["grace_days"]),
        "build_up_months": writing.number(programme["build_up_months"]),
        "invitation_days": writing.number(programme["invitation_days"]),
        "code_minutes": writing.number(programme["code_minutes"]),
        "ending_notice_days": ", ".join(map(writing.number, programme["ending_notice_days"])),
        "access_renewal_months": writing.number(programme["access_renewal_months"]),
        "unused_days": writing.number(programme["unused_days"]),
        "review_months": writing.number(programme["review_months"]),
        **{
            name: writing.number(programme[name])
            for name in ("renewal_days", "renewal_notice_days", "block_days", "terminate_days")
        },
        "tender_days": writing.number(programme["tender_days"]),
        "max_partner_rate": writing.percent(Decimal(programme["max_partner_rate"])),
        "rate_of_35_hostings": writing.percent(_rate_of_hostings(35, day)),
    }


def _rate_of_hostings(count: int, day: date) -> Decimal:
    """Return the degressive rate that so many web hostings reach; the published example has 35 (rule 40)."""
    steps = DegressiveStep.objects.valid_on(day).filter(family__code="web").values_list("from_units", "rate")
    return degressive_rate(list(steps), count)

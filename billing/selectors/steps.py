"""A quote just below a degressive step says what the step would change."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.pricing import StepAhead
from partnerportal.web import writing


def step_ahead_in_words(ahead: StepAhead, *, offer: str, quantity: int, charged_net: Decimal, currency: str) -> str:
    """Say how many more reach the step, and what all of them would cost beside what was asked for (net)."""
    reached = ngettext(
        "%(more)s more %(offer)s makes %(count)s: the %(rate)s step.",
        "%(more)s more %(offer)s make %(count)s: the %(rate)s step.",
        ahead.more,
    ) % {
        "more": writing.number(ahead.more),
        "offer": offer,
        "count": writing.number(ahead.from_units),
        "rate": writing.percent(ahead.rate),
    }
    if ahead.is_cheaper:
        words = _("All %(all)s would cost %(then)s, less than these %(quantity)s (%(now)s).")
    else:
        words = _("All %(all)s would cost %(then)s; these %(quantity)s cost %(now)s.")
    costs = words % {
        "all": writing.number(ahead.quantity),
        "then": writing.amount(ahead.line.charged, currency=currency),
        "quantity": writing.number(quantity),
        "now": writing.amount(charged_net, currency=currency),
    }
    return f"{reached} {costs}"

"""The lines that an order of a quote has, with all that their snapshot keeps. Promise 3, Q11."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from billing.choices import Outcome
from billing.models import Order, OrderLine
from billing.pricing import Outcome as Priced
from billing.pricing import Step, part_of
from billing.services.counting import Count
from billing.services.quoting import Quote, QuotedLine
from partnerportal.kernel.money import round_cents


def drafted_lines(quote: Quote, order: Order) -> list[OrderLine]:
    """Return the lines that an order of this quote has, with all that their snapshot keeps; nothing is stored yet."""
    return [OrderLine(order=order, **columns) for columns in line_columns(quote)]


def line_columns(quote: Quote) -> list[dict[str, Any]]:
    """Return the same as columns of :class:`OrderLine`, all but key and order: for thousands, whose objects nobody
    needs.
    """
    return [_columns(position, quoted) for position, quoted in enumerate(quote.lines, start=1)]


@lru_cache(maxsize=10_000)
def _kept(steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    """Return the steps as a line's snapshot keeps them; nobody writes to them."""
    return [
        {
            "label": step.label,
            "amount": str(step.amount),
            "rate": None if step.rate is None else str(step.rate),
            "count": step.count,
        }
        for step in steps
    ]


@lru_cache(maxsize=10_000)
def _counted(client: Count, partner: Count | None) -> dict[str, dict[str, int]]:
    """Return what both counts were made of, for the explanation of the line; nobody writes to it."""
    counts = {"client": client, "partner": partner}
    return {side: count.snapshot() for side, count in counts.items() if count is not None}


def _columns(position: int, quoted: QuotedLine) -> dict[str, Any]:
    line = quoted.line
    earns = line.outcome in (Priced.REBATE, Priced.CASHBACK)
    return {
        "position": position,
        "offer_id": quoted.wanted.offer.pk,
        "offer_name": quoted.wanted.offer.name,
        "period": quoted.wanted.offer.period,
        "quantity": quoted.wanted.quantity,
        "periods": quoted.wanted.periods,
        "period_start": quoted.period_start,
        "period_end": quoted.period_end,
        "public_unit": round_cents(part_of(quoted.rates.public_unit, quoted.rates.part)),
        "public_net": line.public_net,
        "charged_net": line.charged_net,
        "client_degressive_rate": line.client_degressive_rate,
        "client_count": quoted.client_count.total,
        "outcome": Outcome[line.outcome.name],
        "reason": line.reason.value,
        "earner_id": quoted.earner.pk if quoted.earner and earns else None,
        "earning_partner_id": quoted.earning_partner.pk if quoted.earning_partner and earns else None,
        "after_partner_rate": line.after_partner_rate,
        "preferential_net": line.preferential_net,
        "partner_rate": line.partner_rate,
        "partner_degressive_rate": line.partner_degressive_rate,
        "partner_count": quoted.partner_count.total if quoted.partner_count else None,
        "cashback": line.cashback,
        "rates": quoted.version,
        "counted": _counted(quoted.client_count, quoted.partner_count),
        "steps": _kept(line.steps),
    }

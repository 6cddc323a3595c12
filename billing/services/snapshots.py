"""What an order line keeps of its quote: price, rates, counts, outcome and the steps between them (promise 3, Q11)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from billing.choices import Outcome
from billing.models import Order, OrderLine
from billing.pricing import Outcome as Priced
from billing.pricing import Step, part_of
from billing.services.quoting import Quote, QuotedLine
from partnerportal.kernel.money import round_cents


def drafted_lines(quote: Quote, order: Order) -> list[OrderLine]:
    """Return the lines that an order of this quote has, with all that their snapshot keeps; nothing is stored yet."""
    return [_drafted(order, position, quoted) for position, quoted in enumerate(quote.lines, start=1)]


def _drafted(order: Order, position: int, quoted: QuotedLine) -> OrderLine:
    line = quoted.line
    earns = line.outcome in (Priced.REBATE, Priced.CASHBACK)
    return OrderLine(
        order=order,
        position=position,
        offer=quoted.wanted.offer,
        offer_name=quoted.wanted.offer.name,
        period=quoted.wanted.offer.period,
        quantity=quoted.wanted.quantity,
        periods=quoted.wanted.periods,
        period_start=quoted.period_start,
        period_end=quoted.period_end,
        public_unit=round_cents(part_of(quoted.rates.public_unit, quoted.rates.part)),
        public_net=line.public_net,
        charged_net=line.charged_net,
        client_degressive_rate=line.client_degressive_rate,
        client_count=quoted.client_count,
        outcome=Outcome[line.outcome.name],
        reason=line.reason.value,
        earner=quoted.earner if earns else None,
        earning_partner=quoted.earning_partner if earns else None,
        after_partner_rate=line.after_partner_rate,
        preferential_net=line.preferential_net,
        partner_rate=line.partner_rate,
        partner_degressive_rate=line.partner_degressive_rate,
        partner_count=quoted.partner_count,
        cashback=line.cashback,
        rates=quoted.version,
        steps=_kept(line.steps),
    )


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

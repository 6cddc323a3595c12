"""What an order costs, on its page before it is placed: every line explained, who pays, from what. Promise 3."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from billing import selectors, services
from billing.exceptions import Way, WayOut
from billing.models import Order, PrepaidAccount
from billing.services import Paying, Quote, QuotedLine
from billing.views import refusals
from partnerportal.accounts.models import Organisation

NOTHING = Decimal("0.00")


def payer_here(acting: Any) -> Organisation:
    """Return whose means pay what is ordered where somebody acts now (rules 24 and 25)."""
    is_partners = acting.relationship is not None and acting.relationship.is_paid_by_partner
    payer: Organisation = acting.home if is_partners else acting.organisation
    return payer


def is_told_balance(acting: Any, payer: Organisation) -> bool:
    """Neither what somebody else's account holds is told, nor one's own to who may not read its accounting."""
    return bool(payer == acting.home and acting.membership.may_see_accounting)


def paying(acting: Any, confirmed: str) -> Paying:
    """Return how the person was told that it would be paid, from the button that was pressed."""
    if confirmed == Paying.BY_INVOICE:
        return Paying.BY_INVOICE
    return Paying.AT_ONCE if is_told_balance(acting, payer_here(acting)) else Paying.IF_ENOUGH


def what_it_costs(request: Any, quote: Quote) -> dict[str, Any]:
    """Return what a page shows of a quote, with how it would be paid; the lines are explained by the page itself."""
    acting, now = request.acting, timezone.now()
    lines = services.drafted_lines(quote, Order(currency=quote.currency, placed_at=now))
    earns = [line for line in lines if line.earning_partner_id == acting.home.pk]
    context: dict[str, Any] = {
        "quote": quote,
        "lines": lines,
        "shown": quote.shown,
        "confirm": Paying.AT_ONCE.value,
        "hints": [hint(one, quote.currency) for one in quote.lines if one.ahead is not None],
        "cashback": sum((line.cashback for line in earns), NOTHING),
        "vat_reason": selectors.vat_reason(
            treatment=quote.vat_treatment,
            country=str(quote.payer.country),
            vat_number=quote.payer.vat_number if quote.payer == acting.home else "",
        ),
    }
    if is_told_balance(acting, quote.payer):
        accounts = PrepaidAccount.objects.filter(organisation=quote.payer, currency=quote.currency)
        balance = accounts.values_list("balance", flat=True).first() or NOTHING
        missing = quote.total - balance
        context |= {"balance": balance, "rest": -missing, "missing": missing, "due_on": services.due_on(now)}
        if missing > 0:
            context["confirm"] = Paying.BY_INVOICE.value
            top_up = Way(WayOut.TOP_UP, amount=missing, currency=quote.currency)
            context["ways"] = refusals.ways((top_up,), request)
    return context


def hint(quoted: QuotedLine, currency: str) -> str:
    """Say what the next degressive step would change, if it is near; else nothing."""
    if quoted.ahead is None:
        return ""
    return selectors.step_ahead_in_words(
        quoted.ahead,
        offer=quoted.wanted.offer.name,
        quantity=quoted.wanted.quantity,
        charged_net=quoted.line.charged,
        currency=currency,
    )

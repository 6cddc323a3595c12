"""The columns of a client's billing export, and what may stand in them (Q31, Q32, rules 50 to 52)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from billing.choices import Outcome
from billing.models import OrderLine
from billing.pricing import vat
from partnerportal.kernel.days import midnight

COLUMNS = tuple(
    (
        "client client_id document document_kind date period_start period_end product product_kind quantity periods "
        "unit_public_net public_net partner_rate degressive_rate net_paid vat_rate vat gross currency payer placed_by "
        "benefit_kind benefit_amount status"
    ).split()
)


def lines_of(
    *, relationship_id: int, partner_id: int, since: date | None, until: date | None, state: str
) -> QuerySet[OrderLine]:
    """Return the lines that a partner's export about a client may hold: what the partner paid, and what earned it
    cashback; nothing else of the client's (rule 51). ``since`` and ``until`` are inclusive days.
    """
    paid = Q(order__relationship=relationship_id, order__payer=partner_id)
    earned = Q(earner=relationship_id, outcome=Outcome.CASHBACK)
    lines = OrderLine.objects.filter(paid | earned).select_related("order__client", "order__invoice", "offer__family")
    zone = timezone.get_current_timezone()
    if since:
        lines = lines.filter(order__placed_at__gte=midnight(since, zone))
    if until:
        lines = lines.filter(order__placed_at__lt=midnight(until + timedelta(days=1), zone))
    if state:
        lines = lines.filter(order__invoice__state=state)
    return lines.order_by("pk")


def row(line: OrderLine) -> dict[str, Any]:
    """Return one line as a row; of an invoice of the client only what explains the partner's own cashback."""
    order, invoice = line.order, line.order.invoice
    is_mine = order.payer_id != order.client_id
    tax = vat(net=line.charged_net, rate=invoice.vat_rate)
    rebate = line.public_net - line.charged_net
    benefit: Decimal = rebate if line.outcome == Outcome.REBATE else line.cashback
    return {
        "client": order.client.name,
        "client_id": order.client_id,
        "document": invoice.number if is_mine else "",
        "document_kind": order.kind.lower(),
        "date": timezone.localdate(order.placed_at).isoformat(),
        "period_start": line.period_start.isoformat(),
        "period_end": line.period_end.isoformat(),
        "product": line.offer_name,
        "product_kind": line.offer.family.code,
        "quantity": line.quantity,
        "periods": line.periods,
        "unit_public_net": line.public_unit,
        "public_net": line.public_net,
        "partner_rate": "" if line.partner_rate is None else f"{line.partner_rate.normalize():f}",
        "degressive_rate": ""
        if line.partner_degressive_rate is None
        else f"{line.partner_degressive_rate.normalize():f}",
        "net_paid": line.charged_net,
        "vat_rate": f"{invoice.vat_rate.normalize():f}" if is_mine else "",
        "vat": tax if is_mine else "",
        "gross": line.charged_net + tax if is_mine else "",
        "currency": order.currency,
        "payer": "partner" if is_mine else "client",
        "placed_by": "partner" if order.relationship_id else "client",
        "benefit_kind": line.outcome.lower(),
        "benefit_amount": benefit,
        "status": invoice.state.lower(),
    }


def rows(lines: Iterable[OrderLine]) -> Iterator[dict[str, Any]]:
    """Return the rows of many lines."""
    return (row(line) for line in lines)

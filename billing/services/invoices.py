"""Invoices are issued with numbers from a locked series and never changed (rules 24, 25, 27; Q33)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing import tasks
from billing.choices import InvoiceState
from billing.models import Invoice, NumberSeries, Order
from billing.pricing import vat
from billing.selectors.rates import VatBook
from partnerportal import bulk
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.selectors import address_of
from partnerportal.audit import log

PROVIDER = "provider"
INVOICE, CREDIT_NOTE = "invoice", "credit_note"
PREFIXES = {CREDIT_NOTE: "C"}  # so that no two documents of ours carry the same number


def take_numbers(*, issuer: str, kind: str, year: int, count: int) -> list[str]:
    """Return the next ``count`` numbers of a series. The row stays locked until the commit: no gap, no double."""
    NumberSeries.objects.get_or_create(issuer=issuer, kind=kind, year=year)
    series = NumberSeries.objects.select_for_update(no_key=True).get(issuer=issuer, kind=kind, year=year)
    first, series.next_value = series.next_value, series.next_value + count
    series.save(update_fields=["next_value"])
    return [f"{PREFIXES.get(kind, '')}{year}-{value:05d}" for value in range(first, first + count)]


def take_number(*, issuer: str, kind: str, year: int) -> str:
    """Return the next number of a series, as :func:`take_numbers` does."""
    return take_numbers(issuer=issuer, kind=kind, year=year, count=1)[0]


def due_on(issued_at: datetime) -> date:
    """Return until when an invoice of that moment is to be paid, that day included."""
    return timezone.localdate(issued_at) + timedelta(days=settings.PROGRAMME["payment_days"])


def issue_invoice(*, order: Order, actor: Acting, now: datetime) -> Invoice:
    """Issue the invoice of one order, as :func:`issue_invoices` does."""
    net = sum((line.charged_net for line in order.lines.all()), Decimal("0.00"))
    return issue_invoices(nets=[(order, net)], actor=actor, now=now)[0]


@transaction.atomic
def issue_invoices(
    *,
    nets: Sequence[tuple[Order, Decimal]],
    actor: Acting,
    now: datetime,
    due: Mapping[int, date] | None = None,
    book: VatBook | None = None,
) -> list[Invoice]:
    """Issue the invoice of each order to whoever pays it, with VAT on the subtotal (rule 37) and its facts kept.

    ``nets``: the orders, and what is charged for all lines of each, net; they bring their payer and client along.
    ``due``: by order, until when it is to be paid, that day included; an order that is not in it has the usual time.
    ``book``: the VAT rates of that day, where they are read already. A handful of statements, however many there are.
    One over nothing is paid as it is issued. Raises NoPrice if the VAT rate of a payer's country is not known.
    """
    day = timezone.localdate(now)
    book, issuer = book or VatBook(day), dict(settings.PROVIDER)
    dues, usual = due or {}, due_on(now)
    drafts = [_draft(order, net, book, issuer, due=dues.get(order.pk, usual), now=now) for order, net in nets]
    numbers = take_numbers(issuer=PROVIDER, kind=INVOICE, year=day.year, count=len(drafts))
    for invoice, number in zip(drafts, numbers, strict=True):
        invoice.number = number
    bulk.add(drafts)
    log.record_each(
        at=now,
        actor=actor,
        action="billing.invoice.issued",
        acts=[
            log.Act(invoice, invoice.payer, changes={"total": str(invoice.total), "currency": invoice.currency})
            for invoice in drafts
        ],
    )
    tasks.mail_invoice_issued.start_each(
        {f"billing.mail_invoice_issued:{invoice.pk}": {"invoice_id": invoice.pk} for invoice in drafts}, now=now
    )
    return drafts


def _draft(order: Order, net: Decimal, book: VatBook, issuer: dict[str, Any], *, due: date, now: datetime) -> Invoice:
    payer = order.payer
    treatment, rate = book.of(payer)
    tax = vat(net=net, rate=rate)
    is_free = net == 0
    return Invoice(
        order=order,
        payer=payer,
        currency=order.currency,
        issued_at=now,
        due_on=due,
        state=InvoiceState.PAID if is_free else InvoiceState.OPEN,
        paid_at=now if is_free else None,
        net=net,
        vat_rate=rate,
        vat_treatment=treatment,
        vat=tax,
        total=net + tax,
        issuer_snapshot=issuer,
        payer_snapshot=address_of(payer),
        client_name="" if order.client_id == order.payer_id else order.client.name,
        language=payer.language,
    )

"""Invoices are issued with numbers from a locked series and never changed (rules 24, 25, 27; Q33)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing import tasks
from billing.choices import INVOICE_TRANSITIONS, InvoiceState
from billing.models import Invoice, NumberSeries, Order
from billing.pricing import vat
from billing.selectors.rates import vat_of
from billing.services.ledger import credit
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.selectors import address_of
from partnerportal.audit import log
from partnerportal.kernel.states import check_transition

PROVIDER = "provider"
INVOICE = "invoice"


def take_number(*, issuer: str, kind: str, year: int) -> str:
    """Return the next number of a series. The row stays locked until the document's commit: no gap, no double."""
    NumberSeries.objects.get_or_create(issuer=issuer, kind=kind, year=year)
    series = NumberSeries.objects.select_for_update().get(issuer=issuer, kind=kind, year=year)
    value, series.next_value = series.next_value, series.next_value + 1
    series.save(update_fields=["next_value"])
    return f"{year}-{value:05d}"


def due_on(issued_at: datetime) -> date:
    """Return until when an invoice of that moment is to be paid, that day included."""
    return timezone.localdate(issued_at) + timedelta(days=settings.PROGRAMME["payment_days"])


@transaction.atomic
def issue_invoice(*, order: Order, actor: Acting, now: datetime) -> Invoice:
    """Issue the invoice of an order to whoever pays it, with VAT on the subtotal (rule 37) and its facts kept.

    Raises NoPrice if the VAT rate of the payer's country is not known.
    """
    day = timezone.localdate(now)
    payer = order.payer
    treatment, rate = vat_of(payer, day)
    net = sum((line.charged_net for line in order.lines.all()), Decimal("0.00"))
    tax = vat(net=net, rate=rate)
    invoice = Invoice.objects.create(
        number=take_number(issuer=PROVIDER, kind=INVOICE, year=day.year),
        order=order,
        payer=payer,
        currency=order.currency,
        issued_at=now,
        due_on=due_on(now),
        net=net,
        vat_rate=rate,
        vat_treatment=treatment,
        vat=tax,
        total=net + tax,
        issuer_snapshot=dict(settings.PROVIDER),
        payer_snapshot=address_of(payer),
        language=payer.language,
    )
    if invoice.total == 0:
        mark_paid(invoice, now=now)
    log.record(
        at=now,
        actor=actor,
        action="billing.invoice.issued",
        subject=invoice,
        organisation=payer,
        changes={"total": str(invoice.total), "currency": invoice.currency},
    )
    tasks.mail_invoice_issued.start(now=now, key=f"billing.mail_invoice_issued:{invoice.pk}", invoice_id=invoice.pk)
    return invoice


def mark_paid(invoice: Invoice, *, now: datetime) -> None:
    """Close a fully paid invoice and credit the cashback of its lines (Q9). The caller holds its lock."""
    check_transition(INVOICE_TRANSITIONS, invoice.state, InvoiceState.PAID)
    invoice.state, invoice.paid_at = InvoiceState.PAID, now
    invoice.save(update_fields=["state", "paid_at", "paid"])
    for line in invoice.order.lines.select_related("order").order_by("position"):
        credit(line=line, now=now)

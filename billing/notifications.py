"""Mails about money, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from billing.choices import Standing, WithdrawalState
from billing.models import CreditNote, Invoice, LedgerEntry, Withdrawal
from clients.choices import RenewalPayer
from clients.models import Product, Relationship
from partnerportal.accounts import selectors as account_selectors
from partnerportal.accounts.models import Organisation
from partnerportal.web import mail


def invoice_issued(invoice: Invoice) -> None:
    """N8: a new invoice, to the payer's legal representatives."""
    link = mail.absolute(reverse("billing:invoice_detail", args=[invoice.pk]))
    _to_legal(invoice.payer_id, "billing/invoice_issued", {"invoice": invoice, "link": link})


def cashback_credited(entry: LedgerEntry) -> None:
    """Q20: cashback is on the prepaid account."""
    link = mail.absolute(reverse("billing:earning_list"))
    _to_legal(entry.account.organisation_id, "billing/cashback_credited", {"entry": entry, "link": link})


def invoice_due(invoice: Invoice) -> None:
    """A renewal's invoice is still open: to the payer, before the period begins that it is for."""
    link = mail.absolute(reverse("billing:invoice_detail", args=[invoice.pk]))
    lines = list(invoice.order.lines.order_by("position"))
    _to_legal(invoice.payer_id, "billing/invoice_due", {"invoice": invoice, "lines": lines, "link": link})


def products_standing(products: Sequence[Product], step: Standing, relationship: Relationship | None = None) -> None:
    """Products are overdue, blocked, ended or work again: to their owner, or to a partner without amounts (Q41)."""
    first = products[0]
    overdue_since = first.overdue_since or first.renews_on
    link = mail.absolute(reverse("billing:due_list"))
    if step == Standing.WITHOUT_PAYER:
        link = mail.absolute(reverse("clients:renewals_pay"))
    elif relationship is not None:
        link = mail.absolute(reverse("clients:client_detail", args=[relationship.pk]))
    context = {
        "products": products,
        "client": first.organisation,
        "step": step.value,
        "is_partner": relationship is not None,
        "is_cancelled": first.has_ended_as_cancelled,
        "blocked_on": overdue_since + timedelta(days=settings.PROGRAMME["block_days"]),
        "terminate_days": settings.PROGRAMME["terminate_days"],
        "link": link,
    }
    to = first.organisation_id if relationship is None else relationship.partner_id
    _to_legal(to, "billing/products_standing", context)


def renewal_ahead(
    products: Sequence[Product],
    *,
    renewed_on: date | None,
    payer: Organisation | None,
    total: Decimal | None,
    currency: str,
    balance: Decimal,
) -> None:
    """N10: what is renewed by itself on ``renewed_on``, for how much and from what; or that somebody has to (None).

    To whoever pays, with the amount; to the owner where that is another, without it.
    """
    owner = products[0].organisation
    context = {
        "products": products,
        "owner": owner,
        "due_on": products[0].renews_on,
        "renewed_on": renewed_on,
        "has_payer": products[0].renewal_payer != RenewalPayer.NOBODY,
        "payer": payer,
        "currency": currency,
        "link": mail.absolute(reverse("billing:due_list")),
    }
    if payer is not None:
        money = {"total": total, "balance": balance, "missing": max((total or balance) - balance, Decimal(0))}
        _to_legal(payer.pk, "billing/renewal_ahead", {**context, **money, "is_payer": True})
    if payer is None or payer.pk != owner.pk:
        _to_legal(owner.pk, "billing/renewal_ahead", context)


def cashback_taken_back(entry: LedgerEntry) -> None:
    """Q20: cashback was taken back, because the client's invoice was credited."""
    link = mail.absolute(reverse("billing:line_explain", args=[entry.line_id]))
    _to_legal(entry.account.organisation_id, "billing/cashback_taken_back", {"entry": entry, "link": link})


def credit_note_issued(note: CreditNote) -> None:
    """N8: a credit note, to the payer's legal representatives."""
    link = mail.absolute(reverse("billing:credit_note_detail", args=[note.pk]))
    _to_legal(note.payer_id, "billing/credit_note_issued", {"note": note, "link": link})


def withdrawal_decided(withdrawal: Withdrawal, *, state: str) -> None:
    """N8: a withdrawal was approved, rejected or paid out."""
    link = mail.absolute(reverse("billing:prepaid"))
    context = {"withdrawal": withdrawal, "link": link, "state": state, "label": WithdrawalState(state).label}
    _to_legal(withdrawal.account.organisation_id, "billing/withdrawal_decided", context)


def _to_legal(organisation_id: int, event: str, context: dict[str, Any]) -> None:
    for person in account_selectors.legal_representatives(organisation_id=organisation_id):
        mail.send(event=event, to=person.email, language=person.language, context={**context, "person": person})

"""Mails about money, in the language of whoever reads them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from billing.choices import WithdrawalState
from billing.models import CreditNote, Invoice, LedgerEntry, Withdrawal
from partnerportal.accounts import selectors as account_selectors
from partnerportal.web import mail


def invoice_issued(invoice: Invoice) -> None:
    """N8: a new invoice, to the payer's legal representatives."""
    link = mail.absolute(reverse("billing:invoice_detail", args=[invoice.pk]))
    _to_legal(invoice.payer_id, "billing/invoice_issued", {"invoice": invoice, "link": link})


def cashback_credited(entry: LedgerEntry) -> None:
    """Q20: cashback is on the prepaid account."""
    link = mail.absolute(reverse("billing:earning_list"))
    _to_legal(entry.account.organisation_id, "billing/cashback_credited", {"entry": entry, "link": link})


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

"""Mails about money, in the language of whoever reads them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from billing.models import Invoice, LedgerEntry
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


def _to_legal(organisation_id: int, event: str, context: dict[str, Any]) -> None:
    for person in account_selectors.legal_representatives(organisation_id=organisation_id):
        mail.send(event=event, to=person.email, language=person.language, context={**context, "person": person})

"""PDF documents of money: a model in, bytes out."""

from __future__ import annotations

from billing.models import CreditNote, Invoice, Resale
from partnerportal.accounts.selectors import address_of
from partnerportal.web.pdf import render_pdf


def invoice_pdf(invoice: Invoice) -> bytes:
    """Return an invoice as PDF in the language it was issued in, from its snapshots alone (promise 5)."""
    lines = invoice.order.lines.order_by("position")
    return render_pdf("pdf/billing/invoice.html", invoice.language, {"invoice": invoice, "lines": lines})


def credit_note_pdf(note: CreditNote) -> bytes:
    """Return a credit note as PDF in the language it was issued in, from its snapshots alone (promise 5)."""
    lines = note.lines.select_related("line").order_by("pk")
    return render_pdf("pdf/billing/credit_note.html", note.language, {"note": note, "lines": lines})


def resale_pdf(resale: Resale) -> bytes:
    """Return a partner's re-invoicing document as PDF, in its client's language."""
    # A draft shows the addresses of today, an issued document those of its day.
    issuer = resale.issuer_snapshot or address_of(resale.partner.organisation)
    client = resale.client_snapshot or address_of(resale.client)
    facts = {"resale": resale, "line": resale.line, "issuer": issuer, "client": client}
    return render_pdf("pdf/billing/resale.html", resale.client.language, facts)

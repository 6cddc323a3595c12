"""PDF documents about relationships: a model in, bytes out."""

from __future__ import annotations

from clients.models import EndReceipt
from partnerportal.web.pdf import render_pdf


def end_receipt_pdf(receipt: EndReceipt, *, language: str) -> bytes:
    """Return the receipt of an end as PDF, from what it kept when it was written."""
    relationship = receipt.relationship
    return render_pdf("pdf/clients/end_receipt.html", language, {"receipt": receipt, "relationship": relationship})

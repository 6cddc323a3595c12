"""What happens after money has moved: mails."""

from __future__ import annotations

from billing import notifications
from billing.models import Invoice, LedgerEntry
from partnerportal.work.registry import register
from partnerportal.work.running import Running


@register("billing.mail_invoice_issued")
def mail_invoice_issued(_run: Running, *, invoice_id: int) -> None:
    """Tell the payer that an invoice was issued (N8)."""
    notifications.invoice_issued(Invoice.objects.select_related("payer", "order__client").get(pk=invoice_id))


@register("billing.mail_cashback_credited")
def mail_cashback_credited(_run: Running, *, entry_id: int) -> None:
    """Tell the partner that cashback was credited (Q20)."""
    entries = LedgerEntry.objects.select_related("account__organisation", "line__order__client")
    notifications.cashback_credited(entries.get(pk=entry_id))

"""What happens after money has moved: mails."""

from __future__ import annotations

from collections.abc import Iterable

from billing import notifications
from billing.choices import InvoiceState, Standing
from billing.models import CreditNote, Invoice, LedgerEntry, Withdrawal
from clients.models import Product, Relationship
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


@register("billing.mail_standing")
def mail_standing(_run: Running, *, step: str, product_ids: list[int], relationship_id: int | None = None) -> None:
    """Tell the owner that its products are overdue, blocked, ended or work again; or a partner that looks after them.

    A partner whose access has ended meanwhile is told nothing. What went to another owner meanwhile is told to that one
    alone (promise 2).
    """
    found = Product.objects.filter(pk__in=product_ids).select_related("organisation", "offer").order_by("name")
    owned = by_owner(found)
    if relationship_id is None:
        for products in owned.values():
            notifications.products_standing(products, Standing(step))
        return
    active = Relationship.objects.active().select_related("client", "partner__organisation")
    relationship = active.filter(pk=relationship_id).first()
    if relationship is not None and relationship.client_id in owned:
        notifications.products_standing(owned[relationship.client_id], Standing(step), relationship)


def by_owner(products: Iterable[Product]) -> dict[int, list[Product]]:
    """Return products by their organisation: those of one mail may have several owners by the time it is written."""
    owned: dict[int, list[Product]] = {}
    for product in products:
        owned.setdefault(product.organisation_id, []).append(product)
    return owned


@register("billing.mail_invoice_due")
def mail_invoice_due(_run: Running, *, invoice_id: int) -> None:
    """Remind the payer of a renewal's invoice, unless it is paid meanwhile."""
    invoice = Invoice.objects.select_related("payer", "order__client").get(pk=invoice_id)
    if invoice.state == InvoiceState.OPEN:
        notifications.invoice_due(invoice)


@register("billing.mail_cashback_taken_back")
def mail_cashback_taken_back(_run: Running, *, entry_id: int) -> None:
    """Tell the partner that cashback was taken back, and why (Q20, rule 42)."""
    entries = LedgerEntry.objects.select_related("account__organisation", "line__order__client", "counter_entry")
    notifications.cashback_taken_back(entries.get(pk=entry_id))


@register("billing.mail_credit_note_issued")
def mail_credit_note_issued(_run: Running, *, credit_note_id: int) -> None:
    """Tell the payer that a credit note was issued (N8)."""
    notes = CreditNote.objects.select_related("payer", "invoice__order__client")
    notifications.credit_note_issued(notes.get(pk=credit_note_id))


@register("billing.mail_withdrawal")
def mail_withdrawal(_run: Running, *, withdrawal_id: int, state: str) -> None:
    """Tell whoever asked for a withdrawal what became of it; ``state`` is what it had become then (N8)."""
    withdrawal = Withdrawal.objects.select_related("account__organisation").get(pk=withdrawal_id)
    notifications.withdrawal_decided(withdrawal, state=state)

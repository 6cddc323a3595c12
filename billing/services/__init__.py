"""Orders, invoices, payments, the ledger. Rules 23 to 43."""

from billing.services.exports import cancel_exports, start_client_export
from billing.services.invoices import due_on, issue_invoice
from billing.services.ledger import credit, top_up
from billing.services.orders import (
    place_order,
    quote_next_renewal,
    quote_order,
    quote_renewal,
    renew,
    renewing_relationship,
)
from billing.services.payments import pay_from_prepaid, settle_payment
from billing.services.plans import change_plan, choose_next_plan, keep_plan, quote_change
from billing.services.quoting import Item, Quote, drafted_lines
from billing.services.reminding import remind_of_renewals
from billing.services.renewing import renew_failed
from billing.services.resales import draft_resale, issue_resale
from billing.services.standing import advance_renewals, settle_products

__all__ = [
    "Item",
    "Quote",
    "advance_renewals",
    "cancel_exports",
    "change_plan",
    "choose_next_plan",
    "credit",
    "draft_resale",
    "drafted_lines",
    "due_on",
    "issue_invoice",
    "issue_resale",
    "keep_plan",
    "pay_from_prepaid",
    "place_order",
    "quote_change",
    "quote_next_renewal",
    "quote_order",
    "quote_renewal",
    "remind_of_renewals",
    "renew",
    "renew_failed",
    "renewing_relationship",
    "settle_payment",
    "settle_products",
    "start_client_export",
    "top_up",
]

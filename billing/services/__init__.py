"""Orders, invoices, credit notes, payments, the ledger, withdrawals. Rules 23 to 43."""

from billing.services.advancing import advance_renewals
from billing.services.carts import (
    CartLine,
    CartQuote,
    Ordered,
    Paying,
    add_to_cart,
    change_cart,
    clear_carts,
    discard_cart,
    drop_carts,
    order_cart,
    quote_cart,
    remove_from_cart,
)
from billing.services.checking import run_checks, start_checks
from billing.services.corrections import approve_correction, correction_limit, propose_correction, reject_correction
from billing.services.credits import CreditAmounts, amounts_shown, credit_amounts, credit_invoice, creditable
from billing.services.drafting import drafted_lines
from billing.services.earning import cashback_taken_back
from billing.services.exports import cancel_exports, start_client_export
from billing.services.incoming import book_waiting, clarify, take_statement, try_incoming_again
from billing.services.invoices import due_on, issue_invoice
from billing.services.ledger import top_up
from billing.services.offers import PricedOffer, quote_offers
from billing.services.orders import (
    Share,
    place_order,
    quote_next_renewal,
    quote_order,
    quote_renewal,
    quote_renewals,
    renew,
    renew_for_clients,
    renewing_relationship,
    shown_together,
)
from billing.services.payments import Booked, Incoming, pay_from_prepaid, settle_payment, settle_payments
from billing.services.plans import change_plan, choose_next_plan, keep_plan, quote_change
from billing.services.quoting import Item, Quote, QuotedLine
from billing.services.rates import bad_lines_in_words, change_rate, import_rates, withdraw_rate
from billing.services.reminding import remind_of_renewals
from billing.services.renewing import Renewed, due_products, renew_chunk, renew_failed
from billing.services.resales import draft_resale, issue_resale
from billing.services.seats import add_units, quote_renewal_of_units, quote_units
from billing.services.standing import settle_products
from billing.services.withdrawals import (
    approve_withdrawal,
    pay_out_withdrawal,
    reject_withdrawal,
    request_withdrawal,
    take_back_withdrawal,
    withdrawal_least,
)

__all__ = [
    "Booked",
    "CartLine",
    "CartQuote",
    "CreditAmounts",
    "Incoming",
    "Item",
    "Ordered",
    "Paying",
    "PricedOffer",
    "Quote",
    "QuotedLine",
    "Renewed",
    "Share",
    "add_to_cart",
    "add_units",
    "advance_renewals",
    "amounts_shown",
    "approve_correction",
    "approve_withdrawal",
    "bad_lines_in_words",
    "book_waiting",
    "cancel_exports",
    "cashback_taken_back",
    "change_cart",
    "change_plan",
    "change_rate",
    "choose_next_plan",
    "clarify",
    "clear_carts",
    "correction_limit",
    "credit_amounts",
    "credit_invoice",
    "creditable",
    "discard_cart",
    "draft_resale",
    "drafted_lines",
    "drop_carts",
    "due_on",
    "due_products",
    "import_rates",
    "issue_invoice",
    "issue_resale",
    "keep_plan",
    "order_cart",
    "pay_from_prepaid",
    "pay_out_withdrawal",
    "place_order",
    "propose_correction",
    "quote_cart",
    "quote_change",
    "quote_next_renewal",
    "quote_offers",
    "quote_order",
    "quote_renewal",
    "quote_renewal_of_units",
    "quote_renewals",
    "quote_units",
    "reject_correction",
    "reject_withdrawal",
    "remind_of_renewals",
    "remove_from_cart",
    "renew",
    "renew_chunk",
    "renew_failed",
    "renew_for_clients",
    "renewing_relationship",
    "request_withdrawal",
    "run_checks",
    "settle_payment",
    "settle_payments",
    "settle_products",
    "shown_together",
    "start_checks",
    "start_client_export",
    "take_back_withdrawal",
    "take_statement",
    "top_up",
    "try_incoming_again",
    "withdraw_rate",
    "withdrawal_least",
]

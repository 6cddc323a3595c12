"""Questions about prices, orders and earnings."""

from billing.selectors.earnings import Month, earned_by_month, pending_cashback
from billing.selectors.endings import EXPORT_KIND, end_in_words, running_exports
from billing.selectors.explanation import Explanation, explain, price_chains
from billing.selectors.invariants import INVARIANTS, Finding, Invariant, check_invariants, in_words
from billing.selectors.plans import Plan, plans_for
from billing.selectors.rates import RateBook, own_vat_rate, vat_for
from billing.selectors.standing import left_by_payer, open_invoices_of, overdue_days, unpaid_since
from billing.selectors.volume import managed_total, managed_totals

__all__ = [
    "EXPORT_KIND",
    "INVARIANTS",
    "Explanation",
    "Finding",
    "Invariant",
    "Month",
    "Plan",
    "RateBook",
    "check_invariants",
    "earned_by_month",
    "end_in_words",
    "explain",
    "in_words",
    "left_by_payer",
    "managed_total",
    "managed_totals",
    "open_invoices_of",
    "overdue_days",
    "own_vat_rate",
    "pending_cashback",
    "plans_for",
    "price_chains",
    "running_exports",
    "unpaid_since",
    "vat_for",
]

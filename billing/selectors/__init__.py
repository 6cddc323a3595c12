"""Questions about prices, orders and earnings."""

from billing.selectors.earnings import (
    Earned,
    Month,
    Period,
    Share,
    earned_by_client,
    earned_by_month,
    earned_by_offer,
    pending_lines,
    sum_by_currency,
    sum_pending,
    totals_once,
)
from billing.selectors.endings import EXPORT_KIND, end_in_words, running_exports
from billing.selectors.explanation import Explanation, explain, price_chains, why_nothing
from billing.selectors.invariants import INVARIANTS, Finding, Invariant, check_invariants, in_words
from billing.selectors.plans import Plan, plans_for
from billing.selectors.rates import RateBook, own_vat_rate, vat_for
from billing.selectors.standing import left_by_payer, open_invoices_of, overdue_days, unpaid_since
from billing.selectors.volume import managed_total, managed_totals

__all__ = [
    "EXPORT_KIND",
    "INVARIANTS",
    "Earned",
    "Explanation",
    "Finding",
    "Invariant",
    "Month",
    "Period",
    "Plan",
    "RateBook",
    "Share",
    "check_invariants",
    "earned_by_client",
    "earned_by_month",
    "earned_by_offer",
    "end_in_words",
    "explain",
    "in_words",
    "left_by_payer",
    "managed_total",
    "managed_totals",
    "open_invoices_of",
    "overdue_days",
    "own_vat_rate",
    "pending_lines",
    "plans_for",
    "price_chains",
    "running_exports",
    "sum_by_currency",
    "sum_pending",
    "totals_once",
    "unpaid_since",
    "vat_for",
    "why_nothing",
]

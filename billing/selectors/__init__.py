"""Questions about prices, orders and earnings."""

from billing.selectors.decisions import row_in_words
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
from billing.selectors.explanation import Explanation, Reader, explain, price_chains, step_starts, why_nothing
from billing.selectors.inspection import Side, explain_decision, explain_to_both
from billing.selectors.invariants import INVARIANTS, Finding, Invariant, check_invariants, in_words
from billing.selectors.ordering import why_not_order
from billing.selectors.plans import OtherPlan, plans_for
from billing.selectors.ratelists import (
    RATE_LISTS,
    Entry,
    PartnerRateList,
    PriceList,
    RateList,
    StepList,
    Thing,
    VatList,
    entries,
)
from billing.selectors.rateplans import BadLine, Plan, Stated, earliest_day, plan_change, plan_lines, plan_withdrawal
from billing.selectors.rates import RateBook, own_vat_rate, vat_for
from billing.selectors.simulation import Simulation, likeliest_offer, simulate
from billing.selectors.standing import left_by_payer, open_invoices_of, overdue_days, unpaid_since
from billing.selectors.steps import step_ahead_in_words
from billing.selectors.taxation import VatExplanation, explain_vat, vat_reason
from billing.selectors.timelines import Span, Timeline, Value, span_on, value_on
from billing.selectors.volume import managed_total, managed_totals

__all__ = [
    "EXPORT_KIND",
    "INVARIANTS",
    "RATE_LISTS",
    "BadLine",
    "Earned",
    "Entry",
    "Explanation",
    "Finding",
    "Invariant",
    "Month",
    "OtherPlan",
    "PartnerRateList",
    "Period",
    "Plan",
    "PriceList",
    "RateBook",
    "RateList",
    "Reader",
    "Share",
    "Side",
    "Simulation",
    "Span",
    "Stated",
    "StepList",
    "Thing",
    "Timeline",
    "Value",
    "VatExplanation",
    "VatList",
    "check_invariants",
    "earliest_day",
    "earned_by_client",
    "earned_by_month",
    "earned_by_offer",
    "end_in_words",
    "entries",
    "explain",
    "explain_decision",
    "explain_to_both",
    "explain_vat",
    "in_words",
    "left_by_payer",
    "likeliest_offer",
    "managed_total",
    "managed_totals",
    "open_invoices_of",
    "overdue_days",
    "own_vat_rate",
    "pending_lines",
    "plan_change",
    "plan_lines",
    "plan_withdrawal",
    "plans_for",
    "price_chains",
    "row_in_words",
    "running_exports",
    "simulate",
    "span_on",
    "step_ahead_in_words",
    "step_starts",
    "sum_by_currency",
    "sum_pending",
    "totals_once",
    "unpaid_since",
    "value_on",
    "vat_for",
    "vat_reason",
    "why_not_order",
    "why_nothing",
]

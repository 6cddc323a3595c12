"""Questions about prices, orders and earnings."""

from billing.selectors.earnings import Month, earned_by_month, pending_cashback
from billing.selectors.endings import EXPORT_KIND, end_in_words, running_exports
from billing.selectors.explanation import Explanation, explain, price_chains
from billing.selectors.invariants import INVARIANTS, Finding, Invariant, check_invariants
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
from billing.selectors.rateplans import (
    BadLine,
    Plan,
    Stated,
    earliest_day,
    plan_change,
    plan_lines,
    plan_withdrawal,
)
from billing.selectors.rates import RateBook, own_vat_rate, vat_for
from billing.selectors.simulation import Simulation, simulate
from billing.selectors.steps import step_ahead_in_words
from billing.selectors.timelines import Span, Timeline, Value, span_on, value_on
from billing.selectors.volume import managed_total, managed_totals

__all__ = [
    "EXPORT_KIND",
    "INVARIANTS",
    "RATE_LISTS",
    "BadLine",
    "Entry",
    "Explanation",
    "Finding",
    "Invariant",
    "Month",
    "PartnerRateList",
    "Plan",
    "PriceList",
    "RateBook",
    "RateList",
    "Simulation",
    "Span",
    "Stated",
    "StepList",
    "Thing",
    "Timeline",
    "Value",
    "VatList",
    "check_invariants",
    "earliest_day",
    "earned_by_month",
    "end_in_words",
    "entries",
    "explain",
    "managed_total",
    "managed_totals",
    "own_vat_rate",
    "pending_cashback",
    "plan_change",
    "plan_lines",
    "plan_withdrawal",
    "price_chains",
    "running_exports",
    "simulate",
    "span_on",
    "step_ahead_in_words",
    "value_on",
    "vat_for",
]

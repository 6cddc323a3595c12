"""An order line as staff reads it: what each side is told, what decided, and what the two add up to. Rules 30, 36."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.choices import Outcome
from billing.models import OrderLine
from billing.selectors.decisions import row_in_words
from billing.selectors.explanation import Explanation, Reader, explain, why_nothing
from partnerportal.web import writing


@dataclass(frozen=True)
class Side:
    """What one organisation reads about a line, in the words that it reads."""

    organisation: Any
    explanation: Explanation


def explain_to_both(*, line: OrderLine) -> list[Side]:
    """Return the line as its payer reads it, and as the partner that earns on it does; one where they are the same."""
    earner = line.earning_partner.organisation if line.earning_partner is not None else None
    payer = line.order.payer
    as_payer = Reader(is_partner=payer == earner, is_payer=True)
    sides = [Side(payer, explain(line=line, reader=as_payer))]
    if earner is not None and earner != payer:
        sides.append(Side(earner, explain(line=line, reader=Reader(is_partner=True, is_payer=False))))
    return sides


def explain_decision(*, line: OrderLine) -> list[dict[str, Any]]:
    """Return the facts that neither side reads in full: the row that decided, the versions of the rates, the sum."""
    order = line.order
    facts: list[dict[str, Any]] = [
        {"label": _("Decided"), "value": row_in_words(line.reason), "note": _outcome(line)},
        {
            "label": _("Invoice"),
            "value": order.invoice.number,
            "url": reverse("billing:staff_invoice_detail", args=[order.invoice.pk]),
            "note": order.invoice.get_state_display(),
        },
        {"label": _("Ordered by"), "value": order.placed_by_label, "note": writing.moment(order.placed_at)},
    ]
    if line.through is not None:
        facts.append({"label": _("Relationship"), "value": writing.number(line.through.pk)})
    facts += _versions(line.rates)
    if line.outcome != Outcome.NOTHING and line.preferential_net is not None:
        facts.append({"label": _("Adds up"), "value": _sum_in_words(line)})
    return facts


def _outcome(line: OrderLine) -> str:
    return why_nothing(line) if line.outcome == Outcome.NOTHING else line.get_outcome_display()


def _versions(rates: dict[str, Any]) -> list[dict[str, Any]]:
    """Say which rows were read, by their numbers in the lists of prices and rates."""
    found = []
    for label, key in ((_("Price"), "price"), (_("Partner rate"), "partner_rate"), (_("Degressive steps"), "steps")):
        rows, since = rates.get(key), rates.get(f"{key}_since")
        if rows and since:
            numbers = rows if isinstance(rows, list) else [rows]
            named = _("row %(numbers)s") % {"numbers": ", ".join(str(number) for number in numbers)}
            found.append(
                {
                    "label": label,
                    "value": named,
                    "note": _("since %(day)s") % {"day": writing.day(date.fromisoformat(since))},
                }
            )
    return found


def _sum_in_words(line: OrderLine) -> str:
    """Write rule 36 out: what was charged less the cashback is the preferential price."""
    words = _("%(charged)s charged − %(cashback)s cashback = %(preferential)s, the preferential price")
    return words % {
        "charged": writing.amount(line.charged_net),
        "cashback": writing.amount(line.cashback),
        "preferential": writing.amount(line.preferential_net),
    }

"""The chain of a price in words and figures: from public to what was charged, or to what the partner earns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.choices import Outcome
from billing.models import OrderLine
from billing.pricing import vat
from partnerportal.web import charts, writing


@dataclass(frozen=True)
class Explanation:
    """What the page shows: the question, the chain, and the facts beside it."""

    amount: Decimal
    chain: dict[str, object]
    sentence: str
    facts: list[dict[str, Any]]


def explain(*, line: OrderLine, as_partner: bool) -> Explanation:
    """Explain a line: to the partner that earns, with its rates; to a paying client, with its own degressive rate."""
    currency = line.order.currency
    steps = _partner_chain(line) if as_partner and line.preferential_net is not None else _client_chain(line)
    amount = steps[-1].left
    return Explanation(
        amount=amount,
        chain=charts.chain(steps, currency=currency),
        sentence=_sentence(line, as_partner=as_partner),
        facts=_facts(line, as_partner=as_partner),
    )


def _public(line: OrderLine) -> charts.PriceStep:
    unit = writing.amount(line.public_unit)
    why = _("%(what)s for one %(period)s at %(unit)s. Price list of %(since)s.") % {
        "what": line,
        "period": line.get_period_display(),
        "unit": unit,
        "since": _day(line.rates.get("price_since")),
    }
    return charts.PriceStep(_("Public price"), line.public_net, why)


def _client_chain(line: OrderLine) -> list[charts.PriceStep]:
    steps = [_public(line)]
    if line.client_degressive_rate:
        steps.append(
            _degressive(line, line.client_degressive_rate, line.charged_net, line.client_count, whose="client")
        )
    return [*steps[:-1], _as_sum(steps[-1])]


def _partner_chain(line: OrderLine) -> list[charts.PriceStep]:
    steps = [_public(line)]
    if line.partner_rate is None:
        why = _("The fixed partner price of this offer.")
        steps.append(charts.PriceStep(_("Partner price"), line.preferential_net, why))
    else:
        title = _("Partner rate %(rate)s") % {"rate": writing.percent(line.partner_rate)}
        why = _("Your rate for %(offer)s since %(since)s, on the public price.") % {
            "offer": line.offer_name,
            "since": _day(line.rates.get("partner_rate_since")),
        }
        steps.append(charts.PriceStep(title, line.after_partner_rate, why))
        if line.partner_degressive_rate:
            rate, count = line.partner_degressive_rate, line.partner_count
            steps.append(_degressive(line, rate, line.preferential_net, count, whose="partner"))
    return [*steps[:-1], _as_sum(steps[-1])]


def _degressive(line: OrderLine, rate: Decimal, left: Decimal, count: int | None, *, whose: str) -> charts.PriceStep:
    title = _("Degressive rate %(rate)s") % {"rate": writing.percent(rate)}
    count = count or 0
    if whose == "partner":
        words = ngettext(
            "%(count)s unit in the partner's portfolio", "%(count)s units in the partner's portfolio", count
        )
    else:
        words = ngettext("%(count)s unit in this organisation", "%(count)s units in this organisation", count)
    why = _("%(count)s on %(day)s, the ordered ones included. Steps of %(since)s.") % {
        "count": words % {"count": count},
        "day": writing.day(line.order.placed_at),
        "since": _day(line.rates.get("steps_since")),
    }
    return charts.PriceStep(title, left, why)


def _as_sum(step: charts.PriceStep) -> charts.PriceStep:
    return charts.PriceStep(step.what, step.left, step.why, is_sum=True)


def _sentence(line: OrderLine, *, as_partner: bool) -> str:
    if not as_partner:
        return _("What is charged for this line, without VAT.")
    if line.outcome == Outcome.REBATE:
        return _("A rebate, taken off at once, because you ordered and you pay.")
    figures = {
        "paid": writing.amount(line.charged_net),
        "preferential": writing.amount(line.preferential_net),
        "cashback": writing.amount(line.cashback),
    }
    return (
        _("The client paid %(paid)s. Your price is %(preferential)s. The difference, %(cashback)s, is your cashback.")
        % figures
    )


def _facts(line: OrderLine, *, as_partner: bool) -> list[dict[str, Any]]:
    order, invoice = line.order, line.order.invoice
    facts: list[dict[str, Any]] = [
        {"label": _("Ordered by"), "value": order.placed_by_label},
        {"label": _("Ordered for"), "value": order.client},
        {"label": _("Paid by"), "value": order.payer},
        {"label": _("Rounded"), "value": _("once, on the line total, half up")},
    ]
    relationship = line.earner_id or order.relationship_id
    if relationship:
        facts.insert(3, {"label": _("Relationship"), "value": relationship})
    if as_partner and line.outcome == Outcome.CASHBACK:
        facts.append(
            {"label": _("Credited"), "value": _("yes") if invoice.state == "PAID" else _("once the client has paid")}
        )
    else:
        tax = vat(net=line.charged_net, rate=invoice.vat_rate)
        value = _("%(rate)s: %(vat)s, total %(total)s") % {
            "rate": writing.percent(invoice.vat_rate),
            "vat": writing.amount(tax),
            "total": writing.amount(line.charged_net + tax),
        }
        facts.append({"label": _("VAT"), "value": value})
    return facts


def _day(iso: str | None) -> str:
    return writing.day(date.fromisoformat(iso)) if iso else ""

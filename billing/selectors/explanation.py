"""The chain of a price in words and figures: from public to what was charged, or to what the partner earns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.choices import InvoiceState, Outcome
from billing.models import DegressiveStep, OrderLine
from billing.models.orders import duration
from billing.pricing import Reason, cashback, part_of
from billing.selectors.histories import History, credit_state, earned_history, is_credited, paid_history
from clients.models import Relationship
from partnerportal.kernel.money import round_cents
from partnerportal.web import charts, writing


@dataclass(frozen=True)
class Chain:
    """One price from the list to what is left of it; ``title`` says whose, where there are two."""

    title: str
    picture: dict[str, object]


@dataclass(frozen=True)
class Explanation:
    """What the page shows: the question, the chains, the facts beside them, and what became of the amount since."""

    amount: Decimal
    heading: str
    chains: list[Chain]
    sentence: str
    comparison: str
    facts: list[dict[str, Any]]
    histories: list[tuple[str, History]]


@dataclass(frozen=True)
class Reader:
    """From which side a line is read: of the organisation that pays it, that earns on it, or both.

    ``relationship_url``: where the reader may look at the relationship, if anywhere. ``with_documents``: whether it may
    open the invoice and its credit notes.
    """

    is_partner: bool
    is_payer: bool
    relationship_url: str = ""
    with_documents: bool = False


def why_nothing(line: OrderLine) -> str:
    """Say why a line brought the reading partner nothing (rules 30 and 35, Q13); other partners are not named."""
    if line.earning_partner_id is not None:
        return _("It earns for another partner, to which the client granted it first.")
    if line.preferential_net == line.public_net:
        return _("Partners have no rate for this offer.")
    if line.preferential_net is not None:
        return _("The client pays no more than your price, by its own number of units: nothing is left to earn.")
    reasons = {
        Reason.LIMITED_NOT_MANAGED: _("It was not among the products that the client had granted you."),
        Reason.NO_ACCESS_CLIENT_ORDERS: _("No access held at that moment, or your status in the programme rested."),
    }
    return reasons.get(Reason(line.reason), _("It was not in your scope as it was ordered."))


def explain(*, line: OrderLine, reader: Reader) -> Explanation:
    """Explain a line: to the partner that earns, with its rates; to a paying client, with its own degressive rate."""
    is_partners = reader.is_partner and line.preferential_net is not None
    earns_cashback = is_partners and line.outcome == Outcome.CASHBACK
    return Explanation(
        amount=line.cashback if earns_cashback else line.charged_net,
        heading=_("What you get") if is_partners else _("What you pay"),
        chains=price_chains(line=line, as_partner=reader.is_partner),
        sentence=_sentence(line, is_partners=is_partners),
        comparison=_comparison(line) if is_partners and line.outcome == Outcome.REBATE else "",
        facts=_facts(line, reader, is_partners=is_partners),
        histories=_histories(line, reader, is_partners=is_partners),
    )


def price_chains(*, line: OrderLine, as_partner: bool, starts: Mapping[int, int] | None = None) -> list[Chain]:
    """Return pictures of a line's price, stored or only drafted: for cashback the client's and the partner's.

    ``starts``: where the steps of the line's scale begin, of many lines read at once by :func:`step_starts`.
    """
    currency = line.order.currency
    starts = step_starts([line]) if starts is None else starts
    if not as_partner or line.preferential_net is None:
        return [Chain("", charts.chain(_client_chain(line, starts, whose="client"), currency=currency))]
    partners = charts.chain(_partner_chain(line, starts), currency=currency)
    if line.outcome != Outcome.CASHBACK:
        return [Chain("", partners)]
    clients = charts.chain(_client_chain(line, starts, whose="other"), currency=currency)
    return [Chain(_("What the client pays"), clients), Chain(_("Your price"), partners)]


def step_starts(lines: Iterable[OrderLine]) -> dict[int, int]:
    """Return from how many units each degressive step of these lines' scales begins, by the step's id, in one query.

    Rows of a scale are never edited, only ended.
    """
    ids = {pk for line in lines for pk in line.rates.get("steps", [])}
    return dict(DegressiveStep.objects.filter(pk__in=ids).values_list("pk", "from_units")) if ids else {}


def _public(line: OrderLine) -> charts.PriceStep:
    """The first step: the list price; of more units the rest of it, of a change of plan of the difference of two."""
    if "change" in line.rates:
        return _difference(line, line.rates["change"])
    if "units" in line.rates:
        return _rest(line, line.rates["units"])
    why = _("%(what)s for %(duration)s at %(unit)s a %(period)s. Price list of %(since)s.") % {
        "what": line,
        "duration": line.duration,
        "period": line.get_period_display(),
        "unit": writing.amount(line.public_unit),
        "since": _day(line.rates.get("price_since")),
    }
    return charts.PriceStep(_("Public price"), line.public_net, why)


def _difference(line: OrderLine, change: dict[str, Any]) -> charts.PriceStep:
    days = {"days": writing.number(change["days_left"]), "all": writing.number(change["days"])}
    why = _(
        "%(after)s for %(offer)s less %(before)s for %(from)s, each for one unit and %(period)s, × %(quantity)s. Of "
        "that %(days)s days of %(all)s: what is left until %(end)s, the day of the change included."
    )
    words = {
        "after": writing.amount(Decimal(change["unit_after"])),
        "offer": line.offer_name,
        "before": writing.amount(Decimal(change["unit_before"])),
        "from": change["from"],
        "period": line.get_period_display(),
        "quantity": writing.number(line.quantity),
        "end": writing.day(line.period_end),
        **days,
    }
    return charts.PriceStep(_("Difference for %(days)s of %(all)s days") % days, line.public_net, why % words)


def _rest(line: OrderLine, units: dict[str, Any]) -> charts.PriceStep:
    left = _days_left(units, line.period)
    why = _(
        "%(what)s at %(unit)s a %(period)s. Of that %(left)s: what is left until %(end)s, the day of the order "
        "included. %(before)s Price list of %(since)s."
    )
    there = ngettext(
        "They join %(count)s unit that is there.", "They join %(count)s units that are there.", units["before"]
    )
    words = {
        "what": line,
        "unit": writing.amount(Decimal(units["unit"])),
        "period": line.get_period_display(),
        "left": left,
        "end": writing.day(line.period_end),
        "before": there % {"count": writing.number(units["before"])},
        "since": _day(line.rates.get("price_since")),
    }
    return charts.PriceStep(_("Public price for %(left)s") % {"left": left}, line.public_net, why % words)


def _days_left(units: dict[str, Any], period: str) -> str:
    """Say what is left of what is paid: "143 of 365 days", "2 months and 8 of 30 days"."""
    days = _("%(days)s of %(all)s days") % {
        "days": writing.number(units["days_left"]),
        "all": writing.number(units["days"]),
    }
    if not units["whole"]:
        return days
    return _("%(periods)s and %(days)s") % {"periods": duration(period, units["whole"]), "days": days}


def _client_chain(line: OrderLine, starts: Mapping[int, int], *, whose: str) -> list[charts.PriceStep]:
    steps = [_public(line)]
    if line.client_degressive_rate:
        net = _clients_net(line)
        steps.append(_degressive(line, starts, line.client_degressive_rate, net, line.client_count, whose=whose))
    return [*steps[:-1], _as_sum(steps[-1])]


def _partner_chain(line: OrderLine, starts: Mapping[int, int]) -> list[charts.PriceStep]:
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
            steps.append(_degressive(line, starts, rate, line.preferential_net, count, whose="partner"))
    return [*steps[:-1], _as_sum(steps[-1])]


def _degressive(
    line: OrderLine, starts: Mapping[int, int], rate: Decimal, left: Decimal, count: int | None, *, whose: str
) -> charts.PriceStep:
    title = _("Degressive rate %(rate)s") % {"rate": writing.percent(rate)}
    if whose == "other":  # how many units a client has in all is the client's own affair (promise 2)
        return charts.PriceStep(title, left, _("By the client's own number of units."))
    count = count or 0
    if whose == "partner":
        words = ngettext("%(count)s unit in your portfolio", "%(count)s units in your portfolio", count)
    else:
        words = ngettext("%(count)s unit in this organisation", "%(count)s units in this organisation", count)
    why = _("%(count)s on %(day)s, these included: %(step)s, by the scale of %(since)s.") % {
        "since": _day(line.rates.get("steps_since")),
        "count": words % {"count": writing.number(count)},
        "day": writing.day(line.order.placed_at),
        "step": _step_in_words([starts[pk] for pk in line.rates.get("steps", [])], count),
    }
    return charts.PriceStep(title, left, why)


def _step_in_words(starts: list[int], count: int) -> str:
    """Say which step of the snapshot's scale a count stands on."""
    start = max((one for one in starts if one <= count), default=0)
    following = min((one for one in starts if one > count), default=None)
    if following is None:
        return _("the step from %(start)s on") % {"start": writing.number(start)}
    return _("the step from %(start)s to %(end)s") % {
        "start": writing.number(start),
        "end": writing.number(following - 1),
    }


def _as_sum(step: charts.PriceStep) -> charts.PriceStep:
    return charts.PriceStep(step.what, step.left, step.why, is_sum=True)


def _clients_net(line: OrderLine) -> Decimal:
    """Return what the client pays, or would have paid, by its own degressive rate (Q5)."""
    unit, part = _unit_and_part(line)
    return round_cents(part_of(unit * line.quantity * line.periods * (1 - line.client_degressive_rate), part))


def _unit_and_part(line: OrderLine) -> tuple[Decimal, tuple[int, int] | None]:
    """Return what a unit costs for a whole period, and which part of a period the line pays for, if not all of it."""
    change, units = line.rates.get("change"), line.rates.get("units")
    if change is not None:
        difference = Decimal(change["unit_after"]) - Decimal(change["unit_before"])
        return difference, (change["days_left"], change["days"])
    if units is not None:
        return Decimal(units["unit"]), (units["whole"] * units["days"] + units["days_left"], units["days"])
    return line.public_unit, None


def _sentence(line: OrderLine, *, is_partners: bool) -> str:
    if not is_partners:
        if line.client_degressive_rate:
            return _("The public price less your degressive rate: more units of a family cost less each.")
        return _("The public price: this number of units has no degressive rate.")
    if line.outcome == Outcome.REBATE and line.preferential_net == line.public_net:
        return _("Partners have no rate for this offer: you ordered and you pay, at the public price.")
    if line.outcome == Outcome.REBATE:
        return _("A rebate, taken off at once, because you ordered and you pay.") + _multiplied(line)
    invoice = line.order.invoice
    if is_credited(line):
        words = _(
            "The client paid %(paid)s. Your price is %(preferential)s. The difference, %(cashback)s, is your cashback."
        )
    elif invoice.state == InvoiceState.OPEN:
        words = _(
            "The client is to pay %(paid)s. Your price is %(preferential)s. The difference, %(cashback)s, is your "
            "cashback once it has."
        )
    else:
        words = _(
            "The client was to pay %(paid)s, at your price of %(preferential)s: the difference, %(cashback)s, would "
            "have been your cashback."
        )
    return words % {
        "paid": writing.amount(line.charged_net),
        "preferential": writing.amount(line.preferential_net),
        "cashback": writing.amount(line.cashback),
    }


def _multiplied(line: OrderLine) -> str:
    """Say how the two reductions come together (rule 32)."""
    if not line.partner_rate or not line.partner_degressive_rate:
        return ""
    first, second = 1 - line.partner_rate, 1 - line.partner_degressive_rate
    words = _("The reductions multiply: %(first)s × %(second)s leaves %(rest)s of the public price.")
    return " " + words % {
        "first": writing.number(first.normalize()),
        "second": writing.number(second.normalize()),
        "rest": writing.percent(first * second),
    }


def _comparison(line: OrderLine) -> str:
    """Say what the other way of ordering would have brought: the client pays itself, the partner gets cashback.

    Nothing where the client pays in another currency, by another price list (rule 44).
    """
    order = line.order
    if order.client_id == order.payer_id or order.client.currency != order.currency or line.preferential_net is None:
        return ""
    clients = _clients_net(line)
    return _("If the client had ordered and paid itself: %(paid)s for it, and %(cashback)s cashback for you.") % {
        "paid": writing.amount(clients),
        "cashback": writing.amount(cashback(paid_net=clients, preferential=line.preferential_net)),
    }


def _histories(line: OrderLine, reader: Reader, *, is_partners: bool) -> list[tuple[str, History]]:
    """Return what became of what the reader pays, and of what it earned; nothing of the other side's."""
    found = []
    if is_partners:
        found.append((_("What became of what you earned"), earned_history(line=line)))
    if reader.is_payer:
        found.append(
            (_("What became of what is charged"), paid_history(line=line, with_documents=reader.with_documents))
        )
    return [(title, history) for title, history in found if history.events]


def _facts(line: OrderLine, reader: Reader, *, is_partners: bool) -> list[dict[str, Any]]:
    order = line.order
    facts: list[dict[str, Any]] = [
        {"label": _("Ordered by"), "value": _orderer(line, as_partner=reader.is_partner)},
        {"label": _("Ordered for"), "value": order.client},
        {"label": _("Paid by"), "value": order.payer},
    ]
    if line.through is not None:
        facts.append(_relationship_fact(line.through, reader.relationship_url))
    facts += _counted(line, is_partners=is_partners)
    facts.append({"label": _("Rounded"), "value": _("once, on the line total, half up")})
    if is_partners and line.outcome == Outcome.CASHBACK:
        facts.append({"label": _("Credited"), "value": credit_state(line=line, invoice=order.invoice)})
        facts.append({"label": _("VAT"), "value": _("cashback is credited without VAT")})
    else:
        facts.append({"label": _("VAT"), "value": _vat_in_words(line), "url": _vat_url(line, reader)})
    return facts


def _counted(line: OrderLine, *, is_partners: bool) -> list[dict[str, Any]]:
    """Say what the degressive step was read from, and what that count was made of (Q3, Q4)."""
    count = line.partner_count if is_partners else line.client_count
    if not is_partners and line.order.client_id != line.order.payer_id:
        return []  # how many units a client has is the client's own affair (promise 2)
    if not line.rates.get("steps") or count is None or (is_partners and line.partner_rate is None):
        return []
    words = ngettext("%(count)s unit", "%(count)s units", count) % {"count": writing.number(count)}
    parts = line.counted.get("partner" if is_partners else "client", {})
    named = {
        "own": _("%(count)s in your own organisation") if is_partners else _("%(count)s there already"),
        "clients": _("%(count)s at your clients"),
        "renewed": _("%(count)s renewed here, not counted otherwise"),
        "ordered": _("%(count)s new with this order"),
    }
    made_of = [named[part] % {"count": writing.number(units)} for part, units in parts.items()]
    return [{"label": _("Counted"), "value": words, "note": ", ".join(made_of)}]


def _vat_url(line: OrderLine, reader: Reader) -> str:
    return reverse("billing:invoice_vat", args=[line.order.invoice.pk]) if reader.with_documents else ""


def _vat_in_words(line: OrderLine) -> str:
    """Say what VAT comes to the net. Of several lines it is reckoned on their sum (Q33): none has its own."""
    invoice = line.order.invoice
    rate = writing.percent(invoice.vat_rate)
    if invoice.net != line.charged_net:
        return _("%(rate)s, on the net of the whole order") % {"rate": rate}
    return _("%(rate)s: %(vat)s, total %(total)s") % {
        "rate": rate,
        "vat": writing.amount(invoice.vat),
        "total": writing.amount(invoice.total),
    }


def _orderer(line: OrderLine, *, as_partner: bool) -> str:
    """Name the person, and the organisation that they acted for; who works at a client is nothing for its partner."""
    order = line.order
    if order.placed_by_id is None:
        return _("nobody: it renews by itself")
    if order.partner is not None:
        return f"{order.placed_by_label}, {order.partner.organisation}"
    is_foreign = as_partner and line.earning_partner_id != order.client_id
    return str(order.client) if is_foreign else f"{order.placed_by_label}, {order.client}"


def _relationship_fact(relationship: Relationship, url: str) -> dict[str, Any]:
    words = _("%(number)s, %(access)s access") % {
        "number": relationship.pk,
        "access": relationship.get_access_display().lower(),
    }
    since = relationship.access_since
    return {
        "label": _("Relationship"),
        "value": words,
        "note": _("since %(day)s") % {"day": writing.day(since)} if since else "",
        "url": url,
    }


def _day(iso: str | None) -> str:
    return writing.day(date.fromisoformat(iso)) if iso else ""

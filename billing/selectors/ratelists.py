"""The four lists that staff edits: prices, partner rates, degressive steps, VAT; what each says, and since when.

Every list says something about things with a key: an offer in a currency, an offer, a family, a country. What it says
follows one another in half-open periods (:mod:`billing.selectors.timelines`), whatever rows it is stored in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries as country_names

from billing.models import DegressiveStep, PartnerRate, Price, Valid, VatRate
from billing.selectors.timelines import Span, Timeline, Value, merged
from partnerportal.accounts.choices import Currency
from partnerportal.catalogue.models import Family, Offer
from partnerportal.kernel import countries
from partnerportal.kernel.money import Money
from partnerportal.web import writing


@dataclass(frozen=True)
class Thing:
    """What an entry is about."""

    key: str
    label: str
    group: str = ""
    currency: str = ""
    row: models.Model | None = None  # of the catalogue; none for a country
    is_current: bool = True  # still sold


class RateList(ABC):
    """One list. Subclasses say what it is about, how it is stored, and how its values are written."""

    slug: ClassVar[str]
    title: ClassVar[Any]
    lead: ClassVar[Any]
    action: ClassVar[str]  # of the audit trail
    model: ClassVar[type[Valid]]
    key_columns: ClassVar[tuple[str, ...]]
    value_columns: ClassVar[tuple[str, ...]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The heading of the list as a file."""
        return (*self.key_columns, *self.value_columns, "valid_from", "valid_until")

    @abstractmethod
    def things(self) -> dict[str, Thing]:
        """Return all that the list can speak of, by key, in the order of the page."""

    @abstractmethod
    def key_of(self, row: Any) -> str:
        """Return which thing a stored row is about."""

    @abstractmethod
    def stored(self, thing: Thing) -> dict[str, Any]:
        """Return the fields by which the rows of a thing are found and made."""

    @abstractmethod
    def value_of(self, rows: Sequence[Any]) -> Value:
        """Return what the rows of one period say."""

    @abstractmethod
    def fields_of(self, value: Value) -> list[dict[str, Any]]:
        """Return the fields of the rows that say ``value``."""

    @abstractmethod
    def cells_of(self, value: Value) -> list[tuple[str, ...]]:
        """Return ``value`` as the cells of one or more lines of a file."""

    @abstractmethod
    def words(self, thing: Thing, value: Value | None) -> str:
        """Say ``value`` to people."""

    @abstractmethod
    def problem(self, value: Value) -> tuple[str, str] | None:
        """Return the field and the sentence of the rule that refuses ``value``, if any does."""

    def rows(self, thing: Thing | None = None) -> models.QuerySet[Any]:
        """Return the stored rows, of one thing or of all."""
        rows = self.model.objects.all()
        return rows.filter(**self.stored(thing)) if thing else rows

    def timelines(self, thing: Thing | None = None) -> dict[str, Timeline]:
        """Return what holds from when until when, by key, of one thing or of all; one query."""
        found: dict[str, list[Any]] = defaultdict(list)
        for row in self.rows(thing).select_related(*self._related()).order_by("valid_from", "pk"):
            found[self.key_of(row)].append(row)
        return {key: self._timeline(rows) for key, rows in found.items()}

    def _related(self) -> tuple[str, ...]:
        return ()

    def _timeline(self, rows: Collection[Any]) -> Timeline:
        edges = sorted({day for row in rows for day in (row.valid_from, row.valid_until) if day is not None})
        spans = []
        for start, end in zip(edges, [*edges[1:], None], strict=True):
            here = [
                row for row in rows if row.valid_from <= start and (row.valid_until is None or row.valid_until > start)
            ]
            if here:
                spans.append(Span(start, end, self.value_of(here)))
        return merged(spans)


class _OfByOffer(RateList):
    def _offers(self) -> Iterable[Offer]:
        return Offer.objects.select_related("family").order_by("family__position", "family__name", "name", "pk")

    def _related(self) -> tuple[str, ...]:
        return ("offer",)


class PriceList(_OfByOffer):
    """Public prices, and the fixed partner prices of domains (Q8), by offer and currency."""

    slug = "prices"
    title = gettext_lazy("Prices")
    lead = gettext_lazy("Net, for one unit and one period, by currency. A partner price replaces the partner rate.")
    action = "billing.price.changed"
    model = Price
    key_columns = ("offer", "currency")
    value_columns = ("public_unit", "reseller_unit")

    def things(self) -> dict[str, Thing]:
        """Every offer in every currency."""
        offers = list(self._offers())
        return {
            f"{offer.code}:{currency}": Thing(
                f"{offer.code}:{currency}", offer.name, offer.family.name, currency, offer, offer.is_sold
            )
            for currency in Currency.values
            for offer in offers
        }

    def key_of(self, row: Any) -> str:
        """Offer and currency."""
        return f"{row.offer.code}:{row.currency}"

    def stored(self, thing: Thing) -> dict[str, Any]:
        """Offer and currency."""
        return {"offer": thing.row, "currency": thing.currency}

    def value_of(self, rows: Sequence[Any]) -> Value:
        """The public price, and the partner price or None."""
        return (rows[0].public_unit, rows[0].reseller_unit)

    def fields_of(self, value: Value) -> list[dict[str, Any]]:
        """One row."""
        return [{"public_unit": value[0], "reseller_unit": value[1]}]

    def cells_of(self, value: Value) -> list[tuple[str, ...]]:
        """Two decimals; no partner price is an empty cell."""
        return [(f"{value[0]:.2f}", "" if value[1] is None else f"{value[1]:.2f}")]

    def words(self, thing: Thing, value: Value | None) -> str:
        """The price, and what partners pay if that is fixed."""
        if value is None:
            return _("no price")
        public = writing.money(Money(value[0], thing.currency))
        if value[1] is None:
            return public
        partner = writing.amount(value[1], currency=thing.currency)
        return _("%(public)s, for partners %(partner)s") % {"public": public, "partner": partner}

    def problem(self, value: Value) -> tuple[str, str] | None:
        """Not below zero, and the partner price at most the public one (rule 39)."""
        public, reseller = value
        if public < 0:
            return "public_unit", _("A price is not below zero.")
        if reseller is not None and not 0 <= reseller <= public:
            return "reseller_unit", _("The partner price is at most the public price, and not below zero.")
        return None


class _OneRate(RateList):
    value_columns = ("rate",)

    def value_of(self, rows: Sequence[Any]) -> Value:
        """The rate."""
        return (rows[0].rate,)

    def fields_of(self, value: Value) -> list[dict[str, Any]]:
        """One row."""
        return [{"rate": value[0]}]

    def cells_of(self, value: Value) -> list[tuple[str, ...]]:
        """A fraction: 0.2 is 20 %."""
        return [(fraction(value[0]),)]

    def words(self, thing: Thing, value: Value | None) -> str:
        """Per cent."""
        return _("no rate") if value is None else writing.percent(value[0])


def _highest_rate() -> str:
    return writing.percent(Decimal(settings.PROGRAMME["max_partner_rate"]))


class PartnerRateList(_OneRate, _OfByOffer):
    """The part of the public price that partners do not pay, by offer (rule 39)."""

    slug = "partner-rates"
    title = gettext_lazy("Partner rates")
    lead = format_lazy(
        gettext_lazy("The part of the public price that partners do not pay, at most {highest}."),
        highest=lazy(_highest_rate, str)(),
    )
    action = "billing.partner_rate.changed"
    model = PartnerRate
    key_columns = ("offer",)

    def things(self) -> dict[str, Thing]:
        """Every offer."""
        return {
            offer.code: Thing(offer.code, offer.name, offer.family.name, row=offer, is_current=offer.is_sold)
            for offer in self._offers()
        }

    def key_of(self, row: Any) -> str:
        """The offer."""
        return str(row.offer.code)

    def stored(self, thing: Thing) -> dict[str, Any]:
        """The offer."""
        return {"offer": thing.row}

    def problem(self, value: Value) -> tuple[str, str] | None:
        """From 0 to the highest rate of the programme (rule 39)."""
        if not 0 <= value[0] <= Decimal(settings.PROGRAMME["max_partner_rate"]):
            return "rate", _("A partner rate is from 0 to %(highest)s.") % {"highest": _highest_rate()}
        return None


class StepList(RateList):
    """Degressive steps by family: a whole scale at a time (rule 39, Q1)."""

    slug = "steps"
    title = gettext_lazy("Degressive steps")
    lead = gettext_lazy(
        "By family: from so many units on, this rate for all of them. Only 25 % at 35 web hostings is published; "
        "the other steps are this portal’s choice."
    )
    action = "billing.steps.changed"
    model = DegressiveStep
    key_columns = ("family",)
    value_columns = ("from_units", "rate")

    def things(self) -> dict[str, Thing]:
        """The families that have steps at all."""
        families = Family.objects.filter(is_degressive=True).order_by("position", "name")
        return {family.code: Thing(family.code, family.name, row=family) for family in families}

    def key_of(self, row: Any) -> str:
        """The family."""
        return str(row.family.code)

    def _related(self) -> tuple[str, ...]:
        return ("family",)

    def stored(self, thing: Thing) -> dict[str, Any]:
        """The family."""
        return {"family": thing.row}

    def value_of(self, rows: Sequence[Any]) -> Value:
        """The scale: (from so many units, rate) in order."""
        return tuple(sorted((row.from_units, row.rate) for row in rows))

    def fields_of(self, value: Value) -> list[dict[str, Any]]:
        """A row for each step."""
        return [{"from_units": start, "rate": rate} for start, rate in value]

    def cells_of(self, value: Value) -> list[tuple[str, ...]]:
        """A line for each step."""
        return [(str(start), fraction(rate)) for start, rate in value]

    def words(self, thing: Thing, value: Value | None) -> str:
        """Each step: 5: 5 % · 10: 10 %."""
        if value is None:
            return _("no steps")
        return " · ".join(f"{writing.number(start)}:\u00a0{writing.percent(rate)}" for start, rate in value)

    def problem(self, value: Value) -> tuple[str, str] | None:
        """It begins at 1, no step twice, and the rate never falls as the count rises."""
        starts, rates = [start for start, _rate in value], [rate for _start, rate in value]
        if not value or starts[0] != 1:
            return "steps", _("A scale begins with the step from 1 unit on, if need be at 0 %.")
        if len(set(starts)) != len(starts):
            return "steps", _("A step stands there twice. Each begins at another number of units.")
        if starts[-1] > MAX_STEP:
            return "steps", _("A step begins at 1’000’000 units at the most.")
        if any(not 0 <= rate < 1 for rate in rates):
            return "steps", _("A rate is from 0 to below 100 %.")
        if rates != sorted(rates):
            return "steps", _("The rate falls as the number of units rises. Let it stay or rise from step to step.")
        return None


class VatList(_OneRate):
    """VAT by country (rule 45)."""

    slug = "vat"
    title = gettext_lazy("VAT")
    lead = gettext_lazy("By country: Switzerland, Liechtenstein and the EU. Elsewhere no VAT is charged.")
    action = "billing.vat.changed"
    model = VatRate
    key_columns = ("country",)

    def things(self) -> dict[str, Thing]:
        """The countries in which VAT may be charged, by name."""
        named = {code: str(country_names.name(code)) for code in {*countries.SWISS_VAT, *countries.EU}}
        return {code: Thing(code, name, code) for code, name in sorted(named.items(), key=lambda one: one[1])}

    def key_of(self, row: Any) -> str:
        """The country."""
        return str(row.country)

    def stored(self, thing: Thing) -> dict[str, Any]:
        """The country."""
        return {"country": thing.key}

    def problem(self, value: Value) -> tuple[str, str] | None:
        """From 0 to below 100 %."""
        return None if 0 <= value[0] < 1 else ("rate", _("A VAT rate is from 0 to below 100 %."))


MAX_STEP = 1_000_000  # more is a slip of the finger
RATE_LISTS: dict[str, RateList] = {one.slug: one for one in (PriceList(), PartnerRateList(), StepList(), VatList())}


@dataclass(frozen=True)
class Entry:
    """One line of a list: what holds on a day, since when, and what comes next."""

    rate_list: RateList
    thing: Thing
    current: Span | None
    planned: Timeline

    @property
    def label(self) -> str:
        """What it is about."""
        return self.thing.label

    @property
    def value(self) -> str:
        """What holds, in words."""
        return self.rate_list.words(self.thing, self.current.value if self.current else None)

    @property
    def since(self) -> date | None:
        """Since when."""
        return self.current.start if self.current else None

    @property
    def next_words(self) -> str:
        """What comes next, in words."""
        if not self.planned:
            return ""
        span = self.planned[0]
        return _("%(value)s from %(day)s") % {
            "value": self.rate_list.words(self.thing, span.value),
            "day": writing.short_day(span.start),
        }


def entries(rate_list: RateList, *, day: date) -> list[Entry]:
    """Return a list as of ``day``: every thing it can speak of, in two queries. What is no longer sold shows as long as
    something holds for it.
    """
    timelines = rate_list.timelines()
    found = []
    for thing in rate_list.things().values():
        spans = timelines.get(thing.key, ())
        current = next((span for span in spans if span.holds_on(day)), None)
        if thing.is_current or current:
            found.append(Entry(rate_list, thing, current, tuple(span for span in spans if span.start > day)))
    return found


def fraction(rate: Decimal) -> str:
    """Write a rate as files have it: a fraction without needless zeros."""
    return f"{rate.normalize():f}"

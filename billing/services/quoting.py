"""What an order would be: who pays, who earns, every line priced. Rules 30 to 37, Q3, Q4, Q11, Q13, Q38, section 9."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.exceptions import OrderRefused, Rule, Way, WayOut
from billing.pricing import (
    Case,
    Line,
    Rates,
    StepAhead,
    VatTreatment,
    change_rates,
    price_line,
    rest_rates,
    step_ahead,
    vat,
)
from billing.selectors.rates import RateBook, vat_of
from billing.services.counting import Count, Counter
from billing.services.periods import period_of, rest_of
from clients.models import Product, Relationship
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import Offer
from partners.models import Partner


@dataclass(frozen=True)
class Item:
    """One thing to order: so many new units of an offer."""

    offer: Offer
    quantity: int
    name: str = ""
    periods: int = 1  # how many months or years are paid at once


class Wanted(NamedTuple):
    """An item on its way to a line: with the products that are renewed, if it is a renewal."""

    offer: Offer
    quantity: int
    name: str
    renewed: tuple[Product, ...] = ()
    periods: int = 1
    extends: Product | None = None  # by the quantity, for what is left of its period
    changed: Product | None = None  # to the offer, which is dearer, for what is left of its period

    @property
    def touched(self) -> Product | None:
        """The product whose scope decides (rows 5, 6, 11); None for something new."""
        return self.extends or self.changed or (self.renewed[0] if self.renewed else None)

    @property
    def counted(self) -> tuple[Product, ...]:
        """The products whose units are there already, and count once; units that come to a product are new."""
        return self.renewed if self.changed is None else (self.changed,)


class Surroundings(NamedTuple):
    """What decides about an item that the client's own people order: whether the client is a partner itself, which
    relationship earns on the item, and what else is active there.
    """

    own: Partner | None = None
    earner: Relationship | None = None
    full: Relationship | None = None
    is_any_active: bool = False


class Scope(NamedTuple):
    """The case of the decision table, and who earns in it."""

    case: Case
    earner: Relationship | None
    partner: Partner | None


class QuotedLine(NamedTuple):
    """A priced line with what its snapshot needs."""

    wanted: Wanted
    rates: Rates
    version: Mapping[str, Any]
    line: Line
    earner: Relationship | None
    earning_partner: Partner | None
    partner_count: Count | None
    client_count: Count
    period_start: date
    period_end: date
    ahead: StepAhead | None = None  # the next degressive step, where it is near


@dataclass(frozen=True)
class Quote:
    """What an order would be: who pays, and every line explained."""

    client: Organisation
    payer: Organisation
    relationship: Relationship | None
    currency: str
    lines: tuple[QuotedLine, ...]
    vat_treatment: VatTreatment
    vat_rate: Decimal

    @property
    def charged_net(self) -> Decimal:
        """What is charged, net."""
        return sum((quoted.line.charged for quoted in self.lines), Decimal("0.00"))

    @property
    def vat(self) -> Decimal:
        """VAT on the sum of the lines, as the invoice will say (rule 37)."""
        return vat(net=self.charged_net, rate=self.vat_rate)

    @property
    def total(self) -> Decimal:
        """What is to be paid, VAT included."""
        return self.charged_net + self.vat

    @property
    def shown(self) -> str:
        """What a page shows of it, in short: who pays, what, how much of it, until when, for how much.

        It holds nothing that is not on the page, so a form may carry it.
        """
        lines = [
            f"{one.wanted.offer.pk}:{one.wanted.quantity}:{one.period_end}:{one.line.charged}" for one in self.lines
        ]
        return " ".join([str(self.payer.pk), self.currency, *sorted(lines), str(self.total)])


def quote_items(
    client_id: int,
    wanted: Sequence[Wanted],
    relationship_id: int | None,
    now: datetime,
    book: RateBook | None = None,
    *,
    beside: Sequence[Wanted] = (),
) -> Quote:
    """Price what is wanted; raises :class:`OrderRefused` (rows 7 and 9), NoPrice.

    ``book``: the prices and rates of that day, where they are read already. ``beside``: what is ordered before, and so
    counts towards the steps.
    """
    client = Organisation.objects.get(pk=client_id)
    relationship = ordering_relationship(client_id, relationship_id)
    payer = payer_of(client, relationship)
    currency = payer.currency  # the payer's address decides the currency of its invoices (rule 44)
    book = book or RateBook(timezone.localdate(now))
    counter, around = Counter(client_id, [*wanted, *beside]), Around(client, relationship)
    lines = tuple(_quote_line(item, around, currency, book, counter, now) for item in wanted)
    treatment, vat_rate = vat_of(payer, timezone.localdate(now))
    return Quote(client, payer, relationship, currency, lines, treatment, vat_rate)


def payer_of(client: Organisation, relationship: Relationship | None) -> Organisation:
    """Return whose means pay what is ordered through a relationship, or by the client's own people (rules 24, 25)."""
    is_partners = relationship is not None and relationship.is_paid_by_partner
    return relationship.partner.organisation if relationship is not None and is_partners else client


def ordering_relationship(client_id: int, relationship_id: int | None) -> Relationship | None:
    """Return the relationship through which a partner orders; rows 7 and 9 are refused here."""
    if relationship_id is None:
        return None
    active = Relationship.objects.active().select_related("partner__organisation")
    found = active.filter(pk=relationship_id, client=client_id).first()
    if found is None:
        raise no_access(relationship_id)
    if not found.is_full:
        raise OrderRefused(
            _("With limited access only the client orders and renews. Ask it for full access."),
            rule=Rule.LIMITED,
            ways=(Way(WayOut.CLIENT_ORDERS, pk=relationship_id), Way(WayOut.FULL_ACCESS)),
        )
    return found


def no_access(relationship_id: int) -> OrderRefused:
    """Return the refusal of an order through a relationship that opens nothing: its partner's status rests, or it ended
    (row 9).
    """
    if Relationship.objects.accepted().filter(pk=relationship_id).exists():
        return OrderRefused(
            _("Your status in the programme does not hold, so you cannot order for this client now."),
            rule=Rule.STATUS,
            ways=(Way(WayOut.STATUS), Way(WayOut.CLIENT_ORDERS, pk=relationship_id)),
        )
    return OrderRefused(
        _("You have no access to this client any more, so you cannot order for it."),
        rule=Rule.ACCESS,
        ways=(Way(WayOut.REQUEST_ACCESS), Way(WayOut.CLIENT_ORDERS, pk=relationship_id), Way(WayOut.OWN_SPACE)),
    )


def _quote_line(
    item: Wanted, around: Around, currency: str, book: RateBook, counter: Counter, now: datetime
) -> QuotedLine:
    scope, family_id = scope_of(around.of(item), around.relationship), item.offer.family_id
    partner_count = counter.partner(family_id, scope.partner.pk) if scope.partner is not None else None
    client_count = counter.client(family_id)
    return price_item(item, scope, partner_count, client_count, currency, book, timezone.localdate(now))


def price_item(
    item: Wanted,
    scope: Scope,
    partner_count: Count | None,
    client_count: Count,
    currency: str,
    book: RateBook,
    today: date,
) -> QuotedLine:
    """Price an item whose scope and counts are known; nothing is asked of the database. Raises NoPrice."""
    rates = item_rates(item, currency, book, today)
    terms: Any = {
        "rates": rates,
        "quantity": item.quantity,
        "case": scope.case,
        "partner_count": partner_count.total if partner_count else 0,
        "client_count": client_count.total,
        "client_degressive": settings.PROGRAMME["client_degressive"],
        "periods": item.periods,
    }
    ahead = None if item.counted else step_ahead(**terms, within=settings.PROGRAMME["step_hint_units"])
    start, end = period_of(item, today)
    return QuotedLine(
        item,
        rates,
        item_version(item, currency, book, rates, today),
        _priced(**terms),
        scope.earner,
        scope.partner,
        partner_count,
        client_count,
        start,
        end,
        ahead,
    )


# The run prices the same few things thousands of times; pure functions of figures that do not change.
_priced = lru_cache(maxsize=10_000)(price_line)


def item_rates(item: Wanted, currency: str, book: RateBook, today: date) -> Rates:
    """Return what a unit costs; of more units for what is left of the period, of a change of plan the difference."""
    rates = book.rates(offer=item.offer, currency=currency)
    if item.extends is not None:
        return rest_rates(rates, part=rest_of(item.extends, today).part)
    if item.changed is None:
        return rates
    before = book.rates(offer=item.changed.offer, currency=currency)
    return change_rates(before=before, after=rates, part=rest_of(item.changed, today).part)


def item_version(item: Wanted, currency: str, book: RateBook, rates: Rates, today: date) -> Mapping[str, Any]:
    """Return which rows the price was read from; of more units and of a change of plan also for what part of which
    period.
    """
    version = book.version(offer=item.offer, currency=currency)
    if item.extends is not None:
        rest = rest_of(item.extends, today)
        units = {"unit": str(rates.public_unit), "before": item.extends.quantity}
        return {**version, "units": {**units, "whole": rest.whole, "days_left": rest.days, "days": rest.of}}
    if item.changed is None or rates.part is None:
        return version
    before = book.rates(offer=item.changed.offer, currency=currency).public_unit
    change = {
        "from": item.changed.offer.name,
        "price_before": book.version(offer=item.changed.offer, currency=currency)["price"],
        "unit_before": str(before),
        "unit_after": str(before + rates.public_unit),
        "days_left": rates.part[0],
        "days": rates.part[1],
    }
    return {**version, "change": change}


class Around:
    """What surrounds the items of one order; new things of one client have the same, which is asked once."""

    def __init__(self, client: Organisation, relationship: Relationship | None) -> None:
        self.client, self.relationship = client, relationship
        self._of_new: Surroundings | None = None

    def of(self, item: Wanted) -> Surroundings:
        """Return what decides about an item."""
        if self.relationship is not None:  # what a partner orders earns it, whatever else there is
            return Surroundings()
        return self._ask(item.touched) if item.touched is not None else self.of_new()

    def of_new(self) -> Surroundings:
        """Return what decides about whatever is new."""
        if self.relationship is not None:
            return Surroundings()
        self._of_new = self._of_new or self._ask(None)
        return self._of_new

    def _ask(self, touched: Product | None) -> Surroundings:
        own = Partner.objects.approved().filter(pk=self.client.pk).first()
        if own is not None:
            return Surroundings(own=own)
        active = Relationship.objects.active().filter(client=self.client)
        full = active.filter(access="FULL").first()
        return Surroundings(earner=_earner(touched, self.client), full=full, is_any_active=active.exists())


def scope_of(around: Surroundings, relationship: Relationship | None) -> Scope:
    """Return the case of the decision table, and who earns in it."""
    if relationship is not None:
        payer = "partner" if relationship.is_paid_by_partner else "client"
        return Scope(Case(access="full", ordered_by="partner", payer=payer), relationship, relationship.partner)
    if around.own is not None:
        own = Case(access="full", ordered_by="partner", payer="partner", is_own_organisation=True)
        return Scope(own, None, around.own)
    earner = around.earner
    if earner is None:
        access = "limited" if around.is_any_active else "none"
        return Scope(Case(access=access, ordered_by="client", is_managed=False), None, None)
    full = earner if earner.is_full else around.full
    if full is None:
        return Scope(Case(access="limited", ordered_by="client", is_managed=True), earner, earner.partner)
    payer = "partner" if full.is_paid_by_partner else "client"
    is_limited = not earner.is_full
    case = Case(access="full", ordered_by="client", payer=payer, earns_for_limited_partner=is_limited)
    return Scope(case, earner, earner.partner)


def _earner(touched: Product | None, client: Organisation) -> Relationship | None:
    """Return the relationship that earns on an item that the client orders itself: new things fall to full access."""
    relationships = Relationship.objects.active().select_related("partner__organisation")
    if touched is None:
        return relationships.filter(client=client, access="FULL").first()
    found = Product.objects.filter(pk=touched.pk).with_earner().values_list("earner_relationship", flat=True).first()
    return relationships.filter(pk=found).first() if found else None

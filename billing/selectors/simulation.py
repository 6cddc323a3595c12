"""What a partner would pay and earn if more came under its management: by the functions that price orders (Q3, Q5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum

from billing.exceptions import NoPrice
from billing.pricing import ZERO, Case, Line, Rates, degressive_rate, next_step, price_line
from billing.selectors.effects import A_YEAR
from billing.selectors.rates import RateBook
from clients import selectors as client_selectors
from clients.choices import RenewalPayer
from clients.models import Product
from partnerportal.catalogue.models import Offer, Period
from partners.models import Partner

CASES = {
    "partner": Case(access="full", payer="partner", ordered_by="partner"),
    "client": Case(access="full", payer="client", ordered_by="client"),
}


@dataclass
class Year:
    """What a partner pays and is credited a year in one currency, net."""

    paid: Decimal = ZERO
    earned: Decimal = ZERO

    def add(self, line: Line, offer: Offer) -> None:
        """Add a line that renews all year."""
        if line.charged_to == "partner":
            self.paid += line.charged * A_YEAR[Period(offer.period)]
        self.earned += line.cashback * A_YEAR[Period(offer.period)]


@dataclass
class Totals:
    """A year in one currency: what is managed already, by the count of now and of then, and the new ones."""

    now: Year = field(default_factory=Year)
    then: Year = field(default_factory=Year)
    new: Year = field(default_factory=Year)

    @property
    def all_paid(self) -> Decimal:
        """What all of it would cost."""
        return self.then.paid + self.new.paid

    @property
    def all_earned(self) -> Decimal:
        """What all of it would earn."""
        return self.then.earned + self.new.earned

    @property
    def all_paid_change(self) -> Decimal:
        """How much more would be paid than now; below zero: less."""
        return self.all_paid - self.now.paid

    @property
    def all_earned_change(self) -> Decimal:
        """How much more would be earned than now."""
        return self.all_earned - self.now.earned

    @property
    def paid_change(self) -> Decimal:
        """How much more is paid for what is managed already; below zero: less."""
        return self.then.paid - self.now.paid

    @property
    def earned_change(self) -> Decimal:
        """How much more what is managed already earns."""
        return self.then.earned - self.now.earned


@dataclass(frozen=True)
class Simulation:
    """The answer: counts, rates, what the new ones cost and earn for one period, and the year by currency."""

    rates: Rates
    count_now: int
    count_then: int
    new: Line
    totals: dict[str, Totals]

    @property
    def has_steps(self) -> bool:
        """Whether the count decides about anything."""
        return bool(self.rates.steps) and self.rates.reseller_unit is None

    @property
    def rate_now(self) -> Decimal:
        """The degressive rate of what is managed now."""
        return degressive_rate(self.rates.steps, self.count_now)

    @property
    def rate_then(self) -> Decimal:
        """The degressive rate with the new ones."""
        return degressive_rate(self.rates.steps, self.count_then)

    @property
    def following(self) -> tuple[int, Decimal] | None:
        """The step after that: from so many units, and its rate."""
        return next_step(self.rates.steps, self.count_then)


def likeliest_offer(*, partner: Partner) -> str:
    """Return the code of the offer that a partner most likely asks about: of those with degressive steps the one of
    which it manages most, or the first one; empty where none is sold.
    """
    managed = Product.objects.managed_by(partner.pk).running()
    counted = managed.filter(offer__is_sold=True, offer__family__is_degressive=True).order_by()
    most = counted.values_list("offer__code").annotate(units=Sum("quantity")).order_by("-units", "offer__code").first()
    if most is not None:
        return most[0]
    degressive = Offer.objects.filter(is_sold=True, family__is_degressive=True)
    return degressive.order_by("family__position", "pk").values_list("code", flat=True).first() or ""


def simulate(*, partner: Partner, offer: Offer, quantity: int, payer: str, currency: str, day: date) -> Simulation:
    """Answer what ``quantity`` more units of ``offer`` would bring a partner, by the prices of ``day``.

    ``payer``: who orders and pays the new ones, "partner" or "client" (one new client that has nothing else).
    Four queries besides the prices, however many clients there are. Raises :class:`NoPrice`.
    """
    book = RateBook(day)
    rates = book.rates(offer=offer, currency=currency)
    managed = Product.objects.managed_by(partner.pk)
    units = client_selectors.units_of_family(products=managed, family_id=offer.family_id, home_id=partner.pk)
    count = units.own + units.clients
    new = _priced(rates, quantity, payer, partner_count=count + quantity, client_count=quantity)
    totals: dict[str, Totals] = defaultdict(Totals)
    totals[currency].new.add(new, offer)
    _add_managed(totals, book, partner, offer.family_id, count, count + quantity)
    return Simulation(rates, count, count + quantity, new, dict(sorted(totals.items())))


def _priced(rates: Rates, quantity: int, payer: str, *, partner_count: int, client_count: int) -> Line:
    return price_line(
        rates=rates,
        quantity=quantity,
        case=CASES[payer],
        partner_count=partner_count,
        client_count=client_count,
        client_degressive=settings.PROGRAMME["client_degressive"],
    )


def _add_managed(
    totals: dict[str, Totals], book: RateBook, partner: Partner, family_id: int, now: int, then: int
) -> None:
    """Add the next renewals of what is managed: each owner's units of an offer are one line, charged to their payer."""
    managed = Product.objects.managed_by(partner.pk).running().filter(offer__family=family_id)
    groups = (
        managed.order_by()
        .values("organisation", "organisation__currency", "offer", "renewal_payer")
        .annotate(units=Sum("quantity"))
    )
    rows = list(groups)
    offers = Offer.objects.in_bulk({row["offer"] for row in rows})
    counts = _own_counts({row["organisation"] for row in rows}, family_id)
    for row in rows:
        is_partners = row["organisation"] == partner.pk or row["renewal_payer"] == RenewalPayer.PARTNER
        currency = partner.organisation.currency if is_partners else row["organisation__currency"]
        offer = offers[row["offer"]]
        try:
            rates = book.rates(offer=offer, currency=currency)
        except NoPrice:
            continue
        for count, year in ((now, totals[currency].now), (then, totals[currency].then)):
            payer = "partner" if is_partners else "client"
            own = counts[row["organisation"]]
            year.add(_priced(rates, row["units"], payer, partner_count=count, client_count=own), offer)


def _own_counts(organisations: Iterable[int], family_id: int) -> dict[int, int]:
    """Return how many units of a family each owner has, whoever manages them."""
    owned = Product.objects.running().filter(organisation__in=organisations, offer__family=family_id)
    counted = owned.order_by().values("organisation").annotate(units=Sum("quantity"))
    return {row["organisation"]: row["units"] for row in counted}

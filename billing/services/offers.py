"""What is sold, each offer with what one unit of it costs where somebody acts now. Rules 24, 25, 30 to 36, Q3 to Q5."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from billing.exceptions import NoPrice
from billing.pricing import Rates, degressive_net, next_step, preferential_net
from billing.selectors.rates import RateBook
from billing.services.counting import Count
from billing.services.quoting import (
    Around,
    QuotedLine,
    Scope,
    Wanted,
    ordering_relationship,
    payer_of,
    price_item,
    scope_of,
)
from clients import selectors as client_selectors
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import Offer


@dataclass(frozen=True)
class Rung:
    """One degressive step: from so many units on, its rate, and what a unit costs whoever is charged, net."""

    from_units: int
    rate: Decimal
    unit: Decimal
    is_here: bool  # one more unit stands on it


@dataclass(frozen=True)
class PricedOffer:
    """An offer and what an order of one unit of it, and nothing else, would be now."""

    offer: Offer
    quoted: QuotedLine
    rungs: tuple[Rung, ...]

    @property
    def is_at_partners(self) -> bool:
        """Tell whether a partner is charged: its preferential price, by its own count (rows 4 and 10)."""
        return self.quoted.line.charged_to == "partner"

    @property
    def count(self) -> int:
        """How many units its steps are read from, the one included."""
        counted = self.quoted.partner_count if self.is_at_partners else self.quoted.client_count
        return counted.total if counted is not None else 0

    @property
    def rate(self) -> Decimal:
        """The degressive rate of whoever is charged."""
        line = self.quoted.line
        return (line.partner_degressive_rate or Decimal(0)) if self.is_at_partners else line.client_degressive_rate

    @property
    def following(self) -> tuple[int, Decimal] | None:
        """The next step: from so many units, and its rate; None at the top or where there are none."""
        return next_step(self.quoted.rates.steps, self.count) if self.rungs else None


def quote_offers(
    *, offers: Iterable[Offer], client_id: int, relationship_id: int | None, now: datetime
) -> list[PricedOffer]:
    """Price one unit of each offer for a client, as an order of it alone; what has no price in the payer's currency is
    left out. Arguments and refusals of :func:`billing.services.orders.quote_order`.

    As many queries for many offers as for one. The offers come with their families.
    """
    client = Organisation.objects.get(pk=client_id)
    relationship = ordering_relationship(client_id, relationship_id)
    currency, today = payer_of(client, relationship).currency, timezone.localdate(now)
    scope = scope_of(Around(client, relationship).of_new(), relationship)  # the same for whatever is new
    book, counts = RateBook(today), _Counts(client, scope, now)
    found = []
    for offer in offers:
        partner_count, client_count = counts.partner(offer.family_id), counts.client(offer.family_id)
        item = Wanted(offer, 1, "")
        try:
            quoted = price_item(item, scope, partner_count, client_count, currency, book, today)
        except NoPrice:
            continue
        found.append(PricedOffer(offer, quoted, _rungs(quoted)))
    return found


class _Counts:
    """What runs by family at the client and in the portfolio of whoever earns, and one unit more."""

    def __init__(self, client: Organisation, scope: Scope, now: datetime) -> None:
        self._client, self._partner = client, scope.partner
        self._at_client = client_selectors.units_by_client(client_ids=[client.pk])
        partner_ids = [scope.partner.pk] if scope.partner is not None else []
        self._at_partner = client_selectors.units_by_partner(partner_ids=partner_ids, now=now)

    def client(self, family_id: int) -> Count:
        return Count(own=self._at_client.get((self._client.pk, family_id), 0), ordered=1)

    def partner(self, family_id: int) -> Count | None:
        if self._partner is None:
            return None
        own, at_clients = self._at_partner.get((self._partner.pk, family_id), (0, 0))
        return Count(own, at_clients, ordered=1)


def _rungs(quoted: QuotedLine) -> tuple[Rung, ...]:
    """Return the steps of whoever is charged with what one unit costs on each; none where the count decides nothing."""
    rates, is_partners = quoted.rates, quoted.line.charged_to == "partner"
    decides = rates.reseller_unit is None if is_partners else settings.PROGRAMME["client_degressive"]
    if not decides:
        return ()
    count = quoted.partner_count.total if is_partners and quoted.partner_count else quoted.client_count.total
    here = max((start for start, _rate in rates.steps if start <= count), default=None)
    return tuple(Rung(start, rate, _unit(rates, start, is_partners), start == here) for start, rate in rates.steps)


def _unit(rates: Rates, count: int, is_partners: bool) -> Decimal:
    return preferential_net(rates, 1, count) if is_partners else degressive_net(rates, 1, count)

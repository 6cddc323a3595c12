"""What a change of prices or rates would do to what runs now.

Set-based: portfolios are summed in SQL; what each costs comes from the functions that price orders.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.exceptions import NoPrice
from billing.pricing import ZERO, degressive_net, is_taxed, preferential_net, public_net, vat
from billing.selectors.ratelists import PartnerRateList, PriceList, RateList, StepList, Thing
from billing.selectors.rates import RateBook, vat_treatment_of
from billing.selectors.timelines import Value
from partnerportal.accounts.choices import OrganisationKind
from partnerportal.catalogue.models import Family, Offer, Period
from partnerportal.kernel.money import Money
from partnerportal.web import writing

A_YEAR = {Period.MONTH: 12, Period.YEAR: 1}
NAMED = 3  # partners, the most affected ones

# Units of each offer in each approved partner's portfolio, by the currency of their owner: one row for each product in
# somebody's scope, the earliest grant having it (Q13), as in billing.selectors.volume.
_PORTFOLIOS = """
WITH claims AS (
    SELECT product.organisation_id, product.offer_id, product.quantity, relationship.partner_id,
           row_number() OVER (
               PARTITION BY product.id
               ORDER BY CASE relationship.access WHEN 'FULL' THEN LEAST(relationship.access_since, g.granted_at)
                                                 ELSE g.granted_at END,
                        relationship.id
           ) AS place
    FROM clients_relationship relationship
    JOIN partners_partner partner ON partner.organisation_id = relationship.partner_id AND partner.state = 'APPROVED'
    JOIN clients_product product ON product.organisation_id = relationship.client_id AND product.state = 'ACTIVE'
         AND product.offer_id = ANY(%(offers)s)
    LEFT JOIN clients_grant g ON g.relationship_id = relationship.id AND g.product_id = product.id
    WHERE relationship.state = 'ACTIVE' AND (relationship.ends_at IS NULL OR relationship.ends_at > now())
      AND (relationship.access = 'FULL' OR g.id IS NOT NULL)
), managed AS (
    SELECT partner_id, organisation_id, offer_id, quantity FROM claims WHERE place = 1
    UNION ALL
    SELECT product.organisation_id, product.organisation_id, product.offer_id, product.quantity
    FROM clients_product product
    JOIN partners_partner partner ON partner.organisation_id = product.organisation_id AND partner.state = 'APPROVED'
    WHERE product.state = 'ACTIVE' AND product.offer_id = ANY(%(offers)s)
)
SELECT managed.partner_id, owner.currency, managed.offer_id, sum(managed.quantity)::int
FROM managed JOIN accounts_organisation owner ON owner.id = managed.organisation_id
GROUP BY managed.partner_id, owner.currency, managed.offer_id
ORDER BY managed.partner_id
"""
# What clients hold and renew on their own means; clients that hold the same are counted together.
_HOLDINGS = """
WITH held AS (
    SELECT product.organisation_id, owner.currency, product.offer_id, sum(product.quantity) AS units,
           sum(product.quantity) FILTER (WHERE product.renewal_payer = 'CLIENT') AS renewed
    FROM clients_product product
    JOIN accounts_organisation owner ON owner.id = product.organisation_id
    WHERE product.state = 'ACTIVE' AND product.offer_id = ANY(%(offers)s)
      AND NOT EXISTS (SELECT 1 FROM partners_partner partner
                      WHERE partner.organisation_id = product.organisation_id AND partner.state = 'APPROVED')
    GROUP BY product.organisation_id, owner.currency, product.offer_id
), holdings AS (
    SELECT currency, array_agg(offer_id ORDER BY offer_id) AS offers, array_agg(units::int ORDER BY offer_id) AS units,
           array_agg(coalesce(renewed, 0)::int ORDER BY offer_id) AS renewed
    FROM held GROUP BY organisation_id, currency
)
SELECT currency, offers, units, renewed, count(*) FROM holdings GROUP BY currency, offers, units, renewed
"""
# What organisations of some countries renew on their own means, a year at list price.
_TAXED = """
SELECT owner.country, owner.kind, owner.vat_number, owner.currency,
       sum(product.quantity * price.public_unit * CASE offer.period WHEN 'MONTH' THEN 12 ELSE 1 END)
FROM clients_product product
JOIN accounts_organisation owner ON owner.id = product.organisation_id AND owner.country = ANY(%(countries)s)
JOIN catalogue_offer offer ON offer.id = product.offer_id
JOIN billing_price price ON price.offer_id = product.offer_id AND price.currency = owner.currency
     AND price.valid_from <= %(day)s AND (price.valid_until IS NULL OR price.valid_until > %(day)s)
WHERE product.state = 'ACTIVE' AND product.renewal_payer = 'CLIENT'
GROUP BY owner.id
"""


@dataclass(frozen=True)
class Difference:
    """What one thing says on the day of the change: before it, and with it (None: nothing)."""

    thing: Thing
    before: Value | None
    after: Value | None


@dataclass(frozen=True)
class Affected:
    """A partner for whom what it manages would cost another amount: a year, net, at its own price."""

    name: str
    currency: str
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        """How much more a year; below zero: less."""
        return self.after - self.before


@dataclass(frozen=True)
class Effect:
    """What a change does on ``day``, in sentences, and to whom most."""

    day: date
    sentences: tuple[str, ...]
    most_affected: tuple[Affected, ...] = ()
    note: str = ""  # what the sentences count, and what they do not


def effect_of(rate_list: RateList, *, differences: list[Difference], day: date) -> Effect:
    """Return what changes for partners and clients if ``differences`` hold from ``day`` on, from the products that run
    now. Amounts are net, for a year, in the currency of the products' owner.
    """
    if not differences:
        return Effect(day, ())
    if not isinstance(rate_list, PriceList | PartnerRateList | StepList):
        note = _("For what runs now and its owners renew themselves. What is invoiced already keeps its VAT.")
        return Effect(day, tuple(_vat_sentences(differences, day)), note=note)
    before = RateBook(day)
    after = _changed_book(before, rate_list, differences)
    families = {_family_id(one.thing) for one in differences}
    offers = {offer.pk: offer for offer in Offer.objects.filter(family__in=families)}
    affected = list(_affected_partners(before, after, offers))
    less, more = sum(one.change < 0 for one in affected), sum(one.change > 0 for one in affected)
    sentences = [_partners_in_words(less, more, day)]
    sentences += _clients_in_words(before, after, offers)
    most = sorted(affected, key=lambda one: (-abs(one.change), one.name))[:NAMED]
    note = _(
        "For what runs and is managed now, net: partners at their own price, clients for what they renew themselves. "
        "What is ordered already keeps its price."
    )
    return Effect(day, tuple(sentences), tuple(most), note)


def _family_id(thing: Thing) -> int:
    row = thing.row
    if isinstance(row, Offer):
        return row.family_id
    if isinstance(row, Family):
        return row.pk
    raise TypeError(f"{thing} is of no family")


def _changed_book(book: RateBook, rate_list: RateList, differences: list[Difference]) -> RateBook:
    """Return the book with what ``differences`` say; the rows are drafted, never stored."""
    drafts: dict[Thing, list[Any]] = {
        one.thing: [
            rate_list.model(**rate_list.stored(one.thing), **fields, valid_from=book.day)
            for fields in (rate_list.fields_of(one.after) if one.after is not None else [])
        ]
        for one in differences
    }
    if isinstance(rate_list, StepList):
        return book.replaced(steps={_pk(thing): rows for thing, rows in drafts.items()})
    first = {thing: rows[0] if rows else None for thing, rows in drafts.items()}
    if isinstance(rate_list, PriceList):
        return book.replaced(prices={(_pk(thing), thing.currency): row for thing, row in first.items()})
    return book.replaced(partner_rates={_pk(thing): row for thing, row in first.items()})


def _pk(thing: Thing) -> int:
    row: Any = thing.row
    return int(row.pk)


def _rows(sql: str, **parameters: Any) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        yield from cursor.fetchall()


def _affected_partners(before: RateBook, after: RateBook, offers: Mapping[int, Offer]) -> Iterator[Affected]:
    portfolios: dict[int, list[tuple[str, Offer, int]]] = defaultdict(list)
    for partner_id, currency, offer_id, units in _rows(_PORTFOLIOS, offers=list(offers)):
        portfolios[partner_id].append((currency, offers[offer_id], units))
    changed: dict[tuple[int, str], tuple[Decimal, Decimal]] = {}
    for partner_id, held in portfolios.items():
        counts: Counter[int] = Counter()
        for _currency, offer, units in held:
            counts[offer.family_id] += units
        sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        for currency, offer, units in held:
            for place, book in enumerate((before, after)):
                sums[currency][place] += _partners_year(book, offer, currency, units, counts[offer.family_id])
        changed |= {(partner_id, code): (old, new) for code, (old, new) in sums.items() if old != new}
    names = dict(
        _rows("SELECT id, name FROM accounts_organisation WHERE id = ANY(%(ids)s)", ids=[one for one, _ in changed])
    )
    for (partner_id, currency), (old, new) in changed.items():
        yield Affected(str(names[partner_id]), currency, old, new)


def _partners_year(book: RateBook, offer: Offer, currency: str, units: int, count: int) -> Decimal:
    """What a partner's units of an offer cost a year at its own price; nothing where there is no price."""
    try:
        rates = book.rates(offer=offer, currency=currency)
    except NoPrice:
        return ZERO
    return preferential_net(rates, units, count) * A_YEAR[Period(offer.period)]


def _clients_year(book: RateBook, offer: Offer, currency: str, units: int, count: int) -> Decimal:
    """What a client pays a year for units that it renews itself."""
    try:
        rates = book.rates(offer=offer, currency=currency)
    except NoPrice:
        return ZERO
    net = degressive_net(rates, units, count) if settings.PROGRAMME["client_degressive"] else public_net(rates, units)
    return net * A_YEAR[Period(offer.period)]


def _clients_in_words(before: RateBook, after: RateBook, offers: Mapping[int, Offer]) -> list[str]:
    counted: Counter[tuple[str, bool]] = Counter()
    summed: dict[tuple[str, bool], Decimal] = defaultdict(lambda: ZERO)
    for currency, held, units, renewed, clients in _rows(_HOLDINGS, offers=list(offers)):
        counts: Counter[int] = Counter()
        for offer_id, number in zip(held, units, strict=True):
            counts[offers[offer_id].family_id] += number
        change = ZERO
        for offer_id, number in zip(held, renewed, strict=True):
            offer = offers[offer_id]
            count = counts[offer.family_id]
            change += _clients_year(after, offer, currency, number, count)
            change -= _clients_year(before, offer, currency, number, count)
        if change:
            counted[currency, change > 0] += clients
            summed[currency, change > 0] += abs(change) * clients
    sentences = []
    for currency, is_more in sorted(counted):
        values = {"count": writing.number(counted[currency, is_more])}
        values["amount"] = writing.money(Money(summed[currency, is_more], currency))
        number = counted[currency, is_more]
        if is_more:
            words = ngettext(
                "%(count)s client’s renewals cost %(amount)s more a year.",
                "%(count)s clients’ renewals cost %(amount)s more a year.",
                number,
            )
        else:
            words = ngettext(
                "%(count)s client’s renewals cost %(amount)s less a year.",
                "%(count)s clients’ renewals cost %(amount)s less a year.",
                number,
            )
        sentences.append(words % values)
    return sentences or [_("Clients’ renewals on their own means cost what they cost now.")]


def _partners_in_words(less: int, more: int, day: date) -> str:
    if not less and not more:
        return _("No partner pays another price than now.")
    since = writing.day(day)
    fewer = ngettext("%(count)s partner pays less from %(day)s", "%(count)s partners pay less from %(day)s", less)
    higher = ngettext("%(count)s partner pays more from %(day)s", "%(count)s partners pay more from %(day)s", more)
    words = []
    if less:
        words.append(fewer % {"count": writing.number(less), "day": since})
    if more:
        words.append(higher % {"count": writing.number(more), "day": since})
    return _("%(words)s.") % {"words": "; ".join(words)}


def _vat_sentences(differences: list[Difference], day: date) -> Iterator[str]:
    rates = {one.thing.key: (one.before, one.after) for one in differences}
    payers: Counter[str] = Counter()
    summed: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for country, kind, number, currency, yearly in _rows(_TAXED, countries=list(rates), day=day):
        treatment = vat_treatment_of(country=country, is_company=kind == OrganisationKind.COMPANY, vat_number=number)
        if is_taxed(treatment):
            old, new = rates[country]
            payers[currency] += 1
            summed[currency] += vat(net=yearly, rate=new[0] if new else Decimal(0))
            summed[currency] -= vat(net=yearly, rate=old[0] if old else Decimal(0))
    for currency in sorted(payers):
        values = {
            "count": writing.number(payers[currency]),
            "amount": writing.money(Money(abs(summed[currency]), currency)),
        }
        if summed[currency] < 0:
            words = ngettext(
                "%(count)s organisation pays %(amount)s less VAT a year, at list prices.",
                "%(count)s organisations pay %(amount)s less VAT a year, at list prices.",
                payers[currency],
            )
        else:
            words = ngettext(
                "%(count)s organisation pays %(amount)s more VAT a year, at list prices.",
                "%(count)s organisations pay %(amount)s more VAT a year, at list prices.",
                payers[currency],
            )
        yield words % values
    if not payers:
        yield _("Nobody who renews something now pays another VAT.")

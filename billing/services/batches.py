"""Renewals of many clients at once: priced from what is read in bulk, written in a handful of statements.

Line by line they are what :func:`billing.services.orders.renew` makes of one client after the other: the same pure
functions decide and price (rules 30 to 37), only the questions before them and the statements after them are for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils import timezone

from billing.choices import OrderKind
from billing.exceptions import NoPrice
from billing.models import Coverage, Invoice, Order, OrderLine
from billing.selectors.rates import RateBook, VatBook
from billing.services import earning
from billing.services.counting import Count
from billing.services.drafting import line_columns
from billing.services.earning import EarningLine
from billing.services.invoices import issue_invoices
from billing.services.orders import PLACED, due_at_start, renewed_together, resolve_failures
from billing.services.payments import LinesOf, pay_each_from_prepaid
from billing.services.quoting import (
    Quote,
    QuotedLine,
    Scope,
    Surroundings,
    Wanted,
    payer_of,
    price_item,
    scope_of,
)
from clients import selectors as client_selectors
from clients import services as client_services
from clients.choices import RenewalPayer
from clients.models import Product, Relationship
from partnerportal import bulk
from partnerportal.accounts.acting import SYSTEM
from partnerportal.accounts.models import Organisation
from partnerportal.audit import log
from partners.models import Partner


class Basket(NamedTuple):
    """What one payer renews of one client: through the paying partner's relationship, or the client itself."""

    client: Organisation
    relationship: Relationship | None
    products: tuple[Product, ...]


class Placed(NamedTuple):
    """A basket with the order that it became, and the columns of the order's lines."""

    quote: Quote
    order: Order
    lines: list[dict[str, Any]]


@dataclass(frozen=True)
class Failure:
    """A product that is not renewed, and why in a sentence."""

    product: Product
    reason: str


class Reading:
    """What the pricing of many baskets asks, read for all of them at once."""

    def __init__(self, products: Sequence[Product], relationship_ids: Sequence[int], now: datetime) -> None:
        """``relationship_ids``: of all clients, locked by the caller, as are the products."""
        self.today = timezone.localdate(now)
        self.book, self.vat = RateBook(self.today), VatBook(self.today)
        clients = {product.organisation_id for product in products}
        self.clients = {client.pk: client for client in Organisation.objects.filter(pk__among=clients)}
        self._active = {one.pk: one for one in Relationship.objects.active(now).filter(pk__among=relationship_ids)}
        active = Partner.objects.filter(pk__among={one.partner_id for one in self._active.values()})
        partners = {partner.pk: partner for partner in active.select_related("organisation")}
        for one in self._active.values():  # few partners for many relationships, so each is read once
            one.partner = partners[one.partner_id]
        self._managed = {one.client_id for one in self._active.values()}
        self._full = {one.client_id: one for one in self._active.values() if one.is_full}  # one at the most
        self._own = {own.pk: own for own in Partner.objects.approved().filter(pk__among=clients)}
        self.earners = client_selectors.earners_by_product(client_ids=clients, now=now)
        self._earning = {
            pk: self._active[earner].partner_id for pk, earner in self.earners.items() if earner in self._active
        }
        self._scopes: dict[tuple[int, int | None, bool], Scope] = {}
        self._client_units = client_selectors.units_by_client(client_ids=clients)
        paying = {one.partner_id for one in self._full.values() if one.is_paid_by_partner}
        counted = paying.union(self._earning.values(), self._own)
        self._partner_units = client_selectors.units_by_partner(partner_ids=counted, now=now)

    def paying(self, client_id: int) -> Relationship | None:
        """The relationship whose partner pays the renewals of a client, if there is one now (Q19)."""
        full = self._full.get(client_id)
        return full if full is not None and full.is_paid_by_partner else None

    def scope(self, item: Wanted, basket: Basket) -> Scope:
        """The case of the decision table for an item, and who earns in it."""
        product = item.renewed[0]
        client_id, earner = product.organisation_id, self.earners.get(product.pk)
        alike = client_id, earner, basket.relationship is not None
        if alike not in self._scopes:
            around = Surroundings(
                own=self._own.get(client_id),
                earner=self._active.get(earner) if earner else None,
                full=self._full.get(client_id),
                is_any_active=client_id in self._managed,
            )
            self._scopes[alike] = scope_of(around, basket.relationship)
        return self._scopes[alike]

    def quoted(self, item: Wanted, basket: Basket, currency: str) -> QuotedLine:
        """Price an item; active products are in every count they are looked up in. Raises NoPrice."""
        scope, family = self.scope(item, basket), item.offer.family_id
        client_count = Count(own=self._client_units.get((basket.client.pk, family), 0))
        partner_count = None
        if scope.partner is not None:
            own, at_clients = self._partner_units.get((scope.partner.pk, family), (0, 0))
            partner_count = Count(own, at_clients, renewed=self._foreign(family, scope.partner.pk, basket))
        return price_item(item, scope, partner_count, client_count, currency, self.book, self.today)

    def _foreign(self, family_id: int, partner_id: int, basket: Basket) -> int:
        """Units that the basket renews of a family and that are not in the partner's portfolio, but in another one's
        scope (Q13) or in nobody's: they come to its count, as in every order.
        """
        return sum(
            product.quantity
            for product in basket.products
            if product.offer.family_id == family_id
            and partner_id not in (product.organisation_id, self._earning.get(product.pk))
        )


def baskets_of(products: Iterable[Product], reading: Reading) -> tuple[list[Basket], list[Product]]:
    """Return what each payer renews of each client, and the products that nobody pays any more (Q19)."""
    grouped: dict[tuple[int, str], list[Product]] = defaultdict(list)
    for product in products:
        grouped[product.organisation_id, product.renewal_payer].append(product)
    baskets, unpaid = [], []
    for (client_id, payer), group in sorted(grouped.items()):
        relationship = reading.paying(client_id) if payer == RenewalPayer.PARTNER else None
        if payer == RenewalPayer.PARTNER and relationship is None:
            unpaid += group
            continue
        baskets.append(Basket(reading.clients[client_id], relationship, tuple(group)))
    return baskets, unpaid


def price(basket: Basket, reading: Reading) -> tuple[Quote | None, list[Failure]]:
    """Price a basket; what has no price is left out and told. None if nothing is left."""
    payer = payer_of(basket.client, basket.relationship)
    failures: list[Failure] = []
    try:
        treatment, vat_rate = reading.vat.of(payer)
    except NoPrice as reason:
        return None, [Failure(product, str(reason)) for product in basket.products]
    lines = []
    for item in renewed_together(basket.products, reading.earners):
        try:
            lines.append(reading.quoted(item, basket, payer.currency))
        except NoPrice as reason:
            failures += [Failure(product, str(reason)) for product in item.renewed]
    quote = Quote(basket.client, payer, basket.relationship, payer.currency, tuple(lines), treatment, vat_rate)
    return (quote if lines else None), failures


def write(quotes: Sequence[Quote], book: VatBook, *, on: date, now: datetime) -> int:
    """Write renewals as they were quoted: orders, lines, periods, products, invoices, payments. Few statements do it.

    An invoice is paid from the payer's prepaid account if that holds the whole of it, else it stays open, due on the
    day on which the first of its periods begins. Return how many are paid.
    """
    placed = _place(quotes, now)
    lines = {one.order.pk: [EarningLine.of_columns(one.order, line) for line in one.lines] for one in placed}
    earning.note_rebates([line for some in lines.values() for line in some], now=now)
    _renew_products(placed, on=on, now=now)
    _record(placed, now)
    nets = [(one.order, one.quote.charged_net) for one in placed]
    today = timezone.localdate(now)
    due = {one.order.pk: due_at_start(one.quote, today) for one in placed}
    invoices = issue_invoices(nets=nets, actor=SYSTEM, now=now, due=due, book=book)
    return pay(invoices, {order: [line for line in some if line.earns_cashback] for order, some in lines.items()}, now)


def pay(invoices: Sequence[Invoice], lines: LinesOf, now: datetime) -> int:
    """Pay what the prepaid accounts hold enough for, and again with the cashback that this has credited; return how
    many of these new invoices are paid.
    """
    hopeful = [invoice for invoice in invoices if invoice.open_amount]
    while hopeful:
        paid = set(pay_each_from_prepaid(invoices=hopeful, lines=lines, actor=SYSTEM, now=now))
        credited = {line.partner_id for one in hopeful if one.pk in paid for line in lines[one.order_id]}
        hopeful = [one for one in invoices if one.open_amount and one.payer_id in credited]
    return sum(not invoice.open_amount for invoice in invoices)


def _place(quotes: Sequence[Quote], now: datetime) -> list[Placed]:
    placed = [Placed(quote, _order(quote, now), line_columns(quote)) for quote in quotes]
    bulk.add([one.order for one in placed])
    keys = iter(bulk.take_keys(OrderLine, sum(len(one.lines) for one in placed)))
    for one in placed:
        for line in one.lines:
            line["id"], line["order_id"] = next(keys), one.order.pk
    bulk.add_columns(OrderLine, [line for one in placed for line in one.lines])
    return placed


def _order(quote: Quote, now: datetime) -> Order:
    first = quote.lines[0].wanted.renewed[0]
    return Order(
        kind=OrderKind.RENEWAL,
        client=quote.client,
        payer=quote.payer,
        relationship=quote.relationship,
        partner_id=quote.relationship.partner_id if quote.relationship else None,
        currency=quote.currency,
        placed_at=now,
        placed_by_id=SYSTEM.user_id,
        placed_by_label=SYSTEM.label,
        key=f"automatic-{first.pk}-{first.renews_on}",
    )


def _renew_products(placed: Sequence[Placed], *, on: date, now: datetime) -> None:
    coverages, products, paid_until = [], [], {}
    for one in placed:
        for quoted, line in zip(one.quote.lines, one.lines, strict=True):
            for product in quoted.wanted.renewed:
                coverages.append(
                    {
                        "line_id": line["id"],
                        "product_id": product.pk,
                        "period_start": quoted.period_start,
                        "units": product.renewed_quantity,
                        "is_extension": False,
                    }
                )
                products.append(product)
                paid_until[product.pk] = quoted.period_end
    bulk.add_columns(Coverage, coverages)
    client_services.renew_products(products=products, paid_until=paid_until, on=on)
    resolve_failures(list(paid_until), now=now)


def _record(placed: Sequence[Placed], now: datetime) -> None:
    acts = [
        log.Act(order, quote.client, quote.relationship.pk if quote.relationship else None, _changes(quote))
        for quote, order, _lines in placed
    ]
    log.record_each(at=now, actor=SYSTEM, action=PLACED[OrderKind.RENEWAL], acts=acts)


def _changes(quote: Quote) -> dict[str, Any]:
    return {"lines": [f"{quoted.wanted.quantity} × {quoted.wanted.offer.name}" for quoted in quote.lines]}

"""Orders and renewals: decide, price, snapshot, install, invoice. Rules 23 to 37, Q3, Q11, Q12, Q38."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.choices import OrderKind, Outcome
from billing.exceptions import OrderRefused
from billing.models import Coverage, Invoice, Order, OrderLine
from billing.pricing import Case, Line, Rates, price_line
from billing.pricing import Outcome as Priced
from billing.selectors.rates import RateBook
from billing.services.invoices import issue_invoice
from clients import selectors as client_selectors
from clients import services as client_services
from clients.choices import Payer, ProductState, RenewalPayer
from clients.models import Product, Relationship
from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.accounts.models import Organisation
from partnerportal.audit import log
from partnerportal.catalogue.models import Offer, Period
from partners.models import Partner

PERIODS = {Period.MONTH: relativedelta(months=1), Period.YEAR: relativedelta(years=1)}
MAX_UNITS = 10_000  # of one line: more is a slip of the finger, and each unit may become a row


@dataclass(frozen=True)
class Item:
    """One thing to order: so many units of an offer, new or (``extends``) added to a product that is there."""

    offer: Offer
    quantity: int
    extends: Product | None = None
    name: str = ""


@dataclass(frozen=True)
class _Wanted:
    """An item on its way to a line: with the products that are renewed, if it is a renewal."""

    offer: Offer
    quantity: int
    extends: Product | None
    name: str
    renewed: tuple[Product, ...] = ()

    @property
    def touched(self) -> Product | None:
        """The product whose scope decides (rows 5, 6, 11); None for something new."""
        return self.extends or (self.renewed[0] if self.renewed else None)


@dataclass(frozen=True)
class QuotedLine:
    """A priced line with what its snapshot needs."""

    wanted: _Wanted
    rates: Rates
    version: dict[str, Any]
    line: Line
    earner: Relationship | None
    earning_partner: Partner | None
    partner_count: int | None
    client_count: int
    period_start: date
    period_end: date


@dataclass(frozen=True)
class Quote:
    """What an order would be: who pays, and every line explained."""

    client: Organisation
    payer: Organisation
    relationship: Relationship | None
    currency: str
    lines: tuple[QuotedLine, ...]

    @property
    def charged_net(self) -> Decimal:
        """What is charged, net."""
        return sum((quoted.line.charged_net or Decimal(0) for quoted in self.lines), Decimal("0.00"))


def quote_order(*, client_id: int, items: Sequence[Item], relationship_id: int | None, now: datetime) -> Quote:
    """Price an order without placing it. ``relationship_id``: through which a partner orders; None for the client's own
    people. Raises :class:`OrderRefused` with the rule in words, NoPrice.
    """
    wanted = [_Wanted(item.offer, item.quantity, item.extends, item.name) for item in items]
    return _quote(client_id, wanted, relationship_id, now, is_binding=False)


@transaction.atomic
def place_order(
    *,
    client_id: int,
    items: Sequence[Item],
    relationship_id: int | None,
    key: str,
    actor: Acting,
    now: datetime,
) -> Order:
    """Order for a client's organisation: products are installed there (rule 23), the payer gets the invoice.

    ``key``: made with the form; a repeated request returns the order that it placed the first time. Terms are those of
    ``now`` and stay (Q11). Raises :class:`OrderRefused`, NoPrice.
    """
    client = _locked_client(client_id)
    known = Order.objects.filter(key=key, client=client).first()
    if known is not None:
        return known
    if not items:
        raise OrderRefused(_("Choose at least one offer."))
    for item in items:
        if not 1 <= item.quantity <= MAX_UNITS:
            raise OrderRefused(_("Order between 1 and 10,000 units at a time."), field="quantity")
        if not item.offer.is_sold:
            raise OrderRefused(_("This offer is no longer sold."), field="offer")
    wanted = [_Wanted(item.offer, item.quantity, item.extends, item.name) for item in items]
    quote = _quote(client_id, wanted, relationship_id, now, is_binding=True)
    return _write(quote, OrderKind.ORDER, key=key, actor=actor, now=now)


@transaction.atomic
def renew(
    *,
    client_id: int,
    product_ids: Sequence[int],
    relationship_id: int | None,
    key: str,
    actor: Acting,
    now: datetime,
) -> Order:
    """Renew products of a client by one period each; equal offers in the same scope become one line, rounded once.

    Raises :class:`OrderRefused` for a product that is not the client's or was terminated, and as :func:`place_order`.
    """
    client = _locked_client(client_id)
    known = Order.objects.filter(key=key, client=client).first()
    if known is not None:
        return known
    renewable = Product.objects.select_for_update(of=("self",)).in_use().filter(organisation=client_id)
    products = list(renewable.filter(pk__in=product_ids).select_related("offer__family").order_by("offer", "pk"))
    if len(products) != len(set(product_ids)) or not products:
        raise OrderRefused(_("A product that you chose is no longer there. Look at the list again."))
    earners = dict(Product.objects.filter(pk__in=product_ids).with_earner().values_list("pk", "earner_relationship"))
    groups: dict[tuple[int, int | None, date], list[Product]] = {}
    for product in products:
        groups.setdefault((product.offer_id, earners[product.pk], product.renews_on), []).append(product)
    wanted = [
        _Wanted(group[0].offer, sum(product.quantity for product in group), None, group[0].name, tuple(group))
        for group in groups.values()
    ]
    quote = _quote(client_id, wanted, relationship_id, now, is_binding=True)
    return _write(quote, OrderKind.RENEWAL, key=key, actor=actor, now=now)


def _locked_client(client_id: int) -> Organisation:
    """Load the client under its lock: counts are read and products added by one order at a time."""
    return Organisation.objects.select_for_update().get(pk=client_id)


def _quote(
    client_id: int, wanted: Sequence[_Wanted], relationship_id: int | None, now: datetime, *, is_binding: bool
) -> Quote:
    client = Organisation.objects.get(pk=client_id)
    relationship = _ordering_relationship(client_id, relationship_id, is_binding=is_binding)
    payer = client
    if relationship is not None and relationship.is_paid_by_partner:
        payer = relationship.partner.organisation
    currency = payer.currency  # the payer's address decides the currency of its invoices (rule 44)
    book = RateBook(timezone.localdate(now))
    counter = _Counter(client_id, wanted)
    lines = tuple(_quote_line(item, client, relationship, currency, book, counter, now) for item in wanted)
    return Quote(client, payer, relationship, currency, lines)


def _ordering_relationship(client_id: int, relationship_id: int | None, *, is_binding: bool) -> Relationship | None:
    """Return the relationship through which a partner orders; rows 7 and 9 are refused here."""
    if relationship_id is None:
        return None
    active = Relationship.objects.active().select_related("partner__organisation")
    if is_binding:  # an order and the end of its relationship take turns
        active = active.select_for_update(of=("self",))
    found = active.filter(pk=relationship_id, client=client_id).first()
    if found is None:
        raise OrderRefused(_("You have no access to this client any more, so you cannot order for it."))
    if not found.is_full:
        raise OrderRefused(_("With limited access only the client orders and renews. Ask it for full access."))
    return found


def _quote_line(
    item: _Wanted,
    client: Organisation,
    relationship: Relationship | None,
    currency: str,
    book: RateBook,
    counter: _Counter,
    now: datetime,
) -> QuotedLine:
    case, earner, partner = _scope(item, client, relationship)
    rates = book.rates(offer=item.offer, currency=currency)
    client_count = counter.client(item)
    partner_count = counter.partner(item, partner.pk) if partner is not None else None
    line = price_line(
        rates=rates,
        quantity=item.quantity,
        case=case,
        partner_count=partner_count or 0,
        client_count=client_count,
        client_degressive=settings.PROGRAMME["client_degressive"],
    )
    start, end = _period(item, timezone.localdate(now))
    version = book.version(offer=item.offer, currency=currency)
    return QuotedLine(item, rates, version, line, earner, partner, partner_count, client_count, start, end)


def _scope(
    item: _Wanted, client: Organisation, relationship: Relationship | None
) -> tuple[Case, Relationship | None, Partner | None]:
    """Return the case of the decision table, and who earns in it."""
    if relationship is not None:
        payer = "partner" if relationship.is_paid_by_partner else "client"
        return Case(access="full", ordered_by="partner", payer=payer), relationship, relationship.partner
    own = Partner.objects.approved().filter(pk=client.pk).first()
    if own is not None:
        return Case(access="full", ordered_by="partner", payer="partner", is_own_organisation=True), None, own
    earner = _earner(item, client)
    if earner is None:
        has_limited = Relationship.objects.active().filter(client=client).exists()
        access = "limited" if has_limited else "none"
        return Case(access=access, ordered_by="client", is_managed=False), None, None
    if earner.is_full:
        payer = "partner" if earner.is_paid_by_partner else "client"
        return Case(access="full", ordered_by="client", payer=payer), earner, earner.partner
    has_full = Relationship.objects.active().filter(client=client, access="FULL").first()
    if has_full is not None:
        payer = "partner" if has_full.is_paid_by_partner else "client"
        case = Case(access="full", ordered_by="client", payer=payer, earns_for_limited_partner=True)
        return case, earner, earner.partner
    return Case(access="limited", ordered_by="client", is_managed=True), earner, earner.partner


def _earner(item: _Wanted, client: Organisation) -> Relationship | None:
    """Return the relationship that earns on an item that the client orders itself: new things fall to full access."""
    relationships = Relationship.objects.active().select_related("partner__organisation")
    if item.touched is None:
        return relationships.filter(client=client, access="FULL").first()
    found = (
        Product.objects.filter(pk=item.touched.pk).with_earner().values_list("earner_relationship", flat=True).first()
    )
    return relationships.filter(pk=found).first() if found else None


class _Counter:
    """Counts what degressive steps are read from (Q3, Q4): what runs and what is ordered; renewed ones run already."""

    def __init__(self, client_id: int, wanted: Sequence[_Wanted]) -> None:
        self.client_id = client_id
        self.ordered: dict[int, int] = {}
        for item in wanted:
            if not item.renewed:
                self.ordered[item.offer.family_id] = self.ordered.get(item.offer.family_id, 0) + item.quantity

    def client(self, item: _Wanted) -> int:
        """The client's own count."""
        own = Product.objects.filter(organisation=self.client_id)
        return self._with_ordered(item, own)

    def partner(self, item: _Wanted, partner_id: int) -> int:
        """The partner's portfolio: its own organisation, and what is in its scope at active clients."""
        return self._with_ordered(item, Product.objects.managed_by(partner_id))

    def _with_ordered(self, item: _Wanted, products: Any) -> int:
        family = item.offer.family_id
        running = client_selectors.units_of_family(products=products, family_id=family)
        # A blocked product that is being renewed runs again with this order.
        revived = sum(product.quantity for product in item.renewed if product.state != ProductState.ACTIVE)
        return running + revived + self.ordered.get(family, 0)


def _period(item: _Wanted, today: date) -> tuple[date, date]:
    start = item.renewed[0].renews_on if item.renewed else today
    return start, start + PERIODS[Period(item.offer.period)]


def _write(quote: Quote, kind: str, *, key: str, actor: Acting, now: datetime) -> Order:
    order = Order.objects.create(
        kind=kind,
        client=quote.client,
        payer=quote.payer,
        relationship=quote.relationship,
        partner_id=quote.relationship.partner_id if quote.relationship else None,
        currency=quote.currency,
        placed_at=now,
        placed_by_id=actor.user_id,
        placed_by_label=actor.label,
        key=key,
    )
    for position, quoted in enumerate(quote.lines, start=1):
        line = _write_line(order, position, quoted)
        _install(line, quoted, order, now)
    log.record(
        at=now,
        actor=actor,
        action="billing.order.placed" if kind == OrderKind.ORDER else "billing.renewal.placed",
        subject=order,
        organisation=quote.client,
        relationship_id=quote.relationship.pk if quote.relationship else None,
        changes={"lines": [f"{quoted.wanted.quantity} × {quoted.wanted.offer.name}" for quoted in quote.lines]},
    )
    invoice: Invoice = issue_invoice(order=order, actor=SYSTEM, now=now)
    order.invoice = invoice
    return order


def _write_line(order: Order, position: int, quoted: QuotedLine) -> OrderLine:
    line = quoted.line
    earns = line.outcome in (Priced.REBATE, Priced.CASHBACK)
    return OrderLine.objects.create(
        order=order,
        position=position,
        offer=quoted.wanted.offer,
        offer_name=quoted.wanted.offer.name,
        period=quoted.wanted.offer.period,
        quantity=quoted.wanted.quantity,
        period_start=quoted.period_start,
        period_end=quoted.period_end,
        public_unit=quoted.rates.public_unit,
        public_net=line.public_net,
        charged_net=line.charged_net,
        client_degressive_rate=line.client_degressive_rate,
        client_count=quoted.client_count,
        outcome=Outcome[line.outcome.name],
        reason=line.reason.value,
        earner=quoted.earner if earns else None,
        earning_partner=quoted.earning_partner if earns else None,
        after_partner_rate=line.after_partner_rate,
        preferential_net=line.preferential_net,
        partner_rate=line.partner_rate,
        partner_degressive_rate=line.partner_degressive_rate,
        partner_count=quoted.partner_count,
        cashback=line.cashback,
        rates=quoted.version,
        steps=[
            {
                "label": step.label,
                "amount": str(step.amount),
                "rate": None if step.rate is None else str(step.rate),
                "count": step.count,
            }
            for step in line.steps
        ],
    )


def _install(line: OrderLine, quoted: QuotedLine, order: Order, now: datetime) -> None:
    wanted = quoted.wanted
    paid_by_partner = order.relationship is not None and order.relationship.payer == Payer.PARTNER
    payer = RenewalPayer.PARTNER if paid_by_partner else RenewalPayer.CLIENT
    if wanted.renewed:
        products = list(wanted.renewed)
        for product in products:
            client_services.renew_product(product=product, paid_until=quoted.period_end, renewal_payer=payer)
    elif wanted.extends is not None:
        client_services.extend_product(product=wanted.extends, units=wanted.quantity)
        products = [wanted.extends]
    else:
        products = client_services.add_products(
            organisation_id=order.client_id,
            offer=wanted.offer,
            quantity=wanted.quantity,
            name=wanted.name or wanted.offer.name,
            paid_until=quoted.period_end,
            renewal_payer=payer,
            now=now,
        )
    Coverage.objects.bulk_create(
        [
            Coverage(
                line=line,
                product=product,
                period_start=quoted.period_start,
                is_extension=wanted.extends is not None,
            )
            for product in products
        ]
    )

"""Orders and renewals: decide, price, snapshot, install, invoice. Rules 23 to 37, Q3, Q11, Q12, Q38."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import selectors
from billing.choices import OrderKind
from billing.exceptions import NoPrice, OrderRefused, PriceChanged, Rule, Way, WayOut
from billing.models import Coverage, Invoice, Order, OrderLine, RenewalFailure
from billing.services import earning
from billing.services.drafting import drafted_lines
from billing.services.earning import EarningLine
from billing.services.invoices import issue_invoices
from billing.services.items import check_item, check_periods, product_gone, wanted_of
from billing.services.periods import paid_periods
from billing.services.quoting import Item, Quote, QuotedLine, Wanted, quote_items
from clients import services as client_services
from clients.choices import Payer, RelationshipState, RenewalPayer
from clients.models import Product, Relationship
from clients.querysets import ProductQuerySet
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.models import Organisation
from partnerportal.audit import log
from partners.models import Partner

PLACED = {
    OrderKind.ORDER: "billing.order.placed",
    OrderKind.RENEWAL: "billing.renewal.placed",
    OrderKind.CHANGE: "billing.plan.changed",
    OrderKind.UNITS: "billing.units.added",
}


def quote_order(*, client_id: int, items: Sequence[Item], relationship_id: int | None, now: datetime) -> Quote:
    """Price an order without placing it. ``relationship_id``: through which a partner orders; None for the client's own
    people. Raises :class:`OrderRefused` with the rule in words, NoPrice.
    """
    for item in items:
        check_periods(item)
    return quote_items(client_id, [wanted_of(item) for item in items], relationship_id, now)


def quote_renewal(*, client_id: int, product_ids: Sequence[int], relationship_id: int | None, now: datetime) -> Quote:
    """Price a renewal without placing it; arguments and refusals of :func:`renew`."""
    wanted = _wanted_renewals(client_id, product_ids, Product.objects.all())
    return quote_items(client_id, wanted, relationship_id, now)


def quote_next_renewal(*, products: Sequence[Product], now: datetime) -> Quote | None:
    """Price the next renewal of products of one owner and payer, as it would be placed now; None if nobody would pay
    it, or it has no price.
    """
    client_id = products[0].organisation_id
    try:
        relationship_id = renewing_relationship(products[0])
        ids = [product.pk for product in products]
        return quote_renewal(client_id=client_id, product_ids=ids, relationship_id=relationship_id, now=now)
    except (OrderRefused, NoPrice):
        return None


def renewing_relationship(product: Product) -> int | None:
    """Return the relationship through which a product's next renewal is placed; None where its owner pays.

    Raises :class:`OrderRefused` where nobody does (Q19): the partner's access is over, it pays no more, or its standing
    does not hold.
    """
    if product.renewal_payer == RenewalPayer.CLIENT:
        return None
    paying = Relationship.objects.active().filter(client=product.organisation_id, payer=Payer.PARTNER)
    found: int | None = paying.values_list("pk", flat=True).first()
    if product.renewal_payer == RenewalPayer.NOBODY or found is None:
        raise OrderRefused(_("Nobody pays this renewal. Its owner chooses who does."), rule=Rule.PAYER)
    return found


@transaction.atomic
def place_order(
    *,
    client_id: int,
    items: Sequence[Item],
    relationship_id: int | None,
    key: str,
    actor: Acting,
    now: datetime,
    shown: str | None = None,
) -> Order:
    """Order for a client's organisation: products are installed there (rule 23), the payer gets the invoice.

    ``key``: made with the form; a repeated request returns the order that it placed the first time, and one that asks
    for something else under the same key is refused. ``shown``: the quote's, as the person saw it; None where nobody
    was shown one. Terms are those of ``now`` and stay (Q11). Raises :class:`OrderRefused`, NoPrice, and
    :class:`PriceChanged` if it would be another order than the one that was shown.
    """
    lock_scope(client_id)
    known = Order.objects.filter(key=key, client=client_id).first()
    if known is not None:
        asked = [(item.offer.pk, item.quantity, item.periods) for item in items]
        placed = known.lines.order_by("position").values_list("offer", "quantity", "periods")
        return repeated(known, list(placed) == asked)
    if not items:
        raise OrderRefused(_("Choose at least one offer."), rule=Rule.NOTHING, ways=(Way(WayOut.OTHER_OFFER),))
    for item in items:
        check_item(item)
    wanted = [wanted_of(item) for item in items]
    quote = as_shown(quote_items(client_id, wanted, relationship_id, now), shown)
    return write_order(quote, OrderKind.ORDER, key=key, actor=actor, now=now)


@transaction.atomic
def renew(
    *,
    client_id: int,
    product_ids: Sequence[int],
    relationship_id: int | None,
    key: str,
    actor: Acting,
    now: datetime,
    shown: str | None = None,
    is_due_at_start: bool = False,
) -> Order:
    """Renew products of a client by one period each; equal offers in the same scope become one line, rounded once.

    ``is_due_at_start``: the invoice is due on the day on which the first of the periods begins, as of renewals that
    nobody asked for; else it has the usual time. Raises :class:`OrderRefused` for a product that is not the client's,
    was cancelled or terminated, and as :func:`place_order`.
    """
    lock_scope(client_id)
    known = Order.objects.filter(key=key, client=client_id).first()
    if known is not None:
        renewed = Coverage.objects.filter(line__order=known).values_list("product", flat=True)
        return repeated(known, known.kind == OrderKind.RENEWAL and set(renewed) == set(product_ids))
    wanted = _wanted_renewals(client_id, product_ids, Product.objects.select_for_update(of=("self",)))
    quote = as_shown(quote_items(client_id, wanted, relationship_id, now), shown)
    due = due_at_start(quote, timezone.localdate(now)) if is_due_at_start else None
    return write_order(quote, OrderKind.RENEWAL, key=key, actor=actor, now=now, due=due)


def due_at_start(quote: Quote, today: date) -> date:
    """Return until when a renewal that nobody asked for is to be paid: the day on which the first period begins."""
    return max(today, min(quoted.period_start for quoted in quote.lines))


@dataclass(frozen=True)
class Share:
    """What is renewed of one client: its own people, or the partner that pays through ``relationship_id``."""

    client_id: int
    product_ids: tuple[int, ...]
    relationship_id: int | None


def quote_renewals(*, shares: Sequence[Share], now: datetime) -> list[Quote]:
    """Price renewals of many clients without placing them; refusals of :func:`renew`."""
    return [
        quote_renewal(
            client_id=one.client_id, product_ids=one.product_ids, relationship_id=one.relationship_id, now=now
        )
        for one in shares
    ]


def shown_together(quotes: Sequence[Quote]) -> str:
    """Return what a page shows of many quotes, in short, for its form to carry."""
    return " | ".join(quote.shown for quote in quotes)


@transaction.atomic
def renew_for_clients(*, shares: Sequence[Share], key: str, shown: str, actor: Acting, now: datetime) -> list[Order]:
    """Renew products of many clients, an order and an invoice for each: all of it or nothing.

    ``key`` and ``shown`` (:func:`shown_together`) as for :func:`renew`, which says what is refused.
    """
    lock_scope(*(one.client_id for one in shares))
    keys = {one.client_id: f"{key}-{one.client_id}" for one in shares}
    known = Order.objects.filter(key__in=keys.values(), client__in=keys).order_by("pk")
    if 0 < len(known) < len(keys):  # all or nothing was ordered, so this is another choice
        repeated(known[0], is_same=False)
    if not known and shown != shown_together(quote_renewals(shares=shares, now=now)):
        raise PriceChanged(_("Look at the prices below before you renew: they are not those that you were shown."))
    return [
        renew(
            client_id=one.client_id,
            product_ids=one.product_ids,
            relationship_id=one.relationship_id,
            key=keys[one.client_id],
            actor=actor,
            now=now,
        )
        for one in shares
    ]


def _wanted_renewals(client_id: int, product_ids: Sequence[int], products: ProductQuerySet) -> list[Wanted]:
    """Return what is renewed, if all of it may be."""
    renewable = products.in_use().filter(organisation=client_id, pk__in=product_ids)
    # A plan that was chosen while we waited for the product is read after it: a join would say that there is none.
    related = renewable.select_related("offer__family").prefetch_related("next_offer__family")
    # Held by number, as payments and the night hold them; sorted only then.
    found = sorted(related.order_by("pk"), key=lambda product: product.offer_id)
    if len(found) != len(set(product_ids)) or not found:
        raise product_gone()
    cancelled = next((product for product in found if product.is_cancelled), None)
    if cancelled is not None:
        message = _("%(product)s is cancelled. Its owner takes the cancellation back before it is renewed.")
        raise OrderRefused(message % {"product": cancelled}, rule=Rule.PRODUCT, ways=(Way(WayOut.SEE_PRODUCTS),))
    earners = dict(Product.objects.filter(pk__in=product_ids).with_earner().values_list("pk", "earner_relationship"))
    return renewed_together(found, earners)


def renewed_together(products: Sequence[Product], earners: Mapping[int, int | None]) -> list[Wanted]:
    """Group what is renewed: equal offers in the same scope (``earners``: by product), due on one day, become
    one line.

    The products come ordered by offer, then by their number.
    """
    groups: dict[tuple[int, int | None, date, int | None], list[Product]] = {}
    for product in products:
        alike = (
            product.next_offer_id or product.offer_id,
            earners.get(product.pk),
            product.renews_on,
            product.anchor_day,
        )
        groups.setdefault(alike, []).append(product)
    return [
        Wanted(group[0].renewed_offer, sum(product.renewed_quantity for product in group), group[0].name, tuple(group))
        for group in groups.values()
    ]


def lock_scope(*client_ids: int) -> list[int]:
    """Make orders take turns with whatever decides about them, in the one order of locks that all services keep:
    organisation, partner, relationship, product. Return the active relationships of these clients.

    Counts are read and products added by one order at a time, at the client and in the portfolio of each partner that
    could earn (Q3); a relationship ends before an order or after it.
    """
    organisations = Organisation.objects.filter(pk__among=client_ids).order_by("pk")
    list(organisations.select_for_update(no_key=True).values_list("pk"))
    relationships = Relationship.objects.filter(client__among=client_ids, state=RelationshipState.ACTIVE).order_by("pk")
    partners = Partner.objects.filter(Q(pk__among=client_ids) | Q(pk__in=relationships.values("partner")))
    list(partners.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    return list(relationships.select_for_update(no_key=True).values_list("pk", flat=True))


def repeated(known: Order, is_same: bool) -> Order:
    """Return the order that was placed under this key, unless something else was asked for this time."""
    if not is_same:
        raise OrderRefused(
            _("This form was sent before, with other content. See your orders, and start anew for what is missing."),
            rule=Rule.ONCE,
            ways=(Way(WayOut.SEE_ORDER, pk=known.pk), Way(WayOut.START_ANEW)),
        )
    return known


def as_shown(quote: Quote, shown: str | None) -> Quote:
    """Return a quote made under the locks, unless the person was shown another one (promise 3)."""
    if shown is not None and shown != quote.shown:
        raise PriceChanged(
            _(
                "Look at the price below before you order: it is not the one that you were shown, or not for the same "
                "payer."
            )
        )
    return quote


def write_order(quote: Quote, kind: str, *, key: str, actor: Acting, now: datetime, due: date | None = None) -> Order:
    """Write what was quoted: order, lines, products, invoice. The caller holds the locks of :func:`lock_scope`.

    ``due``: until when the invoice is to be paid; None for the usual time.
    """
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
    lines = drafted_lines(quote, order)
    for line, quoted in zip(lines, quote.lines, strict=True):
        line.save()
        _install(line, quoted, order, now)
    earning.note_rebates([EarningLine.of(line) for line in lines], now=now)
    log.record(
        at=now,
        actor=actor,
        action=PLACED[OrderKind(kind)],
        subject=order,
        organisation=quote.client,
        relationship_id=quote.relationship.pk if quote.relationship else None,
        changes={"lines": [f"{quoted.wanted.quantity} × {quoted.wanted.offer.name}" for quoted in quote.lines]},
    )
    dues = {} if due is None else {order.pk: due}
    invoice: Invoice = issue_invoices(nets=[(order, quote.charged_net)], actor=actor, now=now, due=dues)[0]
    order.invoice = invoice
    return order


def resolve_failures(product_ids: Collection[int], *, now: datetime) -> None:
    """What is renewed leaves staff's queue, whoever renews it. The caller holds the products."""
    waiting = RenewalFailure.objects.filter(product__among=product_ids, resolved_at=None)
    waiting.update(resolved_at=now)


def _units(wanted: Wanted, product: Product) -> int:
    """Return of how many units of a product a line is: those that come to it, or those that it has in that period."""
    if wanted.extends is not None:
        return wanted.quantity
    return product.renewed_quantity if wanted.renewed else product.quantity


def _install(line: OrderLine, quoted: QuotedLine, order: Order, now: datetime) -> None:
    wanted = quoted.wanted
    paid_by_partner = order.relationship is not None and order.relationship.payer == Payer.PARTNER
    payer = RenewalPayer.PARTNER if paid_by_partner else RenewalPayer.CLIENT
    if wanted.renewed:
        products = list(wanted.renewed)
        today = timezone.localdate(now)
        unpaid = selectors.unpaid_since(product_ids=[product.pk for product in products], on=today)
        resolve_failures([product.pk for product in products], now=now)
        for product in products:
            client_services.renew_product(
                product=product,
                paid_until=quoted.period_end,
                renewal_payer=payer,
                on=today,
                is_settled=product.pk not in unpaid,
            )
    elif wanted.changed is not None:
        client_services.change_offer(product=wanted.changed, offer=wanted.offer)
        products = [wanted.changed]
    elif wanted.extends is not None:
        client_services.extend_product(product=wanted.extends, units=wanted.quantity)
        products = [wanted.extends]
    else:
        products = client_services.add_products(
            organisation_id=order.client_id,
            offer=wanted.offer,
            quantity=wanted.quantity,
            name=wanted.name or wanted.offer.name,
            paid_from=quoted.period_start,
            paid_until=quoted.period_end,
            renewal_payer=payer,
            now=now,
        )
    Coverage.objects.bulk_create(
        [
            Coverage(
                line=line,
                product=product,
                period_start=start,
                units=_units(wanted, product),
                is_extension=not wanted.renewed and wanted.touched is not None,
            )
            for product in products
            for start in paid_periods(quoted)
        ]
    )

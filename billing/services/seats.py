"""More units of a product that is there, such as seats: at once, for what is left of the period that runs.

Section 9, Q3, Q4; rules 32, 33 and 36 hold for the part of a price as for any price.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.choices import OrderKind
from billing.exceptions import NoPrice, OrderRefused, Rule, Way, WayOut
from billing.models import Coverage, Order
from billing.services.items import check_sold, check_units, product_gone
from billing.services.orders import as_shown, lock_scope, renewing_relationship, repeated, write_order
from billing.services.quoting import Quote, Wanted, quote_items
from clients.choices import ProductState
from clients.models import Product
from clients.querysets import ProductQuerySet
from partnerportal.accounts.acting import Acting
from partnerportal.web import writing


def quote_units(*, client_id: int, product_id: int, units: int, relationship_id: int | None, now: datetime) -> Quote:
    """Price more units of a product without ordering them; arguments and refusals of :func:`add_units`."""
    product = _extensible(Product.objects.all(), client_id, product_id, now)
    check_units(units)
    return quote_items(client_id, [_more(product, units)], relationship_id, now)


def quote_renewal_of_units(*, product_id: int, units: int, now: datetime) -> Quote | None:
    """Price the next renewal of a product as it would be placed now if it were of so many units, more or fewer than it
    has; more are added before. None if nobody would pay it, or it has no price.
    """
    product = Product.objects.select_related("offer__family", "next_offer__family").get(pk=product_id)
    renewal = Wanted(product.renewed_offer, units, product.name, renewed=(product,))
    added = [_more(product, units - product.quantity)] if units > product.quantity else []
    try:
        through = renewing_relationship(product)
        return quote_items(product.organisation_id, [renewal], through, now, beside=added)
    except (OrderRefused, NoPrice):
        return None


@transaction.atomic
def add_units(
    *,
    client_id: int,
    product_id: int,
    units: int,
    relationship_id: int | None,
    key: str,
    actor: Acting,
    now: datetime,
    shown: str | None = None,
) -> Order:
    """Order more units of a product: they join it at once, at their price for what is left of what is paid.

    Its next renewal is of all its units together, paid by whoever pays it then. ``key`` and ``shown`` as for
    :func:`billing.services.orders.place_order`. Raises :class:`OrderRefused` for a product that is not counted in
    units, is not paid, or ends, for an offer that is not sold any more, and as every order; NoPrice; PriceChanged.
    """
    lock_scope(client_id)
    known = Order.objects.filter(key=key, client=client_id).first()
    if known is not None:
        same = Coverage.objects.filter(line__order=known, product=product_id, units=units)
        return repeated(known, known.kind == OrderKind.UNITS and same.exists())
    product = _extensible(Product.objects.select_for_update(of=("self",)), client_id, product_id, now)
    check_units(units)
    quote = as_shown(quote_items(client_id, [_more(product, units)], relationship_id, now), shown)
    return write_order(quote, OrderKind.UNITS, key=key, actor=actor, now=now)


def _more(product: Product, units: int) -> Wanted:
    return Wanted(product.offer, units, product.name, extends=product)


def _extensible(products: ProductQuerySet, client_id: int, product_id: int, now: datetime) -> Product:
    """Return a product that units may join: it is counted in units, works, is paid, and goes on."""
    found = products.in_use().filter(organisation=client_id, pk=product_id)
    product = found.select_related("offer__family", "organisation").first()
    if product is None:
        raise product_gone()
    if product.offer.is_per_unit:
        message = _("Each %(offer)s is a product of its own, so nothing can be added to this one.")
        ways = (Way(WayOut.ANOTHER, pk=product.offer_id, name=product.offer.name),) if product.offer.is_sold else ()
        raise OrderRefused(message % {"offer": product.offer}, rule=Rule.JOINING, ways=(*ways, _see(product)))
    if product.next_quantity is not None:
        raise OrderRefused(_fewer_in_words(product), rule=Rule.JOINING, ways=(Way(WayOut.SEE_RENEWAL, pk=product.pk),))
    if product.is_cancelled:
        message = _("It is cancelled. Its owner takes the cancellation back before units are added.")
        raise OrderRefused(message, rule=Rule.JOINING, ways=(_see(product),))
    is_behind = product.renews_on <= timezone.localdate(now) or product.overdue_since is not None
    if is_behind or product.state != ProductState.ACTIVE:
        message = _("It is not paid. Pay or renew it before you add units.")
        raise OrderRefused(message, rule=Rule.JOINING, ways=(Way(WayOut.RENEW, pk=product.pk), _see(product)))
    check_sold(product.offer)
    return product


def _fewer_in_words(product: Product) -> str:
    """Say why nothing joins a product of which units are to be taken off."""
    words = {"day": writing.day(product.fewer_on or product.renews_on), "count": product.next_quantity}
    if product.is_renewed_for_fewer:
        return _("It is renewed for fewer units: from %(day)s on it has %(count)s. Add units from then on.") % words
    return _("From %(day)s on it is to have %(count)s units only. Its owner takes that back first.") % words


def _see(product: Product) -> Way:
    return Way(WayOut.SEE_PRODUCT, pk=product.pk)

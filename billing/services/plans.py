"""A product goes on with another plan: a dearer one at once and pro rata, a cheaper one from the next renewal on.

Section 9; rules 32, 33 and 36 hold for the difference as for any price.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import selectors
from billing.choices import OrderKind
from billing.exceptions import OrderRefused, Rule, Way, WayOut
from billing.models import Coverage, Order
from billing.services.orders import as_shown, lock_scope, repeated, write_order
from billing.services.quoting import Quote, Wanted, ordering_relationship, payer_of, quote_items
from clients import services as client_services
from clients.choices import ProductState
from clients.models import Product
from clients.querysets import ProductQuerySet
from partnerportal.accounts.acting import Acting
from partnerportal.catalogue.models import Offer


def quote_change(*, client_id: int, product_id: int, offer: Offer, relationship_id: int | None, now: datetime) -> Quote:
    """Price a change to a dearer plan without making it; arguments and refusals of :func:`change_plan`."""
    product = _changeable(Product.objects.all(), client_id, product_id, offer, now)
    return _priced(product, offer, relationship_id, now)


@transaction.atomic
def change_plan(
    *,
    client_id: int,
    product_id: int,
    offer: Offer,
    relationship_id: int | None,
    key: str,
    actor: Acting,
    now: datetime,
    shown: str | None = None,
) -> Order:
    """Let a product be a dearer offer at once, for the difference of the list prices over what is left of its period.

    ``key`` and ``shown`` as for :func:`billing.services.orders.place_order`. A cheaper plan that was chosen for the
    next renewal is dropped. Raises :class:`OrderRefused` for an offer that is not a dearer plan of this product and for
    a product that is cancelled, unpaid or blocked; NoPrice; PriceChanged.
    """
    lock_scope(client_id)
    known = Order.objects.filter(key=key, client=client_id).first()
    if known is not None:
        same = Coverage.objects.filter(line__order=known, line__offer=offer, product=product_id)
        return repeated(known, known.kind == OrderKind.CHANGE and same.exists())
    product = _changeable(Product.objects.select_for_update(of=("self",)), client_id, product_id, offer, now)
    quote = as_shown(_priced(product, offer, relationship_id, now), shown)
    return write_order(quote, OrderKind.CHANGE, key=key, actor=actor, now=now)


@transaction.atomic
def choose_next_plan(*, client_id: int, product_id: int, offer: Offer, actor: Acting, now: datetime) -> Product:
    """Let a product go on with a plan that is not dearer from its next renewal on, free of charge until then.

    Raises :class:`OrderRefused` for an offer that is not such a plan, NotPossible for a cancelled product.
    """
    product = _found(Product.objects.all(), client_id, product_id)
    plan = _plan(product, offer, product.organisation.currency, now)
    if plan.is_dearer:
        message = _("A dearer plan begins at once, for what is left of the period.")
        raise OrderRefused(message, field="offer", rule=Rule.PLAN)
    return client_services.choose_next_offer(
        product_id=product_id, organisation_id=client_id, offer=offer, actor=actor, now=now
    )


@transaction.atomic
def keep_plan(*, client_id: int, product_id: int, actor: Acting, now: datetime) -> Product:
    """Take back a plan that was chosen for the next renewal."""
    return client_services.choose_next_offer(
        product_id=product_id, organisation_id=client_id, offer=None, actor=actor, now=now
    )


def _found(products: ProductQuerySet, client_id: int, product_id: int) -> Product:
    found = products.in_use().filter(organisation=client_id, pk=product_id)
    product = found.select_related("offer__family", "next_offer", "organisation").first()
    if product is None:
        message = _("This product is no longer there. Look at your products again.")
        raise OrderRefused(message, rule=Rule.PRODUCT, ways=(Way(WayOut.SEE_PRODUCTS),))
    return product


def _plan(product: Product, offer: Offer, currency: str, now: datetime) -> selectors.OtherPlan:
    plans = selectors.plans_for(product=product, currency=currency, on=timezone.localdate(now))
    plan = next((one for one in plans if one.offer.pk == offer.pk), None)
    if plan is None:
        message = _("This is no plan that the product can change to. Choose another.")
        raise OrderRefused(message, field="offer", rule=Rule.PLAN, ways=(Way(WayOut.START_ANEW),))
    return plan


def _changeable(products: ProductQuerySet, client_id: int, product_id: int, offer: Offer, now: datetime) -> Product:
    """Return a product whose plan may be changed at once: it works, is paid, and goes on."""
    product = _found(products, client_id, product_id)
    if product.is_cancelled:
        message = _("It is cancelled. Take the cancellation back before you change its plan.")
        raise OrderRefused(message, rule=Rule.PLAN, ways=(Way(WayOut.SEE_PRODUCT, pk=product.pk),))
    if product.is_renewed_for_fewer:
        message = _("It is renewed for fewer units already. Change its plan once they are taken off.")
        raise OrderRefused(message, rule=Rule.PLAN, ways=(Way(WayOut.SEE_RENEWAL, pk=product.pk),))
    is_behind = product.renews_on <= timezone.localdate(now) or product.overdue_since is not None
    if is_behind or product.state != ProductState.ACTIVE:
        message = _("It is not paid. Pay or renew it before you change its plan.")
        ways = (Way(WayOut.RENEW, pk=product.pk), Way(WayOut.SEE_PRODUCT, pk=product.pk))
        raise OrderRefused(message, rule=Rule.PLAN, ways=ways)
    return product


def _priced(product: Product, offer: Offer, relationship_id: int | None, now: datetime) -> Quote:
    """Price it; whose means pay decides the currency in which the plans are compared (rule 44)."""
    payer = payer_of(product.organisation, ordering_relationship(product.organisation_id, relationship_id))
    if not _plan(product, offer, payer.currency, now).is_dearer:
        message = _("A plan that is not dearer begins with the next renewal.")
        raise OrderRefused(message, field="offer", rule=Rule.PLAN)
    wanted = Wanted(offer, product.quantity, product.name, changed=product)
    return quote_items(product.organisation_id, [wanted], relationship_id, now)

"""A product is a subscription: it renews itself or not, is cancelled, changes its plan, is blocked and terminated.

Section 9, rule 29, promise 6. What is paid and what is not is billing's to know: it calls what stands below here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.choices import PRODUCT_TRANSITIONS, ProductState, RenewalPayer
from clients.exceptions import NotPossible
from clients.models import Product
from partnerportal import bulk
from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.audit import log
from partnerportal.catalogue.models import Offer
from partnerportal.kernel.states import check_transition


@transaction.atomic
def set_automatic_renewal(
    *, product_id: int, organisation_id: int, is_on: bool, actor: Acting, now: datetime
) -> Product:
    """Let a product of ``organisation_id`` renew itself, or not.

    Switching it on is refused (:class:`NotPossible`) once the day has come on which the renewal would have been
    placed: renew it first (section 9). Switching it off is always possible; what is renewed already stays so.
    """
    product = _locked(product_id, organisation_id)
    if product.renews_automatically == is_on:
        return product
    if is_on:
        _check_may_renew_itself(product, on=timezone.localdate(now))
    product.renews_automatically = is_on
    product.save(update_fields=["renews_automatically"])
    _record(product, "clients.product.automatic_on" if is_on else "clients.product.automatic_off", actor, now)
    return product


def _check_may_renew_itself(product: Product, *, on: date) -> None:
    if product.is_cancelled:
        raise NotPossible(_("It is cancelled. Take the cancellation back first."))
    if not may_switch_on(product, on=on):
        raise NotPossible(
            _("Fewer than %(days)s days remain. Renew it first, then let it renew by itself.")
            % {"days": settings.PROGRAMME["renewal_days"]}
        )


def may_switch_on(product: Product, *, on: date) -> bool:
    """Tell whether automatic renewal may be switched on: at least 14 days (a setting) remain of what is paid."""
    return product.renews_on - on >= timedelta(days=settings.PROGRAMME["renewal_days"])


@transaction.atomic
def cancel_product(*, product_id: int, organisation_id: int, ends_on: date, actor: Acting, now: datetime) -> Product:
    """Cancel a product to the end of the period that is paid: it works until then, and ends.

    Only its owner does (rule 29, promise 6). ``ends_on``: the day that stood on the page; if it is another one by now
    the act is refused, so that nobody cancels to a day that they did not see. A change of plan that waits is dropped.
    Raises :class:`NotPossible`.
    """
    product = _locked(product_id, organisation_id)
    if product.is_cancelled:
        return product
    if product.renews_on != ends_on:
        raise NotPossible(_("It is paid until another day by now. Look at it again before you cancel."))
    if product.renews_on <= timezone.localdate(now):
        raise NotPossible(_("What is paid is over already. Left unpaid, it ends by itself."))
    product.cancelled_at, product.cancelled_by_label, product.next_offer = now, actor.label, None
    product.save(update_fields=["cancelled_at", "cancelled_by_label", "next_offer"])
    _record(product, "clients.product.cancelled", actor, now, {"ends_on": product.renews_on.isoformat()})
    return product


@transaction.atomic
def keep_product(*, product_id: int, organisation_id: int, actor: Acting, now: datetime) -> Product:
    """Take a cancellation back, as long as the product has not ended.

    Where fewer than 14 days remain it does not renew by itself any more: it cannot be switched on then (section 9).
    Raises :class:`NotPossible` for one that is not cancelled.
    """
    product = _locked(product_id, organisation_id)
    if not product.is_cancelled:
        raise NotPossible(_("It is not cancelled, so there is nothing to take back."))
    product.cancelled_at, product.cancelled_by_label = None, ""
    product.renews_automatically &= may_switch_on(product, on=timezone.localdate(now))
    product.save(update_fields=["cancelled_at", "cancelled_by_label", "renews_automatically"])
    _record(product, "clients.product.kept", actor, now, {"automatic": product.renews_automatically})
    return product


@transaction.atomic
def choose_next_offer(
    *, product_id: int, organisation_id: int, offer: Offer | None, actor: Acting, now: datetime
) -> Product:
    """Let a product go on with another offer from its next renewal on; None takes such a change back.

    Which offers those are is billing's to say. Raises :class:`NotPossible` for one that is cancelled.
    """
    product = _locked(product_id, organisation_id)
    if product.next_offer == offer:
        return product
    if offer is not None and product.is_cancelled:
        raise NotPossible(_("It is cancelled. Take the cancellation back first."))
    before, product.next_offer = product.next_offer, offer
    product.save(update_fields=["next_offer"])
    changes: dict[str, object] = {"from": str(before or product.offer), "to": str(offer or product.offer)}
    _record(product, "clients.product.plan_chosen" if offer else "clients.product.plan_kept", actor, now, changes)
    return product


@transaction.atomic
def choose_fewer_units(
    *, product_id: int, organisation_id: int, units: int, begins_on: date, actor: Acting, now: datetime
) -> Product:
    """Let a product have only so many ``units`` from the end of what is paid on; until then it has all of them.

    Only its owner does, as with a cancellation (promise 6). ``begins_on``: the day that stood on the page; if it is
    another one by now the act is refused. A number that was chosen before and waits is replaced. Raises
    :class:`NotPossible` for what is not counted in units, is cancelled or not paid, or has not more units than that.
    """
    product = _locked(product_id, organisation_id)
    _check_may_shrink(product, on=timezone.localdate(now))
    if product.renews_on != begins_on:
        raise NotPossible(_("It is paid until another day by now. Look at it again before you take units off."))
    if not 1 <= units < product.quantity:
        message = _("Keep at least one unit, and fewer than the %(count)s that it has. To keep none, cancel it.")
        raise NotPossible(message % {"count": product.quantity}, field="units")
    if (product.next_quantity, product.fewer_on) == (units, begins_on):
        return product
    product.next_quantity, product.fewer_on = units, begins_on
    product.save(update_fields=["next_quantity", "fewer_on"])
    changes: dict[str, object] = {"from": product.quantity, "to": units, "on": begins_on.isoformat()}
    _record(product, "clients.product.fewer_chosen", actor, now, changes)
    return product


def _check_may_shrink(product: Product, *, on: date) -> None:
    if product.offer.is_per_unit:
        raise NotPossible(_("It is one thing, and not counted in units. Cancel it to give it up."))
    if product.is_cancelled:
        raise NotPossible(_("It is cancelled. Take the cancellation back first."))
    if product.is_renewed_for_fewer:
        raise NotPossible(_("It is renewed for fewer units already. Wait until they are taken off."))
    if product.renews_on <= on or product.overdue_since or product.state != ProductState.ACTIVE:
        raise NotPossible(_("It is not paid. Pay or renew it before you take units off."))


@transaction.atomic
def keep_units(*, product_id: int, organisation_id: int, actor: Acting, now: datetime) -> Product:
    """Take back that a product has fewer units from a day on, as long as it is not renewed for them.

    Raises :class:`NotPossible`.
    """
    product = _locked(product_id, organisation_id)
    if product.next_quantity is None:
        return product
    if product.is_renewed_for_fewer:
        raise NotPossible(_("It is renewed for fewer units already. Add units once they are taken off."))
    product.next_quantity, product.fewer_on = None, None
    product.save(update_fields=["next_quantity", "fewer_on"])
    _record(product, "clients.product.units_kept", actor, now, {"units": product.quantity})
    return product


def change_offer(*, product: Product, offer: Offer) -> None:
    """Let a product be another offer from now on. The caller holds its lock, and writes what it did."""
    product.offer, product.next_offer = offer, None
    product.save(update_fields=["offer", "next_offer"])


def renew_product(*, product: Product, paid_until: date, renewal_payer: str, on: date, is_settled: bool = True) -> None:
    """Prolong a product to ``paid_until`` (exclusive), with the plan chosen for then. The caller holds its lock.

    A blocked one works again, unless it is still behind on ``on``, or something else of it is not paid
    (``is_settled``).
    """
    product.offer, product.next_offer = product.renewed_offer, None
    product.renews_on, product.renewal_payer = paid_until, RenewalPayer(renewal_payer)
    if is_settled:
        product.overdue_since = paid_until if paid_until <= on else None
        if product.state == ProductState.BLOCKED and paid_until > on:
            _move(product, ProductState.ACTIVE)
            product.blocked_at = None
    product.save(
        update_fields=["offer", "next_offer", "renews_on", "renewal_payer", "overdue_since", "state", "blocked_at"]
    )


def renew_products(*, products: Sequence[Product], paid_until: Mapping[int, date], on: date) -> None:
    """Prolong many active products, each to its day (by product, exclusive), as :func:`renew_product` does one; who
    pays stays. One statement. The caller holds their locks.
    """
    for product in products:
        until = paid_until[product.pk]
        if product.next_offer_id is not None:
            product.offer, product.next_offer = product.renewed_offer, None
        product.renews_on = until
        product.overdue_since = until if until <= on else None
    columns: dict[str, list[Any]] = {
        "pk": [product.pk for product in products],
        "offer": [product.offer_id for product in products],
        "until": [product.renews_on for product in products],
        "overdue": [product.overdue_since for product in products],
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE clients_product product
            SET renews_on = now.until, offer_id = now.offer, next_offer_id = NULL, overdue_since = now.overdue
            FROM unnest(%(pk)s::bigint[], %(offer)s::bigint[], %(until)s::date[], %(overdue)s::date[])
                 AS now (id, offer, until, overdue)
            WHERE product.id = now.id AND product.state = 'ACTIVE'
            """,
            {name: bulk.array(values) for name, values in columns.items()},
        )


def _move(product: Product, state: ProductState) -> None:
    check_transition(PRODUCT_TRANSITIONS, ProductState(product.state), state)
    product.state = state


# --- By the day, many at once. Each statement says again what must hold, so that twice does what once does. ---


def mark_overdue(*, since: Mapping[int, date], now: datetime) -> list[Product]:
    """Note from which day on products are unpaid; return those that were not so before."""
    products = [one for one in _held(since) if one.overdue_since is None and one.state == ProductState.ACTIVE]
    for product in products:
        product.overdue_since = since[product.pk]
    bulk.change(products, "overdue_since")
    _record_each(products, "clients.product.overdue", now, lambda one: {"since": str(one.overdue_since)})
    return products


def block_products(*, product_ids: Collection[int], now: datetime) -> list[Product]:
    """Block products that are overdue; return those that were not so before."""
    products = [one for one in _held(product_ids) if one.overdue_since and one.state == ProductState.ACTIVE]
    for product in products:
        _move(product, ProductState.BLOCKED)
        product.blocked_at = now
    bulk.change(products, "state", "blocked_at")
    _record_each(products, "clients.product.blocked", now)
    return products


def terminate_products(*, product_ids: Collection[int], now: datetime) -> list[Product]:
    """End products for good: cancelled and over, or blocked for too long; return those that had not ended before."""
    products = [one for one in _held(product_ids) if one.state != ProductState.TERMINATED]
    for product in products:
        _move(product, ProductState.TERMINATED)
        product.terminated_at, product.blocked_at, product.next_offer = now, None, None
    bulk.change(products, "state", "terminated_at", "blocked_at", "next_offer")
    _record_each(products, "clients.product.terminated", now, lambda one: {"cancelled": one.is_cancelled})
    return products


def settle_products(*, overdue_since: Mapping[int, date | None], now: datetime) -> list[Product]:
    """Something of these products was paid. What is ``overdue_since`` no day any more works again; return those that
    were blocked and do.
    """
    products = [one for one in _held(overdue_since) if one.overdue_since and one.state != ProductState.TERMINATED]
    working = []
    for product in products:
        since = overdue_since[product.pk]
        if since is None and product.state == ProductState.BLOCKED:
            _move(product, ProductState.ACTIVE)
            product.blocked_at = None
            working.append(product)
        product.overdue_since = since
    bulk.change(products, "state", "blocked_at", "overdue_since")
    _record_each(working, "clients.product.unblocked", now)
    return working


@transaction.atomic
def take_off_units(*, on: date, now: datetime) -> list[Product]:
    """Let products have the fewer units that were chosen for ``on`` or a day before; return those that changed."""
    chosen = Product.objects.in_use().filter(fewer_on__lte=on).values_list("pk", flat=True)
    products = [one for one in _held(list(chosen)) if one.fewer_on is not None and one.fewer_on <= on]
    taken = {product.pk: product.quantity - product.renewed_quantity for product in products}
    for product in products:
        product.quantity, product.next_quantity, product.fewer_on = product.renewed_quantity, None, None
    bulk.change(products, "quantity", "next_quantity", "fewer_on")
    _record_each(products, "clients.product.units_taken_off", now, lambda one: {"units": taken[one.pk]})
    return products


def drop_payers(*, product_ids: Collection[int], now: datetime) -> list[Product]:
    """Q19: the partner that would have paid their renewals does not any more; return those that it leaves."""
    products = [one for one in _held(product_ids) if one.renewal_payer == RenewalPayer.PARTNER]
    for product in products:
        product.renewal_payer = RenewalPayer.NOBODY
    bulk.change(products, "renewal_payer")
    _record_each(products, "clients.product.renewal_unpaid", now)
    return products


def _held(product_ids: Collection[int]) -> list[Product]:
    held = Product.objects.select_for_update(of=("self",)).filter(pk__among=product_ids)
    return list(held.select_related("organisation", "offer").order_by("pk"))


def _locked(product_id: int, organisation_id: int) -> Product:
    """Hold a product for an act of its owner, or of a partner that the owner lets order.

    What it refers to is read afterwards: joined, a product whose plan or owner changed meanwhile would not be found.
    """
    product = Product.objects.select_for_update().get(pk=product_id)
    if product.organisation_id != organisation_id:
        raise NotPossible(_("This product has another owner meanwhile."))
    if product.state == ProductState.TERMINATED:
        raise NotPossible(_("It has ended. What you want to go on with, order anew."))
    return product


def _record(
    product: Product, action: str, actor: Acting, now: datetime, changes: dict[str, object] | None = None
) -> None:
    log.record(
        at=now, actor=actor, action=action, subject=product, organisation=product.organisation, changes=changes or {}
    )


def _record_each(
    products: list[Product], action: str, now: datetime, changes: Callable[[Product], dict[str, object]] | None = None
) -> None:
    acts = [log.Act(one, one.organisation, changes=changes(one) if changes else None) for one in products]
    log.record_each(at=now, actor=SYSTEM, action=action, acts=acts)

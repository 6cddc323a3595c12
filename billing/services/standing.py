"""What becomes of products that are not renewed or not paid, by date: overdue, blocked, terminated. Section 9.

A partner's debt never counts against its client's product (promise 6): it only ends that the partner pays renewals.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from billing import selectors, tasks
from billing.choices import Standing
from billing.models import Coverage
from clients import services as client_services
from clients.choices import ProductState
from clients.models import Product
from partnerportal.audit.locks import only_one
from partnerportal.kernel.days import midnight

LOCK = "billing.advance_renewals"


def advance_renewals(*, on: date, now: datetime) -> dict[str, int]:
    """Bring every product to where it stands on a day; return how many took each step.

    Overdue from the first unpaid day on, blocked so many days later (a setting), terminated so many days after that;
    what was cancelled ends with its period. Each step is written with its line and its mail in one transaction for some
    hundred products. Run twice, or by two at once, each product takes each step once.
    """
    programme = settings.PROGRAMME
    late = on - timedelta(days=programme["block_days"])
    blocked_until = midnight(on - timedelta(days=programme["terminate_days"] - 1), timezone.get_default_timezone())
    products = Product.objects.in_use()
    ended = Q(cancelled_at__isnull=False, renews_on__lte=on)
    not_renewed = products.filter(renews_on__lte=on, cancelled_at=None)
    steps: dict[Standing, tuple[QuerySet[Product], Callable[[list[int]], list[Product]]]] = {
        Standing.TERMINATED: (
            products.filter(ended | Q(blocked_at__lt=blocked_until)),
            lambda pks: client_services.terminate_products(product_ids=pks, now=now),
        ),
        Standing.OVERDUE: (
            (not_renewed | products.filter(pk__in=list(selectors.unpaid_since(on=on)))).filter(
                state=ProductState.ACTIVE, overdue_since=None
            ),
            lambda pks: client_services.mark_overdue(since=_days(pks, on), now=now),
        ),
        Standing.BLOCKED: (
            products.filter(state=ProductState.ACTIVE, overdue_since__lte=late),
            lambda pks: client_services.block_products(product_ids=pks, now=now),
        ),
        Standing.WITHOUT_PAYER: (
            products.filter(pk__in=selectors.left_by_payer(on=late)),
            lambda pks: client_services.drop_payers(product_ids=pks, now=now),
        ),
    }
    return {step.value.lower(): _advance(step, *how, on=on, now=now) for step, how in steps.items()}


def _days(product_ids: Collection[int], on: date) -> dict[int, date]:
    days = selectors.overdue_days(product_ids=product_ids, on=on)
    return {pk: since for pk, since in days.items() if since is not None}


def _advance(
    step: Standing, products: QuerySet[Product], act: Callable[[list[int]], list[Product]], *, on: date, now: datetime
) -> int:
    count = 0
    for pks in _chunks(products):
        with only_one(LOCK) as is_only_one:
            if not is_only_one:  # another run is doing this
                return count
            advanced = act(pks)
            tell_standing(advanced, step, on=on, now=now)
            count += len(advanced)
    return count


def _chunks(products: QuerySet[Product]) -> Iterator[list[int]]:
    """Yield the products in chunks, each read when the one before is written."""
    after = 0
    while pks := list(products.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[: _size()]):
        yield pks
        after = pks[-1]


def _size() -> int:
    size: int = settings.RENEWAL_CHUNK
    return size


def settle_products(*, order_ids: Collection[int], now: datetime) -> int:
    """Invoices of these orders are settled: what they cover works again unless something else of it is unpaid.

    Return how many products were blocked and work again. Call it in the payment's transaction.
    """
    covered = Coverage.objects.filter(line__order__in=order_ids, product__overdue_since__isnull=False)
    pks = sorted(set(covered.exclude(product__state=ProductState.TERMINATED).values_list("product", flat=True)))
    if not pks:
        return 0
    today = timezone.localdate(now)
    days = selectors.overdue_days(product_ids=pks, on=today)
    working = client_services.settle_products(overdue_since=days, now=now)
    tell_standing(working, Standing.WORKING, on=today, now=now)
    return len(working)


def tell_standing(products: list[Product], step: Standing, *, on: date, now: datetime) -> None:
    """Mail the owners, and the partners that look after the products: one mail each, once for a step and its day."""
    pks = [product.pk for product in products]
    owned: dict[int, list[int]] = {}
    managed: dict[int, list[int]] = {}
    earners = Product.objects.filter(pk__in=pks).with_earner().order_by("pk")
    for pk, owner, relationship in earners.values_list("pk", "organisation", "earner_relationship"):
        owned.setdefault(owner, []).append(pk)
        if relationship is not None:
            managed.setdefault(relationship, []).append(pk)
    wanted: dict[str, dict[str, Any]] = {
        f"billing.mail_standing:{step}:{on}:{owner}:{mine[0]}": {"step": step.value, "product_ids": mine}
        for owner, mine in owned.items()
    }
    for relationship, theirs in managed.items():
        key = f"billing.mail_standing:{step}:{on}:r{relationship}:{theirs[0]}"
        wanted[key] = {"step": step.value, "product_ids": theirs, "relationship_id": relationship}
    if wanted:
        tasks.mail_standing.start_each(wanted, now=now)

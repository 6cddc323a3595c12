"""What is paid works again, and people are told how their products stand. Section 9."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from billing import selectors, tasks
from billing.choices import Standing
from billing.models import Coverage
from clients import services as client_services
from clients.choices import ProductState
from clients.models import Product


def settle_products(*, order_ids: Collection[int], now: datetime) -> int:
    """Invoices of these orders are settled: what they cover works again unless something else of it is unpaid.

    Return how many products were blocked and work again. Call it in the payment's transaction.
    """
    pks = _overdue_products(order_ids)
    if not pks:
        return 0
    today = timezone.localdate(now)
    days = selectors.overdue_days(product_ids=pks, on=today)
    working = client_services.settle_products(overdue_since=days, now=now)
    tell_standing(working, Standing.WORKING, on=today, now=now)
    return len(working)


def hold_products(*, order_ids: Collection[int]) -> None:
    """Hold what :func:`settle_products` may change, before the accounts are: products come first in the order of locks,
    and a renewal holds them while it waits for an account.
    """
    products = Product.objects.filter(pk__among=_overdue_products(order_ids)).order_by("pk")
    list(products.select_for_update(of=("self",)).values_list("pk"))


def _overdue_products(order_ids: Collection[int]) -> list[int]:
    covered = Coverage.objects.filter(line__order__among=order_ids, product__overdue_since__isnull=False)
    return sorted(set(covered.exclude(product__state=ProductState.TERMINATED).values_list("product", flat=True)))


def tell_standing(products: list[Product], step: Standing, *, on: date, now: datetime) -> None:
    """Mail the owners, and the partners that look after the products: one mail each, once for a step and its day."""
    pks = [product.pk for product in products]
    owned: dict[int, list[int]] = {}
    managed: dict[int, list[int]] = {}
    earners = Product.objects.filter(pk__in=pks).with_earner().order_by("pk")
    for pk, owner, relationship in earners.values_list("pk", "organisation", "earner_relationship"):
        owned.setdefault(owner, []).append(pk)
        if relationship is not None and step != Standing.WITHOUT_PAYER:  # who pays is the owner's to choose
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

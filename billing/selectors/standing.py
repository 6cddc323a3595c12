"""What is paid of products and what is not: behind overdue, blocked and terminated (section 9, promise 6)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import F, Min, QuerySet

from billing.choices import InvoiceState
from billing.models import Coverage
from clients.models import Product

DAY = timedelta(days=1)


def _unpaid(on: date) -> QuerySet[Coverage]:
    """Return the periods of products whose invoice was to be paid before a day, and is open."""
    overdue = {"line__order__invoice__state": InvoiceState.OPEN, "line__order__invoice__due_on__lt": on}
    return Coverage.objects.filter(**overdue)


def _of_the_owner(coverages: QuerySet[Coverage]) -> QuerySet[Coverage]:
    """What somebody else owes never counts against the owner's product (promise 6)."""
    return coverages.filter(line__order__payer=F("product__organisation"))


def unpaid_since(*, on: date, product_ids: Collection[int] | None = None) -> dict[int, date]:
    """Return since which day products are unpaid by an invoice of their owner's that is overdue on ``on``.

    ``product_ids``: of these only. An invoice is to be paid until its due day, that day included.
    """
    coverages = _of_the_owner(_unpaid(on))
    if product_ids is not None:
        coverages = coverages.filter(product__in=product_ids)
    first = coverages.values("product").annotate(due=Min("line__order__invoice__due_on"))
    return {pk: due + DAY for pk, due in first.values_list("product", "due")}


def overdue_days(*, product_ids: Collection[int], on: date) -> dict[int, date | None]:
    """Return since which day each of these products is overdue: not renewed, or not paid; None for one that is not."""
    unpaid = unpaid_since(product_ids=product_ids, on=on)
    over = dict(Product.objects.filter(pk__in=product_ids, renews_on__lte=on).values_list("pk", "renews_on"))
    days: dict[int, date | None] = {}
    for pk in product_ids:
        since = [day for day in (unpaid.get(pk), over.get(pk)) if day is not None]
        days[pk] = min(since) if since else None
    return days


def left_by_payer(*, on: date) -> list[int]:
    """Return the products that a partner renews and has not paid an invoice for that was due before ``on``."""
    coverages = _unpaid(on).exclude(line__order__payer=F("product__organisation"))
    renewed = coverages.filter(product__renewal_payer="PARTNER").exclude(product__state="TERMINATED")
    return sorted(set(renewed.values_list("product", flat=True)))


def open_invoices_of(*, product_id: int, payer_id: int) -> QuerySet[Coverage]:
    """Return the periods of a product that an organisation has still to pay, the one due first on top."""
    mine = Coverage.objects.filter(product=product_id, line__order__invoice__payer=payer_id)
    unpaid = mine.filter(line__order__invoice__state=InvoiceState.OPEN)
    return unpaid.select_related("line__order__invoice").order_by("line__order__invoice__due_on", "pk")

"""Figures of use come in from the provider's systems, a day at a time: what the right "statistics" shows (Q18)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from clients.models import ProductUsage

BATCH = 5_000


@transaction.atomic
def record_usage(*, figures: Sequence[ProductUsage]) -> int:
    """Write the figures, all or none; a day that is known gets the newer ones. Returns how many there were.

    Each product and day is named once. Sorted, so that two imports at once do not wait for each other.
    """
    ProductUsage.objects.bulk_create(
        sorted(figures, key=lambda one: (one.product_id, one.day)),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["product", "day"],
        update_fields=["visits", "traffic_mb", "storage_mb"],
    )
    return len(figures)

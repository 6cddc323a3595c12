"""What a product was used for, week by week: the right "statistics" (Q18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Sum
from django.db.models.functions import TruncWeek

from clients.models import ProductUsage

WEEKS = 12


@dataclass(frozen=True)
class Week:
    """The figures of one week, from Monday on; ``has_figures`` is False where none were reported."""

    monday: date
    visits: int = 0
    traffic_mb: int = 0
    storage_mb: int = 0  # the most of its days
    has_figures: bool = False
    is_now: bool = False

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)


def usage_by_week(*, product_id: int, on: date) -> list[Week]:
    """Return the last twelve weeks, the one that runs on ``on`` included, the oldest first. One query."""
    this_monday = on - timedelta(days=on.weekday())
    mondays = [this_monday - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    days = ProductUsage.objects.filter(product=product_id, day__gte=mondays[0], day__lte=on)
    reported = (
        days.annotate(monday=TruncWeek("day"))
        .values("monday")
        .order_by("monday")
        .values_list("monday", Sum("visits"), Sum("traffic_mb"), Max("storage_mb"))
    )
    figures = {monday: (visits, traffic, storage, True) for monday, visits, traffic, storage in reported}
    none = (0, 0, 0, False)
    return [Week(monday, *figures.get(monday, none), is_now=monday == this_monday) for monday in mondays]

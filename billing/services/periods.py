"""Periods: which ones a line pays for, and what is left of one that runs. Section 9."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

from clients.models import Product
from partnerportal.catalogue.models import Period

if TYPE_CHECKING:
    from billing.services.quoting import QuotedLine, Wanted

PERIODS = {Period.MONTH: relativedelta(months=1), Period.YEAR: relativedelta(years=1)}


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of what is paid: so many ``whole`` periods that are paid ahead, and of the one that runs so many
    ``days`` ``of`` all its days, today included.
    """

    whole: int
    days: int
    of: int

    @property
    def part(self) -> tuple[int, int]:
        """Days left in days of the period that runs: (12, 30). A whole period counts as such, however long it is."""
        return self.whole * self.of + self.days, self.of


def rest_of(product: Product, today: date, *, until: date | None = None) -> Rest:
    """Return what is left of a product that is paid on ``today``; ``until``: up to another day (exclusive) than it is
    paid now, where one of its periods ends, too.
    """
    last = until or product.renews_on

    def boundary(ahead: int) -> date:
        return shifted(last, product.offer.period, -ahead, product.anchor_day)

    ahead = 0
    while boundary(ahead + 1) > today:
        ahead += 1
    end, days = boundary(ahead), (boundary(ahead) - boundary(ahead + 1)).days
    return Rest(ahead, (end - today).days, days)


def period_of(item: Wanted, today: date) -> tuple[date, date]:
    """Return the period that a line pays for, its end exclusive."""
    running = item.extends or item.changed
    if running is not None:
        return today, running.renews_on
    start = item.renewed[0].renews_on if item.renewed else today
    return start, shifted(start, item.offer.period, item.periods, _anchor_day(item))


@lru_cache(maxsize=10_000)
def shifted(day: date, period: str, count: int, anchor_day: int | None) -> date:
    """Return the day so many months or years later (earlier: below zero); where there is an ``anchor_day`` on that day
    of the month, or on the last one of a shorter month.
    """
    moved = day + PERIODS[Period(period)] * count
    if anchor_day is None or not count:
        return moved
    return moved.replace(day=min(anchor_day, monthrange(moved.year, moved.month)[1]))


def paid_periods(quoted: QuotedLine) -> list[date]:
    """Return the first day of each period that a line pays for."""
    wanted = quoted.wanted
    anchor_day = _anchor_day(wanted)
    return [shifted(quoted.period_start, wanted.offer.period, number, anchor_day) for number in range(wanted.periods)]


def _anchor_day(item: Wanted) -> int | None:
    return item.renewed[0].anchor_day if item.renewed else None

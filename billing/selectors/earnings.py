"""What a partner earned, by month, client and offer: rebates at the order, cashback when it was credited (Q9).

All sums are read from the totals that the database keeps (:class:`billing.models.EarningTotal`): a page takes the same
time whatever stands behind it. What is pending is summed from the open invoices alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Q, Sum

from billing.choices import EarningKind, InvoiceState, Outcome
from billing.models import EarningTotal, OrderLine
from billing.pricing import reversed_cashback
from billing.querysets import EarningTotalQuerySet, OrderLineQuerySet
from partnerportal.accounts.acting import Acting

ZERO = Decimal("0.00")
LOST = (EarningKind.UNDONE, EarningKind.REVERSAL)


@dataclass
class Earned:
    """Sums of what was earned, net, in one currency; what was lost again is below zero."""

    rebate: Decimal = ZERO
    cashback: Decimal = ZERO
    lost: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """What remains."""
        return self.rebate + self.cashback + self.lost

    def add(self, kind: str, amount: Decimal) -> None:
        """Add a sum of one kind."""
        if kind in LOST:
            self.lost += amount
        elif kind == EarningKind.REBATE:
            self.rebate += amount
        else:
            self.cashback += amount


@dataclass
class Month(Earned):
    """What was earned in one month."""

    first_day: date = field(kw_only=True)


@dataclass
class Share(Earned):
    """What was earned with one client or one offer."""

    pk: int = field(kw_only=True)
    name: str = field(kw_only=True)


@dataclass(frozen=True)
class Period:
    """Whole months, from ``first`` to ``last`` (the first day of each, both included)."""

    first: date
    last: date

    @classmethod
    def ending(cls, month: date, *, months: int) -> Period:
        """Return the ``months`` months up to the one of ``month``."""
        last = month.replace(day=1)
        return cls(last - relativedelta(months=months - 1), last)

    @property
    def months(self) -> list[date]:
        """The first day of each month, oldest first."""
        found, day = [], self.first
        while day <= self.last:
            found.append(day)
            day += relativedelta(months=1)
        return found

    @property
    def condition(self) -> Q:
        """What keeps the rows of these months."""
        return Q(month__gte=self.first, month__lte=self.last)


def earned_by_month(*, totals: EarningTotalQuerySet, period: Period) -> dict[str, list[Month]]:
    """Return by currency the months of ``period``, oldest first, empty ones as zero.

    ``totals``: whose, as the reader may see them (``EarningTotal.objects.of(acting)``, or of one partner), each
    earning in them once. A currency in which nothing was earned in that time is not there.
    """
    rows = totals.filter(period.condition).values("currency", "month", "kind").annotate(sum=Sum("amount"))
    found: dict[str, dict[date, Month]] = {}
    for row in rows.order_by():
        months = found.setdefault(row["currency"], {day: Month(first_day=day) for day in period.months})
        months[row["month"]].add(row["kind"], row["sum"])
    return {currency: list(months.values()) for currency, months in sorted(found.items())}


def totals_once(acting: Acting) -> EarningTotalQuerySet:
    """Return the totals that a person may read, each earning in them once: the whole, or client by client."""
    totals = EarningTotal.objects.of(acting)
    return totals.whole() if acting.is_whole else totals.by_client()


def earned_by_client(*, acting: Acting, currency: str, period: Period, most: int) -> list[Share]:
    """Return the ``most`` clients that brought most in ``period``, the one that brought most first."""
    rows = EarningTotal.objects.of(acting).by_client().filter(period.condition, currency=currency)
    return _shares(rows, "client", "client__name", most)


def earned_by_offer(*, acting: Acting, currency: str, period: Period, most: int) -> list[Share]:
    """Return the ``most`` offers that brought most; nothing to a collaborator, who reads sums of some clients only."""
    if not acting.is_whole:
        return []
    rows = EarningTotal.objects.of(acting).by_offer().filter(period.condition, currency=currency)
    return _shares(rows, "offer", "offer__name", most)


def _shares(rows: EarningTotalQuerySet, key: str, name: str, most: int) -> list[Share]:
    largest = list(
        rows.values_list(key).annotate(sum=Sum("amount")).order_by("-sum", key).values_list(key, flat=True)[:most]
    )
    found: dict[int, Share] = {}
    kinds = rows.filter(**{f"{key}__in": largest}).values(key, name, "kind").annotate(sum=Sum("amount")).order_by()
    for row in kinds:
        share = found.setdefault(row[key], Share(pk=row[key], name=row[name]))
        share.add(row["kind"], row["sum"])
    return [found[pk] for pk in largest]


def pending_lines(lines: OrderLineQuerySet) -> OrderLineQuerySet:
    """Keep the lines whose cashback waits for the client's payment."""
    return lines.filter(outcome=Outcome.CASHBACK, order__invoice__state=InvoiceState.OPEN)


def pending_cashback(*, partner_id: int) -> dict[str, Decimal]:
    """Return by currency the cashback of lines whose invoices the clients have not paid yet.

    What is credited of them already does not count.
    """
    pending = pending_lines(OrderLine.objects.filter(earning_partner=partner_id))
    return sum_pending(pending)


def sum_pending(pending: OrderLineQuerySet) -> dict[str, Decimal]:
    """Return by currency what pending lines will bring once they are paid."""
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    whole = pending.order_by().values_list("order__currency").annotate(Sum("cashback"))
    for currency, amount in whole:
        sums[currency] += amount
    credited = pending.order_by().filter(credits__isnull=False).annotate(credited=Sum("credits__net"))
    for line in credited.select_related("order"):  # few: credited before it was paid
        share = reversed_cashback(
            credited=line.cashback, paid_net=line.charged_net, refunded_net=line.credited, reversed_before=ZERO
        )
        sums[line.order.currency] -= share
    return {currency: amount for currency, amount in sorted(sums.items()) if amount}


def sum_by_currency(earnings: Any) -> dict[str, Decimal]:
    """Return by currency what a set of earnings comes to."""
    rows: Iterable[tuple[str, Decimal]] = earnings.order_by().values_list("currency").annotate(Sum("amount"))
    return dict(sorted(rows))

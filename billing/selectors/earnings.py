"""What a partner earned: rebates at the order, cashback when it was credited (Q9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db.models import F, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from billing.choices import EntryKind, InvoiceState, Outcome
from billing.models import LedgerEntry, OrderLine
from partnerportal.kernel.days import midnight

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Month:
    """What was earned in one month, net, in one currency."""

    first_day: date
    rebate: Decimal
    cashback: Decimal

    @property
    def total(self) -> Decimal:
        """Rebate and cashback together."""
        return self.rebate + self.cashback


def earned_by_month(*, partner_id: int, until: date, months: int = 12) -> dict[str, list[Month]]:
    """Return by currency the last ``months`` months up to the one of ``until``, oldest first, empty ones as zero.

    A currency in which nothing was earned in that time is not there.
    """
    first = until.replace(day=1) - relativedelta(months=months - 1)
    since = midnight(first, timezone.get_current_timezone())
    rebates = _by_currency_and_day(
        OrderLine.objects.filter(
            earning_partner=partner_id,
            outcome=Outcome.REBATE,
            order__payer=partner_id,  # a rebate is on one's own payment: an index holds those by time
            order__placed_at__gte=since,
        )
        .annotate(month=TruncMonth("order__placed_at"))
        .values("month", "order__currency")
        .annotate(sum=Sum(F("public_net") - F("charged_net")))
        .values_list("order__currency", "month", "sum")
    )
    credited = _by_currency_and_day(
        LedgerEntry.objects.filter(
            account__organisation=partner_id,
            kind__in=[EntryKind.CASHBACK, EntryKind.REVERSAL],
            created_at__gte=since,
        )
        .annotate(month=TruncMonth("created_at"))
        .values("month", "account__currency")
        .annotate(sum=Sum("amount"))
        .values_list("account__currency", "month", "sum")
    )
    days = [first + relativedelta(months=number) for number in range(months)]
    return {
        currency: [Month(day, rebates.get((currency, day), ZERO), credited.get((currency, day), ZERO)) for day in days]
        for currency in sorted({currency for currency, _day in (*rebates, *credited)})
    }


def _by_currency_and_day(rows: Iterable[tuple[str, datetime, Decimal]]) -> dict[tuple[str, date], Decimal]:
    return {(currency, month.date()): amount for currency, month, amount in rows}


def pending_cashback(*, partner_id: int) -> dict[str, Decimal]:
    """Return by currency the cashback of lines whose invoices the clients have not paid yet."""
    pending = OrderLine.objects.filter(
        earning_partner=partner_id, outcome=Outcome.CASHBACK, order__invoice__state=InvoiceState.OPEN
    )
    sums = pending.values("order__invoice__currency").annotate(sum=Sum("cashback")).order_by("order__invoice__currency")
    return dict(sums.values_list("order__invoice__currency", "sum"))

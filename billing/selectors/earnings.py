"""What a partner earned: rebates at the order, cashback when it was credited (Q9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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


def earned_by_month(*, partner_id: int, currency: str, until: date, months: int = 12) -> list[Month]:
    """Return the last ``months`` months up to the one of ``until``, oldest first, empty ones as zero."""
    first = until.replace(day=1) - relativedelta(months=months - 1)
    since = midnight(first, timezone.get_current_timezone())
    rebates = dict(
        OrderLine.objects.filter(
            earning_partner=partner_id,
            outcome=Outcome.REBATE,
            order__currency=currency,
            order__placed_at__gte=since,
        )
        .annotate(month=TruncMonth("order__placed_at"))
        .values("month")
        .annotate(sum=Sum(F("public_net") - F("charged_net")))
        .values_list("month", "sum")
    )
    credited = dict(
        LedgerEntry.objects.filter(
            account__organisation=partner_id,
            account__currency=currency,
            kind__in=[EntryKind.CASHBACK, EntryKind.REVERSAL],
            created_at__gte=since,
        )
        .annotate(month=TruncMonth("created_at"))
        .values("month")
        .annotate(sum=Sum("amount"))
        .values_list("month", "sum")
    )
    rebate_of = {moment.date(): amount for moment, amount in rebates.items()}
    cashback_of = {moment.date(): amount for moment, amount in credited.items()}
    days = [first + relativedelta(months=number) for number in range(months)]
    return [Month(day, rebate_of.get(day, ZERO), cashback_of.get(day, ZERO)) for day in days]


def earned_in(months: list[Month]) -> Decimal:
    """Return the sum of ``months``."""
    return sum((month.total for month in months), ZERO)


def pending_cashback(*, partner_id: int, currency: str) -> Decimal:
    """Return the cashback of lines whose invoices the clients have not paid yet."""
    pending = OrderLine.objects.filter(
        earning_partner=partner_id,
        outcome=Outcome.CASHBACK,
        order__currency=currency,
        order__invoice__state=InvoiceState.OPEN,
    ).aggregate(sum=Sum("cashback"))
    return pending["sum"] or ZERO

"""What partners earned: one row for each time that something was earned or lost again, and the sums by month.

The sums are kept by a trigger as the rows are added, so that pages read them in the same time whatever stands behind.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from billing.choices import EarningKind
from billing.models.columns import money_column
from billing.models.documents import CreditNoteLine
from billing.models.ledger import LedgerEntry
from billing.models.orders import OrderLine
from billing.querysets import EarningQuerySet, EarningTotalQuerySet
from clients.models import Relationship
from partnerportal.accounts.choices import Currency
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import Offer
from partners.models import Partner


class Earning(models.Model):
    """Something that a partner earned, or lost again. Rows are only added; what they come from stands beside them."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="earnings")
    kind = models.CharField(max_length=8, choices=EarningKind.choices)
    currency = models.CharField(max_length=3, choices=Currency.choices)
    amount = money_column()  # net; below zero where something was lost again
    earned_at = models.DateTimeField()
    month = models.DateField()  # its first day, by the provider's clock
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="earnings")
    client = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    relationship = models.ForeignKey(Relationship, null=True, on_delete=models.PROTECT, related_name="earnings")
    entry = models.OneToOneField(LedgerEntry, null=True, on_delete=models.PROTECT, related_name="earning")
    credit_line = models.ForeignKey(CreditNoteLine, null=True, on_delete=models.PROTECT, related_name="earnings")

    objects = EarningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="earning_kind_known", condition=Q(kind__in=EarningKind.values)),
            models.CheckConstraint(name="earning_currency_known", condition=Q(currency__in=Currency.values)),
            models.CheckConstraint(
                name="earning_sign_follows_kind",
                condition=Q(kind__in=[EarningKind.REBATE, EarningKind.CASHBACK], amount__gt=0)
                | Q(kind__in=[EarningKind.UNDONE, EarningKind.REVERSAL], amount__lt=0),
            ),
            models.CheckConstraint(  # Cashback is on the ledger; a rebate never was, it is undone by a credit note.
                name="earning_origin_known",
                condition=Q(kind=EarningKind.REBATE, entry=None, credit_line=None)
                | Q(kind=EarningKind.UNDONE, entry=None, credit_line__isnull=False)
                | Q(kind=EarningKind.CASHBACK, entry__isnull=False, credit_line=None)
                | Q(kind=EarningKind.REVERSAL, entry__isnull=False, credit_line__isnull=False),
            ),
            models.UniqueConstraint(  # Rebate or cashback, once for a line (rules 31 and 41).
                fields=["line"],
                condition=Q(kind__in=[EarningKind.REBATE, EarningKind.CASHBACK]),
                name="earning_once_per_line",
            ),
            models.UniqueConstraint(
                fields=["credit_line"], condition=Q(credit_line__isnull=False), name="earning_lost_once_per_credit_line"
            ),
            models.CheckConstraint(name="earning_month_is_a_first", condition=Q(month__day=1)),
        ]
        indexes = [
            models.Index(fields=["partner", "-earned_at", "-id"], name="earning_newest"),
            models.Index(fields=["partner", "month", "-earned_at", "-id"], name="earning_by_month"),
            models.Index(fields=["partner", "client", "-earned_at", "-id"], name="earning_by_client"),
            models.Index(fields=["partner", "kind", "-earned_at", "-id"], name="earning_by_kind"),
            models.Index(fields=["partner", "currency", "-earned_at", "-id"], name="earning_by_currency"),
            models.Index(fields=["partner", "-amount", "-id"], name="earning_by_amount"),
            models.Index(
                fields=["partner", "-earned_at", "-id"],
                condition=Q(kind__in=[EarningKind.UNDONE, EarningKind.REVERSAL]),
                name="earning_lost",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"

    @property
    def explanation(self) -> str:
        """Address of the page that explains the amount."""
        return self.line.explanation


class EarningTotal(models.Model):
    """What a partner earned of a kind in a month: from one client, with one offer, or (neither named) in all.

    Written by the trigger on the earnings, and by nothing else.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="earning_totals")
    currency = models.CharField(max_length=3, choices=Currency.choices)
    month = models.DateField()
    kind = models.CharField(max_length=8, choices=EarningKind.choices)
    client = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(Offer, null=True, on_delete=models.PROTECT, related_name="+")
    amount = money_column()
    count = models.PositiveIntegerField()  # of earnings

    objects = EarningTotalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "currency", "month", "kind", "client", "offer"],
                name="earningtotal_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="earningtotal_kind_known", condition=Q(kind__in=EarningKind.values)),
            models.CheckConstraint(name="earningtotal_currency_known", condition=Q(currency__in=Currency.values)),
            models.CheckConstraint(name="earningtotal_by_one", condition=Q(client=None) | Q(offer=None)),
        ]
        indexes = [
            models.Index(
                fields=["partner", "month"],
                include=["currency", "kind", "amount", "count"],
                condition=Q(client=None, offer=None),
                name="earningtotal_whole",
            ),
            models.Index(
                fields=["partner", "currency", "month"],
                include=["client", "kind", "amount", "count"],
                condition=Q(client__isnull=False),
                name="earningtotal_by_client",
            ),
            models.Index(
                fields=["partner", "currency", "month"],
                include=["offer", "kind", "amount", "count"],
                condition=Q(offer__isnull=False),
                name="earningtotal_by_offer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.currency} {self.amount}"

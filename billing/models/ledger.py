"""The prepaid account and every movement of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from billing.choices import CREDITS, DEBITS, EntryKind
from billing.models.columns import money_column
from billing.models.documents import Payment
from billing.models.orders import OrderLine
from billing.querysets import LedgerEntryQuerySet
from clients.models import Relationship
from partnerportal.accounts.choices import Currency
from partnerportal.accounts.models import Organisation


class PrepaidAccount(models.Model):
    """The balance of an organisation in one currency (Q34); it moves under the same lock as each entry."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="prepaid_accounts")
    currency = models.CharField(max_length=3, choices=Currency.choices)
    balance = money_column(default=0)  # below zero by reversals only (Q10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "currency"], name="prepaidaccount_one_per_currency"),
            models.CheckConstraint(name="prepaidaccount_currency_known", condition=Q(currency__in=Currency.values)),
        ]


class LedgerEntry(models.Model):
    """One movement of a prepaid account. Entries are only added: a trigger refuses everything else."""

    account = models.ForeignKey(PrepaidAccount, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=EntryKind.choices)
    amount = money_column()  # signed
    balance_after = money_column()
    line = models.ForeignKey(OrderLine, null=True, on_delete=models.PROTECT, related_name="entries")
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="entry")
    relationship = models.ForeignKey(Relationship, null=True, on_delete=models.PROTECT, related_name="entries")
    reference = models.CharField(max_length=80, blank=True)
    actor_label = models.CharField(max_length=254)
    created_at = models.DateTimeField()

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="ledgerentry_kind_known", condition=Q(kind__in=EntryKind.values)),
            models.CheckConstraint(
                name="ledgerentry_sign_follows_kind",
                condition=Q(kind__in=CREDITS, amount__gt=0) | Q(kind__in=DEBITS, amount__lt=0),
            ),
            models.UniqueConstraint(  # Cashback once per paid line (rule 41).
                fields=["line"], condition=Q(kind=EntryKind.CASHBACK), name="ledgerentry_cashback_once_per_line"
            ),
            models.CheckConstraint(
                name="ledgerentry_cashback_has_line",
                condition=~Q(kind__in=[EntryKind.CASHBACK, EntryKind.REVERSAL]) | Q(line__isnull=False),
            ),
            models.UniqueConstraint(  # A top-up notice counts once.
                fields=["reference"], condition=Q(kind=EntryKind.TOP_UP), name="ledgerentry_top_up_reference_once"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="ledgerentry_by_account"),
            models.Index(  # What was earned by month is summed from the index alone.
                fields=["account", "created_at"],
                include=["amount"],
                condition=Q(kind__in=[EntryKind.CASHBACK, EntryKind.REVERSAL]),
                name="ledgerentry_earned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account.currency} {self.amount}"

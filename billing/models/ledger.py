"""The prepaid account, every movement of it, and what moves it besides documents: withdrawals and corrections."""

from __future__ import annotations

from decimal import Decimal
from textwrap import wrap

from django.db import models
from django.db.models import F, Q

from billing.choices import (
    CREDITS,
    DEBITS,
    EARNED,
    RETURNED,
    CorrectionState,
    EntryKind,
    WithdrawalState,
)
from billing.models.columns import money_column
from billing.models.documents import CreditNote, CreditNoteLine, Payment
from billing.models.orders import OrderLine
from billing.querysets import LedgerEntryQuerySet, WithdrawalQuerySet
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
        indexes = [models.Index(fields=["balance", "id"], name="prepaidaccount_by_balance")]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.currency}"


class Withdrawal(models.Model):
    """Money of a prepaid account on its way to a bank account. It has left the balance from the request on."""

    account = models.ForeignKey(PrepaidAccount, on_delete=models.PROTECT, related_name="withdrawals")
    amount = money_column()
    iban = models.CharField(max_length=34)
    holder = models.CharField(max_length=120)  # whose bank account it is
    state = models.CharField(max_length=9, choices=WithdrawalState.choices, default=WithdrawalState.REQUESTED)
    key = models.CharField(max_length=64)  # made with the form: a double click withdraws once
    requested_at = models.DateTimeField()
    requested_by_id = models.BigIntegerField(null=True)
    requested_by_label = models.CharField(max_length=254)
    decided_at = models.DateTimeField(null=True)
    decided_by_label = models.CharField(max_length=254, blank=True)
    reason = models.CharField(max_length=200, blank=True)  # why it was rejected, for whoever asked
    paid_out_at = models.DateTimeField(null=True)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="withdrawal_key_once_per_account"),
            models.CheckConstraint(name="withdrawal_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="withdrawal_state_known", condition=Q(state__in=WithdrawalState.values)),
            models.CheckConstraint(
                name="withdrawal_decided_iff_not_requested",
                condition=Q(state=WithdrawalState.REQUESTED, decided_at=None)
                | (~Q(state=WithdrawalState.REQUESTED) & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="withdrawal_paid_out_iff_state",
                condition=Q(state=WithdrawalState.PAID_OUT, paid_out_at__isnull=False)
                | (~Q(state=WithdrawalState.PAID_OUT) & Q(paid_out_at=None)),
            ),
            models.CheckConstraint(  # Who asked reads why not.
                name="withdrawal_rejected_with_reason",
                condition=~Q(state=WithdrawalState.REJECTED) | ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-requested_at", "-id"], name="withdrawal_by_account"),
            models.Index(fields=["-requested_at", "-id"], name="withdrawal_newest"),
            models.Index(
                fields=["requested_at", "id"],
                condition=Q(state__in=[WithdrawalState.REQUESTED, WithdrawalState.APPROVED]),
                name="withdrawal_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"W-{self.pk:05d}"

    @property
    def written_iban(self) -> str:
        """The bank account in groups of four, as people compare and type it."""
        return " ".join(wrap(self.iban, 4))

    @property
    def short_iban(self) -> str:
        """The bank account as mails may name it: its owner knows it again, nobody else learns it."""
        return f"{self.iban[:4]} … {self.iban[-4:]}"

    @property
    def is_returned(self) -> bool:
        """Tell whether the money came back to the balance."""
        return self.state in RETURNED


class Correction(models.Model):
    """A movement that finance makes by hand, with its reason; above a set amount two people make it."""

    account = models.ForeignKey(PrepaidAccount, on_delete=models.PROTECT, related_name="corrections")
    amount = money_column()  # signed
    reason = models.CharField(max_length=200)  # stands in the owner's ledger
    state = models.CharField(max_length=8, choices=CorrectionState.choices)
    is_for_two = models.BooleanField()  # decided by the limit of the day it was proposed
    key = models.CharField(max_length=64, blank=True, db_default="")  # made with the form: a double click corrects once
    proposed_at = models.DateTimeField()
    proposed_by_id = models.BigIntegerField()
    proposed_by_label = models.CharField(max_length=254)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_label = models.CharField(max_length=254, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "key"], condition=~Q(key=""), name="correction_key_once_per_account"
            ),
            models.CheckConstraint(name="correction_state_known", condition=Q(state__in=CorrectionState.values)),
            models.CheckConstraint(name="correction_moves_something", condition=~Q(amount=0)),
            models.CheckConstraint(name="correction_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="correction_decided_iff_not_proposed",
                condition=Q(state=CorrectionState.PROPOSED, decided_at=None, decided_by_id=None)
                | (~Q(state=CorrectionState.PROPOSED) & Q(decided_at__isnull=False) & Q(decided_by_id__isnull=False)),
            ),
            models.CheckConstraint(  # Above the limit nobody approves what they proposed.
                name="correction_large_by_two_people",
                condition=Q(is_for_two=False)
                | ~Q(state=CorrectionState.BOOKED)
                | (Q(decided_by_id__isnull=False) & ~Q(decided_by_id=F("proposed_by_id"))),
            ),
        ]
        indexes = [
            models.Index(fields=["-proposed_at", "-id"], name="correction_newest"),
            models.Index(
                fields=["proposed_at", "id"], condition=Q(state=CorrectionState.PROPOSED), name="correction_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"C-{self.pk:05d}"


class LedgerEntry(models.Model):
    """One movement of a prepaid account. Entries are only added: a trigger refuses everything else."""

    account = models.ForeignKey(PrepaidAccount, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    amount = money_column()  # signed
    balance_after = money_column()
    # Where it comes from: each kind has its own, see ledgerentry_origin_known.
    line = models.ForeignKey(OrderLine, null=True, on_delete=models.PROTECT, related_name="entries")
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="entry")
    credit_note = models.OneToOneField(CreditNote, null=True, on_delete=models.PROTECT, related_name="entry")
    credit_line = models.OneToOneField(CreditNoteLine, null=True, on_delete=models.PROTECT, related_name="entry")
    withdrawal = models.ForeignKey(Withdrawal, null=True, on_delete=models.PROTECT, related_name="entries")
    correction = models.OneToOneField(Correction, null=True, on_delete=models.PROTECT, related_name="entry")
    # The entry that this one takes back: of a reversal the cashback, of a return the withdrawal.
    counter_entry = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="taken_back_by")
    relationship = models.ForeignKey(Relationship, null=True, on_delete=models.PROTECT, related_name="entries")
    reference = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True, db_default="")
    actor_label = models.CharField(max_length=254)
    created_at = models.DateTimeField()

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="ledgerentry_kind_known", condition=Q(kind__in=EntryKind.values)),
            models.CheckConstraint(
                name="ledgerentry_sign_follows_kind",
                condition=Q(kind__in=CREDITS, amount__gt=0)
                | Q(kind__in=DEBITS, amount__lt=0)
                | (Q(kind=EntryKind.CORRECTION) & ~Q(amount=0)),
            ),
            models.CheckConstraint(  # Spending never takes a balance below zero, a reversal may (rule 43, Q10).
                name="ledgerentry_spending_not_below_zero",
                condition=Q(balance_after__gte=0) | Q(amount__gt=0) | Q(kind=EntryKind.REVERSAL),
            ),
            models.UniqueConstraint(  # Cashback once per paid line (rule 41).
                fields=["line"], condition=Q(kind=EntryKind.CASHBACK), name="ledgerentry_cashback_once_per_line"
            ),
            models.CheckConstraint(
                name="ledgerentry_cashback_has_line",
                condition=~Q(kind__in=EARNED) | Q(line__isnull=False),
            ),
            models.CheckConstraint(  # Each kind names what it comes from; nothing comes from nowhere.
                name="ledgerentry_origin_known",
                condition=(Q(kind=EntryKind.TOP_UP) & ~Q(reference=""))
                | Q(kind=EntryKind.PAYMENT, payment__isnull=False)
                | Q(kind=EntryKind.REFUND, credit_note__isnull=False)
                | Q(kind=EntryKind.CASHBACK, line__isnull=False)
                | Q(kind=EntryKind.REVERSAL, credit_line__isnull=False, counter_entry__isnull=False)
                | Q(kind=EntryKind.WITHDRAWAL, withdrawal__isnull=False)
                | Q(kind=EntryKind.RETURN, withdrawal__isnull=False, counter_entry__isnull=False)
                | (Q(kind=EntryKind.CORRECTION, correction__isnull=False) & ~Q(reason="")),
            ),
            models.UniqueConstraint(  # A top-up notice counts once.
                fields=["reference"], condition=Q(kind=EntryKind.TOP_UP), name="ledgerentry_top_up_reference_once"
            ),
            models.UniqueConstraint(  # Money leaves once for a withdrawal, and comes back once at the most.
                fields=["withdrawal", "kind"],
                condition=Q(withdrawal__isnull=False),
                name="ledgerentry_withdrawal_once_each_way",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="ledgerentry_by_account"),
            models.Index(  # What was earned by month is summed from the index alone.
                fields=["account", "created_at"],
                include=["amount"],
                condition=Q(kind__in=EARNED),
                name="ledgerentry_earned",
            ),
        ]

    def __str__(self) -> str:
        return self.label(self.account.currency, self.amount)

    @staticmethod
    def label(currency: str, amount: Decimal) -> str:
        """Return what an entry of this amount is called in the trail."""
        return f"{currency} {amount}"

    @property
    def size(self) -> Decimal:
        """How much moved, whichever way."""
        return abs(self.amount)

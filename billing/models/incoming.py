"""Money as the bank's statement has it, from the file until it is booked or clarified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from billing.choices import IncomingState
from billing.models.columns import money_column
from billing.models.documents import Payment
from billing.querysets import IncomingPaymentQuerySet
from partnerportal.accounts.choices import Currency


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a bank's statement. ``amount`` as it came; ``reference`` is the bank's own number for it."""

    reference: str
    purpose: str
    amount: Decimal
    currency: str
    received_on: date


class IncomingPayment(models.Model):
    """One transfer of a bank statement. The bank's own number is unique: a file that comes twice adds nothing."""

    reference = models.CharField(max_length=80, unique=True)  # the bank's own number
    purpose = models.CharField(max_length=140)  # what the payer wrote: an invoice's number, or an account's reference
    amount = money_column()
    currency = models.CharField(max_length=3, choices=Currency.choices)
    received_on = models.DateField()
    state = models.CharField(max_length=9, choices=IncomingState.choices, default=IncomingState.WAITING)
    problem = models.CharField(max_length=200, blank=True)  # why it was not booked, for finance
    resolution = models.CharField(max_length=200, blank=True)  # how finance has dealt with it
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="incoming")
    entered_at = models.DateTimeField()
    entered_by_label = models.CharField(max_length=254)
    settled_at = models.DateTimeField(null=True)  # booked, or clarified by somebody

    objects = IncomingPaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="incomingpayment_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="incomingpayment_currency_known", condition=Q(currency__in=Currency.values)),
            models.CheckConstraint(
                name="incomingpayment_settled_iff_state",
                condition=Q(state__in=[IncomingState.WAITING, IncomingState.UNCLEAR], settled_at=None)
                | Q(state__in=[IncomingState.BOOKED, IncomingState.CLARIFIED], settled_at__isnull=False),
            ),
            models.CheckConstraint(  # What was not booked says why.
                name="incomingpayment_unclear_has_problem",
                condition=~Q(state__in=[IncomingState.UNCLEAR, IncomingState.CLARIFIED]) | ~Q(problem=""),
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state=IncomingState.WAITING), name="incomingpayment_waiting"),
            models.Index(fields=["-entered_at", "-id"], name="incomingpayment_newest"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def problem_in_words(self) -> str:
        """Why it was not booked, in the reader's language."""
        return gettext(self.problem) if self.problem else ""

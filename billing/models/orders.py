"""Orders and renewals, and the snapshot that each of their lines keeps."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.choices import OrderKind, Outcome
from billing.models.columns import money_column, rate_column
from billing.querysets import OrderLineQuerySet, OrderQuerySet
from clients.models import Product, Relationship
from partnerportal.accounts.choices import Currency
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import Offer, Period
from partners.models import Partner


def duration(period: str, periods: int) -> str:
    """Say for how long something is paid: "one year", "3 years"."""
    if period == Period.YEAR:
        return ngettext("one year", "%(count)s years", periods) % {"count": periods}
    return ngettext("one month", "%(count)s months", periods) % {"count": periods}


class Order(models.Model):
    """Something ordered or renewed for a client's organisation, with the terms of that moment (Q11)."""

    kind = models.CharField(max_length=7, choices=OrderKind.choices)
    client = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="orders")  # owns the products
    payer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="paid_orders")
    # The relationship through which a partner placed it; null when the client's own people did.
    relationship = models.ForeignKey(Relationship, null=True, on_delete=models.PROTECT, related_name="orders")
    # The relationship's partner: one index then holds all that a partner ordered, by time.
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="orders")
    currency = models.CharField(max_length=3, choices=Currency.choices)
    placed_at = models.DateTimeField()
    placed_by_id = models.BigIntegerField(null=True)
    placed_by_label = models.CharField(max_length=254)
    key = models.CharField(max_length=64)  # a repeated request finds the order instead of making another

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="order_key_once_per_client"),
            models.CheckConstraint(name="order_kind_known", condition=Q(kind__in=OrderKind.values)),
            models.CheckConstraint(name="order_currency_known", condition=Q(currency__in=Currency.values)),
            models.CheckConstraint(  # Somebody else than the client pays only through a relationship (rule 25).
                name="order_other_payer_through_relationship",
                condition=Q(payer=F("client")) | Q(relationship__isnull=False),
            ),
            models.CheckConstraint(
                name="order_partner_iff_relationship",
                condition=Q(relationship=None, partner=None) | Q(relationship__isnull=False, partner__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["client", "-placed_at", "-id"], name="order_by_client"),
            models.Index(fields=["relationship", "-placed_at", "-id"], name="order_by_relationship"),
            models.Index(fields=["payer", "-placed_at", "-id"], name="order_by_payer"),
            models.Index(fields=["partner", "-placed_at", "-id"], name="order_by_partner"),
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.placed_at:%Y}-{self.pk:05d}"

    @property
    def content(self) -> str:
        """What was ordered, in short: "35 × Web hosting and 2 more"."""
        first, *others = self.lines.all()
        return _("%(first)s and %(count)s more") % {"first": first, "count": len(others)} if others else str(first)

    @property
    def net(self) -> Any:
        """What is charged, net; None where somebody else's price is not to be read (``with_lines_for``)."""
        lines: list[Any] = list(self.lines.all())
        return sum(line.charged_net for line in lines) if all(line.is_priced for line in lines) else None


class OrderLine(models.Model):
    """One line of an order: the snapshot of price, rates, counts and outcome. It is never edited."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    offer_name = models.CharField(max_length=120)
    period = models.CharField(max_length=5, choices=Period.choices)
    quantity = models.PositiveIntegerField()
    periods = models.PositiveSmallIntegerField(default=1, db_default=1)  # how many are paid at once
    period_start = models.DateField()
    period_end = models.DateField()  # exclusive
    products = models.ManyToManyField(Product, through="Coverage", related_name="order_lines")
    # The price
    public_unit = money_column()
    public_net = money_column()
    charged_net = money_column()  # what the payer pays
    client_degressive_rate = rate_column()
    client_count = models.PositiveIntegerField()
    # The partner; null where none is in scope
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reason = models.CharField(max_length=2)  # row of the decision table
    earner = models.ForeignKey(Relationship, null=True, on_delete=models.PROTECT, related_name="earning_lines")
    earning_partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="earning_lines")
    after_partner_rate = money_column(null=True)
    preferential_net = money_column(null=True)
    partner_rate = rate_column(null=True)
    partner_degressive_rate = rate_column(null=True)
    partner_count = models.PositiveIntegerField(null=True)
    cashback = money_column(default=0)
    rates = models.JSONField(default=dict)  # which rows held, and since when: the rates' version
    counted = models.JSONField(  # what the two counts were made of, in units
        default=dict, db_default=models.Value({}, models.JSONField())
    )
    steps = models.JSONField(default=list)

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="orderline_position_once"),
            models.CheckConstraint(name="orderline_outcome_known", condition=Q(outcome__in=Outcome.values)),
            models.CheckConstraint(name="orderline_period_known", condition=Q(period__in=Period.values)),
            models.CheckConstraint(name="orderline_has_units", condition=Q(quantity__gte=1)),
            models.CheckConstraint(name="orderline_has_periods", condition=Q(periods__gte=1)),
            models.CheckConstraint(name="orderline_period_forward", condition=Q(period_end__gt=F("period_start"))),
            models.CheckConstraint(  # Cashback if and only if the outcome says so: never beside a rebate (rule 31).
                name="orderline_cashback_iff_outcome",
                condition=Q(outcome=Outcome.CASHBACK, cashback__gt=0) | (~Q(outcome=Outcome.CASHBACK) & Q(cashback=0)),
            ),
            models.CheckConstraint(  # Rule 36: what the provider keeps is the preferential price.
                name="orderline_provider_keeps_preferential",
                condition=Q(outcome=Outcome.NOTHING)
                | Q(preferential_net__isnull=False, charged_net=F("preferential_net") + F("cashback")),
            ),
            models.CheckConstraint(  # Who earns is known.
                name="orderline_earner_known",
                condition=Q(outcome=Outcome.NOTHING) | Q(earning_partner__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["earning_partner", "outcome", "id"], name="orderline_by_earning_partner"),
            models.Index(fields=["earner", "id"], name="orderline_by_earner"),
            models.Index(fields=["earning_partner", "-id"], name="orderline_newest_of_partner"),
            models.Index(  # What is pending is summed from the index alone.
                fields=["earning_partner", "order"],
                include=["cashback"],
                condition=Q(outcome=Outcome.CASHBACK),
                name="orderline_cashback_of_partner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.offer_name}"

    @property
    def duration(self) -> str:
        """For how long it is paid, in words: "one year", "3 years"."""
        return duration(self.period, self.periods)

    @property
    def through(self) -> Relationship | None:
        """The relationship that earns on it, or through which it was ordered."""
        return self.earner or self.order.relationship

    @property
    def explanation(self) -> str:
        """Address of the page that explains the amounts."""
        return reverse("billing:line_explain", args=[self.pk])


class Coverage(models.Model):
    """A period of a product that an order line paid for. Never the same period twice."""

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="coverages")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="coverages")
    period_start = models.DateField()
    units = models.PositiveIntegerField(db_default=1)  # of the product, which may have more or fewer by now
    # More units of a product, or its change to a dearer plan, for a period that is paid already.
    is_extension = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="coverage_has_units", condition=Q(units__gte=1)),
            models.UniqueConstraint(  # Nothing is renewed twice for one period.
                fields=["product", "period_start"], condition=Q(is_extension=False), name="coverage_once_per_period"
            ),
        ]
        indexes = [models.Index(fields=["line"], name="coverage_by_line")]


class RenewalFailure(models.Model):
    """A renewal that the nightly run could not place, and why: staff's queue until it is placed or not wanted."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="renewal_failures")
    period_start = models.DateField()
    reason = models.CharField(max_length=300)  # a sentence, as the rule that refused says it
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "period_start"], name="renewalfailure_once_per_period"),
            models.CheckConstraint(name="renewalfailure_has_reason", condition=~Q(reason="")),
        ]
        indexes = [
            models.Index(fields=["first_seen_at", "id"], condition=Q(resolved_at=None), name="renewalfailure_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.product}, {self.period_start}"

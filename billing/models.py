"""Prices, orders, invoices, payments, the prepaid account and its ledger."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django_countries.fields import CountryField

from billing.choices import (
    CREDITS,
    DEBITS,
    EntryKind,
    InvoiceState,
    Means,
    OrderKind,
    Outcome,
    ResaleState,
)
from billing.pricing import vat
from billing.querysets import (
    InvoiceQuerySet,
    LedgerEntryQuerySet,
    OrderLineQuerySet,
    OrderQuerySet,
    OwnedQuerySet,
)
from clients.models import Product, Relationship
from partnerportal.accounts.choices import Currency
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import Family, Offer, Period
from partners.models import Partner
from partners.querysets import ValidityQuerySet

MAX_PARTNER_RATE = "0.35"  # rule 39


def _money(**options: Any) -> models.DecimalField:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


def _rate(**options: Any) -> models.DecimalField:
    return models.DecimalField(max_digits=6, decimal_places=5, **options)


def _validity() -> Func:
    return Func(F("valid_from"), F("valid_until"), function="daterange")


class Valid(models.Model):
    """A row that holds from ``valid_from`` (inclusive) until ``valid_until`` (exclusive; null: for good)."""

    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    objects = ValidityQuerySet.as_manager()

    class Meta:
        abstract = True


class Price(Valid):
    """What an offer costs: list price per unit, and for domains the partner's fixed price (Q8)."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="prices")
    currency = models.CharField(max_length=3, choices=Currency.choices)
    public_unit = _money()
    reseller_unit = _money(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="price_currency_known", condition=Q(currency__in=Currency.values)),
            models.CheckConstraint(name="price_not_negative", condition=Q(public_unit__gte=0)),
            models.CheckConstraint(  # Reseller prices are a list of their own: at most the public one (rule 39).
                name="price_reseller_at_most_public",
                condition=Q(reseller_unit=None) | Q(reseller_unit__gte=0, reseller_unit__lte=F("public_unit")),
            ),
            ExclusionConstraint(
                name="price_validity_apart",
                expressions=[
                    ("offer", RangeOperators.EQUAL),
                    ("currency", RangeOperators.EQUAL),
                    (_validity(), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class PartnerRate(Valid):
    """The part of the list price that partners do not pay for an offer."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="partner_rates")
    rate = _rate()

    class Meta:
        constraints = [
            models.CheckConstraint(  # Never above 35 % (rule 39).
                name="partnerrate_at_most_35_percent", condition=Q(rate__gte=0, rate__lte=MAX_PARTNER_RATE)
            ),
            ExclusionConstraint(
                name="partnerrate_validity_apart",
                expressions=[("offer", RangeOperators.EQUAL), (_validity(), RangeOperators.OVERLAPS)],
            ),
        ]


class DegressiveStep(Valid):
    """From so many units of a family on, this rate for all of them (Q1, Q2, Q4)."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="steps")
    from_units = models.PositiveIntegerField()
    rate = _rate()

    class Meta:
        constraints = [
            models.CheckConstraint(name="degressivestep_rate_is_fraction", condition=Q(rate__gte=0, rate__lt=1)),
            ExclusionConstraint(
                name="degressivestep_validity_apart",
                expressions=[
                    ("family", RangeOperators.EQUAL),
                    ("from_units", RangeOperators.EQUAL),
                    (_validity(), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class VatRate(Valid):
    """A country's VAT rate (rule 45)."""

    country = CountryField()
    rate = _rate()

    class Meta:
        constraints = [
            models.CheckConstraint(name="vatrate_is_fraction", condition=Q(rate__gte=0, rate__lt=1)),
            ExclusionConstraint(
                name="vatrate_validity_apart",
                expressions=[("country", RangeOperators.EQUAL), (_validity(), RangeOperators.OVERLAPS)],
            ),
        ]


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
    period_start = models.DateField()
    period_end = models.DateField()  # exclusive
    products = models.ManyToManyField(Product, through="Coverage", related_name="order_lines")
    # The price
    public_unit = _money()
    public_net = _money()
    charged_net = _money()  # what the payer pays
    client_degressive_rate = _rate()
    client_count = models.PositiveIntegerField()
    # The partner; null where none is in scope
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reason = models.CharField(max_length=2)  # row of the decision table
    earner = models.ForeignKey(Relationship, null=True, on_delete=models.PROTECT, related_name="earning_lines")
    earning_partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="earning_lines")
    after_partner_rate = _money(null=True)
    preferential_net = _money(null=True)
    partner_rate = _rate(null=True)
    partner_degressive_rate = _rate(null=True)
    partner_count = models.PositiveIntegerField(null=True)
    cashback = _money(default=0)
    rates = models.JSONField(default=dict)  # which rows held, and since when: the rates' version
    steps = models.JSONField(default=list)

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="orderline_position_once"),
            models.CheckConstraint(name="orderline_outcome_known", condition=Q(outcome__in=Outcome.values)),
            models.CheckConstraint(name="orderline_period_known", condition=Q(period__in=Period.values)),
            models.CheckConstraint(name="orderline_has_units", condition=Q(quantity__gte=1)),
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
    is_extension = models.BooleanField(default=False)  # more units of a product, for a period that is paid already

    class Meta:
        constraints = [
            models.UniqueConstraint(  # Nothing is renewed twice for one period.
                fields=["product", "period_start"], condition=Q(is_extension=False), name="coverage_once_per_period"
            ),
        ]
        indexes = [models.Index(fields=["line"], name="coverage_by_line")]


class NumberSeries(models.Model):
    """The next number of an issuer's documents in a year; the row is locked while a number is taken."""

    issuer = models.CharField(max_length=40)  # "provider", or "partner-<id>" for re-invoicing
    kind = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    next_value = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "kind", "year"], name="numberseries_once")]


class Invoice(models.Model):
    """An issued document with what it needs kept as it was: names, addresses, VAT (promise 5)."""

    number = models.CharField(max_length=20, unique=True)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="invoice")
    payer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invoices")
    state = models.CharField(max_length=4, choices=InvoiceState.choices, default=InvoiceState.OPEN)
    currency = models.CharField(max_length=3, choices=Currency.choices)
    issued_at = models.DateTimeField()
    due_on = models.DateField()
    paid_at = models.DateTimeField(null=True)
    net = _money()
    vat_rate = _rate()
    vat_treatment = models.CharField(max_length=14)
    vat = _money()
    total = _money()
    paid = _money(default=0)
    issuer_snapshot = models.JSONField()
    payer_snapshot = models.JSONField()
    language = models.CharField(max_length=5)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="invoice_currency_known", condition=Q(currency__in=Currency.values)),
            models.CheckConstraint(name="invoice_adds_up", condition=Q(total=F("net") + F("vat"))),
            models.CheckConstraint(name="invoice_paid_within_total", condition=Q(paid__gte=0, paid__lte=F("total"))),
            models.CheckConstraint(
                name="invoice_paid_iff_all_paid",
                condition=Q(state=InvoiceState.PAID, paid=F("total"), paid_at__isnull=False)
                | Q(state=InvoiceState.OPEN, paid_at=None),
            ),
        ]
        indexes = [
            models.Index(fields=["payer", "-issued_at", "-id"], name="invoice_by_payer"),
            models.Index(fields=["-issued_at", "-id"], name="invoice_newest"),
            models.Index(
                fields=["order"],
                include=["currency"],
                condition=Q(state=InvoiceState.OPEN),
                name="invoice_open_by_order",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def iban(self) -> str:
        """The account that it is paid to, or nothing where the provider has named none."""
        return self.issuer_snapshot.get(f"iban_{self.currency.lower()}", "")

    @property
    def open_amount(self) -> Any:
        """What is still to be paid, VAT included."""
        return self.total - self.paid


class Payment(models.Model):
    """Money that came for an invoice. The reference makes a repeated notice the same payment (rule 41)."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    means = models.CharField(max_length=8, choices=Means.choices)
    reference = models.CharField(max_length=80, unique=True)
    amount = _money()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="payment_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="payment_means_known", condition=Q(means__in=Means.values)),
        ]

    def __str__(self) -> str:
        return f"{self.invoice.number}, {self.invoice.currency} {self.amount}"


class PrepaidAccount(models.Model):
    """The balance of an organisation in one currency (Q34); it moves under the same lock as each entry."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="prepaid_accounts")
    currency = models.CharField(max_length=3, choices=Currency.choices)
    balance = _money(default=0)  # below zero by reversals only (Q10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "currency"], name="prepaidaccount_one_per_currency"),
            models.CheckConstraint(name="prepaidaccount_currency_known", condition=Q(currency__in=Currency.values)),
        ]


class LedgerEntry(models.Model):
    """One movement of a prepaid account. Entries are only added: a trigger refuses everything else."""

    account = models.ForeignKey(PrepaidAccount, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=EntryKind.choices)
    amount = _money()  # signed
    balance_after = _money()
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


class Resale(models.Model):
    """A partner's own document for its client about a line that the partner paid (Q39). Not an invoice of ours."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="resales")
    client = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    line = models.OneToOneField(OrderLine, on_delete=models.PROTECT, related_name="resale")
    state = models.CharField(max_length=6, choices=ResaleState.choices, default=ResaleState.DRAFT)
    number = models.CharField(max_length=20, blank=True)
    markup_rate = _rate()  # on what the partner paid: 0.10 adds 10 %
    net = _money()
    vat_rate = _rate(default=0)  # the partner's own VAT; 0 where it charges none
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    issuer_snapshot = models.JSONField(null=True)  # both from the moment of issue
    client_snapshot = models.JSONField(null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="resale_markup_not_negative", condition=Q(markup_rate__gte=0)),
            models.CheckConstraint(name="resale_vat_is_fraction", condition=Q(vat_rate__gte=0, vat_rate__lt=1)),
            models.CheckConstraint(  # A draft has no number, an issued document has one.
                name="resale_number_iff_issued",
                condition=Q(state=ResaleState.DRAFT, number="") | (Q(state=ResaleState.ISSUED) & ~Q(number="")),
            ),
            models.CheckConstraint(  # What was issued keeps its names and addresses (promise 5).
                name="resale_snapshots_iff_issued",
                condition=Q(
                    state=ResaleState.DRAFT, issued_at=None, issuer_snapshot__isnull=True, client_snapshot__isnull=True
                )
                | Q(
                    state=ResaleState.ISSUED,
                    issued_at__isnull=False,
                    issuer_snapshot__isnull=False,
                    client_snapshot__isnull=False,
                ),
            ),
            models.UniqueConstraint(
                fields=["partner", "number"], condition=~Q(number=""), name="resale_number_once_per_partner"
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.line}"

    @property
    def markup(self) -> Any:
        """What the markup adds, net."""
        return self.net - self.line.charged_net

    @property
    def vat(self) -> Any:
        """VAT on the net, rounded once."""
        return vat(net=self.net, rate=self.vat_rate)

    @property
    def total(self) -> Any:
        """What the client owes the partner, VAT included."""
        return self.net + self.vat

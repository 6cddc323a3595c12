"""Documents under a number of their own, and the money that comes for them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from billing.choices import SETTLED, InvoiceState, Means, RefundMeans, ResaleState
from billing.models.columns import money_column, rate_column
from billing.models.orders import Order, OrderLine
from billing.pricing import vat
from billing.querysets import CreditNoteQuerySet, InvoiceQuerySet, OwnedQuerySet
from partnerportal.accounts.choices import Currency
from partnerportal.accounts.models import Organisation
from partnerportal.kernel.money import round_cents
from partners.models import Partner


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
    state = models.CharField(max_length=9, choices=InvoiceState.choices, default=InvoiceState.OPEN)
    currency = models.CharField(max_length=3, choices=Currency.choices)
    issued_at = models.DateTimeField()
    due_on = models.DateField()
    paid_at = models.DateTimeField(null=True)  # since when nothing is open any more
    net = money_column()
    vat_rate = rate_column()
    vat_treatment = models.CharField(max_length=14)
    vat = money_column()
    total = money_column()
    paid = money_column(default=0)
    credited = money_column(default=0, db_default=0)  # what its credit notes take back, VAT included
    refunded = money_column(default=0, db_default=0)  # how much of that had been paid, and went back
    issuer_snapshot = models.JSONField()
    payer_snapshot = models.JSONField()
    client_name = models.CharField(
        max_length=200, blank=True, db_default=""
    )  # for whom, where another than the payer owns it
    language = models.CharField(max_length=5)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="invoice_currency_known", condition=Q(currency__in=Currency.values)),
            models.CheckConstraint(name="invoice_adds_up", condition=Q(total=F("net") + F("vat"))),
            models.CheckConstraint(name="invoice_paid_within_total", condition=Q(paid__gte=0, paid__lte=F("total"))),
            models.CheckConstraint(  # Nothing is credited twice, and no more goes back than has come.
                name="invoice_credited_within_total",
                condition=Q(credited__gte=0, credited__lte=F("total"), refunded__gte=0)
                & Q(refunded__lte=F("credited"))
                & Q(refunded__lte=F("paid")),
            ),
            models.CheckConstraint(  # Settled: paid, or credited before it was.
                name="invoice_settled_iff_nothing_open",
                condition=Q(state=InvoiceState.OPEN, paid_at=None)
                | Q(state__in=SETTLED, total=F("paid") + F("credited") - F("refunded"), paid_at__isnull=False),
            ),
            models.CheckConstraint(  # A refunded or cancelled invoice is credited as a whole, a paid one is not.
                name="invoice_credited_as_state_says",
                condition=Q(state=InvoiceState.REFUNDED, credited=F("total"), refunded__gt=0)
                | Q(state=InvoiceState.CANCELLED, credited=F("total"), paid=0, total__gt=0)
                | Q(state__in=[InvoiceState.OPEN, InvoiceState.PAID]),
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
        return self.total - self.paid - (self.credited - self.refunded)


class Payment(models.Model):
    """Money that came for an invoice. The reference makes a repeated notice the same payment (rule 41)."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    means = models.CharField(max_length=8, choices=Means.choices)
    reference = models.CharField(max_length=80, unique=True)
    amount = money_column()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="payment_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="payment_means_known", condition=Q(means__in=Means.values)),
        ]

    def __str__(self) -> str:
        return f"{self.invoice.number}, {self.invoice.currency} {self.amount}"


class CreditNote(models.Model):
    """A document of its own that takes back a part of an invoice or all of it (promise 5, rule 42)."""

    number = models.CharField(max_length=20, unique=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    payer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="credit_notes")
    currency = models.CharField(max_length=3, choices=Currency.choices)
    issued_at = models.DateTimeField()
    reason = models.CharField(max_length=200)  # stands on the document
    net = money_column()
    vat_rate = rate_column()
    vat_treatment = models.CharField(max_length=14)
    vat = money_column()
    total = money_column()
    refunded = money_column(default=0)  # the part that had been paid and goes back; the rest was still open
    refund_means = models.CharField(max_length=8, choices=RefundMeans.choices, blank=True)
    issuer_snapshot = models.JSONField()
    payer_snapshot = models.JSONField()
    client_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5)

    objects = CreditNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="creditnote_currency_known", condition=Q(currency__in=Currency.values)),
            models.CheckConstraint(name="creditnote_adds_up", condition=Q(total=F("net") + F("vat"))),
            models.CheckConstraint(name="creditnote_positive", condition=Q(net__gt=0, vat__gte=0)),
            models.CheckConstraint(  # Money goes back one way, and only where some had come.
                name="creditnote_means_iff_refunded",
                condition=Q(refunded=0, refund_means="")
                | Q(refunded__gt=0, refunded__lte=F("total"), refund_means__in=RefundMeans.values),
            ),
            models.CheckConstraint(name="creditnote_has_reason", condition=~Q(reason="")),
        ]
        indexes = [
            models.Index(fields=["payer", "-issued_at", "-id"], name="creditnote_by_payer"),
            models.Index(fields=["-issued_at", "-id"], name="creditnote_newest"),
        ]

    def __str__(self) -> str:
        return self.number


class CreditNoteLine(models.Model):
    """How much of an order line a credit note takes back, net."""

    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="credits")
    net = money_column()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["credit_note", "line"], name="creditnoteline_once_per_line"),
            models.CheckConstraint(name="creditnoteline_positive", condition=Q(net__gt=0)),
        ]

    def __str__(self) -> str:
        return str(self.line)


class Resale(models.Model):
    """A partner's own document for its client about a line that the partner paid (Q39). Not an invoice of ours."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="resales")
    client = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    line = models.OneToOneField(OrderLine, on_delete=models.PROTECT, related_name="resale")
    state = models.CharField(max_length=6, choices=ResaleState.choices, default=ResaleState.DRAFT)
    number = models.CharField(max_length=20, blank=True)
    markup_rate = rate_column()  # on what the partner paid: 0.10 adds 10 %
    net = money_column()
    vat_rate = rate_column(default=0)  # the partner's own VAT; 0 where it charges none
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
    def cost(self) -> Any:
        """What the partner had paid for it, net, less what was credited by then: the net before the markup."""
        return round_cents(self.net / (1 + self.markup_rate))

    @property
    def markup(self) -> Any:
        """What the markup adds, net."""
        return self.net - self.cost

    @property
    def shown(self) -> str:
        """What a page shows of it, in short: what is issued must be what was looked at."""
        return f"{self.net} {self.vat_rate}"

    @property
    def vat(self) -> Any:
        """VAT on the net, rounded once."""
        return vat(net=self.net, rate=self.vat_rate)

    @property
    def total(self) -> Any:
        """What the client owes the partner, VAT included."""
        return self.net + self.vat

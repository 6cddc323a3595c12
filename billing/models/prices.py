"""What things cost, and the rates that hold on a day."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django_countries.fields import CountryField

from billing.models.columns import money_column, rate_column
from partnerportal.accounts.choices import Currency
from partnerportal.catalogue.models import Family, Offer
from partners.querysets import ValidityQuerySet

MAX_PARTNER_RATE = "0.35"  # rule 39


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
    public_unit = money_column()
    reseller_unit = money_column(null=True, blank=True)

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
    rate = rate_column()

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
    rate = rate_column()

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
    rate = rate_column()

    class Meta:
        constraints = [
            models.CheckConstraint(name="vatrate_is_fraction", condition=Q(rate__gte=0, rate__lt=1)),
            ExclusionConstraint(
                name="vatrate_validity_apart",
                expressions=[("country", RangeOperators.EQUAL), (_validity(), RangeOperators.OVERLAPS)],
            ),
        ]

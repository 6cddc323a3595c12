"""Applications, partners, the register of affiliations, terms and thresholds. Rules 1 to 5, Q21 to Q23."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from partnerportal.accounts.choices import Currency
from partnerportal.accounts.models import Organisation
from partners.choices import ApplicationState, PartnerState, ReviewOutcome
from partners.querysets import ApplicationQuerySet, PartnerQuerySet, ReviewQuerySet, ValidityQuerySet


def validity() -> Func:
    """Return the half-open range of days in which a row holds, for exclusion constraints."""
    return Func(F("valid_from"), F("valid_until"), function="daterange")


class Terms(models.Model):
    """A version of the special conditions for partners (rule 5). A version that was accepted is never edited."""

    version = models.CharField(max_length=20, unique=True)
    text = models.TextField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    objects = ValidityQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(  # One version is in force on a day.
                name="terms_validity_apart", expressions=[(validity(), RangeOperators.OVERLAPS)]
            ),
        ]

    def __str__(self) -> str:
        return self.version


class TermsAcceptance(models.Model):
    """Who accepted which version for whom, and when: a row for each time (rule 5)."""

    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="terms_acceptances")
    # The proof outlives the account of the person: the label keeps the name.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    user_label = models.CharField(max_length=254)
    accepted_at = models.DateTimeField()


class Threshold(models.Model):
    """What a partner's managed products must amount to in a year, net, per currency (rule 2)."""

    currency = models.CharField(max_length=3, choices=Currency.choices)
    yearly_net = models.DecimalField(max_digits=12, decimal_places=2)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    objects = ValidityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="threshold_positive", condition=Q(yearly_net__gt=0)),
            models.CheckConstraint(name="threshold_currency_known", condition=Q(currency__in=Currency.values)),
            ExclusionConstraint(
                name="threshold_validity_apart",
                expressions=[("currency", RangeOperators.EQUAL), (validity(), RangeOperators.OVERLAPS)],
            ),
        ]


class Affiliation(models.Model):
    """An entry of the small register of affiliates. Nobody is partner and affiliate at the same time (rule 3)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="affiliations")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(ended_at=None), name="affiliation_one_current"
            ),
            models.CheckConstraint(
                name="affiliation_ends_after_start", condition=Q(ended_at=None) | Q(ended_at__gt=F("started_at"))
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)


class Application(models.Model):
    """A company asks to become a partner. It is filled in step by step, sent once, and decided by staff (Q23)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applications")
    state = models.CharField(max_length=9, choices=ApplicationState.choices, default=ApplicationState.DRAFT)
    register_country = CountryField(_("country of the register"))
    register_number = models.CharField(_("register number"), max_length=40, blank=True)  # as the register writes it
    website = models.URLField(_("website"), blank=True)
    contact_email = models.EmailField(_("e-mail address for clients"), blank=True)
    estimated_yearly_net = models.DecimalField(  # net, in the organisation's currency (Q22)
        _("products you expect to manage, per year"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    gives_support = models.BooleanField(default=False)
    answers_for_invoices = models.BooleanField(default=False)
    is_exclusive_for_tenders = models.BooleanField(default=False)
    checks = models.JSONField(default=list)  # result of each check when it was sent
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_label = models.CharField(max_length=254, blank=True)
    reason = models.TextField(_("reason"), blank=True)  # what the applicant reads when rejected

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(  # One open application for an organisation.
                fields=["organisation"],
                condition=Q(state__in=[ApplicationState.DRAFT, ApplicationState.SUBMITTED]),
                name="application_one_open",
            ),
            models.UniqueConstraint(  # A register number is in review once.
                fields=["register_country", "register_number"],
                condition=Q(state=ApplicationState.SUBMITTED),
                name="application_register_number_once_in_review",
            ),
            models.CheckConstraint(  # What is sent is complete (rule 1).
                name="application_complete_once_sent",
                condition=Q(state=ApplicationState.DRAFT)
                | (
                    Q(submitted_at__isnull=False, estimated_yearly_net__isnull=False)
                    & ~Q(register_number="")
                    & ~Q(website="")
                    & Q(gives_support=True, answers_for_invoices=True, is_exclusive_for_tenders=True)
                ),
            ),
            models.CheckConstraint(
                name="application_decided_iff_ended",
                condition=Q(state__in=[ApplicationState.APPROVED, ApplicationState.REJECTED], decided_at__isnull=False)
                | Q(state__in=[ApplicationState.DRAFT, ApplicationState.SUBMITTED], decided_at=None),
            ),
            models.CheckConstraint(  # Who is rejected is told why.
                name="application_rejected_with_reason",
                condition=~Q(state=ApplicationState.REJECTED) | ~Q(reason=""),
            ),
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="application_queue")]

    def __str__(self) -> str:
        return str(self.organisation)


class Partner(models.Model):
    """An organisation that the provider has approved as a partner. It has the organisation's own id."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, primary_key=True, related_name="partner"
    )
    state = models.CharField(max_length=9, choices=PartnerState.choices, default=PartnerState.APPROVED)
    register_country = CountryField()
    register_number = models.CharField(max_length=40)
    website = models.URLField()
    contact_email = models.EmailField()
    joined_on = models.DateField()  # the yearly volume check falls on this day (Q21)
    build_up_until = models.DateField()  # until then the estimate counts (Q22)
    grace_until = models.DateField(null=True)  # below the threshold and warned: suspended after this day
    suspended_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    wants_tenders = models.BooleanField(_("send me calls for tenders"), default=False)  # rule 54: opt in

    objects = PartnerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="partner_state_known", condition=Q(state__in=PartnerState.values)),
            models.CheckConstraint(
                name="partner_suspended_iff_dated",
                condition=Q(state=PartnerState.SUSPENDED, suspended_at__isnull=False)
                | (~Q(state=PartnerState.SUSPENDED) & Q(suspended_at=None)),
            ),
            models.CheckConstraint(
                name="partner_left_iff_dated",
                condition=Q(state=PartnerState.LEFT, left_at__isnull=False)
                | (~Q(state=PartnerState.LEFT) & Q(left_at=None)),
            ),
            models.UniqueConstraint(  # One company is one partner.
                fields=["register_country", "register_number"],
                condition=~Q(state=PartnerState.LEFT),
                name="partner_register_number_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "joined_on"], name="partner_by_state")]

    def __str__(self) -> str:
        return str(self.organisation)

    @property
    def is_approved(self) -> bool:
        """Tell whether the status holds."""
        return self.state == PartnerState.APPROVED


class ManagedVolume(models.Model):
    """What a partner managed when it was last measured: a figure for its pages. Reviews measure anew."""

    partner = models.OneToOneField(Partner, on_delete=models.CASCADE, primary_key=True, related_name="volume")
    managed = models.JSONField()  # {"CHF": "1990.00"}: yearly net list prices
    measured_at = models.DateTimeField()

    @property
    def amounts(self) -> dict[str, Decimal]:
        """The amounts by currency."""
        return {currency: Decimal(amount) for currency, amount in self.managed.items()}


class VolumeReview(models.Model):
    """One yearly volume check with the figures it was decided on (rule 2, Q21). Kept for good."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="reviews")
    on = models.DateField()
    managed = models.JSONField()  # {"CHF": "1990.00", "EUR": "0.00"}: yearly net list prices
    thresholds = models.JSONField()  # the same keys: what they were measured against
    share = models.DecimalField(max_digits=12, decimal_places=6)  # 1 or more: reached
    outcome = models.CharField(max_length=9, choices=ReviewOutcome.choices)
    grace_until = models.DateField(null=True)
    created_at = models.DateTimeField()

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "on"], name="volumereview_once_a_day"),
            models.CheckConstraint(name="volumereview_outcome_known", condition=Q(outcome__in=ReviewOutcome.values)),
            models.CheckConstraint(  # Reached if and only if the share says so (rule 2: inclusive).
                name="volumereview_outcome_follows_share",
                condition=Q(outcome=ReviewOutcome.REACHED, share__gte=1)
                | (~Q(outcome=ReviewOutcome.REACHED) & Q(share__lt=1)),
            ),
            models.CheckConstraint(  # Who is warned knows until when.
                name="volumereview_grace_iff_warned",
                condition=Q(outcome=ReviewOutcome.WARNED, grace_until__isnull=False)
                | (~Q(outcome=ReviewOutcome.WARNED) & Q(grace_until=None)),
            ),
        ]

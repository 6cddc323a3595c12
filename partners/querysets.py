"""Sets of partners and applications."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import Cast, ExtractYear

from partnerportal.kernel.text import folded
from partners.choices import ApplicationState, PartnerState


class _Anniversary(Func):
    """The day on which a partner joined, moved by whole years; PostgreSQL moves 29 February to the 28th."""

    template = "(%(expressions)s))::date"
    arg_joiner = " + make_interval(years => "
    output_field = models.DateField()

    @classmethod
    def in_year(cls, year: int) -> _Anniversary:
        """Return the anniversary that falls into ``year``."""
        return cls(F("joined_on"), Cast(Value(year) - ExtractYear("joined_on"), models.IntegerField()))


class PartnerQuerySet(models.QuerySet[Any]):
    """Partners."""

    def approved(self) -> PartnerQuerySet:
        """Keep those whose status holds: referenced by the provider, not suspended, not left."""
        return self.filter(state=PartnerState.APPROVED)

    def matching(self, text: str) -> PartnerQuerySet:
        """Keep those whose name holds ``text`` or whose mail address is ``text`` (rule 8)."""
        return self.filter(Q(organisation__search_name__contains=folded(text)) | Q(contact_email__iexact=text.strip()))

    def due_for_review(self, day: date) -> PartnerQuerySet:
        """Keep those whose yearly check falls on ``day`` or fell before it and was missed, and those whose grace period
        ended before it (Q21).

        29 February counts as the 28th in other years.
        """
        of_this_year, of_last_year = _Anniversary.in_year(day.year), _Anniversary.in_year(day.year - 1)
        reviewed = apps.get_model("partners", "VolumeReview").objects.filter(
            partner=OuterRef("pk"), on__gte=OuterRef("latest_anniversary")
        )
        yearly = Q(
            ~Exists(reviewed),
            grace_until=None,
            latest_anniversary__gt=F("joined_on"),
            latest_anniversary__gte=F("build_up_until"),
        )
        dated = self.annotate(of_this_year=of_this_year).annotate(
            latest_anniversary=Case(When(of_this_year__lte=day, then=F("of_this_year")), default=of_last_year)
        )
        return dated.filter(yearly | Q(grace_until__lt=day))

    def visible_to(self, acting: Any) -> PartnerQuerySet:
        """Keep the partner that the acting organisation itself is; none in a client's space."""
        if acting is None or acting.home is None or acting.relationship is not None:
            return self.none()
        return self.filter(pk=acting.home.pk)


class ApplicationQuerySet(models.QuerySet[Any]):
    """Applications."""

    def visible_to(self, acting: Any) -> ApplicationQuerySet:
        """Keep the applications of one's own organisation."""
        if acting is None or acting.home is None or acting.relationship is not None:
            return self.none()
        return self.filter(organisation=acting.home.pk)

    def waiting(self) -> ApplicationQuerySet:
        """Keep those that staff has to decide."""
        return self.filter(state=ApplicationState.SUBMITTED)


class ValidityQuerySet(models.QuerySet[Any]):
    """Rows with a half-open validity."""

    def valid_on(self, day: Any) -> ValidityQuerySet:
        """Keep the rows that hold on ``day``: valid_from <= day < valid_until."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day)


class ReviewQuerySet(models.QuerySet[Any]):
    """Volume reviews."""

    def visible_to(self, acting: Any) -> ReviewQuerySet:
        """Keep one's own organisation's reviews."""
        if acting is None or acting.home is None or acting.relationship is not None:
            return self.none()
        return self.filter(partner=acting.home.pk)

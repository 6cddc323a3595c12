"""Sets of partners and applications."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from partnerportal.kernel.text import folded
from partners.choices import ApplicationState, PartnerState


class PartnerQuerySet(models.QuerySet[Any]):
    """Partners."""

    def approved(self) -> PartnerQuerySet:
        """Keep those whose status holds: referenced by the provider, not suspended, not left."""
        return self.filter(state=PartnerState.APPROVED)

    def matching(self, text: str) -> PartnerQuerySet:
        """Keep those whose name holds ``text`` or whose mail address is ``text`` (rule 8)."""
        return self.filter(Q(organisation__search_name__contains=folded(text)) | Q(contact_email__iexact=text.strip()))

    def due_for_review(self, day: date) -> PartnerQuerySet:
        """Keep those whose yearly check falls on ``day``, or whose grace period ended before it (Q21).

        29 February counts as the 28th in other years.
        """
        falls = Q(joined_on__month=day.month, joined_on__day=day.day)
        if (day + timedelta(days=1)).day == 1 and day.month == 2 and day.day == 28:
            falls |= Q(joined_on__month=2, joined_on__day=29)
        yearly = falls & Q(grace_until=None, joined_on__lt=day, build_up_until__lte=day)
        return self.filter(yearly | Q(grace_until__lt=day))

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

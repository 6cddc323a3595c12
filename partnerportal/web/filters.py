"""Filters that every list may have."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone

from partnerportal.kernel.days import midnight
from partnerportal.kernel.text import folded


class SinceFilter(filters.DateFilter):
    """Keeps what happened on a day or after it, by moments, so that an index on the moment serves."""

    def filter(self, qs: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        """Compare with where the day begins."""
        if value is None:
            return qs
        return qs.filter(**{f"{self.field_name}__gte": midnight(value, timezone.get_current_timezone())})


class UntilFilter(filters.DateFilter):
    """Keeps what happened up to the end of a day."""

    def filter(self, qs: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        """Compare with where the next day begins."""
        if value is None:
            return qs
        next_day = value + timedelta(days=1)
        return qs.filter(**{f"{self.field_name}__lt": midnight(next_day, timezone.get_current_timezone())})


class FoldedNameFilter(filters.CharFilter):
    """Keeps rows whose folded name (``field_name``) holds a text, without case and accents."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Compare as the names are stored."""
        return qs.filter(**{f"{self.field_name}__contains": folded(value)}) if value else qs

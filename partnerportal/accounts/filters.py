"""Filters of the activity list."""

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partnerportal.audit.models import AuditEvent
from partnerportal.web.filters import SinceFilter, UntilFilter


class ActivityFilter(filters.FilterSet):
    """Acts by words and days."""

    text = filters.CharFilter(method="matching", label=_("Person, organisation or act"))
    since = SinceFilter(field_name="at", label=_("From"))
    until = UntilFilter(field_name="at", label=_("To"))

    class Meta:
        model = AuditEvent
        fields = ["text", "since", "until"]

    def matching(self, queryset: QuerySet[AuditEvent], _name: str, text: str) -> QuerySet[AuditEvent]:
        """Keep acts whose person, organisation, kind or subject holds the text."""
        return queryset.filter(
            Q(actor_label__icontains=text)
            | Q(actor_organisation_label__icontains=text)
            | Q(action__icontains=text)
            | Q(subject_label__icontains=text)
        )

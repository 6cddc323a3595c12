"""Filters of the activity list."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from partnerportal.accounts.templatetags.acts import kinds_of_acts
from partnerportal.audit.models import AuditEvent
from partnerportal.web.filters import SinceFilter, UntilFilter

LARGEST = 2**63 - 1  # what the column of ids holds


class ActivityFilter(filters.FilterSet):
    """Acts by person, organisation, kind, days and relationship."""

    search = filters.CharFilter(field_name="actor_label", lookup_expr="icontains", label=_("Person"))
    organisation = filters.CharFilter(field_name="organisation_label", lookup_expr="icontains", label=_("Organisation"))
    kind = filters.ChoiceFilter(
        field_name="action", choices=kinds_of_acts, label=_("Kind of act"), empty_label=_("Any act")
    )
    since = SinceFilter(field_name="at", label=_("From"))
    until = UntilFilter(field_name="at", label=_("To"))
    relationship = filters.NumberFilter(
        field_name="relationship_id",
        label=_("Relationship"),
        min_value=1,
        max_value=LARGEST,
        decimal_places=0,
    )

    class Meta:
        model = AuditEvent
        fields = ["search", "organisation", "kind", "since", "until", "relationship"]

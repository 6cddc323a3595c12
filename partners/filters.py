"""Filters of staff's lists."""

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partnerportal.kernel.text import folded
from partnerportal.web.filters import FoldedNameFilter
from partners.choices import ApplicationState, PartnerState
from partners.models import Affiliation, Application, Partner


class ApplicationFilter(filters.FilterSet):
    """Applications by state; without one, those that wait."""

    state = filters.ChoiceFilter(
        choices=[choice for choice in ApplicationState.choices if choice[0] != ApplicationState.DRAFT],
        label=_("State"),
        empty_label=_("Any state"),
    )

    class Meta:
        model = Application
        fields = ["state"]


class PartnerFilter(filters.FilterSet):
    """Partners by name, register number, VAT number or mail."""

    search = filters.CharFilter(method="matching", label=_("Name, register or VAT number, mail"))
    state = filters.ChoiceFilter(choices=PartnerState.choices, label=_("State"), empty_label=_("Any state"))

    class Meta:
        model = Partner
        fields = ["search", "state"]

    def matching(self, queryset: QuerySet[Partner], _name: str, text: str) -> QuerySet[Partner]:
        """Keep partners that one of these finds."""
        return queryset.filter(
            Q(organisation__search_name__contains=folded(text))
            | Q(register_number__icontains="".join(text.split()))
            | Q(organisation__vat_number__icontains=text)
            | Q(contact_email__icontains=text)
        )


class AffiliationFilter(filters.FilterSet):
    """Affiliates by name, and those of today or all."""

    search = FoldedNameFilter(field_name="organisation__search_name", label=_("Name"))
    ended = filters.BooleanFilter(
        field_name="ended_at",
        lookup_expr="isnull",
        exclude=True,
        label=_("State"),
        widget=forms.Select(choices=[("", _("Current and ended")), ("false", _("Current")), ("true", _("Ended"))]),
    )

    class Meta:
        model = Affiliation
        fields = ["search", "ended"]

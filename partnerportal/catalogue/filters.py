"""Filters of the catalogue."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from partnerportal.catalogue.models import Family, Offer


class OfferFilter(filters.FilterSet):
    """Offers by name and family."""

    search = filters.CharFilter(field_name="name", lookup_expr="icontains", label=_("Name"))
    family = filters.ModelChoiceFilter(
        queryset=Family.objects.order_by("position", "name"), label=_("Family"), empty_label=_("All families")
    )

    class Meta:
        model = Offer
        fields = ["search", "family"]

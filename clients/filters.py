"""Filters of clients, partners and products."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clients.choices import Access, ProductState, RelationshipState
from clients.models import Product, Relationship
from clients.querysets import known_to_partner
from partnerportal.kernel.text import folded


class ClientFilter(filters.FilterSet):
    """Clients by name or place, access and state."""

    search = filters.CharFilter(method="matching", label=_("Name or place"))
    access = filters.ChoiceFilter(choices=Access.choices, label=_("Access"), empty_label=_("Any access"))
    state = filters.ChoiceFilter(choices=RelationshipState.choices, label=_("State"), empty_label=_("Any state"))

    class Meta:
        model = Relationship
        fields = ["search", "access", "state"]

    def matching(self, queryset: QuerySet[Relationship], _name: str, text: str) -> QuerySet[Relationship]:
        """Keep clients whose name or place holds the text."""
        return queryset.filter(
            (known_to_partner() & (Q(client__search_name__contains=folded(text)) | Q(client__city__icontains=text)))
            | (~known_to_partner() & Q(invited_email__icontains=text))
        )


class PartnerAccessFilter(filters.FilterSet):
    """Partners with access, by state."""

    state = filters.ChoiceFilter(choices=RelationshipState.choices, label=_("State"), empty_label=_("Any state"))

    class Meta:
        model = Relationship
        fields = ["state"]


class ProductFilter(filters.FilterSet):
    """Products by words and state."""

    search = filters.CharFilter(method="matching", label=_("Product or offer"))
    state = filters.ChoiceFilter(choices=ProductState.choices, label=_("State"), empty_label=_("Any state"))

    class Meta:
        model = Product
        fields = ["search", "state"]

    def matching(self, queryset: QuerySet[Product], _name: str, text: str) -> QuerySet[Product]:
        """Keep products whose name or offer holds the text."""
        return queryset.filter(Q(name__icontains=text) | Q(offer__name__icontains=text))

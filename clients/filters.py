"""Filters of clients, partners and products."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clients.choices import Access, ProductState, RelationshipState
from clients.models import Product, Relationship
from partnerportal.accounts.models import Membership
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
        return queryset.filter(Q(client_name__contains=folded(text)) | Q(client_city__icontains=text))


class TeamClientFilter(filters.FilterSet):
    """Clients by name or place, and whether a team looks after them."""

    search = filters.CharFilter(method="matching", label=_("Name or place"))
    given = filters.ChoiceFilter(
        field_name="is_in_team",
        method="in_team",
        label=_("In the team"),
        choices=[("yes", _("In the team")), ("no", _("Not in the team"))],
        empty_label=_("Every client"),
    )

    class Meta:
        model = Relationship
        fields = ["search", "given"]

    matching = ClientFilter.matching

    def in_team(self, queryset: QuerySet[Relationship], name: str, value: str) -> QuerySet[Relationship]:
        """Keep those that the team looks after, or the others."""
        return queryset.filter(**{name: value == "yes"})


class PersonFilter(filters.FilterSet):
    """People by name or mail address."""

    search = filters.CharFilter(method="matching", label=_("Name or e-mail address"))

    class Meta:
        model = Membership
        fields = ["search"]

    def matching(self, queryset: QuerySet[Membership], _name: str, text: str) -> QuerySet[Membership]:
        """Keep people whose name or address holds the text."""
        return queryset.filter(Q(user__name__icontains=text) | Q(user__email__icontains=text))


class ClientPersonFilter(PersonFilter):
    """People by name, and whether they reach a client."""

    everybody = filters.ChoiceFilter(
        method="reaching",
        label=_("Who"),
        choices=[("all", _("Everybody in the organisation")), ("no", _("Who does not reach it"))],
        empty_label=_("Who reaches it"),
    )

    class Meta(PersonFilter.Meta):
        fields = ["search", "everybody"]

    def reaching(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Keep everybody, or those who do not; who reaches it is the list without this."""
        return queryset.filter(is_let_in=False) if value == "no" else queryset

    @property
    def qs(self) -> QuerySet[Any]:
        """Show who reaches the client unless somebody asks for the others."""
        found = super().qs
        asked = self.form.cleaned_data.get("everybody") if self.is_bound and self.form.is_valid() else None
        return found if asked else found.filter(is_let_in=True)


class ReachedClientFilter(filters.FilterSet):
    """Clients that a person reaches, by name or place."""

    search = filters.CharFilter(method="matching", label=_("Name or place"))

    class Meta:
        model = Relationship
        fields = ["search"]

    matching = ClientFilter.matching


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

"""Who reaches a client, with what, and why: for those who lead the partner, and for oneself. Rules 15, 16, 20, 21."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import forms, selectors, services
from clients.choices import RelationshipState
from clients.filters import ClientPersonFilter, ProductFilter
from clients.models import ClientAssignment, Product
from clients.permissions import ClientPermission
from clients.tables import ClientPersonTable, ReachedProductTable
from clients.views.partner_side import PartnerSide
from partnerportal.accounts.models import Membership
from partnerportal.web.views import ActionView, PageView, TableView


class _ActiveClient(PartnerSide):
    """A page about who reaches a client that has accepted."""

    permission = ClientPermission.CLIENT_ASSIGN

    def find(self, **kwargs: Any) -> None:
        """An active relationship of one's own."""
        super().find(**kwargs)
        if self.relationship.state != RelationshipState.ACTIVE:
            raise Http404


class ClientPeopleView(_ActiveClient, TableView):
    """Every one of one's own people who reaches a client, on which way, with what."""

    table_class = ClientPersonTable
    filterset_class = ClientPersonFilter
    template_name = "clients/client_people.html"

    def get_queryset(self) -> QuerySet[Membership]:
        """Who leads first, then who was let in."""
        self.granted = selectors.granted_now(self.relationship)
        people = selectors.people_at(self.relationship)
        return people if self.granted else people.none()

    def get_table_kwargs(self) -> dict[str, Any]:
        """Tell the table what the client granted."""
        return super().get_table_kwargs() | {"relationship": self.relationship, "granted": self.granted}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what the client granted at most."""
        return super().get_context_data(granted=self.granted, **kwargs)


class _OnePersonThere(_ActiveClient):
    """One of one's own people and one client."""

    def find(self, **kwargs: Any) -> None:
        """A member of one's own organisation."""
        super().find(**kwargs)
        mine = Membership.objects.visible_to(self.request.acting).select_related("user", "organisation")
        self.membership = get_object_or_404(mine, pk=kwargs["member_pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the person."""
        return super().get_context_data(person=self.membership, **kwargs)


class ClientPersonView(_OnePersonThere, TableView):
    """What one person reaches of a client, product by product."""

    table_class = ReachedProductTable
    filterset_class = ProductFilter
    template_name = "clients/client_person.html"

    def get_queryset(self) -> QuerySet[Product]:
        """What the relationship opens, by name."""
        row = selectors.people_at(self.relationship).get(pk=self.membership.pk)
        self.ways = selectors.ways_here(row)
        return selectors.products_reached(self.relationship).order_by("name", "pk")

    def get_table_kwargs(self) -> dict[str, Any]:
        """Tell the table whose reach it is."""
        through = selectors.let_through(self.membership, self.ways)
        here = {"relationship": self.relationship, "membership": self.membership, "allowed": through}
        return super().get_table_kwargs() | here

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say how the person was let in."""
        return super().get_context_data(ways=selectors.ways_in_words(self.membership, self.ways), **kwargs)


class ClientWhyView(_OnePersonThere, PageView):
    """Why one person may do what they may with one product: the chain, link by link."""

    template_name = "clients/why.html"

    def find(self, **kwargs: Any) -> None:
        """A product that the relationship opens."""
        super().find(**kwargs)
        self.product = get_object_or_404(selectors.products_reached(self.relationship), pk=kwargs["product_pk"])
        self.reach = selectors.reach(membership=self.membership, product_id=self.product.pk)
        if self.reach.relationship is None:  # ended between the two questions
            raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Draw the chain."""
        links = selectors.chain_of(self.reach, membership=self.membership, product=self.product)
        page = reverse("clients:client_person", args=[self.relationship.pk, self.membership.pk])
        return super().get_context_data(
            product=self.product, links=links, up=page, up_text=self.membership.user, **kwargs
        )


class ProductWhyView(PageView):
    """In a client's space: why one may do what one may with a product."""

    permission = ClientPermission.PRODUCT_VIEW
    template_name = "clients/why.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """A product of the client in whose space one is; in one's own organisation the roles decide."""
        acting = self.request.acting
        visible = Product.objects.visible_to(acting) if acting.relationship else Product.objects.none()
        self.product = get_object_or_404(visible.select_related("offer", "organisation"), pk=pk)
        self.reach = selectors.reach(membership=acting.membership, product_id=self.product.pk)
        if self.reach.relationship is None:
            raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Draw the chain."""
        person = self.request.acting.membership
        links = selectors.chain_of(self.reach, membership=person, product=self.product)
        page = reverse("clients:product_detail", args=[self.product.pk])
        return super().get_context_data(
            person=person, product=self.product, links=links, up=page, up_text=self.product, **kwargs
        )


class AssignmentChangeView(_ActiveClient, ActionView):
    """Change what a collaborator who was let in by name may do."""

    form_class = forms.RightsForm
    template_name = "clients/client_assignment_change.html"

    def find(self, **kwargs: Any) -> None:
        """An assignment to this client."""
        super().find(**kwargs)
        assignments = ClientAssignment.objects.filter(relationship=self.relationship).select_related("membership__user")
        self.assignment = get_object_or_404(assignments, pk=kwargs["assignment_pk"])

    def get_initial(self) -> dict[str, Any]:
        """What holds now."""
        return {name: getattr(self.assignment, name) for name in selectors.FLAGS}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the person."""
        return super().get_context_data(assignment=self.assignment, **kwargs)

    def act(self, form: forms.RightsForm) -> str:
        """Save."""
        services.change_assignment(
            assignment_id=self.assignment.pk, rights=form.rights, actor=self.request.acting, now=timezone.now()
        )
        messages.success(self.request, _("The rights are changed, from the next click on."))
        return reverse("clients:client_people", args=[self.relationship.pk])

"""The partner's side: clients, asking, answering, entering a client's space, who of the team reaches whom."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import View

from clients import forms, selectors, services
from clients.choices import RelationshipState, Right, Side
from clients.filters import ClientFilter
from clients.models import ClientAssignment, Product, Relationship
from clients.permissions import ClientPermission
from clients.querysets import RelationshipQuerySet
from clients.tables import ClientTable
from clients.views.shared import OneRelationship
from partnerportal.accounts.choices import Role
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.accounts.middleware import CLIENT_SPACE_KEY
from partnerportal.accounts.models import Membership
from partnerportal.accounts.permissions import SignedIn
from partnerportal.kernel.states import Refused
from partnerportal.web.views import ActionView, PageView, PolicyView, TableView
from partners.pages import OwnPartner

PEOPLE_SHOWN = 5  # on a client's page; the others stand on a page of their own


class ClientListView(OwnPartner, TableView):
    """Clients that one may reach, and requests and invitations on their way."""

    permission = ClientPermission.CLIENT_VIEW
    table_class = ClientTable
    filterset_class = ClientFilter
    template_name = "clients/client_list.html"

    def get_queryset(self) -> QuerySet[Relationship]:
        """The newest first."""
        return selectors.clients_of(acting=self.request.acting).order_by("-created_at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether the person may ask clients."""
        may_request = ClientPermission.CLIENT_REQUEST.granted_to(self.request.acting)
        return super().get_context_data(may_request=may_request, **kwargs)


class ClientRequestView(OwnPartner, ActionView):
    """Ask a client for access (rule 7)."""

    permission = ClientPermission.CLIENT_REQUEST
    form_class = forms.RequestForm
    template_name = "clients/client_request.html"

    def act(self, form: forms.RequestForm) -> str:
        """Ask; the client gets a mail."""
        values = form.cleaned_data
        self._limit(values["code"])
        ask = services.Ask(
            access=values["access"],
            payer=values["payer"] or None,
            family_ids=tuple(family.pk for family in values["families"]),
            has_technical="technical" in values["rights"],
            has_statistics="statistics" in values["rights"],
        )
        services.request_client(
            partner_id=self.partner.pk,
            ask=ask,
            email=values["email"],
            code=values["code"],
            note=values["note"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("Your request is on its way."))
        return reverse("clients:client_list")

    def _limit(self, code: str) -> None:
        """Refuse fishing for addresses, and guessing codes."""
        user = self.request.user
        if code and not ratelimit.consume(self.request, action="try_request_code", user=user):
            raise Refused(_("Too many codes. Wait an hour, or ask by mail address."), field="code")
        if not ratelimit.consume(self.request, action="ask_client", user=user, key=str(self.partner.pk)):
            raise Refused(_("You have asked many clients. Wait an hour, then go on."), field="email")


class PartnerSide(OneRelationship):
    """The page exists for the partner's side only."""

    def find(self, **kwargs: Any) -> None:
        """A relationship in which one's organisation is the partner."""
        super().find(**kwargs)
        if self.side != Side.PARTNER:
            raise Http404


class ClientDetailView(PartnerSide, PageView):
    """One client: rights and payer as granted (rule 14), products, who of the team reaches it."""

    permission = ClientPermission.CLIENT_VIEW
    template_name = "clients/client_detail.html"

    def described(self, rows: RelationshipQuerySet) -> RelationshipQuerySet:
        """With the ways on which one was let in, and what was used when."""
        membership = self.request.acting.membership
        return rows.with_uses().with_ways(membership) if membership is not None else rows.none()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the relationship opens, and what the person may do."""
        acting = self.request.acting
        opened = Product.objects.opened_by(self.relationship.pk, acting.membership).in_use()
        may_assign = ClientPermission.CLIENT_ASSIGN.granted_to(acting)
        reaching = selectors.people_at(self.relationship).filter(is_let_in=True)
        if not may_assign:  # who else reaches it is for those who lead the partner
            reaching = reaching.filter(pk=acting.membership.pk)
        granted = selectors.granted_now(self.relationship)
        return super().get_context_data(
            products=opened.select_related("offer").order_by("name", "pk")[:10],
            product_count=opened.count(),
            # What was taken back names no product any more: a name may have changed since (promise 1).
            terms=selectors.terms_in_words(self.relationship, reader=Side.PARTNER) if granted else "",
            asked=selectors.asked_in_words(self.relationship, reader=Side.PARTNER)
            if self.relationship.is_request
            else "",
            uses=selectors.uses_in_order(self.relationship),
            people=[_person_there(one, granted) for one in reaching[:PEOPLE_SHOWN]] if granted else [],
            people_count=reaching.count(),
            may_assign=may_assign,
            may_order=bool(granted) and Right.ORDER in selectors.rights_in_space(self.relationship, acting.membership),
            may_see_money=acting.membership.may_see_accounting,
            may_end=ClientPermission.RELATIONSHIP_END.granted_to(acting),
            may_answer=ClientPermission.RELATIONSHIP_ANSWER.granted_to(acting),
            is_active=self.relationship.is_open,
            **kwargs,
        )


def _person_there(person: Any, granted: frozenset[str]) -> dict[str, Any]:
    """Return one of the people who reach a client: on which ways, and what remains."""
    ways = selectors.ways_here(person)
    return {
        "pk": person.pk,
        "name": person.user,
        "ways": selectors.ways_in_words(person, ways),
        "remains": selectors.what_remains(person, ways, granted),
    }


class ClientAnswerView(PartnerSide, ActionView):
    """Accept a client's invitation (rule 10); refusing is a page of its own."""

    permission = ClientPermission.RELATIONSHIP_ANSWER
    form_class = ConfirmForm
    template_name = "clients/client_answer.html"

    def find(self, **kwargs: Any) -> None:
        """An invitation of a client."""
        super().find(**kwargs)
        if self.relationship.started_by != Side.CLIENT:
            raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the products that would be opened, and say whose tie to the client it replaces (rule 13)."""
        is_waiting = self.relationship.state == RelationshipState.PENDING  # else its products are no longer shown
        grants = self.relationship.opened_grants if is_waiting else self.relationship.grants.none()
        grants = grants.select_related("product__offer").order_by("product__name", "pk")
        terms = self.relationship.access_to_partner
        if is_waiting:
            terms = selectors.terms_in_words(self.relationship, reader=Side.PARTNER)
        return super().get_context_data(
            grants=grants,
            terms=terms,
            renewals=selectors.renewals_taken_over(self.relationship),
            external_count=selectors.external_members_of(self.relationship).count(),
            **kwargs,
        )

    def act(self, form: ConfirmForm) -> str:
        """Accept; the client gets a mail."""
        services.accept(relationship_id=self.relationship.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("%(client)s is your client now.") % {"client": self.relationship.client})
        return reverse("clients:client_detail", args=[self.relationship.pk])


class ClientEnterView(PartnerSide, PolicyView, View):
    """Enter a client's space."""

    permission = ClientPermission.CLIENT_ENTER
    http_method_names = ["post"]

    def post(self, request: Any, **_kwargs: Any) -> HttpResponse:
        """Remember it in the session; whether it holds is asked at each request. ``next``: a page of that space."""
        if not Relationship.objects.reachable_by(request.acting.membership).filter(pk=self.relationship.pk).exists():
            raise Http404
        request.session[CLIENT_SPACE_KEY] = self.relationship.pk
        return redirect(_next(request) or "clients:product_list")


class ClientLeaveView(PolicyView, View):
    """Leave a client's space: back to one's own."""

    permission = SignedIn
    http_method_names = ["post"]

    def post(self, request: Any) -> HttpResponse:
        """Forget it. ``next``: a page of one's own space."""
        request.session.pop(CLIENT_SPACE_KEY, None)
        return redirect(_next(request) or "clients:client_list")


def _next(request: Any) -> str:
    """Return the page of this site that the form names, if it names one."""
    target: str = request.POST.get("next", "")
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_ours else ""


class ClientAssignView(PartnerSide, ActionView):
    """Let a collaborator reach a client, with rights of one's choice (rules 20 and 21)."""

    permission = ClientPermission.CLIENT_ASSIGN
    form_class = forms.AssignForm
    template_name = "clients/client_assign.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the collaborators of one's own organisation."""
        members = Membership.objects.visible_to(self.request.acting).filter(role=Role.COLLABORATOR)
        return super().get_form_kwargs() | {"members": members.select_related("user").order_by("user__name", "pk")}

    def act(self, form: forms.AssignForm) -> str:
        """Assign."""
        rights = {name: value for name, value in form.cleaned_data.items() if name != "membership"}
        services.assign_member(
            relationship_id=self.relationship.pk,
            membership_id=form.cleaned_data["membership"].pk,
            rights=rights,
            actor=self.request.acting,
            now=timezone.now(),
        )
        return reverse("clients:client_detail", args=[self.relationship.pk])


class ClientUnassignView(PartnerSide, ActionView):
    """Take a client away from a collaborator."""

    permission = ClientPermission.CLIENT_ASSIGN
    form_class = ConfirmForm
    template_name = "clients/client_unassign.html"

    def find(self, **kwargs: Any) -> None:
        """An assignment to this client."""
        super().find(**kwargs)
        assignments = ClientAssignment.objects.filter(relationship=self.relationship).select_related("membership__user")
        self.assignment = get_object_or_404(assignments, pk=kwargs["assignment_pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the person."""
        return super().get_context_data(assignment=self.assignment, **kwargs)

    def act(self, form: ConfirmForm) -> str:
        """Unassign."""
        services.unassign_member(assignment_id=self.assignment.pk, actor=self.request.acting, now=timezone.now())
        return reverse("clients:client_detail", args=[self.relationship.pk])

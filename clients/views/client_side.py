"""The client's side: who has access, inviting, answering, changing. Rules 6, 8 to 10, 17 to 19."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import forms, selectors, services
from clients.choices import RelationshipState, Side
from clients.filters import PartnerAccessFilter
from clients.models import Product, Relationship
from clients.permissions import ClientPermission
from clients.services import terms as granted
from clients.tables import PartnerAccessTable
from clients.views.shared import OneRelationship
from partnerportal.web.views import ActionView, PageView, TableView
from partners.models import Partner


def terms_of(form: forms.TermsForm) -> services.Terms:
    """Return what was chosen, as the services take it."""
    return services.Terms(
        access=form.cleaned_data["access"],
        payer=form.cleaned_data["payer"] or None,
        products=tuple(services.ProductRights(product.pk) for product in form.cleaned_data["products"]),
    )


class TicksProducts(ActionView):
    """A form of products to tick: the buttons for all and none show it again, and send nothing."""

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Tick, or send."""
        wanted = request.POST.get("tick")
        if wanted not in {"all", "none"}:
            return super().post(request, *args, **kwargs)
        owned = Product.objects.in_use().filter(organisation=request.acting.home.pk)
        return self.redraw(products=list(owned.values_list("pk", flat=True)) if wanted == "all" else [])


class RelationshipListView(TableView):
    """Partners with access to one's own organisation."""

    permission = ClientPermission.RELATIONSHIP_VIEW
    table_class = PartnerAccessTable
    filterset_class = PartnerAccessFilter
    template_name = "clients/relationship_list.html"

    def get_queryset(self) -> QuerySet[Relationship]:
        """Live ones first."""
        return selectors.partners_of(acting=self.request.acting).order_by("-created_at", "pk")


class PartnerSearchView(PageView):
    """Find an approved partner by name or mail (rule 8)."""

    permission = ClientPermission.RELATIONSHIP_INVITE
    template_name = "clients/partner_search.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Search once there are two letters."""
        form = forms.PartnerSearchForm(self.request.GET)
        text = form.cleaned_data["q"].strip() if form.is_valid() else ""
        found: list[Partner] = []
        if len(text) >= 2:
            approved = Partner.objects.approved().exclude(pk=self.request.acting.home.pk).matching(text)
            found = list(approved.select_related("organisation").order_by("organisation__search_name", "pk")[:20])
        return super().get_context_data(form=form, text=text, found=found, **kwargs)


class PartnerInviteView(TicksProducts):
    """Invite a partner with the terms one grants (rules 6 and 9)."""

    permission = ClientPermission.RELATIONSHIP_INVITE
    form_class = forms.InviteForm
    template_name = "clients/partner_invite.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """An approved partner, not oneself."""
        self.partner = get_object_or_404(Partner.objects.approved().select_related("organisation"), pk=pk)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer one's own products."""
        return super().get_form_kwargs() | {"client_id": self.request.acting.home.pk, "partner_id": self.partner.pk}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the partner."""
        return super().get_context_data(partner=self.partner, **kwargs)

    def act(self, form: forms.InviteForm) -> str:
        """Invite; the partner gets a mail."""
        services.invite_partner(
            client_id=self.request.acting.home.pk,
            partner_id=self.partner.pk,
            terms=terms_of(form),
            note=form.cleaned_data["note"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("%(partner)s is invited and gets a mail.") % {"partner": self.partner})
        return reverse("clients:relationship_list")


class _ClientSideView(OneRelationship):
    """The page exists for the client's side only."""

    def find(self, **kwargs: Any) -> None:
        """A relationship in which one's organisation is the client."""
        super().find(**kwargs)
        if self.side != Side.CLIENT:
            raise Http404


class RelationshipDetailView(_ClientSideView, PageView):
    """One partner: what it reaches, who pays, since when, and every way to change it."""

    permission = ClientPermission.RELATIONSHIP_VIEW
    template_name = "clients/relationship_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the products granted, and what the person may do."""
        grants = self.relationship.opened_grants.select_related("product__offer").order_by("product__name", "pk")
        may_change = ClientPermission.RELATIONSHIP_CHANGE.granted_to(self.request.acting)
        may_end = ClientPermission.RELATIONSHIP_END.granted_to(self.request.acting)
        return super().get_context_data(grants=grants, may_change=may_change, may_end=may_end, **kwargs)


class RelationshipAnswerView(_ClientSideView, TicksProducts):
    """Answer a partner's request by granting what one wants to grant (rule 10)."""

    permission = ClientPermission.RELATIONSHIP_ANSWER
    form_class = forms.TermsForm
    template_name = "clients/relationship_answer.html"

    def find(self, **kwargs: Any) -> None:
        """A request of a partner."""
        super().find(**kwargs)
        if self.relationship.started_by != Side.PARTNER:
            raise Http404

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer one's own products."""
        ids = {"client_id": self.relationship.client_id, "partner_id": self.relationship.partner_id}
        return super().get_form_kwargs() | ids

    def get_initial(self) -> dict[str, Any]:
        """Least by default: limited, whatever was asked for."""
        return {"access": "LIMITED"}

    def act(self, form: forms.TermsForm) -> str:
        """Grant; the partner gets a mail."""
        services.answer_request(
            relationship_id=self.relationship.pk, terms=terms_of(form), actor=self.request.acting, now=timezone.now()
        )
        messages.success(
            self.request, _("Access is given. %(partner)s gets a mail.") % {"partner": self.relationship.partner}
        )
        return reverse("clients:relationship_detail", args=[self.relationship.pk])


class RelationshipChangeView(_ClientSideView, TicksProducts):
    """Change what a partner reaches (rules 17 and 18)."""

    permission = ClientPermission.RELATIONSHIP_CHANGE
    form_class = forms.ChangeAccessForm
    template_name = "clients/relationship_change.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer one's own products."""
        ids = {"client_id": self.relationship.client_id, "partner_id": self.relationship.partner_id}
        return super().get_form_kwargs() | ids

    def get_initial(self) -> dict[str, Any]:
        """What is granted now."""
        return {
            "access": self.relationship.access,
            "payer": self.relationship.payer,
            "products": list(self.relationship.opened_grants.values_list("product", flat=True)),
            "seen": granted.words(self.relationship),
        }

    def act(self, form: forms.ChangeAccessForm) -> str:
        """Save; the partner gets a mail."""
        services.change_access(
            relationship_id=self.relationship.pk,
            terms=terms_of(form),
            seen=form.cleaned_data["seen"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("The access is changed, from the next click on. The partner gets a mail."))
        return reverse("clients:relationship_detail", args=[self.relationship.pk])


class RelationshipPayerView(_ClientSideView, ActionView):
    """Change who pays what the partner orders (section 4, rule 19)."""

    permission = ClientPermission.RELATIONSHIP_CHANGE
    form_class = forms.PayerForm
    template_name = "clients/relationship_payer.html"

    def find(self, **kwargs: Any) -> None:
        """Only full access has a payer."""
        super().find(**kwargs)
        if not self.relationship.is_full or self.relationship.state != RelationshipState.ACTIVE:
            raise Http404

    def get_initial(self) -> dict[str, Any]:
        """Who pays now."""
        return {"payer": self.relationship.payer}

    def act(self, form: forms.PayerForm) -> str:
        """Change; the partner gets a mail."""
        services.change_payer(
            relationship_id=self.relationship.pk,
            payer=form.cleaned_data["payer"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("The payer is changed. The partner gets a mail."))
        return reverse("clients:relationship_detail", args=[self.relationship.pk])

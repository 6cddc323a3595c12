"""The client's side: who has access, inviting, answering, changing. Rules 6, 8 to 10, 17 to 19."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import forms, selectors, services
from clients.choices import Access, RelationshipState, Side
from clients.filters import PartnerAccessFilter
from clients.models import Relationship
from clients.permissions import ClientPermission
from clients.querysets import RelationshipQuerySet
from clients.tables import PartnerAccessTable
from clients.views.granting import GrantingView, terms_of
from clients.views.shared import OneRelationship
from partnerportal.accounts.acting import SYSTEM
from partnerportal.accounts.models import Organisation
from partnerportal.kernel.states import Refused
from partnerportal.web.views import ActionView, PageView, TableView
from partners.models import Partner


class RelationshipListView(TableView):
    """Partners with access to one's own organisation."""

    permission = ClientPermission.RELATIONSHIP_VIEW
    table_class = PartnerAccessTable
    filterset_class = PartnerAccessFilter
    template_name = "clients/relationship_list.html"

    def get_queryset(self) -> QuerySet[Relationship]:
        """Live ones first."""
        return selectors.partners_of(acting=self.request.acting).order_by("-created_at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether the person may invite partners (rule 6)."""
        may_invite = ClientPermission.RELATIONSHIP_INVITE.granted_to(self.request.acting)
        return super().get_context_data(may_invite=may_invite, **kwargs)


class PartnerSearchView(PageView):
    """Find an approved partner by name or mail (rule 8)."""

    permission = ClientPermission.RELATIONSHIP_INVITE
    template_name = "clients/partner_search.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Search once there are two letters."""
        form = forms.PartnerSearchForm(self.request.GET)
        text = form.cleaned_data["q"].strip() if form.is_valid() else ""
        found = found_partners(text, without={self.request.acting.home.pk})
        mine = Relationship.objects.live().filter(client=self.request.acting.home.pk, partner__in=found)
        there = dict(mine.values_list("partner", "pk"))
        for partner in found:
            partner.relationship_there = there.get(partner.pk)  # type: ignore[attr-defined]  # for the template
        return super().get_context_data(form=form, text=text, found=found, **kwargs)


def found_partners(text: str, *, without: Collection[int]) -> list[Partner]:
    """Return approved partners by name or mail, the first 20; nothing before there are two letters."""
    if len(text) < 2:
        return []
    approved = Partner.objects.approved().exclude(pk__in=without).matching(text)
    return list(approved.select_related("organisation").order_by("organisation__search_name", "pk")[:20])


class PartnerInviteView(GrantingView):
    """Invite a partner with the terms one grants (rules 6 and 9)."""

    permission = ClientPermission.RELATIONSHIP_INVITE
    form_class = forms.InviteForm
    template_name = "clients/partner_invite.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """An approved partner, not oneself."""
        self.invited = get_object_or_404(Partner.objects.approved().select_related("organisation"), pk=pk)

    def client(self) -> Organisation:
        """One's own organisation."""
        return self.request.acting.home

    def partner(self) -> Partner:
        """The partner that one has chosen."""
        return self.invited

    def grant(self, form: forms.InviteForm) -> Relationship:
        """Invite."""
        return self.invite(form)

    def invite(self, form: forms.InviteForm, *, replaces_id: int | None = None) -> Relationship:
        """Make the one domain call."""
        return services.invite_partner(
            client_id=self.client().pk,
            partner_id=self.invited.pk,
            terms=terms_of(form),
            note=form.cleaned_data["note"],
            replaces_id=replaces_id,
            actor=self.request.acting,
            now=timezone.now(),
        )

    def look(self, form: forms.InviteForm) -> services.Outcome:
        """Look at what would be once the partner has accepted."""

        def accepted() -> Relationship:
            invitation = self.grant(form)
            return services.accept(relationship_id=invitation.pk, actor=SYSTEM, now=timezone.now())

        return services.simulate(accepted, client_id=self.client().pk)

    def act(self, form: forms.InviteForm) -> str:
        """Invite; the partner gets a mail."""
        if not ratelimit.consume(self.request, action="invite_partner", user=self.request.user):
            raise Refused(_("You have invited many partners. Wait an hour, then go on."))
        self.grant(form)
        return self.invited_page()

    def invited_page(self) -> str:
        """Say what happened, and return where to go on."""
        messages.success(self.request, _("%(partner)s is invited and gets a mail.") % {"partner": self.invited})
        return reverse("clients:relationship_list")

    def submit(self, terms: services.Terms) -> str:
        """Say that nothing is open before the partner accepts."""
        return _("Send the invitation")


class ClientSideView(OneRelationship):
    """The page exists for the client's side only."""

    def find(self, **kwargs: Any) -> None:
        """A relationship in which one's organisation is the client."""
        super().find(**kwargs)
        if self.side != Side.CLIENT:
            raise Http404


class RelationshipDetailView(ClientSideView, PageView):
    """One partner: what it reaches, who pays, since when, what it uses, and every way to change it."""

    permission = ClientPermission.RELATIONSHIP_VIEW
    template_name = "clients/relationship_detail.html"

    def described(self, rows: RelationshipQuerySet) -> RelationshipQuerySet:
        """With what was used when."""
        return super().described(rows).with_uses()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the products granted, what was used when, and what the person may do."""
        grants = self.relationship.opened_grants.select_related("product__offer").order_by("product__name", "pk")
        is_active = self.relationship.state == RelationshipState.ACTIVE
        return super().get_context_data(
            grants=grants,
            terms=selectors.terms_in_words(self.relationship, reader=Side.CLIENT),
            asked=selectors.asked_in_words(self.relationship, reader=Side.CLIENT)
            if self.relationship.is_request
            else "",
            uses=selectors.uses_in_order(self.relationship),
            idle=selectors.idle_rights(self.relationship, today=timezone.localdate()) if is_active else [],
            successor=self.relationship.replaced_by.pending().select_related("partner__organisation").first(),
            may_change=ClientPermission.RELATIONSHIP_CHANGE.granted_to(self.request.acting),
            may_end=ClientPermission.RELATIONSHIP_END.granted_to(self.request.acting),
            **kwargs,
        )


class _GrantingHere(ClientSideView, GrantingView):
    """Terms of a relationship that is there."""

    def client(self) -> Organisation:
        """One's own organisation."""
        return self.relationship.client

    def partner(self) -> Partner:
        """The partner."""
        return self.relationship.partner


class RelationshipAnswerView(_GrantingHere):
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
        """Offer to tick what was asked for."""
        return super().get_form_kwargs() | {"asked": self.relationship.asked_access == Access.LIMITED}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what was asked for, and whose tie to the own organisation it would replace (rule 13)."""
        externals = [str(one.user) for one in selectors.external_members_of(self.relationship)]
        return super().get_context_data(
            asked=selectors.asked_in_words(self.relationship, reader=Side.CLIENT),
            externals=selectors.listed(externals),
            external_count=len(externals),
            **kwargs,
        )

    def get_initial(self) -> dict[str, Any]:
        """Least by default: limited, to nothing yet, whatever was asked for."""
        return {"access": "LIMITED"}

    def preset(self, name: str) -> dict[str, list[int]] | None:
        """Tick what was asked for, or one of the usual shortcuts."""
        if name != forms.AS_ASKED.value:
            return super().preset(name)
        asked = self.relationship
        return forms.grid_of(
            (product.pk, asked.asked_technical, asked.asked_statistics) for product in selectors.asked_products(asked)
        )

    def grant(self, form: forms.TermsForm) -> Relationship:
        """Grant what was chosen."""
        return services.answer_request(
            relationship_id=self.relationship.pk, terms=terms_of(form), actor=self.request.acting, now=timezone.now()
        )

    def act(self, form: forms.TermsForm) -> str:
        """Grant; the partner gets a mail."""
        self.grant(form)
        messages.success(
            self.request, _("Access is given. %(partner)s gets a mail.") % {"partner": self.relationship.partner}
        )
        return reverse("clients:relationship_detail", args=[self.relationship.pk])


class RelationshipChangeView(_GrantingHere):
    """Change what a partner reaches (rules 17 and 18)."""

    permission = ClientPermission.RELATIONSHIP_CHANGE
    form_class = forms.ChangeAccessForm
    template_name = "clients/relationship_change.html"

    def before(self) -> dict[str, Any]:
        """Return what is granted now."""
        return selectors.snapshot(self.relationship)

    def get_initial(self) -> dict[str, Any]:
        """What is granted now."""
        return forms.initial_terms(self.relationship) | {"seen": selectors.snapshot(self.relationship)}

    def grant(self, form: forms.ChangeAccessForm) -> Relationship:
        """Change it."""
        return services.change_access(
            relationship_id=self.relationship.pk,
            terms=terms_of(form),
            seen=form.cleaned_data["seen"],
            actor=self.request.acting,
            now=timezone.now(),
        )

    def act(self, form: forms.ChangeAccessForm) -> str:
        """Save; the partner gets a mail."""
        self.grant(form)
        messages.success(self.request, _("The access is changed, from the next click on. The partner gets a mail."))
        return reverse("clients:relationship_detail", args=[self.relationship.pk])

    def submit(self, terms: services.Terms) -> str:
        """Say that it is a change."""
        return _("Save the change")


class RelationshipSightView(ClientSideView, PageView):
    """What a partner sees of one's organisation at this moment, from the sets that its own pages read."""

    permission = ClientPermission.RELATIONSHIP_VIEW
    template_name = "clients/relationship_sight.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Look through the partner's eyes."""
        return super().get_context_data(sight=selectors.sight(self.relationship), **kwargs)


class RelationshipPayerView(ClientSideView, ActionView):
    """Change who pays what the partner orders (section 4, rule 19)."""

    permission = ClientPermission.RELATIONSHIP_CHANGE
    form_class = forms.PayerForm
    template_name = "clients/relationship_payer.html"

    def find(self, **kwargs: Any) -> None:
        """Only full access has a payer."""
        super().find(**kwargs)
        if not self.relationship.is_full or self.relationship.state != RelationshipState.ACTIVE:
            raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which renewals the partner would pay no more (Q19)."""
        paid = selectors.renewals_paid_by_partner(self.relationship).count()
        renewals = paid if self.relationship.is_paid_by_partner else 0
        return super().get_context_data(renewals=renewals, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """Who pays now."""
        return {"payer": self.relationship.payer}

    def act(self, form: forms.PayerForm) -> str:
        """Change; the partner gets a mail."""
        page = reverse("clients:relationship_detail", args=[self.relationship.pk])
        before = self.relationship.payer
        changed = services.change_payer(
            relationship_id=self.relationship.pk,
            payer=form.cleaned_data["payer"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        if changed.payer == before:
            messages.info(self.request, _("Nothing has changed: it was so already."))
            return page
        messages.success(self.request, _("The payer is changed. The partner gets a mail."))
        unpaid = selectors.renewals_without_payer(organisation_id=self.request.acting.home.pk).exists()
        return reverse("clients:renewals_pay") if unpaid else page

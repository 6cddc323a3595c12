"""A client moves from one partner to another in one act: without a gap, and without both having it all at once. Q13."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from clients import forms, selectors
from clients.choices import RelationshipState, Side
from clients.models import Relationship
from clients.permissions import ClientPermission
from clients.views.client_side import ClientSideView, PartnerInviteView, found_partners
from partnerportal.accounts.forms import PasswordConfirmForm
from partnerportal.kernel.states import Refused
from partnerportal.web.views import PageView
from partners.models import Partner


class _Switching(ClientSideView):
    """Only an active relationship can be taken over from."""

    permission = ClientPermission.RELATIONSHIP_CHANGE

    def find(self, **kwargs: Any) -> None:
        """An active one of one's own partners."""
        super().find(**kwargs)
        if self.relationship.state != RelationshipState.ACTIVE:
            raise Http404


class SwitchSearchView(_Switching, PageView):
    """Find the partner that takes over."""

    template_name = "clients/switch_search.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Search once there are two letters."""
        form = forms.PartnerSearchForm(self.request.GET)
        text = form.cleaned_data["q"].strip() if form.is_valid() else ""
        without = {self.request.acting.home.pk, self.relationship.partner_id}
        return super().get_context_data(form=form, text=text, found=found_partners(text, without=without), **kwargs)


class SwitchView(_Switching, PartnerInviteView):
    """Invite the partner that takes over: what changes for both, the password, and then the invitation (rule 47)."""

    template_name = "clients/switch.html"
    password: PasswordConfirmForm | None = None

    def find(self, *, pk: int, partner_pk: int, **_kwargs: Any) -> None:  # type: ignore[override]  # two rows
        """An active relationship, and an approved partner that is not its own."""
        _Switching.find(self, pk=pk)
        others = Partner.objects.approved().exclude(pk__in=[self.relationship.partner_id, self.request.acting.home.pk])
        self.invited = get_object_or_404(others.select_related("organisation"), pk=partner_pk)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Full access is free: it is this relationship's."""
        return super().get_form_kwargs() | {"replaced_partner_id": self.relationship.partner_id}

    def get_initial(self) -> dict[str, Any]:
        """What the partner has now; the client changes it as it likes."""
        return forms.initial_terms(self.relationship) | {"last_day": None}  # a new access has a new end, or none

    def grant(self, form: forms.InviteForm) -> Relationship:
        """Invite, in place of the other."""
        return self.invite(form, replaces_id=self.relationship.pk)

    def form_valid(self, form: forms.InviteForm) -> HttpResponse:
        """The second button needs the password: an access ends by it."""
        if "confirm" in self.request.POST:
            self.password = PasswordConfirmForm(self.request.POST, request=self.request)
            if not self.password.is_valid():
                try:
                    self.outcome = self.look(form)
                except Refused as refusal:
                    return self.conflict(form, refusal)
                return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)

    def invited_page(self) -> str:
        """The partner that goes is told when it goes."""
        words = _("%(partner)s is invited to take over. Until it accepts, everything stays as it is.")
        messages.success(self.request, words % {"partner": self.invited})
        return reverse("clients:relationship_detail", args=[self.relationship.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what ends with it, and ask for the password."""
        return super().get_context_data(
            leaving=self.relationship.partner,
            ends=selectors.consequences(self.relationship, side=Side.CLIENT) if self.outcome else [],
            password_form=self.password or PasswordConfirmForm(request=self.request),
            **kwargs,
        )

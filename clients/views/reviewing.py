"""The client looks after the access that it has given: codes, what is right, what is not used, what ends. Rule 17."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import View

from clients import selectors, services
from clients.choices import Side
from clients.permissions import ClientPermission
from clients.views.client_side import ClientSideView
from partnerportal.accounts import selectors as account_selectors
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.kernel.states import Refused
from partnerportal.web import writing
from partnerportal.web.views import ActionView, PageView, PolicyView, sentence


class RequestCodeView(ActionView):
    """Make a code that a partner asks with; it is shown once, in the answer to the button."""

    permission = ClientPermission.RELATIONSHIP_INVITE
    form_class = ConfirmForm
    template_name = "clients/request_code.html"

    def form_valid(self, form: ConfirmForm) -> HttpResponse:
        """Show the code here: it stands in no address, no session and no row."""
        code = services.make_request_code(
            organisation_id=self.request.acting.home.pk, actor=self.request.acting, now=timezone.now()
        )
        return self.render_to_response(self.get_context_data(form=form, code=code))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say until when a code is valid."""
        return super().get_context_data(until=timezone.now() + services.code_lifetime(), **kwargs)


class AccessReviewView(PageView):
    """Everybody who has access, in sentences, with what is idle: confirm or cut."""

    permission = ClientPermission.RELATIONSHIP_VIEW
    template_name = "clients/access_review.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read it with a number of queries that does not grow."""
        acting = self.request.acting
        mine = selectors.who_has_access(organisation_id=acting.home.pk).with_uses()
        relationships = list(mine if acting.relationship is None else mine.none())
        words = selectors.all_terms_in_words(relationships, reader=Side.CLIENT)
        today = timezone.localdate()
        entries = [
            {
                "relationship": one,
                "terms": words[one.pk],
                "idle": selectors.idle_rights(one, today=today),
                "looked_at": one.reviewed_at or one.answered_at,
            }
            for one in relationships
        ]
        may_change = ClientPermission.RELATIONSHIP_CHANGE.granted_to(acting)
        externals = account_selectors.members_of_other_companies(organisation_id=acting.home.pk)
        return super().get_context_data(entries=entries, externals=externals, may_change=may_change, **kwargs)


class _OneClick(ClientSideView, PolicyView, View):
    """A button of the client's pages: one act, then back to the page on which it stands."""

    permission = ClientPermission.RELATIONSHIP_CHANGE
    http_method_names = ["post"]

    def post(self, request: Any, **_kwargs: Any) -> HttpResponse:
        """Act, or say why not."""
        try:
            messages.success(request, self.act())
        except Refused as refusal:
            messages.error(request, sentence(refusal))
        target = request.POST.get("next", "")
        if target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
            return redirect(target)
        return redirect("clients:relationship_detail", pk=self.relationship.pk)

    def act(self) -> str:
        """Make the one domain call and return what to say."""
        raise NotImplementedError  # a subclass that forgets it fails its first test

    def facts(self) -> dict[str, Any]:
        """Return what every act takes."""
        return {"relationship_id": self.relationship.pk, "actor": self.request.acting, "now": timezone.now()}


class RelationshipConfirmView(_OneClick):
    """This access is right as it is."""

    def act(self) -> str:
        """Confirm."""
        services.confirm_access(**self.facts())
        return _("Noted: this access is right as it is.")


class RelationshipNarrowView(_OneClick):
    """Take back what the partner has not used for long."""

    def act(self) -> str:
        """Narrow; the partner gets a mail."""
        services.take_back_unused(shown=self.request.POST.get("shown", ""), **self.facts())
        return _("What was not used is taken back, from the next click on. The partner gets a mail.")


class RelationshipRenewView(_OneClick):
    """Put the agreed end off."""

    def act(self) -> str:
        """Renew; the partner gets a mail."""
        renewed = services.renew_access(shown=self.request.POST.get("shown", ""), **self.facts())
        return _("The access is renewed until %(day)s. The partner gets a mail.") % {
            "day": writing.day(renewed.last_day) if renewed.last_day else ""
        }

"""The author's side: read answers, award, delete; through the secret link or from the own space. Rule 56, Q28."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from partnerportal.accounts.permissions import Anyone
from partnerportal.accounts.tokens import read_token
from partnerportal.web.views import ActionView, PageView, PolicyView, TableView
from tenders import forms, services
from tenders.choices import AUTHOR_PURPOSE
from tenders.models import Proposal, Tender
from tenders.permissions import TenderPermission
from tenders.tables import AccountTenderTable


class AuthorSide(PolicyView):
    """A page about one call, for its author, whichever way they came to it."""

    tender: Any
    layout: str

    def find_more(self, **_kwargs: Any) -> None:
        """What else the page is about."""

    def page(self, name: str, *arguments: Any) -> str:
        """Return the address of another page about the same call."""
        raise NotImplementedError

    @property
    def author(self) -> services.Author:
        """Who acts."""
        raise NotImplementedError

    @property
    def list_url(self) -> str:
        """Where to go when the call is gone."""
        raise NotImplementedError


class BySecretLink(AuthorSide):
    """Whoever holds the link is the author (Q28)."""

    permission = Anyone
    layout = "tenders/public_page.html"

    def find(self, *, token: str, **kwargs: Any) -> None:
        """The visitor's call behind the link, while the link holds."""
        self.token = token
        pk, version = read_token(purpose=AUTHOR_PURPOSE, token=token) or (0, 0)
        self.tender = Tender.objects.filter(pk=pk, link_version=version, organisation=None).first()
        if self.tender is not None:
            self.find_more(**kwargs)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say when the link is dead.

        The address is the key. It does not leak: the whole portal sends Referrer-Policy same-origin. A stricter one
        would make browsers post with a null origin, which the protection of forms refuses.
        """
        if self.tender is None:
            return TemplateResponse(request, "tenders/link_unusable.html", status=404)
        return super().dispatch(request, *args, **kwargs)

    def page(self, name: str, *arguments: Any) -> str:
        """Return the address of another page about the same call."""
        return reverse(f"tenders:author_{name}", args=[self.token, *arguments])

    @property
    def author(self) -> services.Author:
        """Who acts."""
        return services.Visitor()

    @property
    def list_url(self) -> str:
        """Where to go when the call is gone."""
        return reverse("tenders:board")


class FromAccount(AuthorSide):
    """An organisation's own call, in its space."""

    permission = TenderPermission.TENDER_MANAGE
    layout = "layouts/show_page.html"

    def find(self, *, pk: int, **kwargs: Any) -> None:
        """One that one's organisation posted."""
        self.tender = get_object_or_404(Tender.objects.visible_to(self.request.acting), pk=pk)
        self.find_more(**kwargs)

    def page(self, name: str, *arguments: Any) -> str:
        """Return the address of another page about the same call."""
        return reverse(f"tenders:account_{name}", args=[self.tender.pk, *arguments])

    @property
    def author(self) -> services.Author:
        """Who acts."""
        return self.request.acting

    @property
    def list_url(self) -> str:
        """Where to go when the call is gone."""
        return reverse("tenders:account_list")


class _Detail(AuthorSide, PageView):
    """The call with its answers, the chosen one first."""

    template_name = "tenders/author_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the answers, each with the address where it is chosen."""
        found = self.tender.proposals.select_related("partner__organisation", "tender").order_by("sent_at", "pk")
        ordered = sorted(found, key=lambda one: one.chosen_at is None)
        answers = [{"proposal": one, "award_url": self.page("award", one.pk)} for one in ordered]
        return super().get_context_data(
            tender=self.tender,
            answers=answers,
            layout=self.layout,
            is_account=self.tender.organisation_id is not None,
            delete_url=self.page("delete"),
            **kwargs,
        )


class _Award(AuthorSide, ActionView):
    """Choose one answer."""

    form_class = forms.ConfirmForm
    template_name = "tenders/author_award.html"

    def find_more(self, **kwargs: Any) -> None:
        """An answer to this call."""
        proposals = Proposal.objects.select_related("partner__organisation", "tender")
        self.proposal = get_object_or_404(proposals, pk=kwargs["proposal_pk"], tender=self.tender)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what will happen."""
        names = {"partner": self.proposal.partner}
        consequences = [
            _("%(partner)s is told that its answer won, and may call or write to you.") % names,
            _("The call leaves the board; nobody else can answer."),
            _("The others that answered are told that another answer was chosen."),
            _("What you agree then is between the two of you: nothing is ordered here."),
        ]
        return super().get_context_data(
            tender=self.tender,
            proposal=self.proposal,
            consequences=consequences,
            layout=self.layout,
            back=self.page("detail"),
            **kwargs,
        )

    def act(self, form: forms.ConfirmForm) -> str:
        """Award; everybody who answered gets a mail."""
        services.award_tender(
            tender_id=self.tender.pk, proposal_id=self.proposal.pk, actor=self.author, now=timezone.now()
        )
        messages.success(self.request, _("%(partner)s has won and gets a mail.") % {"partner": self.proposal.partner})
        return self.page("detail")


class _Delete(AuthorSide, ActionView):
    """Take the call off the board (rule 56)."""

    form_class = forms.ConfirmForm
    template_name = "tenders/author_delete.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what will happen."""
        consequences = [
            _("The call leaves the board and the partners' inboxes; nobody can answer it any more."),
            _("Answers that you have got are no longer shown."),
            _("It cannot be brought back. You can post a new one at any time."),
        ]
        return super().get_context_data(
            tender=self.tender, consequences=consequences, layout=self.layout, back=self.page("detail"), **kwargs
        )

    def act(self, form: forms.ConfirmForm) -> str:
        """Delete."""
        services.delete_tender(tender_id=self.tender.pk, actor=self.author, now=timezone.now())
        messages.success(self.request, _("The call is deleted."))
        return self.list_url


@method_decorator([login_not_required, never_cache], name="dispatch")
class AuthorDetailView(BySecretLink, _Detail):
    """The secret page."""


@method_decorator([login_not_required, never_cache], name="dispatch")
class AuthorAwardView(BySecretLink, _Award):
    """Choose an answer through the secret link."""


@method_decorator([login_not_required, never_cache], name="dispatch")
class AuthorDeleteView(BySecretLink, _Delete):
    """Delete through the secret link."""


class AccountListView(TableView):
    """The calls of one's own organisation."""

    permission = TenderPermission.TENDER_MANAGE
    table_class = AccountTenderTable
    template_name = "tenders/account_list.html"

    def get_queryset(self) -> QuerySet[Tender]:
        """The newest first."""
        return Tender.objects.visible_to(self.request.acting).with_answer_count().order_by("-created_at", "-pk")


class AccountPostView(ActionView):
    """Post a call from one's own space: open at once, the address is verified already."""

    permission = TenderPermission.TENDER_POST
    form_class = forms.TenderForm
    template_name = "tenders/account_post.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows today: a wish is for a day that comes."""
        return super().get_form_kwargs() | {"today": timezone.localdate()}

    def get_initial(self) -> dict[str, Any]:
        """What the portal knows already."""
        acting = self.request.acting
        return {
            "contact_name": acting.user.name,
            "contact_email": acting.user.email,
            "place": acting.home.city,
            "currency": acting.home.currency,
            "languages": [acting.home.language],
        }

    def act(self, form: forms.TenderForm) -> str:
        """Post; opted-in partners get the extract."""
        tender = services.post_tender(
            values=form.cleaned_data,
            organisation_id=self.request.acting.home.pk,
            mail_language=get_language() or "",
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("Your call is on the board. Partners that want such calls are told by mail."))
        return reverse("tenders:account_detail", args=[tender.pk])


class AccountDetailView(FromAccount, _Detail):
    """One call of one's own organisation."""


class AccountAwardView(FromAccount, _Award):
    """Choose an answer."""


class AccountDeleteView(FromAccount, _Delete):
    """Delete it."""

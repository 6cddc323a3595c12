"""The public board, and posting as a visitor. Rules 53, 54 and 56."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django_filters.views import FilterView

from partnerportal.accounts.permissions import Anyone
from partnerportal.accounts.tokens import read_token
from partnerportal.web.views import ActionView, PageView, PolicyView
from partners.models import Partner
from tenders import forms, notifications, services
from tenders.choices import CONFIRM_PURPOSE, TenderState
from tenders.filters import BoardFilter
from tenders.models import Tender
from tenders.permissions import TenderPermission
from tenders.querysets import is_nobody
from tenders.tables import CALLS


@method_decorator(login_not_required, name="dispatch")
class BoardView(PolicyView, FilterView):
    """What anybody may read: the extracts of open calls, the newest first."""

    permission = Anyone
    filterset_class = BoardFilter
    template_name = "tenders/board.html"
    paginate_by = 10

    def get_queryset(self) -> QuerySet[Tender]:
        """Open calls."""
        return Tender.objects.open_at(timezone.now()).with_answer_count().order_by("-opened_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether the reader may open the whole text, and where it posts."""
        acting = self.request.acting
        is_partner = not is_nobody(acting) and Partner.objects.approved().filter(pk=acting.home.pk).exists()
        return super().get_context_data(is_partner=is_partner, noun=CALLS, post_url=post_url(self.request), **kwargs)


def post_url(request: Any) -> str:
    """Return where whoever reads posts a call: in the own space, or as a visitor."""
    name = "account_post" if TenderPermission.TENDER_POST.granted_to(request.acting) else "post"
    return reverse(f"tenders:{name}")


@method_decorator(login_not_required, name="dispatch")
class PostView(ActionView):
    """Post a call without an account; it waits for a click in the mail (rule 53)."""

    permission = Anyone
    form_class = forms.TenderForm
    template_name = "tenders/post.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form knows today: a wish is for a day that comes."""
        return super().get_form_kwargs() | {"today": timezone.localdate()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the field that only machines fill in, and the other way for whoever has an account."""
        other = post_url(self.request)
        own = other if other != self.request.path else ""
        return super().get_context_data(trap=forms.TRAP, own_url=own, **kwargs)

    def form_valid(self, form: forms.TenderForm) -> HttpResponse:
        """Thank machines and keep nothing; slow down whoever posts a lot."""
        if self.request.POST.get(forms.TRAP):
            return redirect("tenders:post_sent")
        if not ratelimit.consume(self.request, action="post_tender", key=form.cleaned_data["contact_email"].lower()):
            form.add_error(
                None, _("That was a lot of calls in a short time. Nothing is lost: send it again in an hour.")
            )
            return self.render_to_response(self.get_context_data(form=form), status=429)
        return super().form_valid(form)

    def act(self, form: forms.TenderForm) -> str:
        """Keep a draft; the visitor gets a mail."""
        services.post_tender(
            values=form.cleaned_data,
            organisation_id=None,
            mail_language=get_language() or "",
            actor=services.Visitor(),
            now=timezone.now(),
        )
        return reverse("tenders:post_sent")


@method_decorator(login_not_required, name="dispatch")
class PostSentView(PageView):
    """Look into your mails."""

    permission = Anyone
    template_name = "tenders/post_sent.html"


@method_decorator([login_not_required, never_cache], name="dispatch")
class ConfirmView(ActionView):
    """The link of the mail. Opening it changes nothing, mail programs open links too; the button does."""

    permission = Anyone
    form_class = forms.ConfirmForm
    template_name = "tenders/confirm.html"

    def find(self, *, token: str, **_kwargs: Any) -> None:
        """The draft behind the link."""
        pk, version = read_token(purpose=CONFIRM_PURPOSE, token=token) or (0, 0)
        drafts = Tender.objects.filter(state=TenderState.DRAFT, expires_at__gt=timezone.now())
        self.tender: Any = drafts.filter(pk=pk, link_version=version).first()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say when there is nothing to confirm any more."""
        if self.tender is None:
            return TemplateResponse(request, "tenders/link_unusable.html", status=404)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the call."""
        return super().get_context_data(tender=self.tender, **kwargs)

    def act(self, form: forms.ConfirmForm) -> str:
        """Put it on the board and go to the author's page."""
        services.confirm_tender(tender_id=self.tender.pk, actor=services.Visitor(), now=timezone.now())
        messages.success(self.request, _("Your call is on the board. Partners that want such calls are told by mail."))
        return notifications.author_url(self.tender)

"""What both sides do with a relationship: read a link, withdraw, send again, refuse, end."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from clients import forms, selectors, services
from clients.choices import RelationshipState, Side
from clients.documents import end_receipt_pdf
from clients.models import EndReceipt, Relationship
from clients.permissions import ClientPermission
from clients.querysets import RelationshipQuerySet
from clients.templatetags.endings import cut_in_words
from partnerportal.accounts.choices import Role
from partnerportal.accounts.forms import ConfirmForm, PasswordConfirmForm
from partnerportal.accounts.middleware import act_for
from partnerportal.accounts.permissions import SignedIn
from partnerportal.accounts.tokens import read_token
from partnerportal.kernel.states import Refused
from partnerportal.web.views import ActionView, PageView, PolicyView

LINK_PURPOSE = "clients.relationship"
WAITING, OPEN = frozenset({RelationshipState.PENDING}), frozenset({RelationshipState.ACTIVE})


def side_of(relationship: Relationship, organisation_id: int) -> Side:
    """Return on which side of a relationship an organisation stands."""
    return Side.CLIENT if relationship.client_id == organisation_id else Side.PARTNER


def list_url(side: Side) -> str:
    """Return the list to which a side goes back."""
    return reverse("clients:relationship_list" if side == Side.CLIENT else "clients:client_list")


def detail_url(relationship: Relationship, side: Side) -> str:
    """Return the page on which a side sees where a relationship stands."""
    page = "clients:relationship_detail" if side == Side.CLIENT else "clients:client_detail"
    return reverse(page, args=[relationship.pk])


class OneRelationship(PolicyView):
    """Finds a relationship that the acting organisation may see, on either side.

    ``possible_in``: the states in which the page's act is possible; in others the page says where it stands instead.
    """

    possible_in: frozenset[str] | None = None

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One of one's own organisation; in a client's space none (the way out is one click)."""
        acting = self.request.acting
        visible = Relationship.objects.visible_to(acting) if not acting.relationship else Relationship.objects.none()
        rows = self.described(visible.select_related("client", "partner__organisation"))
        self.relationship = get_object_or_404(rows, pk=pk)
        self.side = side_of(self.relationship, acting.home.pk)

    def described(self, rows: RelationshipQuerySet) -> RelationshipQuerySet:
        """Add what the page shows beside the row itself."""
        return rows

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page, or say that its act is not possible any more (409)."""
        if self.possible_in is None or self.relationship.state in self.possible_in:
            return super().get(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: View comes after it
        state = self.relationship.get_state_display().lower()
        sentence = _("It stands otherwise by now: %(state)s. Nothing was done.") % {"state": state}
        context = {"sentence": sentence, "back_url": detail_url(self.relationship, self.side)}
        return render(request, "409.html", context, status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the relationship, the other side, and the way back."""
        relationship = self.relationship
        other = relationship.partner if self.side == Side.CLIENT else relationship.client_to_partner
        return super().get_context_data(
            relationship=relationship,
            side=self.side,
            other=other,
            back=list_url(self.side),
            detail=detail_url(relationship, self.side),
            **kwargs,
        )


class _AskingSideView(OneRelationship, ActionView):
    """For the side that asked; to the other one the page does not exist."""

    permission = ClientPermission.RELATIONSHIP_WITHDRAW
    form_class = ConfirmForm

    def find(self, **kwargs: Any) -> None:
        """A request or an invitation of one's own."""
        super().find(**kwargs)
        if self.relationship.started_by != self.side:
            raise Http404


class RelationshipWithdrawView(_AskingSideView):
    """Take a request or an invitation back (rule 12)."""

    template_name = "clients/relationship_withdraw.html"
    possible_in = WAITING

    def act(self, form: ConfirmForm) -> str:
        """Withdraw."""
        services.withdraw(relationship_id=self.relationship.pk, actor=self.request.acting, now=timezone.now())
        withdrawn = (
            _("The request is withdrawn; its link no longer works.")
            if self.relationship.is_request
            else _("The invitation is withdrawn; its link no longer works.")
        )
        messages.success(self.request, withdrawn)
        return list_url(self.side)


class RelationshipResendView(_AskingSideView):
    """Send a request or an invitation again (rule 12)."""

    template_name = "clients/relationship_resend.html"
    possible_in = WAITING | {RelationshipState.EXPIRED}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say how long it waits then."""
        return super().get_context_data(days=settings.PROGRAMME["invitation_days"], **kwargs)

    def act(self, form: ConfirmForm) -> str:
        """Send again."""
        if not ratelimit.consume(self.request, action="resend_request", key=str(self.relationship.pk)):
            raise Refused(_("It was sent several times within an hour. Give the other side some time."))
        services.resend(relationship_id=self.relationship.pk, actor=self.request.acting, now=timezone.now())
        sent = (
            _("The request is on its way again, with a new link.")
            if self.relationship.is_request
            else _("The invitation is on its way again, with a new link.")
        )
        messages.success(self.request, sent)
        return list_url(self.side)


class RelationshipRefuseView(OneRelationship, ActionView):
    """The receiving side refuses (rule 10)."""

    permission = ClientPermission.RELATIONSHIP_ANSWER
    form_class = forms.RefuseForm
    template_name = "clients/relationship_refuse.html"
    possible_in = WAITING

    def find(self, **kwargs: Any) -> None:
        """A request or an invitation to one's own organisation."""
        super().find(**kwargs)
        if self.relationship.started_by == self.side:
            raise Http404

    def act(self, form: forms.RefuseForm) -> str:
        """Refuse."""
        services.refuse(
            relationship_id=self.relationship.pk,
            reason=form.cleaned_data["reason"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("You have refused. The other side gets a mail."))
        return list_url(self.side)


class RelationshipEndView(OneRelationship, ActionView):
    """End a relationship: first what will happen, then the password (rules 46 and 47)."""

    permission = ClientPermission.RELATIONSHIP_END
    form_class = PasswordConfirmForm
    possible_in = OPEN
    confirmed_key = "relationship_to_end"  # in the session: the relationship whose first question was answered

    def get_template_names(self) -> list[str]:
        """The first confirmation, then the page that asks for the password."""
        return [f"clients/relationship_end_{'password' if self.is_confirmed else 'confirm'}.html"]

    @property
    def is_confirmed(self) -> bool:
        """Tell whether the first question was answered: the password alone ends nothing."""
        is_second_page = self.request.method == "POST" or self.request.GET.get("step") == "password"
        return is_second_page and self.request.session.get(self.confirmed_key) == self.relationship.pk

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the answer to the first question, then the password."""
        if "confirm" in request.POST:
            request.session[self.confirmed_key] = self.relationship.pk
            return HttpResponseRedirect(f"{request.path}?step=password")
        if not self.is_confirmed:
            return self.get(request, *args, **kwargs)
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form checks the password of whoever asks."""
        return super().get_form_kwargs() | {"request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what will happen, and where one stands."""
        lines = [] if self.is_confirmed else selectors.consequences(self.relationship, side=self.side)
        return super().get_context_data(consequences=lines, steps=self._steps(), **kwargs)

    def _steps(self) -> list[dict[str, Any]]:
        labels = [_("What will happen"), _("Your password"), _("The receipt")]
        current = 1 if self.is_confirmed else 0
        states = ["done" if number < current else "current" if number == current else "next" for number in range(3)]
        return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]

    def act(self, form: PasswordConfirmForm) -> str:
        """End it."""
        services.end_relationship(
            relationship_id=self.relationship.pk, by=self.side, actor=self.request.acting, now=timezone.now()
        )
        del self.request.session[self.confirmed_key]
        messages.success(self.request, _("The relationship has ended. Access is cut."))
        return reverse("clients:end_receipt", args=[self.relationship.pk])


class _OneReceipt(OneRelationship):
    """Finds the receipt of a relationship that has ended, for both sides."""

    permission = ClientPermission.RELATIONSHIP_END

    def find(self, **kwargs: Any) -> None:
        """One of one's own organisation's relationships that has ended."""
        super().find(**kwargs)
        self.receipt = get_object_or_404(EndReceipt, relationship=self.relationship)


class EndReceiptView(_OneReceipt, PageView):
    """What an end has cut, and what the rows say now."""

    template_name = "clients/end_receipt.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the rows again, each time."""
        now = selectors.still_open(self.relationship)
        rows = list(zip(cut_in_words(self.receipt.facts["cut"]), cut_in_words(now), strict=True))
        return super().get_context_data(
            receipt=self.receipt, rows=rows, is_all_cut=not any(now.values()), checked_at=timezone.now(), **kwargs
        )


class EndReceiptPdfView(_OneReceipt, PolicyView, View):
    """The receipt as PDF."""

    def get(self, request: Any, **_kwargs: Any) -> HttpResponse:
        """Draw it."""
        response = HttpResponse(end_receipt_pdf(self.receipt, language=get_language()), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="receipt-{self.receipt.number}.pdf"'
        return response


def receiver_id(relationship: Relationship) -> int | None:
    """Return the organisation that answers; None while nobody has said which one it is."""
    return relationship.client_id if relationship.is_request else relationship.partner_id


class RelationshipLinkView(ActionView):
    """The link of a mail: leads whoever it was for to the page where they answer.

    A link that is dead, or opened by somebody else, says so without telling whom it was for.
    """

    permission = SignedIn
    form_class = forms.ClaimForm
    template_name = "clients/relationship_link.html"

    def find(self, *, token: str, **_kwargs: Any) -> None:
        """The request or the invitation behind the link."""
        pk, version = read_token(purpose=LINK_PURPOSE, token=token) or (None, None)
        asked = Relationship.objects.select_related("client", "partner__organisation")
        found = asked.filter(pk=pk, link_version=version).first() if pk is not None and version is not None else None
        is_waiting = found is not None and found.state == RelationshipState.PENDING
        self.relationship: Any = found if is_waiting else None
        self.answered: Any = found if found is not None and found.answered_at is not None else None

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Go on to the answer, ask for which organisation it is, or say that the link is not usable."""
        if self.relationship is None:
            return self._answered() or self._unusable()
        receiver = receiver_id(self.relationship)
        if receiver is not None:
            if not self._represents(receiver):
                return self._unusable()
            return self._go_on(receiver)
        if not self._is_addressee():
            return self._unusable()
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the organisations of which the person is a legal representative."""
        memberships = self._legal_memberships().select_related("organisation")
        choices = [(one.organisation_id, one.organisation.name) for one in memberships.order_by("created_at", "pk")]
        return super().get_form_kwargs() | {"choices": choices}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name who asks."""
        return super().get_context_data(relationship=self.relationship, **kwargs)

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Only the addressee says for which organisation it is."""
        if self.relationship is None or receiver_id(self.relationship) is not None or not self._is_addressee():
            return self._unusable()
        return super().post(request, *args, **kwargs)

    def act(self, form: forms.ClaimForm) -> str:
        """Tie the request to the organisation and go on to answer it."""
        organisation_id = form.cleaned_data["organisation"]
        services.claim_request(
            relationship_id=self.relationship.pk,
            client_id=organisation_id,
            actor=self.request.acting,
            now=timezone.now(),
        )
        return self._go_on(organisation_id).url

    def _is_addressee(self) -> bool:
        return self.relationship.invited_email.lower() == self.request.user.email.lower()

    def _legal_memberships(self) -> Any:
        return self.request.user.memberships.filter(role=Role.LEGAL)

    def _represents(self, organisation_id: int) -> bool:
        return self._legal_memberships().filter(organisation=organisation_id).exists()

    def _answered(self) -> HttpResponse | None:
        """Tell those who have answered that they have, and lead them on; to others the link is dead."""
        receiver = receiver_id(self.answered) if self.answered is not None else None
        if receiver is None or not self._represents(receiver):
            return None
        act_for(self.request, receiver)
        page = "relationship_detail" if self.answered.is_request else "client_detail"
        context = {"relationship": self.answered, "url": reverse(f"clients:{page}", args=[self.answered.pk])}
        return self.response_class(self.request, ["clients/relationship_link_answered.html"], context)

    def _go_on(self, organisation_id: int) -> HttpResponseRedirect:
        act_for(self.request, organisation_id)
        page = "client_answer" if self.relationship.started_by == Side.CLIENT else "relationship_answer"
        return redirect(f"clients:{page}", pk=self.relationship.pk)

    def _unusable(self) -> HttpResponse:
        return self.response_class(self.request, ["clients/relationship_link_unusable.html"], {}, status=404)

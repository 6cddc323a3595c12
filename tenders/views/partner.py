"""The partner's side: inbox, whole text, answer, won contracts. Rules 54 to 57, Q26, Q27."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerportal.web.views import ActionView, PageView, TableView
from partners.pages import OwnPartner
from tenders import forms, services
from tenders.filters import InboxFilter
from tenders.models import Proposal, Tender
from tenders.permissions import TenderPermission
from tenders.tables import InboxTable, WonTable


class _TendersPage(OwnPartner):
    """A page about calls in the partner space."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name what the person may do."""
        acting = self.request.acting
        return super().get_context_data(
            may_answer=TenderPermission.PROPOSAL_SEND.granted_to(acting),
            may_record=TenderPermission.CONTRACT_RECORD.granted_to(acting),
            **kwargs,
        )


class InboxView(_TendersPage, TableView):
    """Open calls and those one has answered, the newest first."""

    permission = TenderPermission.TENDER_READ
    table_class = InboxTable
    filterset_class = InboxFilter
    template_name = "tenders/inbox.html"

    def get_queryset(self) -> QuerySet[Tender]:
        """What an approved partner may read."""
        readable = Tender.objects.readable_to(self.request.acting, timezone.now())
        return readable.with_answer_of(self.partner.pk).order_by("-opened_at", "-pk")


class _OneTender(_TendersPage):
    """Finds a call that one may read, and one's own answer to it."""

    def find(self, **kwargs: Any) -> None:
        """An open one, or one that was answered."""
        super().find()
        readable = Tender.objects.readable_to(self.request.acting, timezone.now()).select_related("organisation")
        self.tender = get_object_or_404(readable, pk=kwargs["pk"])
        own = Proposal.objects.visible_to(self.request.acting).select_related("tender", "contract")
        self.proposal: Any = own.filter(tender=self.tender).first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Contact data only once one has answered, and not when another has won (Q27)."""
        answer = self.proposal
        sees_contact = answer is not None and (self.tender.is_open or answer.chosen_at is not None)
        return super().get_context_data(
            tender=self.tender,
            proposal=answer,
            contract=getattr(answer, "contract", None),
            sees_contact=sees_contact,
            is_own=self.tender.organisation_id == self.partner.pk,
            is_answerable=self.tender.is_open and self.tender.expires_at > timezone.now(),
            **kwargs,
        )


class TenderDetailView(_OneTender, PageView):
    """The whole text (rule 55)."""

    permission = TenderPermission.TENDER_READ
    template_name = "tenders/tender_detail.html"


class ProposalSendView(_OneTender, ActionView):
    """Answer, or change the answer (Q26)."""

    permission = TenderPermission.PROPOSAL_SEND
    form_class = forms.ProposalForm
    template_name = "tenders/proposal_send.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Prices are in the call's currency."""
        return super().get_form_kwargs() | {"currency": self.tender.currency}

    def get_initial(self) -> dict[str, Any]:
        """What was sent before."""
        if self.proposal is None:
            return {}
        return {"text": self.proposal.text, "price_net": self.proposal.price_net}

    def act(self, form: forms.ProposalForm) -> str:
        """Send; the author gets a mail of the first answer."""
        services.answer_tender(
            tender_id=self.tender.pk,
            partner_id=self.partner.pk,
            text=form.cleaned_data["text"],
            price_net=form.cleaned_data["price_net"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        is_new = self.proposal is None
        messages.success(
            self.request,
            _("Your answer is sent. You see now how to reach the author.") if is_new else _("Your answer is changed."),
        )
        return reverse("tenders:tender_detail", args=[self.tender.pk])


class ContractListView(_TendersPage, TableView):
    """What one has won, and the contracts (rule 57)."""

    permission = TenderPermission.CONTRACT_VIEW
    table_class = WonTable
    template_name = "tenders/contract_list.html"

    def get_queryset(self) -> QuerySet[Proposal]:
        """The newest first."""
        won = Proposal.objects.visible_to(self.request.acting).chosen()
        related = won.select_related("tender", "contract").prefetch_related("contract__offers")
        return related.order_by("-chosen_at", "-pk")


class ContractRecordView(_OneTender, ActionView):
    """Record the contract of a call that one has won (rule 57)."""

    permission = TenderPermission.CONTRACT_RECORD
    form_class = forms.ContractForm
    template_name = "tenders/contract_record.html"

    def find(self, **kwargs: Any) -> None:
        """One's own answer that won."""
        super().find(**kwargs)
        if self.proposal is None or self.proposal.chosen_at is None:
            raise Http404

    def get_form_kwargs(self) -> dict[str, Any]:
        """Values are in the call's currency."""
        return super().get_form_kwargs() | {"currency": self.tender.currency}

    def get_initial(self) -> dict[str, Any]:
        """The price that was offered."""
        return {"value_net": self.proposal.price_net, "begins_on": self.tender.wished_on}

    def act(self, form: forms.ContractForm) -> str:
        """Record it."""
        services.record_contract(
            proposal_id=self.proposal.pk,
            offers=form.cleaned_data["offers"],
            value_net=form.cleaned_data["value_net"],
            begins_on=form.cleaned_data["begins_on"],
            acknowledges_exclusivity=form.cleaned_data["acknowledges_exclusivity"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("The contract is recorded."))
        return reverse("tenders:contract_list")

"""Staff's pages about prepaid accounts: the ledger, top-ups, corrections, withdrawals. Q10, Q35."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import forms, services
from billing.choices import CorrectionState, WithdrawalState
from billing.filters import AccountFilter, CorrectionFilter, LedgerFilter, WithdrawalFilter
from billing.models import Correction, LedgerEntry, PrepaidAccount, Withdrawal
from billing.permissions import BillingPermission
from billing.tables import CorrectionTable, StaffAccountTable, StaffLedgerTable, WithdrawalTable
from partnerportal.accounts.forms import ConfirmForm, PasswordConfirmForm
from partnerportal.web.views import ActionView, PageView, PolicyView, StaffTableView


class StaffAccountListView(StaffTableView):
    """Prepaid accounts of everybody."""

    permission = BillingPermission.STAFF_ACCOUNT_VIEW
    table_class = StaffAccountTable
    filterset_class = AccountFilter
    template_name = "billing/staff_account_list.html"

    def get_queryset(self) -> QuerySet[PrepaidAccount]:
        """The lowest balance first: what is below zero stands on top."""
        return PrepaidAccount.objects.select_related("organisation").order_by("balance", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether the person may book top-ups."""
        may_move = BillingPermission.STAFF_ACCOUNT_MOVE.granted_to(self.request.acting)
        return super().get_context_data(may_move=may_move, **kwargs)


class _OneAccount(PolicyView):
    """Staff finds a prepaid account."""

    is_permitted_first = True

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.account = get_object_or_404(PrepaidAccount.objects.select_related("organisation"), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name it."""
        may_move = BillingPermission.STAFF_ACCOUNT_MOVE.granted_to(self.request.acting)
        return super().get_context_data(account=self.account, may_move=may_move, **kwargs)


class StaffAccountDetailView(_OneAccount, StaffTableView):
    """One prepaid account with every movement."""

    permission = BillingPermission.STAFF_ACCOUNT_VIEW
    table_class = StaffLedgerTable
    filterset_class = LedgerFilter
    template_name = "billing/staff_account_detail.html"

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        """The newest first."""
        entries = LedgerEntry.objects.filter(account=self.account.pk)
        return entries.select_related("account", "line", "payment").order_by("-created_at", "-pk")


class StaffTopUpView(ActionView):
    """Book money that came for a prepaid account (Q35)."""

    is_permitted_first = True
    permission = BillingPermission.STAFF_ACCOUNT_MOVE
    form_class = forms.TopUpForm
    template_name = "billing/staff_top_up.html"

    def act(self, form: forms.TopUpForm) -> str:
        """Book it."""
        values = form.cleaned_data
        entry = services.top_up(
            organisation_id=values["account"].pk,
            currency=values["currency"],
            amount=values["amount"],
            reference=values["reference"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("Booked for %(name)s.") % {"name": values["account"]})
        return reverse("billing:staff_account_detail", args=[entry.account_id])


class StaffCorrectView(_OneAccount, ActionView):
    """Correct a prepaid account; above a set amount a second person decides."""

    permission = BillingPermission.STAFF_ACCOUNT_MOVE
    form_class = forms.CorrectionForm
    template_name = "billing/staff_correct.html"

    def get_initial(self) -> dict[str, Any]:
        """A fresh key."""
        return {"key": forms.new_key()}

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form checks the password of whoever corrects."""
        return super().get_form_kwargs() | {"request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say from which amount on two people decide."""
        days = settings.PROGRAMME["correction_alone_days"]
        return super().get_context_data(limit=services.correction_limit(), days=days, **kwargs)

    def act(self, form: forms.CorrectionForm) -> str:
        """Book it, or propose it."""
        correction = services.propose_correction(
            organisation_id=self.account.organisation_id,
            currency=self.account.currency,
            amount=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            key=form.cleaned_data["key"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        if correction.state == CorrectionState.PROPOSED:
            messages.info(self.request, _("Proposed. A second person decides; nothing has moved yet."))
            return reverse("billing:staff_correction_detail", args=[correction.pk])
        messages.success(self.request, _("Corrected."))
        return reverse("billing:staff_account_detail", args=[self.account.pk])


class StaffCorrectionListView(StaffTableView):
    """Corrections of everybody's accounts."""

    permission = BillingPermission.STAFF_ACCOUNT_VIEW
    table_class = CorrectionTable
    filterset_class = CorrectionFilter
    template_name = "billing/staff_correction_list.html"

    def get_queryset(self) -> QuerySet[Correction]:
        """The newest first."""
        return Correction.objects.select_related("account__organisation").order_by("-proposed_at", "-pk")


class _OneCorrection(PolicyView):
    """Staff finds a correction."""

    is_permitted_first = True

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.correction = get_object_or_404(Correction.objects.select_related("account__organisation"), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name it, and tell what the person may decide."""
        acting = self.request.acting
        may_decide = (
            self.correction.state == CorrectionState.PROPOSED
            and BillingPermission.STAFF_ACCOUNT_MOVE.granted_to(acting)
        )
        is_own = self.correction.proposed_by_id == acting.user_id
        return super().get_context_data(correction=self.correction, may_decide=may_decide, is_own=is_own, **kwargs)


class StaffCorrectionDetailView(_OneCorrection, PageView):
    """One correction: by how much, why, who proposed and who decided."""

    permission = BillingPermission.STAFF_ACCOUNT_VIEW
    template_name = "billing/staff_correction_detail.html"


class StaffCorrectionApproveView(_OneCorrection, ActionView):
    """Book what somebody else proposed."""

    permission = BillingPermission.STAFF_ACCOUNT_MOVE
    form_class = PasswordConfirmForm
    template_name = "billing/staff_correction_approve.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form checks the password of whoever decides."""
        return super().get_form_kwargs() | {"request": self.request}

    def act(self, form: PasswordConfirmForm) -> str:
        """Book it."""
        services.approve_correction(correction_id=self.correction.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("Booked."))
        return reverse("billing:staff_account_detail", args=[self.correction.account_id])


class StaffCorrectionRejectView(_OneCorrection, ActionView):
    """Leave a proposed correction undone."""

    permission = BillingPermission.STAFF_ACCOUNT_MOVE
    form_class = ConfirmForm
    template_name = "billing/staff_correction_reject.html"

    def act(self, form: ConfirmForm) -> str:
        """Reject it."""
        services.reject_correction(correction_id=self.correction.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("Rejected. Nothing has moved."))
        return reverse("billing:staff_correction_list")


class StaffWithdrawalListView(StaffTableView):
    """Withdrawals of everybody."""

    permission = BillingPermission.STAFF_ACCOUNT_VIEW
    table_class = WithdrawalTable
    filterset_class = WithdrawalFilter
    template_name = "billing/staff_withdrawal_list.html"

    def get_queryset(self) -> QuerySet[Withdrawal]:
        """The newest first."""
        return Withdrawal.objects.select_related("account__organisation").order_by("-requested_at", "-pk")


class _OneWithdrawal(PolicyView):
    """Staff finds a withdrawal."""

    is_permitted_first = True

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.withdrawal = get_object_or_404(Withdrawal.objects.select_related("account__organisation"), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name it, and tell what comes next."""
        may_move = BillingPermission.STAFF_ACCOUNT_MOVE.granted_to(self.request.acting)
        state = self.withdrawal.state
        return super().get_context_data(
            withdrawal=self.withdrawal,
            may_approve=may_move and state == WithdrawalState.REQUESTED,
            may_pay_out=may_move and state == WithdrawalState.APPROVED,
            may_reject=may_move and state in (WithdrawalState.REQUESTED, WithdrawalState.APPROVED),
            **kwargs,
        )


class StaffWithdrawalDetailView(_OneWithdrawal, PageView):
    """One withdrawal: how much, to whom, who asked, and where it stands."""

    permission = BillingPermission.STAFF_ACCOUNT_VIEW
    template_name = "billing/staff_withdrawal_detail.html"


class _WithdrawalAct(_OneWithdrawal, ActionView):
    permission = BillingPermission.STAFF_ACCOUNT_MOVE

    def get_success_url(self) -> str:
        """Back to the withdrawal."""
        return reverse("billing:staff_withdrawal_detail", args=[self.withdrawal.pk])


class StaffWithdrawalApproveView(_WithdrawalAct):
    """Approve a withdrawal, with one's password."""

    form_class = PasswordConfirmForm
    template_name = "billing/staff_withdrawal_approve.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form checks the password of whoever approves."""
        return super().get_form_kwargs() | {"request": self.request}

    def act(self, form: PasswordConfirmForm) -> str:
        """Approve it."""
        services.approve_withdrawal(withdrawal_id=self.withdrawal.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("Approved. Transfer it at the bank, then note it as paid out."))
        return self.get_success_url()


class StaffWithdrawalPayOutView(_WithdrawalAct):
    """Note that the bank has transferred it."""

    form_class = ConfirmForm
    template_name = "billing/staff_withdrawal_pay_out.html"

    def act(self, form: ConfirmForm) -> str:
        """Note it."""
        services.pay_out_withdrawal(withdrawal_id=self.withdrawal.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("Noted as paid out; whoever asked gets a mail."))
        return self.get_success_url()


class StaffWithdrawalRejectView(_WithdrawalAct):
    """Give the money back to the balance, with a reason."""

    form_class = forms.RejectionForm
    template_name = "billing/staff_withdrawal_reject.html"

    def act(self, form: forms.RejectionForm) -> str:
        """Reject it."""
        services.reject_withdrawal(
            withdrawal_id=self.withdrawal.pk,
            reason=form.cleaned_data["reason"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("Rejected; the money is on the prepaid account again."))
        return self.get_success_url()

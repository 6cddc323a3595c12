"""Withdrawing from one's prepaid account: with the password, once a form, taken back until it is approved (Q35)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import forms, services
from billing.models import PrepaidAccount, Withdrawal
from billing.permissions import BillingPermission
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.web.views import ActionView


class WithdrawView(ActionView):
    """Ask for money of one prepaid account to be paid to a bank account."""

    permission = BillingPermission.WITHDRAWAL_REQUEST
    form_class = forms.WithdrawForm
    template_name = "billing/withdraw.html"

    def find(self, *, currency: str, **_kwargs: Any) -> None:
        """An account of one's own organisation."""
        acting = self.request.acting
        if acting is None or acting.home is None or acting.relationship is not None:
            raise Http404
        self.account = get_object_or_404(PrepaidAccount, organisation=acting.home, currency=currency.upper())

    def get_initial(self) -> dict[str, Any]:
        """A fresh key, all that there is, and the bank account of the last time."""
        last = self.account.withdrawals.order_by("-requested_at", "-pk").first()
        known = {"iban": last.iban, "holder": last.holder} if last else {"holder": self.account.organisation.name}
        return {"key": forms.new_key(), "amount": max(self.account.balance, 0), **known}

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form checks the password of whoever asks."""
        return super().get_form_kwargs() | {"request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the account."""
        return super().get_context_data(account=self.account, least=services.withdrawal_least(), **kwargs)

    def act(self, form: forms.WithdrawForm) -> str:
        """Ask."""
        values = form.cleaned_data
        services.request_withdrawal(
            organisation_id=self.account.organisation_id,
            currency=self.account.currency,
            amount=values["amount"],
            iban=values["iban"],
            holder=values["holder"],
            key=values["key"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("Asked for. You get a mail once it is approved."))
        return reverse("billing:prepaid")


class WithdrawalTakeBackView(ActionView):
    """Take a withdrawal back before it is approved."""

    permission = BillingPermission.WITHDRAWAL_REQUEST
    form_class = ConfirmForm
    template_name = "billing/withdrawal_take_back.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One of one's own organisation."""
        visible = Withdrawal.objects.visible_to(self.request.acting).select_related("account")
        self.withdrawal = get_object_or_404(visible, pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name it."""
        return super().get_context_data(withdrawal=self.withdrawal, **kwargs)

    def act(self, form: ConfirmForm) -> str:
        """Take it back."""
        services.take_back_withdrawal(withdrawal_id=self.withdrawal.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("Taken back. The money is on the prepaid account again."))
        return reverse("billing:prepaid")

"""Staff brings the bank's statements in, and clarifies what fitted nothing. Rules 41 and 43, promise 4."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing import forms, imports, services
from billing.choices import IncomingState
from billing.filters import TransferFilter
from billing.models import IncomingPayment, Transfer
from billing.permissions import BillingPermission
from billing.selectors import BadLine
from billing.tables import TransferTable
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.kernel.money import Money
from partnerportal.kernel.states import Refused
from partnerportal.web.views import ActionView, PageView, PolicyView, StaffTableView


class StaffTransferListView(StaffTableView):
    """What came in at the bank."""

    permission = BillingPermission.STAFF_INVOICE_VIEW
    table_class = TransferTable
    filterset_class = TransferFilter
    template_name = "billing/staff_transfer_list.html"

    def get_queryset(self) -> QuerySet[IncomingPayment]:
        """The newest first."""
        return IncomingPayment.objects.select_related("payment__invoice").order_by("-entered_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether the person may bring a statement in."""
        may_take = BillingPermission.STAFF_PAYMENT_SETTLE.granted_to(self.request.acting)
        return super().get_context_data(may_take=may_take, **kwargs)


class StaffStatementView(ActionView):
    """Bring a statement in: what it holds is shown first; a file with a bad line changes nothing."""

    is_permitted_first = True
    permission = BillingPermission.STAFF_PAYMENT_SETTLE
    form_class = forms.CsvFileForm
    template_name = "billing/staff_statement.html"
    transfers: list[Transfer] | None = None
    bad: list[BadLine] | None = None

    def form_valid(self, form: forms.CsvFileForm) -> HttpResponse:
        """Show what the file holds; the second button takes what was shown."""
        sent: Any = form.data
        carried = sent.copy()
        carried["text"] = form.cleaned_data["text"]
        form.data = carried
        self.transfers, self.bad = imports.read_statement(form.cleaned_data["text"])
        if "confirm" in self.request.POST and not form.cleaned_data["file"]:
            return super().form_valid(form)
        return self.render_to_response(self.get_context_data(form=form))

    def act(self, form: forms.CsvFileForm) -> str:
        """Keep the transfers and start booking them."""
        if self.bad or not self.transfers:
            raise Refused(_("Nothing was taken: correct the lines below in your file, then choose it again."))
        new, job = services.take_statement(transfers=self.transfers, actor=self.request.acting, now=timezone.now())
        words = ngettext("%(count)s new payment is being booked.", "%(count)s new payments are being booked.", new)
        messages.success(self.request, words % {"count": new})
        return reverse("billing:staff_job_detail", args=[job.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the file holds."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for transfer in self.transfers or []:
            sums[transfer.currency] += transfer.amount
        known = IncomingPayment.objects.filter(reference__in=[one.reference for one in self.transfers or []]).count()
        return super().get_context_data(
            columns=imports.STATEMENT_COLUMNS,
            transfers=self.transfers,
            known=known,
            new=len(self.transfers or []) - known,
            sums=[Money(amount, code) for code, amount in sorted(sums.items())],
            bad=self.bad,
            **kwargs,
        )


class _OneTransfer(PolicyView):
    """Staff finds a transfer."""

    is_permitted_first = True

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.transfer = get_object_or_404(IncomingPayment.objects.select_related("payment__invoice"), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name it, and tell whether the person may settle it."""
        may_settle = self.transfer.state == IncomingState.UNCLEAR and BillingPermission.STAFF_PAYMENT_SETTLE.granted_to(
            self.request.acting
        )
        return super().get_context_data(transfer=self.transfer, may_settle=may_settle, **kwargs)


class StaffTransferDetailView(_OneTransfer, PageView):
    """One transfer: what the bank says of it, and what became of it."""

    permission = BillingPermission.STAFF_INVOICE_VIEW
    template_name = "billing/staff_transfer_detail.html"


class StaffTransferAgainView(_OneTransfer, ActionView):
    """Book a transfer once more, after what was wrong is mended."""

    permission = BillingPermission.STAFF_PAYMENT_SETTLE
    form_class = ConfirmForm
    template_name = "billing/staff_transfer_again.html"

    def act(self, form: ConfirmForm) -> str:
        """Put it back among those that wait."""
        services.try_transfer_again(incoming_id=self.transfer.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("It is being booked."))
        return reverse("billing:staff_transfer_detail", args=[self.transfer.pk])


class StaffTransferClarifyView(_OneTransfer, ActionView):
    """Note that a transfer was dealt with elsewhere."""

    permission = BillingPermission.STAFF_PAYMENT_SETTLE
    form_class = forms.ClarifyForm
    template_name = "billing/staff_transfer_clarify.html"

    def act(self, form: forms.ClarifyForm) -> str:
        """Note it."""
        services.clarify(
            incoming_id=self.transfer.pk,
            how=form.cleaned_data["how"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("Noted."))
        return reverse("billing:staff_transfer_list")

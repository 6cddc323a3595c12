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
from billing.filters import IncomingFilter
from billing.models import IncomingPayment, StatementLine
from billing.permissions import BillingPermission
from billing.selectors import BadLine
from billing.tables import IncomingTable
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.kernel.money import Money
from partnerportal.kernel.states import Refused
from partnerportal.web.views import ActionView, PageView, PolicyView, StaffTableView


class StaffIncomingListView(StaffTableView):
    """What came in at the bank."""

    permission = BillingPermission.STAFF_INVOICE_VIEW
    table_class = IncomingTable
    filterset_class = IncomingFilter
    template_name = "billing/staff_incoming_list.html"

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
    lines: list[StatementLine] | None = None
    bad: list[BadLine] | None = None

    def form_valid(self, form: forms.CsvFileForm) -> HttpResponse:
        """Show what the file holds; the second button takes what was shown."""
        sent: Any = form.data
        carried = sent.copy()
        carried["text"] = form.cleaned_data["text"]
        form.data = carried
        self.lines, self.bad = imports.read_statement(form.cleaned_data["text"])
        if "confirm" in self.request.POST and not form.cleaned_data["file"]:
            return super().form_valid(form)
        return self.render_to_response(self.get_context_data(form=form))

    def act(self, form: forms.CsvFileForm) -> str:
        """Keep the payments and start booking them."""
        if self.bad or not self.lines:
            raise Refused(_("Nothing was taken: correct the lines below in your file, then choose it again."))
        new, job = services.take_statement(lines=self.lines, actor=self.request.acting, now=timezone.now())
        words = ngettext("%(count)s new payment is being booked.", "%(count)s new payments are being booked.", new)
        messages.success(self.request, words % {"count": new})
        return reverse("billing:staff_job_detail", args=[job.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the file holds."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.lines or []:
            sums[line.currency] += line.amount
        known = IncomingPayment.objects.filter(reference__in=[one.reference for one in self.lines or []]).count()
        return super().get_context_data(
            columns=imports.STATEMENT_COLUMNS,
            lines=self.lines,
            known=known,
            new=len(self.lines or []) - known,
            sums=[Money(amount, code) for code, amount in sorted(sums.items())],
            bad=self.bad,
            **kwargs,
        )


class _OneTransfer(PolicyView):
    """Staff finds an incoming payment."""

    is_permitted_first = True

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.incoming = get_object_or_404(IncomingPayment.objects.select_related("payment__invoice"), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name it, and tell whether the person may settle it."""
        may_settle = self.incoming.state == IncomingState.UNCLEAR and BillingPermission.STAFF_PAYMENT_SETTLE.granted_to(
            self.request.acting
        )
        return super().get_context_data(incoming=self.incoming, may_settle=may_settle, **kwargs)


class StaffIncomingDetailView(_OneTransfer, PageView):
    """One incoming payment: what the bank says of it, and what became of it."""

    permission = BillingPermission.STAFF_INVOICE_VIEW
    template_name = "billing/staff_incoming_detail.html"


class StaffIncomingAgainView(_OneTransfer, ActionView):
    """Book a payment once more, after what was wrong is mended."""

    permission = BillingPermission.STAFF_PAYMENT_SETTLE
    form_class = ConfirmForm
    template_name = "billing/staff_incoming_again.html"

    def act(self, form: ConfirmForm) -> str:
        """Put it back among those that wait."""
        services.try_incoming_again(incoming_id=self.incoming.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("It is being booked."))
        return reverse("billing:staff_incoming_detail", args=[self.incoming.pk])


class StaffIncomingClarifyView(_OneTransfer, ActionView):
    """Note that a payment was dealt with elsewhere."""

    permission = BillingPermission.STAFF_PAYMENT_SETTLE
    form_class = forms.ClarifyForm
    template_name = "billing/staff_incoming_clarify.html"

    def act(self, form: forms.ClarifyForm) -> str:
        """Note it."""
        services.clarify(
            incoming_id=self.incoming.pk,
            how=form.cleaned_data["how"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("Noted."))
        return reverse("billing:staff_incoming_list")

"""Staff's pages about money and work: invoices, incoming payments, jobs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from billing import forms, selectors, services
from billing.filters import JobFilter, StaffInvoiceFilter
from billing.models import CheckRun, Invoice
from billing.permissions import BillingPermission
from billing.tables import StaffInvoiceTable, StaffJobTable
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.web.views import ActionView, PageView, PolicyView, StaffTableView
from partnerportal.work import services as work_services
from partnerportal.work.models import Job

RUNS = 8  # runs of the checks that their page names


class StaffInvoiceListView(StaffTableView):
    """Invoices of everybody."""

    permission = BillingPermission.STAFF_INVOICE_VIEW
    table_class = StaffInvoiceTable
    filterset_class = StaffInvoiceFilter
    template_name = "billing/staff_invoice_list.html"

    def get_queryset(self) -> QuerySet[Invoice]:
        """The newest first."""
        return Invoice.objects.select_related("payer").order_by("-issued_at", "-pk")


class StaffInvoiceDetailView(PageView):
    """One invoice, with its payments."""

    is_permitted_first = True
    permission = BillingPermission.STAFF_INVOICE_VIEW
    template_name = "billing/staff_invoice_detail.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.invoice = get_object_or_404(Invoice.objects.select_related("payer", "order__client"), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add lines and payments."""
        return super().get_context_data(
            invoice=self.invoice,
            lines=self.invoice.order.lines.order_by("position"),
            payments=self.invoice.payments.order_by("received_at", "pk"),
            credit_notes=self.invoice.credit_notes.order_by("pk"),
            may_explain=True,
            may_credit=BillingPermission.STAFF_CREDIT_ISSUE.granted_to(self.request.acting)
            and self.invoice.credited < self.invoice.total,
            may_settle=BillingPermission.STAFF_PAYMENT_SETTLE.granted_to(self.request.acting),
            **kwargs,
        )


class StaffPaymentView(StaffInvoiceDetailView, ActionView):
    """Book money that came from outside (rule 41)."""

    permission = BillingPermission.STAFF_PAYMENT_SETTLE
    form_class = forms.PaymentNoticeForm
    template_name = "billing/staff_payment.html"

    def get_initial(self) -> dict[str, Any]:
        """All that is open."""
        return {"amount": self.invoice.open_amount}

    def act(self, form: forms.PaymentNoticeForm) -> str:
        """Book it; cashback is credited once the invoice is paid."""
        services.settle_payment(
            invoice_id=self.invoice.pk, actor=self.request.acting, now=timezone.now(), **form.cleaned_data
        )
        messages.success(self.request, _("The payment is booked."))
        return reverse("billing:staff_invoice_detail", args=[self.invoice.pk])


class StaffCheckView(PageView):
    """What must hold of the money, as the last run found it: at night, or when somebody asked."""

    is_permitted_first = True
    permission = BillingPermission.STAFF_CHECK_VIEW
    template_name = "billing/staff_checks.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the last run, what is broken on top, and the runs before it."""
        runs = list(CheckRun.objects.order_by("-checked_at", "-pk")[:RUNS])
        findings = [
            {**one, "words": selectors.in_words(one["code"]), "holds": not one["count"]}
            for one in (runs[0].findings if runs else [])
        ]
        return super().get_context_data(
            last=runs[0] if runs else None,
            earlier=runs[1:],
            findings=sorted(findings, key=lambda one: one["holds"]),
            may_start=BillingPermission.STAFF_CHECK_START.granted_to(self.request.acting),
            **kwargs,
        )


class StaffCheckStartView(PolicyView, View):
    """Ask the rows now; the answer stands on the page of checks once the job has run."""

    is_permitted_first = True
    permission = BillingPermission.STAFF_CHECK_START
    http_method_names = ["post"]

    def post(self, request: Any, **_kwargs: Any) -> HttpResponse:
        """Start the job."""
        job = services.start_checks(actor=request.acting, now=timezone.now())
        return redirect("billing:staff_job_detail", pk=job.pk)


class StaffJobListView(StaffTableView):
    """Work behind the pages."""

    permission = BillingPermission.STAFF_JOB_VIEW
    table_class = StaffJobTable
    filterset_class = JobFilter
    template_name = "billing/staff_job_list.html"

    def get_queryset(self) -> QuerySet[Job]:
        """The newest first."""
        return Job.objects.order_by("-created_at", "-pk")


class StaffJobDetailView(PageView):
    """One job: what, how far, and why it failed."""

    is_permitted_first = True
    permission = BillingPermission.STAFF_JOB_VIEW
    template_name = "billing/staff_job_detail.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.job = get_object_or_404(Job, pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether it may be tried again."""
        may_retry = BillingPermission.STAFF_JOB_RETRY.granted_to(self.request.acting)
        return super().get_context_data(job=self.job, may_retry=may_retry, **kwargs)


class StaffJobRetryView(StaffJobDetailView, ActionView):
    """Try a failed job again."""

    permission = BillingPermission.STAFF_JOB_RETRY
    form_class = ConfirmForm
    template_name = "billing/staff_job_retry.html"

    def act(self, form: ConfirmForm) -> str:
        """Put it back into the queue."""
        work_services.try_again(job_id=self.job.pk, now=timezone.now())
        return reverse("billing:staff_job_detail", args=[self.job.pk])

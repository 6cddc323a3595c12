"""Exports of clients' billing data, and re-invoicing. Rules 50 to 52, Q39."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Cast
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from billing import forms, selectors, services
from billing.documents import resale_pdf
from billing.models import OrderLine, Resale
from billing.permissions import BillingPermission
from billing.tables import ExportTable, ResaleTable
from clients.models import Relationship
from partnerportal.kernel.states import Refused
from partnerportal.web.views import ActionView, PageView, PolicyView, TableView, carry
from partnerportal.work import services as work_services
from partnerportal.work.choices import JobState
from partnerportal.work.models import Job
from partners.pages import OwnPartner


class ExportListView(OwnPartner, TableView):
    """Exports that people of one's organisation started."""

    permission = BillingPermission.EXPORT_START
    table_class = ExportTable
    template_name = "billing/export_list.html"

    def get_queryset(self) -> QuerySet[Job]:
        """The newest first."""
        exports = Job.objects.visible_to(self.request.acting).filter(kind=selectors.EXPORT_KIND)
        relationship = Cast(OuterRef("parameters__relationship_id"), BigIntegerField())
        clients = Relationship.objects.filter(pk=relationship).values("client__name")
        reachable = Relationship.objects.reachable_by(self.request.acting.membership).filter(pk=relationship)
        named = exports.annotate(client_name=Subquery(clients), is_handed_over=Exists(reachable))
        return named.order_by("-created_at", "-pk")


class ExportStartView(ActionView):
    """Start the export of a client's billing data (rule 50)."""

    permission = BillingPermission.EXPORT_START
    form_class = forms.ExportForm
    template_name = "billing/export_start.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """A client that one may reach now."""
        membership = self.request.acting.membership
        if membership is None or self.request.acting.relationship is not None:
            raise Http404
        reachable = Relationship.objects.reachable_by(membership).select_related("client")
        self.relationship = get_object_or_404(reachable, pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the client."""
        return super().get_context_data(relationship=self.relationship, **kwargs)

    def act(self, form: forms.ExportForm) -> str:
        """Start the job and show its progress."""
        values = form.cleaned_data
        job = services.start_client_export(
            relationship=self.relationship,
            since=values["since"],
            until=values["until"],
            state=values["state"],
            file_format=values["file_format"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        return reverse("billing:export_detail", args=[job.pk])


class _OneExport(PolicyView):
    """Finds an export of one's own organisation."""

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One that may be seen."""
        visible = Job.objects.visible_to(self.request.acting).filter(kind=selectors.EXPORT_KIND)
        self.job = get_object_or_404(visible, pk=pk)
        related = Relationship.objects.filter(pk=self.job.parameters["relationship_id"]).select_related("client")
        self.relationship: Any = related.first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say how far it is."""
        job = self.job
        note = ""
        if job.progress_total:
            note = _("%(done)s of %(total)s rows") % {"done": job.progress_done, "total": job.progress_total}
        progress = {
            "percent": 100 if job.state == JobState.DONE else job.percent,
            "label": job.get_state_display(),
            "note": note,
            "is_running": not job.is_ended,
            "is_failed": job.state in (JobState.FAILED, JobState.CANCELLED),
            "error": job.error,
            "result_url": reverse("billing:export_download", args=[job.pk]) if job.state == JobState.DONE else "",
            "result_text": _("Download the file"),
        }
        return super().get_context_data(job=job, progress=progress, relationship=self.relationship, **kwargs)


class ExportDetailView(_OneExport, PageView):
    """Progress and result of an export; htmx asks for the progress alone."""

    permission = BillingPermission.EXPORT_START
    template_name = "billing/export_detail.html"

    def get_template_names(self) -> list[str]:
        """The page, or its progress alone."""
        return [f"{self.template_name}#progress" if self.request.htmx else self.template_name]


class ExportCancelView(_OneExport, PolicyView, View):
    """Stop an export."""

    permission = BillingPermission.EXPORT_START
    http_method_names = ["post"]

    def post(self, request: Any, **_kwargs: Any) -> HttpResponse:
        """Stop it at its next part."""
        work_services.cancel(job_id=self.job.pk, now=timezone.now())
        messages.info(request, _("The export is being stopped."))
        return redirect("billing:export_detail", pk=self.job.pk)


class ExportDownloadView(_OneExport, PolicyView, View):
    """The file of an export, as long as the client may be reached (promise 1)."""

    permission = BillingPermission.EXPORT_START

    def get(self, request: Any, **_kwargs: Any) -> FileResponse:
        """Hand the file over."""
        reachable = Relationship.objects.reachable_by(request.acting.membership)
        if self.job.state != JobState.DONE or not reachable.filter(pk=self.relationship.pk).exists():
            raise Http404
        name = self.job.result_file
        return FileResponse(default_storage.open(name), as_attachment=True, filename=name.rsplit("/", 1)[-1])


class ResaleListView(OwnPartner, TableView):
    """Re-invoicing documents."""

    permission = BillingPermission.RESALE_MANAGE
    table_class = ResaleTable
    template_name = "billing/resale_list.html"

    def get_queryset(self) -> QuerySet[Resale]:
        """The newest first."""
        resales = Resale.objects.visible_to(self.request.acting).select_related("client", "line__order")
        return resales.order_by("-created_at", "-pk")


class ResaleDraftView(ActionView):
    """Draft a document for a line that one paid for a client."""

    permission = BillingPermission.RESALE_MANAGE
    form_class = forms.MarkupForm
    template_name = "billing/resale_draft.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """A line that one's organisation paid."""
        acting = self.request.acting
        lines = OrderLine.objects.visible_to(acting).select_related("order__client")
        if acting.home is None:
            raise Http404
        self.line = get_object_or_404(lines.filter(order__payer=acting.home.pk), pk=pk)

    def get_initial(self) -> dict[str, Any]:
        """What the draft says; for a new one ten per cent, and the VAT of one's country if one charges any."""
        drafted = Resale.objects.visible_to(self.request.acting).filter(line=self.line).first()
        if drafted is not None:
            return {"markup": _percent(drafted.markup_rate), "vat": _percent(drafted.vat_rate)}
        return {"markup": 10, "vat": _percent(selectors.own_vat_rate(self.request.acting.home, timezone.localdate()))}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the line."""
        credited = self.line.credits.aggregate(net=Sum("net", default=Decimal(0)))["net"]
        return super().get_context_data(line=self.line, credited=credited, **kwargs)

    def act(self, form: forms.MarkupForm) -> str:
        """Draft it."""
        resale = services.draft_resale(
            line_id=self.line.pk,
            partner_id=self.request.acting.home.pk,
            markup_rate=form.cleaned_data["markup"] / Decimal(100),
            vat_rate=form.cleaned_data["vat"] / Decimal(100),
            actor=self.request.acting,
            now=timezone.now(),
        )
        return reverse("billing:resale_detail", args=[resale.pk])


def _percent(rate: Decimal) -> str:
    """Write a fraction as the per cent that a field holds: 0.081 is 8.1."""
    return f"{(rate * 100).normalize():f}"


class _OneResale(PolicyView):
    """Finds a re-invoicing document of one's own."""

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One that may be seen."""
        visible = Resale.objects.visible_to(self.request.acting)
        self.resale = get_object_or_404(visible.select_related("client", "partner__organisation", "line__order"), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name it."""
        return super().get_context_data(resale=self.resale, **kwargs)


class ResaleDetailView(_OneResale, PageView):
    """One document: a draft to look at, or an issued one."""

    permission = BillingPermission.RESALE_MANAGE
    template_name = "billing/resale_detail.html"


class ResaleIssueView(_OneResale, ActionView):
    """Issue a draft under a number of one's own."""

    permission = BillingPermission.RESALE_MANAGE
    form_class = forms.IssueForm
    template_name = "billing/resale_issue.html"

    def get_initial(self) -> dict[str, Any]:
        """The draft as it is shown."""
        return {"shown": self.resale.shown}

    def conflict(self, form: forms.IssueForm, refusal: Refused) -> HttpResponse:
        """Let the form carry the draft as it is shown now."""
        carry(form, shown=self.resale.shown)
        return super().conflict(form, refusal)

    def act(self, form: forms.IssueForm) -> str:
        """Issue it."""
        services.issue_resale(
            resale_id=self.resale.pk, shown=form.cleaned_data["shown"], actor=self.request.acting, now=timezone.now()
        )
        return reverse("billing:resale_detail", args=[self.resale.pk])


class ResalePdfView(_OneResale, PolicyView, View):
    """One document as PDF."""

    permission = BillingPermission.RESALE_MANAGE

    def get(self, request: Any, **_kwargs: Any) -> HttpResponse:
        """Draw it."""
        response = HttpResponse(resale_pdf(self.resale), content_type="application/pdf")
        name = self.resale.number or "draft"
        response["Content-Disposition"] = f'inline; filename="re-invoicing-{name}.pdf"'
        return response

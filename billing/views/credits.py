"""Credit notes: read by whoever paid the invoice, issued by the provider's finance. Rule 42, promise 5."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from billing import forms, services
from billing.documents import credit_note_pdf
from billing.exceptions import CreditChanged
from billing.filters import CreditNoteFilter, StaffCreditNoteFilter
from billing.models import CreditNote
from billing.permissions import BillingPermission
from billing.services import CreditAmounts
from billing.tables import CreditNoteTable, StaffCreditNoteTable
from billing.views.staff import StaffInvoiceDetailView
from partnerportal.web.views import PageView, PolicyView, StaffTableView, TableView, TwoStepView


class CreditNoteListView(TableView):
    """Credit notes to one's organisation."""

    permission = BillingPermission.INVOICE_VIEW
    table_class = CreditNoteTable
    filterset_class = CreditNoteFilter
    template_name = "billing/credit_note_list.html"

    def get_queryset(self) -> QuerySet[CreditNote]:
        """The newest first."""
        visible = CreditNote.objects.visible_to(self.request.acting).select_related("invoice")
        return visible.order_by("-issued_at", "-pk")


class _OneCreditNote(PolicyView):
    """Finds a credit note of one's own organisation."""

    permission = BillingPermission.INVOICE_VIEW

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One that may be read."""
        visible = CreditNote.objects.visible_to(self.request.acting).select_related("invoice", "payer")
        self.note = get_object_or_404(visible, pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name it and its lines."""
        may_explain = BillingPermission.AMOUNT_EXPLAIN.granted_to(self.request.acting)
        return super().get_context_data(note=self.note, lines=_lines(self.note), may_explain=may_explain, **kwargs)


class CreditNoteDetailView(_OneCreditNote, PageView):
    """One credit note."""

    template_name = "billing/credit_note_detail.html"


class CreditNotePdfView(_OneCreditNote, PolicyView, View):
    """One credit note as PDF."""

    def get(self, request: Any, **_kwargs: Any) -> HttpResponse:
        """Draw it."""
        response = HttpResponse(credit_note_pdf(self.note), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="credit-note-{self.note.number}.pdf"'
        return response


class StaffCreditNoteListView(StaffTableView):
    """Credit notes to everybody."""

    permission = BillingPermission.STAFF_INVOICE_VIEW
    table_class = StaffCreditNoteTable
    filterset_class = StaffCreditNoteFilter
    template_name = "billing/staff_credit_note_list.html"

    def get_queryset(self) -> QuerySet[CreditNote]:
        """The newest first."""
        return CreditNote.objects.select_related("payer", "invoice").order_by("-issued_at", "-pk")


class StaffCreditNoteDetailView(PageView):
    """One credit note, with the cashback that it has taken back."""

    is_permitted_first = True
    permission = BillingPermission.STAFF_INVOICE_VIEW
    template_name = "billing/staff_credit_note_detail.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.note = get_object_or_404(CreditNote.objects.select_related("invoice", "payer"), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the lines."""
        return super().get_context_data(
            note=self.note, lines=_lines(self.note), is_staff=True, may_explain=True, **kwargs
        )


class StaffCreditView(StaffInvoiceDetailView, TwoStepView):
    """Credit an invoice in two steps: what it would do, then the credit note of just that."""

    permission = BillingPermission.STAFF_CREDIT_ISSUE
    form_class = forms.CreditForm
    template_name = "billing/staff_credit.html"
    outdated = CreditChanged
    amounts: CreditAmounts | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer what is left of each line."""
        lines = list(self.invoice.order.lines.select_related("order").order_by("position"))
        return super().get_form_kwargs() | {"lines": lines, "left": services.creditable(invoice=self.invoice)}

    def prepare(self, form: forms.CreditForm) -> None:
        """Reckon what it would come to."""
        self.amounts = services.credit_amounts(invoice=self.invoice, nets=form.nets)

    def act(self, form: forms.CreditForm) -> str:
        """Issue it."""
        note = services.credit_invoice(
            invoice_id=self.invoice.pk,
            nets=form.nets,
            reason=form.cleaned_data["reason"],
            means=form.cleaned_data["means"],
            actor=self.request.acting,
            now=timezone.now(),
            shown=self.shown,
        )
        messages.success(self.request, _("Credit note %(number)s is issued.") % {"number": note.number})
        return reverse("billing:staff_credit_note_detail", args=[note.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what it would do, once it is asked for."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if self.amounts is not None:
            nets = context["form"].nets
            taken = services.cashback_taken_back(nets=nets)
            context |= {
                "amounts": self.amounts,
                "shown": services.amounts_shown(self.amounts),
                "taken": taken,
                "is_by_transfer": context["form"].cleaned_data["means"] == "TRANSFER",
            }
        return context


def _lines(note: CreditNote) -> QuerySet[Any]:
    related = ("line__order", "line__earning_partner__organisation", "entry__account")
    return note.lines.select_related(*related).order_by("pk")

"""Invoices and the prepaid account of one's own organisation. Rules 27, 28, 43."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from billing import forms, services
from billing.documents import invoice_pdf
from billing.filters import InvoiceFilter, LedgerFilter
from billing.models import Invoice, LedgerEntry, Order, PrepaidAccount, Withdrawal
from billing.permissions import BillingPermission
from billing.tables import InvoiceTable, LedgerTable
from billing.views import refusals
from partnerportal.web.views import ActionView, PageView, PolicyView, TableView

RECENT = 5  # withdrawals that the prepaid account's page names; its ledger has all


class InvoiceListView(TableView):
    """Invoices that one's organisation pays."""

    permission = BillingPermission.INVOICE_VIEW
    table_class = InvoiceTable
    filterset_class = InvoiceFilter
    template_name = "billing/invoice_list.html"

    def get_queryset(self) -> QuerySet[Invoice]:
        """The newest first."""
        return Invoice.objects.visible_to(self.request.acting).order_by("-issued_at", "-pk")


class _OneInvoice(PolicyView):
    """Finds an invoice of one's own organisation."""

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One that may be read."""
        visible = Invoice.objects.visible_to(self.request.acting).select_related("order__client", "payer")
        self.invoice = get_object_or_404(visible, pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the invoice and what the prepaid account holds."""
        may_pay = BillingPermission.INVOICE_PAY.granted_to(self.request.acting)
        accounts = PrepaidAccount.objects.filter(organisation=self.invoice.payer_id, currency=self.invoice.currency)
        balance = accounts.values_list("balance", flat=True).first() if may_pay else None
        balance = balance or Decimal("0.00")
        lines = self.invoice.order.lines.order_by("position")
        payments = self.invoice.payments.order_by("received_at", "pk")
        return super().get_context_data(
            invoice=self.invoice,
            lines=lines,
            payments=payments,
            credit_notes=self.invoice.credit_notes.order_by("pk"),
            may_pay=may_pay,
            may_see_order=self._may_see_order(),
            may_explain=BillingPermission.AMOUNT_EXPLAIN.granted_to(self.request.acting),
            balance=balance,
            missing=max(self.invoice.open_amount - balance, Decimal("0.00")),
            **kwargs,
        )

    def _may_see_order(self) -> bool:
        acting = self.request.acting
        is_visible = Order.objects.visible_to(acting).filter(pk=self.invoice.order_id).exists()
        return is_visible and BillingPermission.ORDER_VIEW.granted_to(acting)


class InvoiceDetailView(_OneInvoice, PageView):
    """One invoice."""

    permission = BillingPermission.INVOICE_VIEW
    template_name = "billing/invoice_detail.html"


class InvoicePdfView(_OneInvoice, PolicyView, View):
    """One invoice as PDF."""

    permission = BillingPermission.INVOICE_VIEW

    def get(self, request: Any, **_kwargs: Any) -> HttpResponse:
        """Draw it."""
        response = HttpResponse(invoice_pdf(self.invoice), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="invoice-{self.invoice.number}.pdf"'
        return response


class InvoicePayView(_OneInvoice, refusals.ShowsWays, ActionView):
    """Pay an invoice, wholly or partly, from the prepaid account (rule 43)."""

    permission = BillingPermission.INVOICE_PAY
    form_class = forms.PayForm
    template_name = "billing/invoice_pay.html"

    def get_initial(self) -> dict[str, Any]:
        """A fresh key, and all that is open."""
        return {"amount": self.invoice.open_amount, "key": forms.new_key()}

    def act(self, form: forms.PayForm) -> str:
        """Pay."""
        services.pay_from_prepaid(
            invoice_id=self.invoice.pk,
            amount=form.cleaned_data["amount"],
            key=form.cleaned_data["key"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("Paid from the prepaid account."))
        return reverse("billing:invoice_detail", args=[self.invoice.pk])


class PrepaidView(TableView):
    """The prepaid account: balance by currency, and every movement."""

    permission = BillingPermission.PREPAID_VIEW
    table_class = LedgerTable
    filterset_class = LedgerFilter
    template_name = "billing/prepaid.html"

    def find(self, **_kwargs: Any) -> None:
        """The accounts of one's own organisation, one for each currency."""
        home = self.request.acting.home if self.request.acting else None
        self.accounts = list(PrepaidAccount.objects.filter(organisation=home).order_by("currency"))

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        """The newest first."""
        related = ("account", "line", "payment")
        entries = LedgerEntry.objects.visible_to(self.request.acting).select_related(*related)
        # The ids once more, as constants: an index holds each account's entries by time.
        return entries.filter(account__in=[account.pk for account in self.accounts]).order_by("-created_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the balances and how to top up."""
        home = self.request.acting.home
        currencies = sorted({home.currency} | {account.currency for account in self.accounts})
        ibans = [(code, settings.PROVIDER[f"iban_{code.lower()}"]) for code in currencies]
        withdrawals = Withdrawal.objects.visible_to(self.request.acting).select_related("account")
        may_withdraw = (
            BillingPermission.WITHDRAWAL_REQUEST.granted_to(self.request.acting) and settings.PROGRAMME["withdrawals"]
        )
        return super().get_context_data(
            accounts=self.accounts,
            withdrawals=withdrawals.order_by("-requested_at", "-pk")[:RECENT],
            may_withdraw=may_withdraw,
            least=services.withdrawal_least(),
            is_below_zero=any(account.balance < 0 for account in self.accounts),
            ibans=[(code, iban) for code, iban in ibans if iban],
            reference=f"PP-{home.pk:06d}",
            **kwargs,
        )

"""Why is it this amount? Of a line, of VAT: for whoever pays it or earns from it, and for staff. Promise 3."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse

from billing import selectors
from billing.models import CreditNote, Invoice, Order, OrderLine
from billing.permissions import BillingPermission
from clients.choices import RelationshipState
from clients.models import Relationship
from clients.permissions import ClientPermission
from partnerportal.web.views import PageView

EXPLAINED = (
    "order__client",
    "order__payer",
    "order__invoice",
    "order__partner__organisation",
    "earner",
    "earning_partner__organisation",
    "order__relationship",
)


class LineExplainView(PageView):
    """The chain of a line's price, for whoever pays it or earns from it."""

    permission = BillingPermission.AMOUNT_EXPLAIN
    template_name = "billing/line_explain.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """A line whose amounts may be read here."""
        lines = OrderLine.objects.visible_to(self.request.acting)
        self.line = get_object_or_404(lines.select_related(*EXPLAINED), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Explain it from the reader's side."""
        acting, order = self.request.acting, self.line.order
        is_partner = self.line.earning_partner_id == acting.home.pk
        reader = selectors.Reader(
            is_partner=is_partner,
            is_payer=order.payer_id == acting.home.pk,
            relationship_url=self._relationship_url(as_partner=is_partner),
            with_documents=Invoice.objects.visible_to(acting).filter(order=order).exists(),
        )
        is_visible = Order.objects.visible_to(acting).filter(pk=order.pk).exists()
        may_see_order = BillingPermission.ORDER_VIEW.granted_to(acting) and is_visible
        return super().get_context_data(
            line=self.line,
            explanation=selectors.explain(line=self.line, reader=reader),
            may_see_order=may_see_order,
            is_earning=is_partner and not may_see_order,
            **kwargs,
        )

    def _relationship_url(self, *, as_partner: bool) -> str:
        """Return where the reader may look at an active relationship; pages about it are not to be had in its space."""
        acting, through = self.request.acting, self.line.through
        if through is None or through.state != RelationshipState.ACTIVE or acting.relationship is not None:
            return ""
        page, permission = "clients:relationship_detail", ClientPermission.RELATIONSHIP_VIEW
        if as_partner:
            page, permission = "clients:client_detail", ClientPermission.CLIENT_VIEW
        is_visible = Relationship.objects.visible_to(acting).filter(pk=through.pk).exists()
        return reverse(page, args=[through.pk]) if is_visible and permission.granted_to(acting) else ""


class StaffLineExplainView(PageView):
    """A line as each of its two sides reads it, with what only the provider knows: by which row it was decided."""

    is_permitted_first = True
    permission = BillingPermission.STAFF_INVOICE_VIEW
    template_name = "billing/staff_line_explain.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.line = get_object_or_404(OrderLine.objects.select_related(*EXPLAINED), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Explain it from both sides, and say what decided."""
        entries = self.line.entries.select_related("account__organisation").order_by("-created_at", "-pk")
        return super().get_context_data(
            line=self.line,
            sides=selectors.explain_to_both(line=self.line),
            decision=selectors.explain_decision(line=self.line),
            entries=entries,
            **kwargs,
        )


class _VatView(PageView):
    """The VAT of an invoice or a credit note; a subclass finds the ``document``, ``page`` is its own page."""

    template_name = "billing/vat_explain.html"
    document: Invoice | CreditNote
    page = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Explain it, with the way back to the document."""
        return super().get_context_data(
            document=self.document,
            explanation=selectors.explain_vat(document=self.document),
            back=reverse(self.page, args=[self.document.pk]),
            is_credit_note=isinstance(self.document, CreditNote),
            **kwargs,
        )


class InvoiceVatView(_VatView):
    """The VAT of an invoice."""

    permission = BillingPermission.INVOICE_VIEW
    page = "billing:invoice_detail"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One that may be read."""
        visible = Invoice.objects.visible_to(self.request.acting)
        self.document = get_object_or_404(visible.select_related("order"), pk=pk)


class CreditNoteVatView(_VatView):
    """The VAT of a credit note."""

    permission = BillingPermission.INVOICE_VIEW
    page = "billing:credit_note_detail"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One that may be read."""
        visible = CreditNote.objects.visible_to(self.request.acting)
        self.document = get_object_or_404(visible.select_related("invoice"), pk=pk)


class StaffInvoiceVatView(_VatView):
    """The VAT of anybody's invoice, for staff."""

    is_permitted_first = True
    permission = BillingPermission.STAFF_INVOICE_VIEW
    page = "billing:staff_invoice_detail"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.document = get_object_or_404(Invoice.objects.select_related("order"), pk=pk)


class StaffCreditNoteVatView(_VatView):
    """The VAT of anybody's credit note, for staff."""

    is_permitted_first = True
    permission = BillingPermission.STAFF_INVOICE_VIEW
    page = "billing:staff_credit_note_detail"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any."""
        self.document = get_object_or_404(CreditNote.objects.select_related("invoice"), pk=pk)

"""Reading orders, and why their amounts are what they are: one's own, or in a client's space. Rules 24 to 26."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse

from billing import selectors
from billing.filters import OrderFilter
from billing.models import Invoice, Order, OrderLine
from billing.permissions import BillingPermission
from billing.tables import OrderTable
from clients.choices import RelationshipState
from clients.models import Relationship
from clients.permissions import ClientPermission
from partnerportal.web.views import PageView, TableView
from partners.pages import has_partner_space


class OrderListView(TableView):
    """Orders and renewals."""

    permission = BillingPermission.ORDER_VIEW
    table_class = OrderTable
    filterset_class = OrderFilter
    template_name = "billing/order_list.html"

    def get_queryset(self) -> QuerySet[Order]:
        """The newest first."""
        acting = self.request.acting
        visible = Order.objects.visible_to(acting).with_lines_for(acting).select_related("client", "payer")
        if acting.relationship is None and not has_partner_space(self.request):
            visible = visible.filter(client=acting.home)  # nothing else is visible, and one index has it in this order
        return visible.order_by("-placed_at", "-pk")


class OrderDetailView(PageView):
    """One order. Amounts are shown to whoever pays them, or earns from them."""

    permission = BillingPermission.ORDER_VIEW
    template_name = "billing/order_detail.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One that may be seen here."""
        orders = Order.objects.visible_to(self.request.acting).with_lines_for(self.request.acting)
        related = ("client", "payer", "invoice", "relationship", "partner__organisation")
        self.order = get_object_or_404(orders.select_related(*related), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the lines, the amounts that may be read, and the invoice if it is one's own."""
        acting = self.request.acting
        invoice = Invoice.objects.visible_to(acting).filter(order=self.order).first()
        # Who pays may add up what it reads anyway, also in a client's space, where no invoice is shown.
        totals = invoice
        if self.order.payer_id == acting.home.pk and self.order.net is not None:
            totals = self.order.invoice
        may_resell = (
            acting.relationship is None
            and BillingPermission.RESALE_MANAGE.granted_to(acting)
            and self.order.payer_id == acting.home.pk != self.order.client_id
        )
        return super().get_context_data(
            order=self.order,
            lines=self.order.lines.all(),
            invoice=invoice,
            totals=totals,
            may_resell=may_resell,
            **kwargs,
        )


class LineExplainView(PageView):
    """Why is it this amount? The chain of the price, for whoever pays it or earns from it (promise 3)."""

    permission = BillingPermission.AMOUNT_EXPLAIN
    template_name = "billing/line_explain.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """A line whose amounts may be read here."""
        lines = OrderLine.objects.visible_to(self.request.acting)
        related = (
            "order__client",
            "order__payer",
            "order__invoice",
            "order__partner__organisation",
            "earner",
            "order__relationship",
        )
        self.line = get_object_or_404(lines.select_related(*related), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Explain it from the reader's side."""
        as_partner = self.line.earning_partner_id == self.request.acting.home.pk
        url = self._relationship_url(as_partner=as_partner)
        explanation = selectors.explain(line=self.line, as_partner=as_partner, relationship_url=url)
        orders = Order.objects.visible_to(self.request.acting).filter(pk=self.line.order_id)
        may_see_order = BillingPermission.ORDER_VIEW.granted_to(self.request.acting) and orders.exists()
        return super().get_context_data(
            line=self.line,
            explanation=explanation,
            may_see_order=may_see_order,
            is_earning=as_partner and not may_see_order,
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

"""Reading orders: one's own, or in a client's space. Rules 24 to 26."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from billing.filters import OrderFilter
from billing.models import Invoice, Order
from billing.permissions import BillingPermission
from billing.tables import OrderTable
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

    def get_table(self, **kwargs: Any) -> Any:
        """While there is no order, lead whoever may order to what is sold."""
        table = super().get_table(**kwargs)
        if BillingPermission.ORDER_PLACE.granted_to(self.request.acting):
            table.empty_action = (_("See what is sold"), reverse("billing:offer_list"))
        return table


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

"""Ordering, renewing, and reading orders: for one's own organisation, or in a client's space. Rules 23 to 26."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import forms, selectors, services
from billing.filters import OrderFilter
from billing.models import Invoice, Order, OrderLine
from billing.permissions import BillingPermission
from billing.tables import OrderTable
from clients.models import Product, Relationship
from partnerportal.kernel.states import Refused
from partnerportal.web.views import ActionView, PageView, PolicyView, TableView


class OrderListView(TableView):
    """Orders and renewals."""

    permission = BillingPermission.ORDER_VIEW
    table_class = OrderTable
    filterset_class = OrderFilter
    template_name = "billing/order_list.html"

    def get_queryset(self) -> QuerySet[Order]:
        """The newest first."""
        visible = Order.objects.visible_to(self.request.acting).select_related("client", "payer")
        return visible.order_by("-placed_at", "-pk")


class OrderDetailView(PageView):
    """One order. Amounts are shown to whoever pays them, or earns from them."""

    permission = BillingPermission.ORDER_VIEW
    template_name = "billing/order_detail.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One that may be seen here."""
        orders = Order.objects.visible_to(self.request.acting).select_related("client", "payer", "relationship")
        self.order = get_object_or_404(orders, pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the lines, the amounts that may be read, and the invoice if it is one's own."""
        acting = self.request.acting
        priced = set(OrderLine.objects.visible_to(acting).filter(order=self.order).values_list("pk", flat=True))
        lines = self.order.lines.order_by("position")
        invoice = Invoice.objects.visible_to(acting).filter(order=self.order).first()
        may_resell = (
            acting.relationship is None
            and BillingPermission.RESALE_MANAGE.granted_to(acting)
            and self.order.payer_id == acting.home.pk != self.order.client_id
        )
        return super().get_context_data(
            order=self.order, lines=lines, priced=priced, invoice=invoice, may_resell=may_resell, **kwargs
        )


class _Ordering(PolicyView):
    """For which organisation, and through which relationship."""

    def through(self) -> tuple[int, Relationship | None]:
        """Return the client's id, and the relationship of a partner in the client's space."""
        acting = self.request.acting
        return acting.organisation.pk, acting.relationship

    def settle(self, order: Order) -> str:
        """Pay from the payer's prepaid account if it holds enough, and say what happened; return where to go."""
        acting = self.request.acting
        pays_itself = order.payer_id == acting.home.pk
        if pays_itself or acting.relationship is not None:
            try:
                services.pay_from_prepaid(invoice_id=order.invoice.pk, actor=acting, now=timezone.now())
            except Refused:
                messages.info(self.request, _("Ordered. The invoice waits to be paid."))
            else:
                messages.success(self.request, _("Ordered, and paid from the prepaid account."))
        return reverse("billing:order_detail", args=[order.pk])


class OrderPlaceView(_Ordering, ActionView):
    """Order: choose, see the price with every step, confirm. One page, so that it works without script."""

    permission = BillingPermission.ORDER_PLACE
    form_class = forms.OrderForm
    template_name = "billing/order_place.html"

    def get_initial(self) -> dict[str, Any]:
        """A fresh key with each form that is shown."""
        return {"key": forms.OrderForm.new_key(), "quantity": 1, "offer": self.request.GET.get("offer")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say who pays."""
        client_id, relationship = self.through()
        payer = self.request.acting.organisation
        if relationship is not None and relationship.is_paid_by_partner:
            payer = relationship.partner.organisation
        return super().get_context_data(payer=payer, client_id=client_id, **kwargs)

    def form_valid(self, form: forms.OrderForm) -> HttpResponse:
        """Show the price first; the second button orders what was shown, at that price."""
        client_id, relationship = self.through()
        is_confirmed = "confirm" in self.request.POST
        if is_confirmed and Order.objects.filter(client=client_id, key=form.cleaned_data["key"]).exists():
            return super().form_valid(form)  # sent twice: the order is there
        item = services.Item(form.cleaned_data["offer"], form.cleaned_data["quantity"])
        try:
            quote = services.quote_order(
                client_id=client_id,
                items=[item],
                relationship_id=relationship.pk if relationship else None,
                now=timezone.now(),
            )
        except Refused as refusal:
            return self.conflict(form, refusal)
        line = quote.lines[0].line
        shown = f"{item.offer.pk}:{item.quantity}:{line.charged_net}"
        if is_confirmed and self.request.POST.get("shown") == shown:
            return super().form_valid(form)
        if is_confirmed:
            form.add_error(None, _("Look at the price below before you order: it is not the one that you were shown."))
        context = self.get_context_data(form=form, quote=quote, quoted=line, shown=shown)
        return self.render_to_response(context, status=409 if is_confirmed else 200)

    def act(self, form: forms.OrderForm) -> str:
        """Order, and pay if the prepaid account holds enough."""
        client_id, relationship = self.through()
        values = form.cleaned_data
        order = services.place_order(
            client_id=client_id,
            items=[services.Item(values["offer"], values["quantity"], name=values["name"])],
            relationship_id=relationship.pk if relationship else None,
            key=values["key"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        return self.settle(order)


class RenewView(_Ordering, ActionView):
    """Renew products by one period."""

    permission = BillingPermission.ORDER_PLACE
    form_class = forms.RenewForm
    template_name = "billing/renew.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer what may be seen here."""
        products = Product.objects.visible_to(self.request.acting).in_use().select_related("offer")
        return super().get_form_kwargs() | {"products": products.order_by("renews_on", "pk")}

    def get_initial(self) -> dict[str, Any]:
        """A fresh key, and the product one came from."""
        return {"key": forms.OrderForm.new_key(), "products": self.request.GET.getlist("product")}

    def act(self, form: forms.RenewForm) -> str:
        """Renew, and pay if the prepaid account holds enough."""
        client_id, relationship = self.through()
        order = services.renew(
            client_id=client_id,
            product_ids=[product.pk for product in form.cleaned_data["products"]],
            relationship_id=relationship.pk if relationship else None,
            key=form.cleaned_data["key"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        return self.settle(order)


class LineExplainView(PageView):
    """Why is it this amount? The chain of the price, for whoever pays it or earns from it (promise 3)."""

    permission = BillingPermission.AMOUNT_EXPLAIN
    template_name = "billing/line_explain.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """A line whose amounts may be read here."""
        lines = OrderLine.objects.visible_to(self.request.acting)
        self.line = get_object_or_404(lines.select_related("order__client", "order__payer", "order__invoice"), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Explain it from the reader's side."""
        as_partner = self.line.earning_partner_id == self.request.acting.home.pk
        explanation = selectors.explain(line=self.line, as_partner=as_partner)
        return super().get_context_data(line=self.line, explanation=explanation, as_partner=as_partner, **kwargs)

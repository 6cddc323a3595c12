"""Ordering and renewing: for one's own organisation, or in a client's space. Rules 23 to 26, promise 3."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from billing import forms, selectors, services
from billing.exceptions import PriceChanged
from billing.models import Cart, Order
from billing.permissions import BillingPermission
from billing.services import Paying, Quote
from billing.views import costs, refusals
from clients.models import Product
from partnerportal.kernel.states import Refused
from partnerportal.web.views import TwoStepView

SOON = timedelta(days=14)


class Ordering(refusals.SaysWhy, refusals.ShowsWays, TwoStepView):
    """The price with every step, then the order of that."""

    permission = BillingPermission.ORDER_PLACE
    outdated = PriceChanged
    paid_message: Any
    open_message: Any
    quote: Quote | None = None

    def price(self, form: Any) -> Quote:
        """Price what the form asks for."""
        raise NotImplementedError  # a subclass that forgets it fails its first test

    def place(self, form: Any) -> Order:
        """Place it."""
        raise NotImplementedError  # a subclass that forgets it fails its first test

    def through(self) -> dict[str, Any]:
        """Return for which client, and through which relationship if the client's space is open."""
        acting = self.request.acting
        return {"client_id": acting.organisation.pk, "relationship_id": acting.relationship_id}

    def prepare(self, form: Any) -> None:
        """Price it."""
        self.quote = self.price(form)

    def act(self, form: Any) -> str:
        """Place it, pay if the prepaid account holds enough, and say what happened.

        Who was told that nothing is taken from the account ordered by invoice, whatever has come in since.
        """
        order = self.place(form)
        if self.request.POST["confirm"] == Paying.BY_INVOICE:
            messages.info(self.request, self.open_message)
            return reverse("billing:order_detail", args=[order.pk])
        try:
            services.pay_from_prepaid(invoice_id=order.invoice.pk, actor=self.request.acting, now=timezone.now())
        except Refused:
            messages.info(self.request, self.open_message)
        else:
            messages.success(self.request, self.paid_message)
        return reverse("billing:order_detail", args=[order.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say who pays, what it costs, and from what it will be paid."""
        acting = self.request.acting
        context: dict[str, Any] = {"payer": costs.payer_here(acting), "client": acting.organisation}
        if self.quote is not None:
            context |= costs.what_it_costs(self.request, self.quote)
            if len(context["lines"]) == 1:
                (line,) = context["lines"]
                is_earned = line.earning_partner_id == acting.home.pk
                context["chains"] = selectors.price_chains(line=line, as_partner=is_earned)
        return super().get_context_data(**context, **kwargs)


class OrderPlaceView(Ordering):
    """Order: choose, see the price with every step, confirm."""

    form_class = forms.OrderForm
    template_name = "billing/order_place.html"
    paid_message = gettext_lazy("Ordered, and paid from the prepaid account.")
    open_message = gettext_lazy("Ordered. The invoice waits to be paid.")

    def get_initial(self) -> dict[str, Any]:
        """A fresh key with each form that is shown."""
        return {"key": forms.new_key(), "quantity": 1, "periods": 1, "offer": self.request.GET.get("offer")}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Show list prices in the currency of whoever pays."""
        payer = costs.payer_here(self.request.acting)
        return super().get_form_kwargs() | {"currency": payer.currency, "day": timezone.localdate()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what the cart holds already."""
        carts = Cart.objects.of(self.request.acting).open()
        return super().get_context_data(in_cart=carts.aggregate(count=Count("items"))["count"], **kwargs)

    def price(self, form: forms.OrderForm) -> Quote:
        """Price it."""
        return services.quote_order(items=[_item(form)], now=timezone.now(), **self.through())

    def place(self, form: forms.OrderForm) -> Order:
        """Order it."""
        return services.place_order(
            items=[_item(form)],
            key=form.cleaned_data["key"],
            shown=self.shown,
            actor=self.request.acting,
            now=timezone.now(),
            **self.through(),
        )


class RenewView(Ordering):
    """Renew products by one period: choose, see the price of each, confirm."""

    form_class = forms.RenewForm
    template_name = "billing/renew.html"
    paid_message = gettext_lazy("Renewed, and paid from the prepaid account.")
    open_message = gettext_lazy("Renewed. The invoice waits to be paid.")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer what may be seen here, what is due first on top."""
        products = Product.objects.visible_to(self.request.acting).in_use().filter(cancelled_at=None)
        products = products.select_related("offer", "next_offer")
        return super().get_form_kwargs() | {"products": products.order_by("renews_on", "pk")}

    def get_initial(self) -> dict[str, Any]:
        """A fresh key, and what is chosen already: the product one came from, what is due soon, or all."""
        due, chosen = self.request.GET.get("due"), self.request.GET.getlist("product")
        if due in {"soon", "all"}:
            products = Product.objects.visible_to(self.request.acting).in_use().filter(cancelled_at=None)
            if due == "soon":
                products = products.filter(renews_on__lt=timezone.localdate() + SOON)
            chosen = [str(pk) for pk in products.values_list("pk", flat=True)]
        return {"key": forms.new_key(), "products": chosen}

    def price(self, form: forms.RenewForm) -> Quote:
        """Price it."""
        return services.quote_renewal(product_ids=_chosen(form), now=timezone.now(), **self.through())

    def place(self, form: forms.RenewForm) -> Order:
        """Renew it."""
        return services.renew(
            product_ids=_chosen(form),
            key=form.cleaned_data["key"],
            shown=self.shown,
            actor=self.request.acting,
            now=timezone.now(),
            **self.through(),
        )


def _item(form: forms.OrderForm) -> services.Item:
    values = form.cleaned_data
    return services.Item(values["offer"], values["quantity"], name=values["name"], periods=values.get("periods") or 1)


def _chosen(form: forms.RenewForm) -> list[int]:
    return [product.pk for product in form.cleaned_data["products"]]

"""Ordering and renewing: for one's own organisation, or in a client's space. Rules 23 to 26, promise 3."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from billing import forms, selectors, services
from billing.exceptions import PriceChanged
from billing.models import Order, PrepaidAccount
from billing.permissions import BillingPermission
from billing.pricing import StepAhead
from billing.services import Quote
from clients.models import Product, Relationship
from partnerportal.kernel.states import Refused
from partnerportal.web.views import ActionView

NOTHING = Decimal("0.00")
SOON = timedelta(days=14)
AND_PAY, BY_INVOICE = "pay", "invoice"  # what the second button says


class Ordering(ActionView):
    """Two steps on one page, so that it works without script: the price with every step, then the order of that."""

    permission = BillingPermission.ORDER_PLACE
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

    def form_valid(self, form: Any) -> HttpResponse:
        """Show the price first; the second button orders what was shown, at that price."""
        if "confirm" in self.request.POST:
            return super().form_valid(form)
        try:
            self.quote = self.price(form)
        except Refused as refusal:
            return self.conflict(form, refusal)
        return self.render_to_response(self.get_context_data(form=form))

    def conflict(self, form: Any, refusal: Refused) -> HttpResponse:
        """Show the price that holds now beside the refusal of one that does not."""
        if isinstance(refusal, PriceChanged):
            try:
                self.quote = self.price(form)
            except Refused as meanwhile:
                refusal = meanwhile
        return super().conflict(form, refusal)

    @property
    def shown(self) -> str:
        """What the page had shown when the second button was pressed."""
        return self.request.POST.get("shown", "")

    def act(self, form: Any) -> str:
        """Place it, pay if the prepaid account holds enough, and say what happened.

        Who was told that nothing is taken from the account ordered by invoice, whatever has come in since.
        """
        order = self.place(form)
        if self.request.POST["confirm"] == BY_INVOICE:
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
        relationship: Relationship | None = self.request.acting.relationship
        payer = self.request.acting.organisation
        if relationship is not None and relationship.is_paid_by_partner:
            payer = self.request.acting.home
        context = {"payer": payer, "client": self.request.acting.organisation}
        if self.quote is not None:
            context |= self._what_it_costs(self.quote)
        return super().get_context_data(**context, **kwargs)

    def _what_it_costs(self, quote: Quote) -> dict[str, Any]:
        now, home = timezone.now(), self.request.acting.home
        lines = services.drafted_lines(quote, Order(currency=quote.currency, placed_at=now))
        earns = [line for line in lines if line.earning_partner_id == home.pk]
        context: dict[str, Any] = {
            "quote": quote,
            "lines": lines,
            "shown": quote.shown,
            "confirm": AND_PAY,
            "hints": [_hint(one, one.ahead, quote.currency) for one in quote.lines if one.ahead is not None],
            "cashback": sum((line.cashback for line in earns), NOTHING),
        }
        if len(lines) == 1:
            context["chains"] = selectors.price_chains(line=lines[0], as_partner=bool(earns))
        # Neither what somebody else's account holds is told, nor one's own to who may not read its accounting.
        if quote.payer == home and self.request.acting.membership.may_see_accounting:
            accounts = PrepaidAccount.objects.filter(organisation=home, currency=quote.currency)
            balance = accounts.values_list("balance", flat=True).first() or NOTHING
            context |= {"balance": balance, "rest": balance - quote.total, "missing": quote.total - balance}
            context["due_on"] = services.due_on(now)
            context["confirm"] = BY_INVOICE if balance < quote.total else AND_PAY
        return context


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
        acting = self.request.acting
        is_paid_by_partner = acting.relationship is not None and acting.relationship.is_paid_by_partner
        payer = acting.home if is_paid_by_partner else acting.organisation
        return super().get_form_kwargs() | {"currency": payer.currency, "day": timezone.localdate()}

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


def _hint(quoted: services.QuotedLine, ahead: StepAhead, currency: str) -> str:
    return selectors.step_ahead_in_words(
        ahead,
        offer=quoted.wanted.offer.name,
        quantity=quoted.wanted.quantity,
        charged_net=quoted.line.charged,
        currency=currency,
    )


def _item(form: forms.OrderForm) -> services.Item:
    values = form.cleaned_data
    return services.Item(values["offer"], values["quantity"], name=values["name"], periods=values.get("periods") or 1)


def _chosen(form: forms.RenewForm) -> list[int]:
    return [product.pk for product in form.cleaned_data["products"]]

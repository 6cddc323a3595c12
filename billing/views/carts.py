"""The cart: fill it, change it, read what every line costs and why, order all of it. Rules 23 to 26, promise 3."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import forms, selectors, services
from billing.exceptions import Explained, PriceChanged, Rule
from billing.models import Cart, CartItem
from billing.permissions import BillingPermission
from billing.services import CartLine, CartQuote
from billing.views import costs, refusals
from clients.models import Relationship
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.kernel.states import Refused
from partnerportal.web.htmx import is_fragment
from partnerportal.web.views import ActionView


class CartPage(refusals.SaysWhy, refusals.ShowsWays, ActionView):
    """The page of the cart, which each of its acts comes back to; htmx gets the lines and totals alone."""

    permission = BillingPermission.ORDER_PLACE
    template_name = "billing/cart.html"
    look = "#cart"
    ordering_form = "cart-form"
    keeps_typed = False  # quantities that were refused stay in their fields

    @property
    def cart(self) -> Cart | None:
        """The open cart for whom one acts, as it is now."""
        carts: QuerySet[Cart] = Cart.objects.of(self.request.acting).open()
        return carts.select_related("client", "relationship").first()

    def get_template_names(self) -> list[str]:
        """Return the page, or the part that changes."""
        return ["billing/parts/cart.html"] if is_fragment(self.request) else super().get_template_names()

    def conflict(self, form: Any, refusal: Refused) -> HttpResponse:
        """Say which rule refused, and what is possible instead; htmx draws no answer that is not 200."""
        self.keeps_typed = isinstance(refusal, Explained) and refusal.rule == Rule.UNITS
        answer = super().conflict(form, refusal)
        if is_fragment(self.request):
            answer.status_code = 200
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Price the cart anew each time it is shown."""
        acting, cart = self.request.acting, self.cart
        found = services.quote_cart(cart=cart, now=timezone.now())
        form = kwargs["form"] = kwargs.get("form") or self.get_form()
        context: dict[str, Any] = {
            "cart": cart,
            "client": acting.organisation,
            "payer": costs.payer_here(acting),
            "is_orderable": found.is_orderable,
            "form_id": self.ordering_form,
            "add_form": form if isinstance(form, forms.OrderForm) else self._add_form(),
        }
        if found.quote is not None:
            context |= costs.what_it_costs(self.request, found.quote) | {"shown": found.shown}
        if found.refusal is not None:
            context["whole"] = refusals.described(found.refusal, self.request) | {"sentence": str(found.refusal)}
        typed = self._typed(form)
        context["rows"] = _rows(self.request, found, typed, context.get("lines", []))
        if acting.relationship is None and not is_fragment(self.request):
            context["elsewhere"] = _elsewhere(acting)
        return super().get_context_data(**context | kwargs)

    def _typed(self, form: Any) -> dict[int, tuple[Any, list[str]]]:
        """Return what stands in the quantities' fields instead of what the cart holds, with what is wrong about it."""
        if not isinstance(form, forms.CartForm):
            return {}
        has_errors = any(name in form.errors for name in form.fields)
        if form.is_bound and not has_errors and not self.keeps_typed:
            return {}
        return {form.pk_of(name): (form[name].value(), [str(one) for one in form[name].errors]) for name in form.fields}

    def _add_form(self) -> Any:
        form = forms.OrderForm(initial=self._to_add(), **_priced_for(self.request.acting))
        return self._stamped(form)

    def _to_add(self) -> dict[str, Any]:
        asked = self.request.GET
        initial = {"key": forms.new_key(), "periods": 1, "offer": asked.get("offer")}
        return initial | {"quantity": asked.get("quantity", "1"), "name": asked.get("name", "")[:100]}


class CartView(CartPage):
    """See what ordering the cart would be, and order it."""

    form_class = forms.CartForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """A field for each line's quantity."""
        cart = self.cart
        items = list(cart.items.select_related("offer").order_by("pk")) if cart else []
        return super().get_form_kwargs() | {"items": items}

    def act(self, form: forms.CartForm) -> str:
        """Order it as it was shown. A quantity that was typed and not yet priced is priced first."""
        acting, now, shown = self.request.acting, timezone.now(), self.request.POST.get("shown", "")
        if form.changed_quantities:
            self._price_first(form)
        key = self.request.POST.get("cart", "")
        found = Cart.objects.of(acting).filter(key=key).values_list("pk", flat=True).first()
        done = services.order_cart(
            cart_id=found or 0,
            shown=shown,
            paying=costs.paying(acting, self.request.POST.get("confirm", "")),
            actor=acting,
            now=now,
        )
        if done.is_repeated:
            messages.info(
                self.request, _("You had ordered this already: this is that order. Nothing was ordered twice.")
            )
        elif done.is_paid:
            messages.success(self.request, _("Ordered, and paid from the prepaid account."))
        else:
            messages.info(self.request, _("Ordered. The invoice waits to be paid."))
        return reverse("billing:order_detail", args=[done.order.pk])

    def _price_first(self, form: forms.CartForm) -> None:
        cart = self.cart
        if cart is not None and cart.key == self.request.POST.get("cart", ""):
            services.change_cart(cart_id=cart.pk, quantities=form.changed_quantities, now=timezone.now())
        raise PriceChanged(
            _("Nothing was ordered yet: you had changed a quantity. Look at the new price below, then order.")
        )


class CartChangeView(CartView):
    """Set the quantities; the lines and totals are drawn anew.

    Whoever comes here by a link, after a log-in for instance, sees the cart with what they had typed.
    """

    def form_valid(self, form: forms.CartForm) -> HttpResponse:
        """Draw what htmx asked for at once; else the page comes anew."""
        try:
            target = self.act(form)
        except Refused as refusal:
            return self.conflict(form, refusal)
        if is_fragment(self.request):
            return self.render_to_response(self.get_context_data(form=form))
        return redirect(target)

    def act(self, form: forms.CartForm) -> str:
        """Change what was typed."""
        cart = self.cart
        if cart is not None and form.changed_quantities:
            services.change_cart(cart_id=cart.pk, quantities=form.changed_quantities, now=timezone.now())
        return reverse("billing:cart")


class CartAddView(CartPage):
    """Put an offer into the cart. ``?offer=``, ``?quantity=`` and ``?name=`` fill the form in."""

    form_class = forms.OrderForm

    def get_initial(self) -> dict[str, Any]:
        """What the address names, and a fresh key."""
        return self._to_add()

    def get_form_kwargs(self) -> dict[str, Any]:
        """List prices in the currency of whoever pays."""
        return super().get_form_kwargs() | _priced_for(self.request.acting)

    def act(self, form: forms.OrderForm) -> str:
        """Add it."""
        acting, values = self.request.acting, form.cleaned_data
        item = services.add_to_cart(
            client_id=acting.organisation.pk,
            relationship_id=acting.relationship_id,
            offer=values["offer"],
            quantity=values["quantity"],
            periods=values.get("periods") or 1,
            name=values["name"],
            key=values["key"],
            actor=acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("In your cart: %(line)s.") % {"line": item})
        return reverse("billing:cart")


class CartRemoveView(CartView):
    """Take a line out of the cart."""

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """A line of the open cart."""
        self.item = get_object_or_404(CartItem.objects.visible_to(self.request.acting).select_related("offer"), pk=pk)

    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Nothing is taken out by a link."""
        return redirect("billing:cart")

    def form_invalid(self, form: Any) -> HttpResponse:
        """A quantity that is no number does not keep its line, nor another, in the cart."""
        return self.form_valid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        """Take it out; the rest is drawn anew."""
        try:
            services.remove_from_cart(item_id=self.item.pk, now=timezone.now())
        except Refused as refusal:
            return self.conflict(form, refusal)
        if is_fragment(self.request):
            return self.render_to_response(self.get_context_data(form=self._stamped(forms.CartForm(items=[]))))
        messages.info(self.request, _("Taken out: %(line)s.") % {"line": self.item})
        return redirect("billing:cart")


class CartDiscardView(refusals.SaysWhy, ActionView):
    """Throw a cart away: the one for whom one acts, or one for a client that cannot be ordered any more."""

    permission = BillingPermission.ORDER_PLACE
    form_class = ConfirmForm
    template_name = "billing/cart_discard.html"
    success_message = gettext_lazy("The cart is empty. Nothing was ordered.")

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One of one's own open carts."""
        carts = Cart.objects.visible_to(self.request.acting).open().select_related("client")
        self.discarded = get_object_or_404(carts, pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name what would go."""
        items = self.discarded.items.select_related("offer").order_by("pk")
        return super().get_context_data(cart=self.discarded, items=items, **kwargs)

    def act(self, _form: Any) -> str:
        """Throw it away."""
        services.discard_cart(cart_id=self.discarded.pk)
        return reverse("billing:cart")


def _priced_for(acting: Any) -> dict[str, Any]:
    return {"currency": costs.payer_here(acting).currency, "day": timezone.localdate()}


def _rows(
    request: Any, found: CartQuote, typed: dict[int, tuple[Any, list[str]]], drafted: list[Any]
) -> list[dict[str, Any]]:
    """Return the lines as the page draws them: the price step by step, what was counted, the step that is near."""
    starts = selectors.step_starts(drafted)
    lines = iter(drafted)
    rows = []
    for line in found.lines:
        value, errors = typed.get(line.item.pk, (line.item.quantity, []))
        row = _row(request, line, next(lines) if line.quoted else None, starts)
        rows.append(row | {"value": value, "errors": errors})
    return rows


def _row(request: Any, line: CartLine, drafted: Any, starts: dict[int, int]) -> dict[str, Any]:
    row: dict[str, Any] = {"item": line.item, "name": f"quantity_{line.item.pk}"}
    if line.refusal is not None:
        row["refusal"] = refusals.described(line.refusal, request) | {"sentence": str(line.refusal)}
    if line.quoted is not None:
        is_earned = drafted.earning_partner_id == request.acting.home.pk
        chains = selectors.price_chains(line=drafted, as_partner=is_earned, starts=starts)
        row |= {"line": drafted, "hint": costs.hint(line.quoted, drafted.order.currency), "chains": chains}
    return row


def _elsewhere(acting: Any) -> list[dict[str, Any]]:
    """Return what else the person means to order, for clients; and why it cannot be ordered, where it cannot."""
    carts = Cart.objects.visible_to(acting).open().exclude(client=acting.home.pk).select_related("client")
    counted = list(carts.annotate(count=Count("items")).filter(count__gt=0).order_by("client__name", "pk"))
    through = [cart.relationship_id for cart in counted]
    reached = Relationship.objects.reachable_by(acting.membership).filter(pk__in=through, access="FULL")
    open_now = set(reached.values_list("pk", flat=True))
    return [{"cart": cart, "is_open": cart.relationship_id in open_now} for cart in counted]

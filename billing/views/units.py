"""More units of a product that is there: how many, what they cost for the rest of the period, and after. Section 9."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from billing import forms, services
from billing.exceptions import Explained
from billing.models import Order
from billing.permissions import BillingPermission
from billing.services import Quote
from billing.views import refusals
from billing.views.ordering import Ordering
from billing.views.renewals import OneProduct, readable
from partnerportal.kernel.states import Refused
from partnerportal.web.htmx import is_fragment


class UnitsAddView(OneProduct, Ordering):
    """Add units: choose how many, see what they cost until the next renewal and that one then, confirm.

    The price of one stands there from the beginning; htmx draws that of another number as it is typed.
    """

    permission = BillingPermission.ORDER_PLACE
    form_class = forms.UnitsForm
    template_name = "billing/units_add.html"
    paid_message = gettext_lazy("The units are added, and paid from the prepaid account.")
    open_message = gettext_lazy("The units are added. The invoice waits to be paid.")
    first_units = 1

    def get_initial(self) -> dict[str, Any]:
        """A fresh key with each form that is shown."""
        return {"key": forms.new_key(), "quantity": self.first_units}

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Price one unit, or say at once why none can be added."""
        closed = None
        try:
            self.quote = services.quote_units(units=self.first_units, **self._which())
        except Refused as refusal:
            closed = {"sentence": str(refusal)}
            if isinstance(refusal, Explained):
                closed |= refusals.described(refusal, request)
        return self.render_to_response(self.get_context_data(closed=closed))

    def price(self, form: forms.UnitsForm) -> Quote:
        """Price them."""
        return services.quote_units(units=form.cleaned_data["quantity"], **self._which())

    def place(self, form: forms.UnitsForm) -> Order:
        """Order them."""
        return services.add_units(
            units=form.cleaned_data["quantity"],
            key=form.cleaned_data["key"],
            shown=self.shown,
            actor=self.request.acting,
            **self._which(),
        )

    def _which(self) -> dict[str, Any]:
        return self.through() | {"product_id": self.product.pk, "now": timezone.now()}

    def conflict(self, form: Any, refusal: Refused) -> HttpResponse:
        """Say which rule refused; htmx draws no answer that is not 200."""
        answer = super().conflict(form, refusal)
        if is_fragment(self.request):
            answer.status_code = 200
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what the next renewal will cost, of all units together, to whoever may read that."""
        kwargs.setdefault("back", reverse("clients:product_detail", args=[self.product.pk]))
        context = super().get_context_data(is_redrawn=is_fragment(self.request), **kwargs)
        if self.quote is None:
            return context
        units = self.quote.lines[0].wanted.quantity
        renewal = services.quote_renewal_with_units(product_id=self.product.pk, units=units, now=timezone.now())
        renewal = readable(renewal, self.request.acting)
        return context | {"units_then": self.product.quantity + units, "renewal": renewal}

"""More units of a product for the rest of its period, fewer from its next renewal on. Section 9, promises 3 and 6."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import forms, services
from billing.exceptions import Explained
from billing.models import Order
from billing.permissions import BillingPermission
from billing.services import Quote
from billing.views import refusals
from billing.views.ordering import Ordering
from billing.views.renewals import OneProduct, readable
from clients import services as client_services
from clients.models import Product
from clients.permissions import ClientPermission
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.kernel.states import Refused
from partnerportal.web import writing
from partnerportal.web.htmx import is_fragment
from partnerportal.web.views import ActionView, TwoStepView, carry


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
        units = self.product.quantity + self.quote.lines[0].wanted.quantity
        return context | {"units_then": units, "renewal": renewal_of(self.product, units, self.request.acting)}


class UnitsTakeView(OneProduct, TwoStepView):
    """Take units off at the end of what is paid: how many are kept, what the renewal costs then, confirm."""

    permission = ClientPermission.PRODUCT_CANCEL
    form_class = forms.FewerForm
    template_name = "billing/units_take.html"
    kept: int | None = None

    def get_initial(self) -> dict[str, Any]:
        """The day that the page shows."""
        return {"begins_on": self.product.renews_on}

    def prepare(self, form: forms.FewerForm) -> None:
        """Try it, and take it back: whatever would refuse it refuses it now."""
        with transaction.atomic():
            self._choose(form)
            transaction.set_rollback(True)
        self.kept = form.cleaned_data["units"]

    def act(self, form: forms.FewerForm) -> str:
        """Choose it."""
        product = self._choose(form)
        words = _("From %(day)s on it has %(count)s units. Until it is renewed you can take that back.")
        shown = {"day": writing.day(form.cleaned_data["begins_on"]), "count": writing.number(product.renewed_quantity)}
        messages.success(self.request, words % shown)
        return reverse("billing:product_renewal", args=[product.pk])

    def conflict(self, form: forms.FewerForm, refusal: Refused) -> HttpResponse:
        """Let the form carry the day that the page shows now: it may have been renewed since."""
        carry(form, begins_on=self.product.renews_on.isoformat())
        return super().conflict(form, refusal)

    def _choose(self, form: forms.FewerForm) -> Product:
        return client_services.choose_fewer_units(
            product_id=self.product.pk,
            organisation_id=self.product.organisation_id,
            units=form.cleaned_data["units"],
            begins_on=form.cleaned_data["begins_on"],
            actor=self.request.acting,
            now=timezone.now(),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what the renewal costs then."""
        context = super().get_context_data(kept=self.kept, **kwargs)
        if self.kept is None:
            return context
        taken = self.product.quantity - self.kept
        return context | {"taken": taken, "renewal": renewal_of(self.product, self.kept, self.request.acting)}


class UnitsKeepView(OneProduct, ActionView):
    """Take back that units are taken off."""

    permission = ClientPermission.PRODUCT_CANCEL
    form_class = ConfirmForm
    template_name = "billing/units_keep.html"
    success_message = gettext_lazy("All units stay.")

    def act(self, _form: Any) -> str:
        """Keep them."""
        client_services.keep_units(
            product_id=self.product.pk,
            organisation_id=self.product.organisation_id,
            actor=self.request.acting,
            now=timezone.now(),
        )
        return reverse("billing:product_renewal", args=[self.product.pk])


def renewal_of(product: Product, units: int, acting: Any) -> Quote | None:
    """Return what the next renewal costs if it is of so many units, to whoever may read that."""
    return readable(services.quote_renewal_of_units(product_id=product.pk, units=units, now=timezone.now()), acting)

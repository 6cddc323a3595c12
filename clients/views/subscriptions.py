"""A product renews itself or not, is cancelled, and kept. Section 9, rule 29, promise 6."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import forms, services
from clients.permissions import ClientPermission
from clients.views.products import OneProduct
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.kernel.states import Refused
from partnerportal.web import writing
from partnerportal.web.views import ActionView, carry


class _OnRenewal(OneProduct, ActionView):
    """An act on how a product goes on; its page is the one about the renewal."""

    form_class: Any = ConfirmForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the product and the way back."""
        context = super().get_context_data(**kwargs)
        return context | {"back": reverse("billing:product_renewal", args=[self.product.pk])}

    def whose(self) -> dict[str, Any]:
        """Return which product of whom, and who acts."""
        return {
            "product_id": self.product.pk,
            "organisation_id": self.product.organisation_id,
            "actor": self.request.acting,
            "now": timezone.now(),
        }

    def done(self, words: str) -> str:
        """Say what happened, and return where to go."""
        messages.success(self.request, words)
        return reverse("billing:product_renewal", args=[self.product.pk])


class ProductAutomaticView(_OnRenewal):
    """Let a product renew by itself, or not."""

    permission = ClientPermission.RENEWAL_SET
    form_class = forms.AutomaticForm
    template_name = "clients/product_automatic.html"

    def get_initial(self) -> dict[str, Any]:
        """The other way round than it is: that is what one came for."""
        return {"is_on": not self.product.renews_automatically}

    def act(self, form: forms.AutomaticForm) -> str:
        """Switch it."""
        is_on = form.cleaned_data["is_on"]
        services.set_automatic_renewal(is_on=is_on, **self.whose())
        return self.done(_("It renews by itself.") if is_on else _("It does not renew by itself any more."))


class ProductCancelView(_OnRenewal):
    """Cancel a product to the end of its period."""

    permission = ClientPermission.PRODUCT_CANCEL
    form_class = forms.CancelForm
    template_name = "clients/product_cancel.html"

    def get_initial(self) -> dict[str, Any]:
        """The day that the page shows."""
        return {"ends_on": self.product.renews_on}

    def act(self, form: forms.CancelForm) -> str:
        """Cancel it."""
        product = services.cancel_product(ends_on=form.cleaned_data["ends_on"], **self.whose())
        day = writing.day(product.renews_on)
        return self.done(_("Cancelled. It works until %(day)s; until then you can take it back.") % {"day": day})

    def conflict(self, form: Any, refusal: Refused) -> HttpResponse:
        """Let the form carry the day that the page shows now: it may have been renewed since."""
        carry(form, ends_on=self.product.renews_on.isoformat())
        return super().conflict(form, refusal)


class ProductKeepView(_OnRenewal):
    """Take a cancellation back."""

    permission = ClientPermission.PRODUCT_CANCEL
    template_name = "clients/product_keep.html"

    def act(self, form: ConfirmForm) -> str:
        """Keep it."""
        product = services.keep_product(**self.whose())
        if product.renews_automatically:
            return self.done(_("The cancellation is taken back. It renews by itself."))
        return self.done(_("The cancellation is taken back. It does not renew by itself: renew it in time."))

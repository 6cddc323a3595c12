"""Staff's queue of renewals that could not be placed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import services
from billing.models import RenewalFailure
from billing.permissions import BillingPermission
from billing.tables import RenewalFailureTable
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.web.views import ActionView, StaffTableView


class StaffRenewalListView(StaffTableView):
    """Renewals that the nightly run could not place, with the reason; what is renewed since is gone from here."""

    permission = BillingPermission.STAFF_RENEWAL_VIEW
    table_class = RenewalFailureTable
    template_name = "billing/staff_renewal_list.html"

    def get_queryset(self) -> QuerySet[RenewalFailure]:
        """What waits longest stands on top."""
        waiting = RenewalFailure.objects.filter(resolved_at=None)
        return waiting.select_related("product__organisation", "product__offer").order_by("first_seen_at", "pk")

    def get_table_kwargs(self) -> dict[str, Any]:
        """Show the way to another try to whoever may."""
        may_retry = BillingPermission.STAFF_RENEWAL_RETRY.granted_to(self.request.acting)
        return super().get_table_kwargs() | {"may_retry": may_retry}


class StaffRenewalRetryView(ActionView):
    """Try a failed renewal again, at once."""

    is_permitted_first = True
    permission = BillingPermission.STAFF_RENEWAL_RETRY
    form_class = ConfirmForm
    template_name = "billing/staff_renewal_retry.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One that waits."""
        waiting = RenewalFailure.objects.filter(resolved_at=None).select_related("product__organisation")
        self.failure = get_object_or_404(waiting, pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name it."""
        return super().get_context_data(failure=self.failure, back=reverse("billing:staff_renewal_list"), **kwargs)

    def act(self, form: ConfirmForm) -> str:
        """Renew it, or refuse with the reason of now."""
        services.renew_failed(failure_id=self.failure.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("%(product)s is renewed.") % {"product": self.failure.product})
        return reverse("billing:staff_renewal_list")

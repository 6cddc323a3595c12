"""Staff's overview."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from billing.choices import CorrectionState
from billing.models import Correction, IncomingPayment, Order, Withdrawal
from clients.choices import RelationshipState
from clients.models import Relationship
from partnerportal.home.permissions import HomePermission
from partnerportal.web.views import PageView
from partnerportal.work.choices import JobState
from partnerportal.work.models import Job
from partners.models import Application, Partner


class StaffView(PageView):
    """Staff's queue: what waits, and since when."""

    permission = HomePermission.STAFF
    template_name = "home/staff.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Applications, withdrawals, corrections and failed jobs with their ages."""
        applications = Application.objects.waiting().select_related("organisation").order_by("submitted_at", "pk")
        withdrawals = (
            Withdrawal.objects.waiting().select_related("account__organisation").order_by("requested_at", "pk")
        )
        proposed = Correction.objects.filter(state=CorrectionState.PROPOSED).select_related("account__organisation")
        failed = Job.objects.filter(state=JobState.FAILED).order_by("-finished_at", "-pk")
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return super().get_context_data(
            applications=applications[:10],
            application_count=applications.count(),
            withdrawals=withdrawals.order_by("requested_at", "pk")[:10],
            corrections=proposed.order_by("proposed_at", "pk")[:10],
            incoming=IncomingPayment.objects.unclear().order_by("entered_at", "pk")[:10],
            failed_jobs=failed[:10],
            partner_count=Partner.objects.approved().count(),
            relationship_count=Relationship.objects.filter(state=RelationshipState.ACTIVE).count(),
            order_count=Order.objects.filter(placed_at__gte=midnight).count(),
            **kwargs,
        )

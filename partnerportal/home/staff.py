"""Staff's overview."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from billing.models import Order
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
        """Applications and failed jobs with their ages."""
        applications = Application.objects.waiting().select_related("organisation").order_by("submitted_at", "pk")
        failed = Job.objects.filter(state=JobState.FAILED).order_by("-finished_at", "-pk")
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return super().get_context_data(
            applications=applications[:10],
            application_count=applications.count(),
            failed_jobs=failed[:10],
            partner_count=Partner.objects.approved().count(),
            relationship_count=Relationship.objects.filter(state=RelationshipState.ACTIVE).count(),
            order_count=Order.objects.filter(placed_at__gte=midnight).count(),
            **kwargs,
        )

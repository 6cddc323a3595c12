"""The provider's side: every call, with its whole text."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from partnerportal.web.views import PageView, StaffTableView
from tenders.filters import StaffTenderFilter
from tenders.models import Tender
from tenders.permissions import TenderPermission
from tenders.tables import StaffTenderTable


class StaffListView(StaffTableView):
    """All calls, the newest first."""

    permission = TenderPermission.STAFF_TENDER_VIEW
    table_class = StaffTenderTable
    filterset_class = StaffTenderFilter
    template_name = "tenders/staff_list.html"

    def get_queryset(self) -> QuerySet[Tender]:
        """Every state."""
        return Tender.objects.select_related("organisation").with_answer_count().order_by("-created_at", "-pk")


class StaffDetailView(PageView):
    """One call."""

    permission = TenderPermission.STAFF_TENDER_VIEW
    template_name = "tenders/staff_detail.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any, for staff; to everybody else no call exists here."""
        calls = Tender.objects.select_related("organisation").with_answer_count()
        is_staff = self.permission.granted_to(self.request.acting)
        self.tender = get_object_or_404(calls if is_staff else calls.none(), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add who answered."""
        proposals = self.tender.proposals.select_related("partner__organisation", "tender").order_by("sent_at", "pk")
        return super().get_context_data(tender=self.tender, proposals=proposals, **kwargs)

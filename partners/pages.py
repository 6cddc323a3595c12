"""The shape of a page in the partner space, for every app that has some."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404

from partnerportal.web.views import PolicyView
from partners.models import Partner


def has_partner_space(request: Any) -> bool:
    """Tell whether the organisation acted for is a partner; asked once for each request."""
    if not hasattr(request, "is_partner_space"):
        request.is_partner_space = Partner.objects.visible_to(request.acting).exists()
    is_there: bool = request.is_partner_space
    return is_there


class OwnPartner(PolicyView):
    """A page of the partner space: one's own organisation must be a partner, else there is no such page."""

    partner: Partner

    def find(self, **_kwargs: Any) -> None:
        """The partner that one's organisation is."""
        partners = Partner.objects.visible_to(self.request.acting).select_related("organisation")
        self.partner = get_object_or_404(partners)
        self.request.is_partner_space = True  # the navigation need not ask again

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the partner."""
        return super().get_context_data(**{"partner": self.partner} | kwargs)

"""What everybody sees: the list, a partner's page, the live answer about its status. Rule 58, Q30."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import ngettext_lazy
from django.views.decorators.cache import never_cache

from clients.permissions import ClientPermission
from directory import selectors
from directory.choices import Canton, Skill, Spoken
from directory.forms import SearchForm
from directory.models import Listing
from partnerportal.accounts.permissions import Anyone
from partnerportal.web.views import PageView

PER_PAGE = 12
PARTNERS = ngettext_lazy("%(count)s partner", "%(count)s partners", "count")


def search_of(request: Any) -> selectors.Search:
    """Read what is looked for from the address; unknown choices are dropped."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    regions = [code for code in request.GET.getlist("regions") if code in Canton.values or code.isalpha()]
    return selectors.Search(
        text=text,
        skills=[code for code in request.GET.getlist("skills") if code in Skill.values],
        languages=[code for code in request.GET.getlist("languages") if code in Spoken.values],
        regions=[code for code in regions if len(code) in {2, 5}],
    )


@method_decorator(login_not_required, name="dispatch")
class ListingListView(PageView):
    """The directory: search, facets, an order that changes every day."""

    permission = Anyone
    template_name = "directory/listing_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Find, count, and lay out a page."""
        search = search_of(self.request)
        found = search.found().rotated(timezone.localdate()).select_related("partner__organisation")
        page = Paginator(found, PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            search=search,
            form=SearchForm(initial={"q": search.text}),
            groups=selectors.facet_groups(search),
            hidden=[{"name": "q", "value": search.text}] if search.text else [],
            page=page,
            noun=PARTNERS,
            **kwargs,
        )


@method_decorator(login_not_required, name="dispatch")
class ListingDetailView(PageView):
    """A partner's page; gone the moment it is hidden or the status is lost (rule 58)."""

    permission = Anyone
    template_name = "directory/listing_detail.html"

    def find(self, *, slug: str, **_kwargs: Any) -> None:
        """One that is listed now."""
        listed = Listing.objects.listed().select_related("partner__organisation").prefetch_related("families")
        self.listing = get_object_or_404(listed, slug=slug)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer the invitation to whoever may send one."""
        acting = self.request.acting
        may_invite = ClientPermission.RELATIONSHIP_INVITE.granted_to(acting) and acting.home.pk != self.listing.pk
        return super().get_context_data(listing=self.listing, may_invite=may_invite, **kwargs)


@method_decorator([login_not_required, never_cache], name="dispatch")
class VerifyView(PageView):
    """Is this a partner, now? The answer for a hidden, suspended or unknown one is the same."""

    permission = Anyone
    template_name = "directory/verify.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Look at this moment, and say when that was."""
        listed = Listing.objects.listed().select_related("partner__organisation")
        listing = listed.filter(slug=self.kwargs["slug"]).first()
        return self.render_to_response(self.get_context_data(listing=listing, checked_at=timezone.now(), **kwargs))

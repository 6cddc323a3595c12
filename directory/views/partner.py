"""A partner's own listing: write, look at it, publish, hide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from directory import forms, services
from directory.models import Listing
from directory.permissions import DirectoryPermission
from partnerportal.web.views import ActionView, PageView, PolicyView
from partners.models import Partner


class _OwnListing(PolicyView):
    """The partner that one's organisation is, and its listing if there is one."""

    needs_listing = True

    def find(self, **_kwargs: Any) -> None:
        """One's own."""
        partners = Partner.objects.visible_to(self.request.acting).select_related("organisation")
        self.partner = get_object_or_404(partners)
        own = Listing.objects.visible_to(self.request.acting).select_related("partner__organisation")
        self.listing: Any = own.prefetch_related("families").first()
        if self.needs_listing and self.listing is None:
            raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the partner and its listing."""
        return super().get_context_data(partner=self.partner, listing=self.listing, **kwargs)


class ListingChangeView(_OwnListing, ActionView):
    """Write the listing (Q29)."""

    permission = DirectoryPermission.LISTING_CHANGE
    form_class = forms.ListingForm
    template_name = "directory/listing_change.html"
    needs_listing = False

    def get_initial(self) -> dict[str, Any]:
        """What is written, or what the portal knows already."""
        listing, organisation = self.listing, self.partner.organisation
        if listing is None:
            return {
                "place": organisation.city,
                "country": organisation.country,
                "website": self.partner.website,
                "email": self.partner.contact_email,
                "languages": [organisation.language],
            }
        names = ("skills", "languages", "place", "country", "region", "website", "email", "phone")
        texts = {f"{forms.DESCRIPTION}{code}": text for code, text in listing.descriptions.items()}
        values = {name: getattr(listing, name) for name in names}
        return values | texts | {"families": [family.pk for family in listing.families.all()]}

    def act(self, form: forms.ListingForm) -> str:
        """Save, and show what it looks like."""
        services.change_listing(
            partner_id=self.partner.pk, values=form.cleaned_data, actor=self.request.acting, now=timezone.now()
        )
        messages.success(self.request, _("Saved. This is how visitors see it."))
        return reverse("directory:listing_preview")


class ListingPreviewView(_OwnListing, PageView):
    """The listing as visitors see it."""

    permission = DirectoryPermission.LISTING_CHANGE
    template_name = "directory/listing_preview.html"


class ListingPublishView(_OwnListing, ActionView):
    """Show it in the directory."""

    permission = DirectoryPermission.LISTING_PUBLISH
    form_class = forms.ConfirmForm
    template_name = "directory/listing_publish.html"

    def act(self, form: forms.ConfirmForm) -> str:
        """Publish."""
        services.publish_listing(partner_id=self.partner.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("Your listing is in the directory."))
        return reverse("directory:listing_change")


class ListingHideView(_OwnListing, ActionView):
    """Take it out of the directory."""

    permission = DirectoryPermission.LISTING_PUBLISH
    form_class = forms.ConfirmForm
    template_name = "directory/listing_hide.html"

    def act(self, form: forms.ConfirmForm) -> str:
        """Hide."""
        services.hide_listing(partner_id=self.partner.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("Your listing is no longer in the directory. What you wrote is kept."))
        return reverse("directory:listing_change")

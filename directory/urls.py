"""Pages of the directory."""

from django.urls import path

from directory.views import partner, public

app_name = "directory"
urlpatterns = [
    path("directory/", public.ListingListView.as_view(), name="listing_list"),
    path("directory/<slug:slug>/", public.ListingDetailView.as_view(), name="listing_detail"),
    path("directory/<slug:slug>/verify/", public.VerifyView.as_view(), name="verify"),
    path("partner/listing/", partner.ListingChangeView.as_view(), name="listing_change"),
    path("partner/listing/preview/", partner.ListingPreviewView.as_view(), name="listing_preview"),
    path("partner/listing/publish/", partner.ListingPublishView.as_view(), name="listing_publish"),
    path("partner/listing/hide/", partner.ListingHideView.as_view(), name="listing_hide"),
]

"""Pages of the directory."""

from django.urls import path

from partnerportal.home.public import PrivacyView as V

app_name = "directory"
urlpatterns = [
    path("directory/", V.as_view(), name="listing_list"),
    path("partner/listing/", V.as_view(), name="listing_change"),
]

"""Pages of calls for tenders."""

from django.urls import path

from partnerportal.home.public import PrivacyView as V

app_name = "tenders"
urlpatterns = [
    path("tenders/", V.as_view(), name="board"),
    path("account/tenders/", V.as_view(), name="account_list"),
    path("partner/tenders/", V.as_view(), name="inbox"),
    path("staff/tenders/", V.as_view(), name="staff_list"),
]

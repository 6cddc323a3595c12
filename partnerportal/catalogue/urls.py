"""Staff's pages of the catalogue."""

from django.urls import path

from partnerportal.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("staff/catalogue/", views.StaffOfferListView.as_view(), name="staff_offer_list"),
    path("staff/catalogue/offers/new/", views.StaffOfferCreateView.as_view(), name="staff_offer_create"),
    path("staff/catalogue/offers/<int:pk>/", views.StaffOfferChangeView.as_view(), name="staff_offer_change"),
    path("staff/catalogue/families/new/", views.StaffFamilyCreateView.as_view(), name="staff_family_create"),
    path("staff/catalogue/families/<int:pk>/", views.StaffFamilyChangeView.as_view(), name="staff_family_change"),
]

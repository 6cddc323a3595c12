"""Pages of the application and of partnership."""

from django.urls import path

from partners import views

app_name = "partners"
urlpatterns = [
    path("apply/", views.ApplyView.as_view(), name="apply"),
    path("apply/status/", views.ApplicationStatusView.as_view(), name="application_status"),
    path("apply/<slug:step>/", views.ApplicationStepView.as_view(), name="application_step"),
    path("partner/perks/", views.PerkView.as_view(), name="perk"),
    path("partner/tender-mails/", views.TenderMailsView.as_view(), name="tender_mails"),
    path("partner/leave/", views.LeaveView.as_view(), name="leave"),
    path("staff/applications/", views.StaffApplicationListView.as_view(), name="staff_application_list"),
    path("staff/applications/<int:pk>/", views.StaffApplicationDetailView.as_view(), name="staff_application_detail"),
    path(
        "staff/applications/<int:pk>/approve/",
        views.StaffApplicationApproveView.as_view(),
        name="staff_application_approve",
    ),
    path(
        "staff/applications/<int:pk>/reject/",
        views.StaffApplicationRejectView.as_view(),
        name="staff_application_reject",
    ),
    path("staff/partners/", views.StaffPartnerListView.as_view(), name="staff_partner_list"),
]

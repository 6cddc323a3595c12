"""Pages of the application and of partnership."""

from django.urls import path

from partners.views import applying, partner_side, staff

app_name = "partners"
urlpatterns = [
    path("apply/", applying.ApplyView.as_view(), name="apply"),
    path("apply/status/", applying.ApplicationStatusView.as_view(), name="application_status"),
    path("apply/<slug:step>/", applying.ApplicationStepView.as_view(), name="application_step"),
    path("partner/perks/", partner_side.PerkView.as_view(), name="perk"),
    path("partner/tender-mails/", partner_side.TenderMailsView.as_view(), name="tender_mails"),
    path("partner/leave/", partner_side.LeaveView.as_view(), name="leave"),
    path("staff/applications/", staff.StaffApplicationListView.as_view(), name="staff_application_list"),
    path("staff/applications/<int:pk>/", staff.StaffApplicationDetailView.as_view(), name="staff_application_detail"),
    path(
        "staff/applications/<int:pk>/approve/",
        staff.StaffApplicationApproveView.as_view(),
        name="staff_application_approve",
    ),
    path(
        "staff/applications/<int:pk>/reject/",
        staff.StaffApplicationRejectView.as_view(),
        name="staff_application_reject",
    ),
    path("staff/partners/", staff.StaffPartnerListView.as_view(), name="staff_partner_list"),
    path("staff/partners/<int:pk>/", staff.StaffPartnerDetailView.as_view(), name="staff_partner_detail"),
    path("staff/partners/<int:pk>/suspend/", staff.StaffPartnerSuspendView.as_view(), name="staff_partner_suspend"),
    path(
        "staff/partners/<int:pk>/reinstate/", staff.StaffPartnerReinstateView.as_view(), name="staff_partner_reinstate"
    ),
    path("staff/affiliates/", staff.StaffAffiliationListView.as_view(), name="staff_affiliation_list"),
    path("staff/affiliates/add/", staff.StaffAffiliationStartView.as_view(), name="staff_affiliation_start"),
    path("staff/affiliates/<int:pk>/end/", staff.StaffAffiliationEndView.as_view(), name="staff_affiliation_end"),
]

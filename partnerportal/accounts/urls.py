"""Pages about the person, the organisation and its members."""

from django.urls import path

from partnerportal.accounts import views

app_name = "accounts"
urlpatterns = [
    path("switch/", views.SwitchView.as_view(), name="switch"),
    path("account/profile/", views.ProfileView.as_view(), name="profile"),
    path("account/organisation/", views.OrganisationChangeView.as_view(), name="organisation_change"),
    path("account/organisation/new/", views.OrganisationCreateView.as_view(), name="organisation_create"),
    path("account/members/", views.MemberListView.as_view(), name="member_list"),
    path("account/members/invite/", views.MemberInviteView.as_view(), name="member_invite"),
    path("account/members/<int:pk>/", views.MemberChangeView.as_view(), name="member_change"),
    path("account/members/<int:pk>/remove/", views.MemberRemoveView.as_view(), name="member_remove"),
    path(
        "account/members/invitations/<int:pk>/withdraw/",
        views.MemberInvitationWithdrawView.as_view(),
        name="member_invitation_withdraw",
    ),
    path("confirm-again/", views.ConfirmationResendView.as_view(), name="confirmation_resend"),
    path("join/<str:token>/", views.InvitationWelcomeView.as_view(), name="invitation_welcome"),
    path("join/<str:token>/accept/", views.InvitationAcceptView.as_view(), name="invitation_accept"),
    path("account/activity/", views.ActivityListView.as_view(), name="activity_list"),
    path("staff/audit/", views.StaffAuditListView.as_view(), name="staff_audit_list"),
]

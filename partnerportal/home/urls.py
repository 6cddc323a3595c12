"""Pages that read several apps."""

from django.urls import path

from partnerportal.home import account, mails, partner, public, staff

app_name = "home"
urlpatterns = [
    path("", public.ProgrammeView.as_view(), name="programme"),
    path("start/", public.StartView.as_view(), name="start"),
    path("account/", account.AccountView.as_view(), name="account"),
    path("partner/", partner.PartnerView.as_view(), name="partner"),
    path("partner/eligibility/", partner.EligibilityView.as_view(), name="eligibility"),
    path("staff/", staff.StaffView.as_view(), name="staff"),
    path("help/", public.HelpIndexView.as_view(), name="help_index"),
    path("help/<slug:slug>/", public.HelpPageView.as_view(), name="help_page"),
    path("promises/", public.PromisesView.as_view(), name="promises"),
    path("terms/", public.TermsView.as_view(), name="terms"),
    path("privacy/", public.PrivacyView.as_view(), name="privacy"),
    path("healthz", public.HealthView.as_view(), name="health"),
    path("readyz", public.ReadyView.as_view(), name="ready"),
    path("_mails/", mails.MailListView.as_view(), name="mail_list"),
    path("_mails/<int:number>/", mails.MailView.as_view(), name="mail"),
]

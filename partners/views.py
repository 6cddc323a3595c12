"""Applying, reviewing applications, perks, leaving."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerportal.accounts.forms import PasswordConfirmForm
from partnerportal.accounts.permissions import Anyone
from partnerportal.kernel.states import Refused
from partnerportal.web.views import ActionView, PageView, PolicyView, StaffTableView
from partners import forms, registers, selectors, services
from partners.choices import ApplicationState
from partners.filters import ApplicationFilter, PartnerFilter
from partners.models import Application, Partner
from partners.pages import OwnPartner
from partners.permissions import PartnerPermission
from partners.tables import ApplicationTable, PartnerTable

STEPS = {
    "company": (forms.CompanyForm, gettext_lazy("Company")),
    "website": (forms.WebsiteForm, gettext_lazy("Website and volume")),
    "duties": (forms.DutiesForm, gettext_lazy("Duties")),
    "send": (forms.SendForm, gettext_lazy("Conditions")),
}


@method_decorator(login_not_required, name="dispatch")
class ApplyView(PageView):
    """What it takes to become a partner, and where to start."""

    permission = Anyone
    template_name = "partners/apply.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the thresholds of today."""
        return super().get_context_data(thresholds=selectors.thresholds_on(timezone.localdate()), **kwargs)


class ApplicationStepView(ActionView):
    """One step of the application. What is filled in is kept at each step; sending is the last."""

    permission = PartnerPermission.APPLICATION_SEND
    template_name = "partners/application_step.html"

    def find(self, *, step: str, **_kwargs: Any) -> None:
        """A known step, and what the organisation has filled in so far."""
        if step not in STEPS:
            raise Http404
        self.step = step
        self.form_class = STEPS[step][0]
        self.draft: Any = (
            Application.objects.visible_to(self.request.acting).filter(state=ApplicationState.DRAFT).first()
        )

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the step; refuse whoever cannot become a partner, with the way out (rules 1, 3, 4)."""
        try:
            services.check_may_apply(request.acting.organisation)
        except Refused as refusal:
            return self.response_class(
                request,
                ["partners/apply_refused.html"],
                {"refusal": refusal, "kind": type(refusal).__name__},
                status=409,
            )
        if self.step != "company" and self.draft is None:
            return redirect("partners:application_step", step="company")
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """What was filled in before."""
        if self.step == "send":
            terms = selectors.terms_in_force(timezone.localdate())
            return {"terms_version": terms.version if terms else ""}
        if self.draft is None:
            return {"register_country": self.request.acting.organisation.country}
        values = {name: getattr(self.draft, name) for name in services.DRAFT_FIELDS}
        return values | ({} if values["contact_email"] else {"contact_email": self.request.user.email})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the steps, and on the last one everything to read before sending."""
        names = list(STEPS)
        here = names.index(self.step)
        steps = [
            {
                "label": STEPS[name][1],
                "state": "done" if index < here else "current" if index == here else "next",
                "url": reverse("partners:application_step", args=[name]) if index < here else "",
            }
            for index, name in enumerate(names)
        ]
        day = timezone.localdate()
        context = {"steps": steps, "step": self.step, "label": STEPS[self.step][1], "draft": self.draft}
        context["back"] = (
            reverse("partners:application_step", args=[names[here - 1]]) if here else reverse("partners:apply")
        )
        if self.step == "send" and self.draft is not None:
            context["terms"] = selectors.terms_in_force(day)
            context["facts"] = self._facts()
        return super().get_context_data(**context, **kwargs)

    def _facts(self) -> list[dict[str, Any]]:
        draft, organisation = self.draft, self.request.acting.organisation
        return [
            {"label": _("Company"), "value": organisation.name},
            {"label": _("Register number"), "value": f"{draft.register_number} ({draft.register_country.name})"},
            {"label": _("Website"), "value": draft.website},
            {"label": _("E-mail address for clients"), "value": draft.contact_email},
            {"label": _("Expected volume a year"), "value": f"{organisation.currency} {draft.estimated_yearly_net}"},
        ]

    def act(self, form: Any) -> str:
        """Keep the step, or send the application."""
        acting, now = self.request.acting, timezone.now()
        if self.step == "send":
            services.apply_to_programme(
                organisation_id=acting.organisation.pk,
                terms_version=form.cleaned_data["terms_version"],
                actor=acting,
                now=now,
            )
            return reverse("partners:application_status")
        services.save_draft(organisation_id=acting.organisation.pk, values=form.cleaned_data, actor=acting, now=now)
        names = list(STEPS)
        return reverse("partners:application_step", args=[names[names.index(self.step) + 1]])


class ApplicationStatusView(PageView):
    """Where one's own application stands."""

    permission = PartnerPermission.APPLICATION_SEND
    template_name = "partners/application_status.html"

    def find(self, **_kwargs: Any) -> None:
        """The newest application that was sent."""
        sent = Application.objects.visible_to(self.request.acting).exclude(state=ApplicationState.DRAFT)
        self.application: Any = sent.order_by("-submitted_at").first()
        if self.application is None:
            raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the application and its checks."""
        return super().get_context_data(application=self.application, checks=checks_of(self.application), **kwargs)


class StaffApplicationListView(StaffTableView):
    """The queue: the oldest first."""

    permission = PartnerPermission.APPLICATION_REVIEW
    table_class = ApplicationTable
    filterset_class = ApplicationFilter
    template_name = "partners/staff_application_list.html"

    def get_queryset(self) -> QuerySet[Application]:
        """Everything that was sent; without a filter, what waits."""
        sent = Application.objects.exclude(state=ApplicationState.DRAFT).select_related("organisation")
        if "state" not in self.request.GET:
            sent = sent.waiting()
        return sent.order_by("submitted_at", "pk")


class _OneApplication(PolicyView):
    """Staff finds an application that was sent."""

    is_permitted_first = True

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any that was sent."""
        sent = Application.objects.exclude(state=ApplicationState.DRAFT).select_related("organisation")
        self.application = get_object_or_404(sent, pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the application, its checks and whether its number was calculated."""
        return super().get_context_data(
            application=self.application,
            checks=checks_of(self.application),
            is_number_checked=registers.is_checked(str(self.application.register_country)),
            may_decide=PartnerPermission.APPLICATION_DECIDE.granted_to(self.request.acting),
            **kwargs,
        )


class StaffApplicationDetailView(_OneApplication, PageView):
    """An application with the result of each check."""

    permission = PartnerPermission.APPLICATION_REVIEW
    template_name = "partners/staff_application_detail.html"


class StaffApplicationApproveView(_OneApplication, ActionView):
    """Approve."""

    permission = PartnerPermission.APPLICATION_DECIDE
    form_class = forms.DecisionForm
    template_name = "partners/staff_application_approve.html"

    def act(self, form: forms.DecisionForm) -> str:
        """Approve; the applicant is mailed."""
        services.approve_application(application_id=self.application.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("%(name)s is a partner now and gets a mail.") % {"name": self.application})
        return reverse("partners:staff_application_list")


class StaffApplicationRejectView(_OneApplication, ActionView):
    """Reject, with a reason."""

    permission = PartnerPermission.APPLICATION_DECIDE
    form_class = forms.RejectForm
    template_name = "partners/staff_application_reject.html"

    def act(self, form: forms.RejectForm) -> str:
        """Reject; the applicant is mailed the reason."""
        services.reject_application(
            application_id=self.application.pk,
            reason=form.cleaned_data["reason"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("The application is rejected; the applicant gets your reason by mail."))
        return reverse("partners:staff_application_list")


class StaffPartnerListView(StaffTableView):
    """All partners."""

    permission = PartnerPermission.STAFF_PARTNER_VIEW
    table_class = PartnerTable
    filterset_class = PartnerFilter
    template_name = "partners/staff_partner_list.html"

    def get_queryset(self) -> QuerySet[Partner]:
        """All, by name."""
        return Partner.objects.select_related("organisation").order_by("organisation__search_name", "pk")


class PerkView(OwnPartner, PageView):
    """What partners get beside money: the theme licence, while the status holds (rule 59, Q40)."""

    permission = PartnerPermission.PERK_VIEW
    template_name = "partners/perk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The licence, shown while the status holds."""
        licence = settings.PROGRAMME["theme_licence"] if self.partner.is_approved else ""
        return super().get_context_data(licence=licence, **kwargs)


class TenderMailsView(OwnPartner, ActionView):
    """Turn calls for tenders on or off (rule 54)."""

    permission = PartnerPermission.ELIGIBILITY_VIEW
    form_class = forms.DecisionForm
    template_name = "partners/tender_mails.html"

    def act(self, form: forms.DecisionForm) -> str:
        """Turn it to the other side."""
        services.set_tender_mails(
            partner_id=self.partner.pk,
            wants_tenders=not self.partner.wants_tenders,
            actor=self.request.acting,
            now=timezone.now(),
        )
        return reverse("partners:tender_mails")


class LeaveView(OwnPartner, ActionView):
    """Leave the programme for good: first read what happens, then the password (Q42)."""

    permission = PartnerPermission.PARTNER_LEAVE
    form_class = PasswordConfirmForm
    template_name = "partners/leave.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form checks the password of whoever asks."""
        return super().get_form_kwargs() | {"request": self.request}

    def act(self, form: PasswordConfirmForm) -> str:
        """Leave."""
        services.leave_programme(partner_id=self.partner.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("You have left the programme. Your balance stays yours."))
        return reverse("home:start")


def checks_of(application: Application) -> list[dict[str, Any]]:
    """Return an application's checks with their names, for the pages."""
    tones = {"PASSED": "good", "LATER": "warn", "FAILED": "bad"}
    words = {"PASSED": _("Passed"), "LATER": _("To be reached in twelve months"), "FAILED": _("Failed")}
    return [
        {
            "name": selectors.CHECK_NAMES[check["code"]],
            "result": words[check["result"]],
            "tone": tones[check["result"]],
            "fact": check["fact"],
        }
        for check in application.checks
    ]

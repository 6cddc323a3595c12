"""Staff's pages: applications, partners and their status, the register of affiliates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerportal.web.views import ActionView, PageView, PolicyView, StaffTableView
from partners import forms, registers, selectors, services
from partners.choices import ApplicationState, PartnerState
from partners.filters import AffiliationFilter, ApplicationFilter, PartnerFilter
from partners.models import Affiliation, Application, Partner
from partners.permissions import PartnerPermission
from partners.tables import AffiliationTable, ApplicationTable, PartnerTable
from partners.views.checks import checks_of


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
    form_class = forms.ReasonForm
    template_name = "partners/staff_application_reject.html"

    def act(self, form: forms.ReasonForm) -> str:
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


class _OnePartner(PolicyView):
    """Staff finds a partner."""

    is_permitted_first = True

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any, also one that has left."""
        self.partner = get_object_or_404(Partner.objects.select_related("organisation"), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the partner."""
        return super().get_context_data(partner=self.partner, **kwargs)


class StaffPartnerDetailView(_OnePartner, PageView):
    """One partner: its facts, its checks, and what staff may do about its status."""

    permission = PartnerPermission.STAFF_PARTNER_VIEW
    template_name = "partners/staff_partner_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the reviews, the newest first."""
        return super().get_context_data(
            reviews=self.partner.reviews.order_by("-on", "-pk")[:20],
            managed=selectors.managed_by(organisation_id=self.partner.pk, day=timezone.localdate()),
            may_change=PartnerPermission.PARTNER_STATUS_CHANGE.granted_to(self.request.acting),
            is_suspended=self.partner.state == PartnerState.SUSPENDED,
            **kwargs,
        )


class _StatusView(_OnePartner, ActionView):
    """Change a partner's status, with a reason that it reads."""

    permission = PartnerPermission.PARTNER_STATUS_CHANGE
    form_class = forms.ReasonForm
    change: Any  # the service

    def act(self, form: forms.ReasonForm) -> str:
        """Change it; the partner is mailed the reason."""
        self.change(
            partner_id=self.partner.pk,
            reason=form.cleaned_data["reason"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        return reverse("partners:staff_partner_detail", args=[self.partner.pk])


class StaffPartnerSuspendView(_StatusView):
    """Suspend (Q21, rule 48)."""

    template_name = "partners/staff_partner_suspend.html"
    change = staticmethod(services.suspend_partner)
    success_message = gettext_lazy("The status is suspended; the partner gets your reason by mail.")


class StaffPartnerReinstateView(_StatusView):
    """Lift a suspension."""

    template_name = "partners/staff_partner_reinstate.html"
    change = staticmethod(services.reinstate_partner)
    success_message = gettext_lazy("The suspension is lifted; the partner gets a mail.")


class StaffAffiliationListView(StaffTableView):
    """The register of affiliates (rule 3)."""

    permission = PartnerPermission.AFFILIATION_VIEW
    table_class = AffiliationTable
    filterset_class = AffiliationFilter
    template_name = "partners/staff_affiliation_list.html"

    def get_queryset(self) -> QuerySet[Affiliation]:
        """The newest first."""
        return Affiliation.objects.select_related("organisation").order_by("-started_at", "-pk")

    @property
    def may_change(self) -> bool:
        """Whether the person may enter and end affiliations."""
        return PartnerPermission.AFFILIATION_CHANGE.granted_to(self.request.acting)

    def get_table_kwargs(self) -> dict[str, Any]:
        """Offer to end one to whoever may."""
        return super().get_table_kwargs() | ({} if self.may_change else {"exclude": ("act",)})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether the person may enter somebody."""
        return super().get_context_data(may_change=self.may_change, **kwargs)


class StaffAffiliationStartView(ActionView):
    """Enter an organisation into the register (rule 3)."""

    is_permitted_first = True
    permission = PartnerPermission.AFFILIATION_CHANGE
    form_class = forms.AffiliationForm
    template_name = "partners/staff_affiliation_start.html"

    def act(self, form: forms.AffiliationForm) -> str:
        """Enter it."""
        affiliation = services.start_affiliation(
            organisation_id=form.cleaned_data["organisation"].pk, actor=self.request.acting, now=timezone.now()
        )
        messages.success(self.request, _("%(name)s is an affiliate now.") % {"name": affiliation})
        return reverse("partners:staff_affiliation_list")


class StaffAffiliationEndView(ActionView):
    """End an affiliation: the organisation may apply from now on."""

    is_permitted_first = True
    permission = PartnerPermission.AFFILIATION_CHANGE
    form_class = forms.DecisionForm
    template_name = "partners/staff_affiliation_end.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """Any entry."""
        self.affiliation = get_object_or_404(Affiliation.objects.select_related("organisation"), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name it."""
        return super().get_context_data(affiliation=self.affiliation, **kwargs)

    def act(self, form: forms.DecisionForm) -> str:
        """End it."""
        services.end_affiliation(affiliation_id=self.affiliation.pk, actor=self.request.acting, now=timezone.now())
        messages.success(self.request, _("The affiliation of %(name)s has ended.") % {"name": self.affiliation})
        return reverse("partners:staff_affiliation_list")

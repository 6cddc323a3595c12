"""Applying for the programme, step by step. Rules 1 to 5."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerportal.accounts.permissions import Anyone
from partnerportal.kernel.money import Money
from partnerportal.kernel.states import Refused
from partnerportal.web.views import ActionView, PageView
from partnerportal.web.writing import money
from partners import forms, selectors, services
from partners.choices import ApplicationState
from partners.models import Application
from partners.permissions import PartnerPermission
from partners.views.checks import checks_of

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
        return super().get_context_data(
            thresholds=selectors.thresholds_on(timezone.localdate()),
            months=settings.PROGRAMME["build_up_months"],
            **kwargs,
        )


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
        values: dict[str, Any] = {"contact_email": "", "register_country": self.request.acting.organisation.country}
        for known in filter(None, (self._rejected(), self.draft)):  # what is in the draft goes before
            values |= {
                name: value for name in services.DRAFT_FIELDS if (value := getattr(known, name)) not in ("", None)
            }
        return values | ({} if values["contact_email"] else {"contact_email": self.request.user.email})

    def _rejected(self) -> Any:
        """The last application, if it was rejected: who applies again begins with what was in it."""
        sent = Application.objects.visible_to(self.request.acting).exclude(state=ApplicationState.DRAFT)
        last = sent.order_by("-submitted_at").first()
        return last if last is not None and last.state == ApplicationState.REJECTED else None

    def get_form_kwargs(self) -> dict[str, Any]:
        """The step about the volume says what is asked for today, and what is there already."""
        if self.step != "website":
            return super().get_form_kwargs()
        organisation, day = self.request.acting.organisation, timezone.localdate()
        currency = organisation.currency
        threshold = selectors.thresholds_on(day).get(currency)
        managed = selectors.managed_by(organisation_id=organisation.pk, day=day).get(currency, Decimal(0))
        return super().get_form_kwargs() | {
            "threshold": threshold and Money(threshold, currency),
            "managed": Money(managed, currency),
        }

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
        volume = Money(draft.estimated_yearly_net or Decimal(0), organisation.currency)
        return [
            {"label": _("Company"), "value": organisation.name},
            {"label": _("Register number"), "value": f"{draft.register_number} ({draft.register_country.name})"},
            {"label": _("Website"), "value": draft.website},
            {"label": _("E-mail address for clients"), "value": draft.contact_email},
            {"label": _("Expected volume a year"), "value": money(volume)},
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
        return super().get_context_data(
            application=self.application,
            checks=checks_of(self.application),
            may_apply_again=self.application.state == ApplicationState.REJECTED and self._may_apply(),
            **kwargs,
        )

    def _may_apply(self) -> bool:
        try:
            services.check_may_apply(self.request.acting.organisation)
        except Refused:
            return False
        return True

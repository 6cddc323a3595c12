"""The partner's own choices: perks, calls for tenders, leaving."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerportal.accounts.forms import PasswordConfirmForm
from partnerportal.web.views import ActionView, PageView
from partners import forms, services
from partners.pages import OwnPartner
from partners.permissions import PartnerPermission


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

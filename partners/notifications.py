"""Mails about applications and status, in the language of whoever reads them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from partnerportal.accounts import selectors as account_selectors
from partnerportal.web import mail
from partners.choices import PartnerState
from partners.models import Application, Partner, VolumeReview


def application_received(application: Application) -> None:
    """The application has arrived."""
    _to_legal("partners/application_received", application.organisation_id, {"application": application})


def application_decided(application: Application) -> None:
    """The decision on an application, with its reason."""
    context = {"application": application, "link": mail.absolute(reverse("home:start"))}
    _to_legal("partners/application_decided", application.organisation_id, context)


def volume_review(review: VolumeReview) -> None:
    """Below the threshold, or suspended: with the figures, the dates and the way to object (promise 8)."""
    context = {"review": review, "link": mail.absolute(reverse("home:eligibility"))}
    _to_legal("partners/volume_review", review.partner_id, context)


def status_changed(partner: Partner, *, state: str, reason: str) -> None:
    """The status is suspended, or holds again: with staff's reason, and the way to object (promise 8)."""
    context = {"partner": partner, "is_suspended": state == PartnerState.SUSPENDED, "reason": reason}
    link = mail.absolute(reverse("home:eligibility"))
    _to_legal("partners/status_changed", partner.pk, context | {"link": link})


def partner_left(partner: Partner) -> None:
    """The partner has left the programme."""
    _to_legal("partners/partner_left", partner.pk, {"partner": partner})


def _to_legal(event: str, organisation_id: int, context: dict[str, Any]) -> None:
    for person in account_selectors.legal_representatives(organisation_id=organisation_id):
        mail.send(event=event, to=person.email, language=person.language, context={**context, "person": person})

"""What happens after something about a partner has changed: mails."""

from __future__ import annotations

from partnerportal.work.registry import register
from partnerportal.work.running import Running
from partners import notifications
from partners.models import Application, Partner, VolumeReview


@register("partners.mail_application_received")
def mail_application_received(_run: Running, *, application_id: int) -> None:
    """Tell the applicant that the application has arrived."""
    notifications.application_received(Application.objects.select_related("organisation").get(pk=application_id))


@register("partners.mail_application_decided")
def mail_application_decided(_run: Running, *, application_id: int) -> None:
    """Tell the applicant the decision, with its reason."""
    notifications.application_decided(Application.objects.select_related("organisation").get(pk=application_id))


@register("partners.mail_volume_review")
def mail_volume_review(_run: Running, *, review_id: int) -> None:
    """Tell a partner that it is below the threshold, or suspended, with the figures."""
    notifications.volume_review(VolumeReview.objects.select_related("partner__organisation").get(pk=review_id))


@register("partners.mail_partner_left")
def mail_partner_left(_run: Running, *, partner_id: int) -> None:
    """Confirm that the partner has left the programme."""
    notifications.partner_left(Partner.objects.select_related("organisation").get(pk=partner_id))


@register("partners.mail_status_changed")
def mail_status_changed(_run: Running, *, partner_id: int, state: str, reason: str) -> None:
    """Tell a partner that staff suspended its status or lifted the suspension, and why."""
    partner = Partner.objects.select_related("organisation").get(pk=partner_id)
    notifications.status_changed(partner, state=state, reason=reason)

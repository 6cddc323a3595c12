"""What happens after people and organisations have changed: mails, sent after the commit."""

from __future__ import annotations

from typing import Any

from partnerportal.accounts import notifications
from partnerportal.accounts.models import MemberInvitation, Membership, Organisation
from partnerportal.work.registry import register
from partnerportal.work.running import Running


@register("accounts.mail_member_invited")
def mail_member_invited(_run: Running, *, invitation_id: int) -> None:
    """Mail the link of an invitation that is still open."""
    invitation = (
        MemberInvitation.objects.select_related("organisation").filter(pk=invitation_id, withdrawn_at=None).first()
    )
    if invitation is not None:
        notifications.member_invited(invitation)


@register("accounts.mail_role_changed")
def mail_role_changed(_run: Running, *, membership_id: int, before: str) -> None:
    """Mail a member the summary of the new role (N6)."""
    membership = Membership.objects.select_related("organisation", "user").filter(pk=membership_id).first()
    if membership is not None:
        notifications.role_changed(membership, before)


@register("accounts.mail_organisation_changed")
def mail_organisation_changed(_run: Running, *, organisation_id: int, changes: dict[str, Any]) -> None:
    """Mail the legal representatives what changed in their organisation's details (N7)."""
    notifications.organisation_changed(Organisation.objects.get(pk=organisation_id), changes)

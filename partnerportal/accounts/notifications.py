"""Mails about members and organisations, in the language of whoever reads them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from partnerportal.accounts import selectors
from partnerportal.accounts.choices import Role
from partnerportal.accounts.models import MemberInvitation, Membership, Organisation
from partnerportal.accounts.tokens import link_token
from partnerportal.web import mail


def member_invited(invitation: MemberInvitation) -> None:
    """An invitation to become a member, with its link."""
    token = link_token(purpose="accounts.invitation", pk=invitation.pk, version=invitation.link_version)
    mail.send(
        event="accounts/member_invited",
        to=invitation.email,
        language=invitation.organisation.language,
        context={"invitation": invitation, "link": mail.absolute(reverse("accounts:invitation_welcome", args=[token]))},
    )


def role_changed(membership: Membership, before: str) -> None:
    """N6: the summary of a new role."""
    mail.send(
        event="accounts/role_changed",
        to=membership.user.email,
        language=membership.user.language,
        context={"membership": membership, "before": Role(before).label},
    )


def organisation_changed(organisation: Organisation, changes: dict[str, Any]) -> None:
    """N7: what changed in an organisation's details."""
    columns = {column.name: column for column in Organisation._meta.fields}  # noqa: SLF001 -- Django documents _meta
    fields = [(columns[name].verbose_name, change) for name, change in changes.items()]
    for person in selectors.legal_representatives(organisation_id=organisation.pk):
        mail.send(
            event="accounts/organisation_changed",
            to=person.email,
            language=person.language,
            context={"organisation": organisation, "fields": fields},
        )

"""What changes people and organisations: rules 22 and 44, and the role rules of domain.md section 1."""

from partnerportal.accounts.services.members import (
    INVITATION_LINK,
    accept_invitation,
    change_role,
    invite_member,
    remove_external_members,
    remove_member,
    withdraw_invitation,
)
from partnerportal.accounts.services.organisations import change_organisation, create_organisation

__all__ = [
    "INVITATION_LINK",
    "accept_invitation",
    "change_organisation",
    "change_role",
    "create_organisation",
    "invite_member",
    "remove_external_members",
    "remove_member",
    "withdraw_invitation",
]

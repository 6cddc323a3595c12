"""Who may what: a code, and the roles that hold it. Each app lists its own on one screen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import WHOLE, Role, StaffRole

LEGAL = frozenset({Role.LEGAL})
EVERYONE = frozenset(Role)
ALL_STAFF = frozenset(StaffRole)


@dataclass(frozen=True)
class Holding:
    """Who holds a permission.

    ``roles``: roles in the person's own organisation. ``accounting``: collaborators with the accounting right too
    (rule 28). ``right``: what a relationship must allow for it in a client's space; None means that it is never held
    there. ``staff``: roles at the provider.
    """

    code: str
    roles: frozenset[Role] = frozenset()
    accounting: bool = False
    right: str | None = None
    staff: frozenset[StaffRole] = frozenset()


class Permission(Enum):
    """Base of each app's permissions; a member's value is a :class:`Holding`."""

    @property
    def code(self) -> str:
        """The code, as written in the documents: app.noun.verb."""
        return self.value.code

    def granted_to(self, acting: Acting | None) -> bool:
        """Tell whether ``acting`` holds this permission; nobody holds nothing."""
        holding: Holding = self.value
        if acting is None or acting.user is None:
            return False
        if acting.staff_role in holding.staff and acting.staff_role is not None:
            return True
        if acting.membership is None:
            return False
        if acting.relationship is not None:
            return holding.right is not None and holding.right in acting.rights
        if acting.role in holding.roles:
            return True
        return holding.accounting and acting.membership.has_accounting


class SignedIn:
    """For pages about the person alone: anybody who is signed in."""

    code = "accounts.self"

    @staticmethod
    def granted_to(acting: Acting | None) -> bool:
        """Tell whether somebody is signed in."""
        return acting is not None and acting.user is not None


class Anyone:
    """For public pages: written down, so that forgetting a permission and wanting none are different things."""

    code = "public"

    @staticmethod
    def granted_to(acting: Any) -> bool:
        """Everybody."""
        return True


class AccountPermission(Permission):
    """The organisation and its members. Never held in a client's space."""

    ORGANISATION_VIEW = Holding("accounts.organisation.view", roles=EVERYONE)
    ORGANISATION_CHANGE = Holding("accounts.organisation.change", roles=WHOLE)
    MEMBER_VIEW = Holding("accounts.member.view", roles=WHOLE)
    MEMBER_INVITE = Holding("accounts.member.invite", roles=WHOLE)
    MEMBER_CHANGE = Holding("accounts.member.change", roles=WHOLE)
    ACTIVITY_VIEW = Holding("accounts.activity.view", roles=WHOLE)
    STAFF_AUDIT_VIEW = Holding("accounts.audit.view", staff=ALL_STAFF)

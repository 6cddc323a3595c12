"""For whom somebody acts. Permissions and visibility are asked of this, never of the user alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from partnerportal.accounts.choices import WHOLE, Role, StaffRole
from partnerportal.accounts.models import Membership, Organisation, User


class Delegation(Protocol):
    """A relationship as this layer sees it: the client whose space is open."""

    pk: Any
    client: Any


@dataclass(frozen=True)
class Acting:
    """A person, the organisation they act for, their role there, and the relationship if they are in a client's space.

    ``rights`` are what the relationship and the partner together allow in that space (rule 21); outside a client's
    space they are empty and not asked.
    """

    user: User | None
    membership: Membership | None = None
    relationship: Delegation | None = None
    rights: frozenset[str] = frozenset()
    memberships: tuple[Membership, ...] = field(default=(), compare=False)  # what the switcher offers

    @property
    def home(self) -> Organisation | None:
        """The organisation whose member the person is here."""
        return self.membership.organisation if self.membership else None

    @property
    def organisation(self) -> Organisation | None:
        """The organisation acted for: the client's in its space, else the person's own."""
        return self.relationship.client if self.relationship else self.home

    @property
    def role(self) -> Role | None:
        """The person's role in their own organisation."""
        return Role(self.membership.role) if self.membership else None

    @property
    def staff_role(self) -> StaffRole | None:
        """The person's role at the provider."""
        return StaffRole(self.user.staff_role) if self.user and self.user.staff_role else None

    @property
    def is_whole(self) -> bool:
        """Tell whether the role reaches everything of the organisation (rule 20)."""
        return self.role in WHOLE

    @property
    def user_id(self) -> int | None:
        """Id of the person, None for the portal itself."""
        return self.user.pk if self.user else None

    @property
    def label(self) -> str:
        """The person's name for the audit trail."""
        return str(self.user) if self.user else "PartnerPortal"

    @property
    def relationship_id(self) -> int | None:
        """Id of the relationship, if in a client's space."""
        return self.relationship.pk if self.relationship else None

    @property
    def stamp(self) -> str:
        """For whom, in short: what a form carries, so that it is not sent for somebody else."""
        return f"{self.home.pk if self.home else ''}.{self.relationship_id or ''}"


SYSTEM = Acting(user=None)  # jobs that nobody asked for

"""Who of a partner's people reaches which client, with what at most. Rules 20 and 21."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from clients.models.relationships import Relationship, rights_of
from clients.querysets import TeamQuerySet
from partnerportal.accounts.models import Membership, Organisation


class Narrowed(models.Model):
    """What a partner lets somebody do for a client, at most; seeing it is implied."""

    has_technical = models.BooleanField(default=True)
    has_statistics = models.BooleanField(default=True)
    has_order = models.BooleanField(default=False)
    has_billing = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def rights(self) -> frozenset[str]:
        """The rights that are let through."""
        return rights_of(self)


class ClientAssignment(Narrowed):
    """A collaborator of a partner may enter this client's space, with these rights at most (rules 20 and 21)."""

    relationship = models.ForeignKey(Relationship, on_delete=models.PROTECT, related_name="assignments")
    # Who leaves the partner leaves its clients.
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="client_assignments")
    assigned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["relationship", "membership"], name="clientassignment_once"),
        ]

    def __str__(self) -> str:
        return str(self.membership)


class Team(Narrowed):
    """Collaborators of a partner who look after the same clients, with these rights at most (rules 20 and 21)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="client_teams")
    name = models.CharField(max_length=80)
    reaches_all = models.BooleanField(default=False)  # every client, also those that come later
    created_at = models.DateTimeField()

    objects = TeamQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), "organisation", name="team_name_once")]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """A collaborator in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="client_teams")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "membership"], name="teammember_once")]

    def __str__(self) -> str:
        return str(self.membership)


class TeamClient(models.Model):
    """A client that a team looks after."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="clients")
    relationship = models.ForeignKey(Relationship, on_delete=models.PROTECT, related_name="teams")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "relationship"], name="teamclient_once")]

    def __str__(self) -> str:
        return str(self.relationship)

"""A partner's work teams: who is in them, which clients they look after, with what at most. Rules 20 and 21.

An act on a team is one on the partner's organisation. When a client is given to a team or taken from it, or the team's
people or rights change, that client reads it too, as a line of its own (promise 7, Q43).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from clients import selectors
from clients.exceptions import NotPossible
from clients.models import Relationship, Team, TeamClient, TeamMember
from clients.querysets import RelationshipQuerySet
from clients.services.assignments import hold_people
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import Role
from partnerportal.accounts.models import Membership, Organisation
from partnerportal.audit import log

GIVEN, TAKEN = "clients.team.client_given", "clients.team.client_taken"
CHANGED = "clients.team.client_changed"
BATCH = 1_000  # rows of one INSERT


@transaction.atomic
def make_team(
    *,
    organisation_id: int,
    name: str,
    rights: dict[str, bool],
    reaches_all: bool,
    membership_ids: Collection[int],
    actor: Acting,
    now: datetime,
) -> Team:
    """Make a team with its first people; clients are given to it afterwards, unless it ``reaches_all``.

    ``rights``: has_technical, has_statistics, has_order, has_billing. Raises :class:`NotPossible`.
    """
    organisation = hold_people(organisation_id)
    team = Team(organisation=organisation, name=name, reaches_all=reaches_all, created_at=now, **rights)
    _save(team)
    people = _people(organisation, membership_ids, already=())
    TeamMember.objects.bulk_create([TeamMember(team=team, membership=one) for one in people], batch_size=BATCH)
    names = [str(one.user) for one in people[:50]]
    _record(team, "clients.team.made", {**selectors.team_terms(team), "people": names}, actor=actor, now=now)
    if reaches_all:
        _tell(team, GIVEN, _clients_of(organisation.pk, now), actor=actor, now=now)
    return team


@transaction.atomic
def change_team(
    *,
    team_id: int,
    name: str,
    rights: dict[str, bool],
    reaches_all: bool,
    actor: Acting,
    now: datetime,
    seen: dict[str, Any] | None = None,
) -> Team:
    """Change a team's name, its rights, and whether it reaches every client, from the next request on.

    ``seen``: what stood on the screen (:func:`clients.selectors.team_terms`); if somebody has changed it meanwhile the
    save is refused. Raises :class:`NotPossible`.
    """
    team = _locked(team_id)
    before = selectors.team_terms(team)
    if seen is not None and seen != before:
        raise NotPossible(_("Somebody has changed this team meanwhile. Look at it again before you save."))
    reached_all, rights_before = team.reaches_all, team.rights
    team.name, team.reaches_all = name, reaches_all
    for right, is_let_through in rights.items():
        setattr(team, right, is_let_through)
    after = selectors.team_terms(team)
    if before == after:
        return team
    _save(team)
    _record(team, "clients.team.changed", {"from": before, "to": after}, actor=actor, now=now)
    if reached_all != reaches_all:  # those given one by one stay with it either way
        others = _clients_of(team.organisation_id, now).exclude(teams__team=team)
        _tell(team, GIVEN if reaches_all else TAKEN, others, actor=actor, now=now)
    if team.rights != rights_before:
        kept = _cared_for(team, now, reaches_all=reached_all and reaches_all)
        _tell(team, CHANGED, kept, actor=actor, now=now)
    return team


@transaction.atomic
def set_team_members(
    *,
    team_id: int,
    membership_ids: Collection[int],
    actor: Acting,
    now: datetime,
    seen: Collection[int] | None = None,
) -> Team:
    """Make the people of a team exactly these collaborators of the same organisation.

    Who was in it and leads the organisation now may stay. ``seen``: who stood ticked on the screen. Raises
    :class:`NotPossible`.
    """
    team = _locked(team_id)
    before = {one.membership_id: str(one.membership.user) for one in team.members.select_related("membership__user")}
    if seen is not None and set(seen) != set(before):
        raise NotPossible(
            _("Somebody has changed the people of this team meanwhile. Look at them again before you save.")
        )
    people = {one.pk: one for one in _people(team.organisation, membership_ids, already=before)}
    came, left = people.keys() - before.keys(), before.keys() - people.keys()
    if not came and not left:
        return team
    team.members.filter(membership__in=left).delete()
    TeamMember.objects.bulk_create([TeamMember(team=team, membership_id=pk) for pk in came], batch_size=BATCH)
    changes = {
        "came": sorted(str(people[pk].user) for pk in came)[:50],
        "left": sorted(before[pk] for pk in left)[:50],
    }
    _record(team, "clients.team.members_changed", changes, actor=actor, now=now)
    _tell(team, CHANGED, _cared_for(team, now, reaches_all=team.reaches_all), actor=actor, now=now)
    return team


@transaction.atomic
def give_clients(*, team_id: int, relationship_ids: Collection[int], actor: Acting, now: datetime) -> int:
    """Let a team look after these clients, too; return how many are new to it. Raises :class:`NotPossible`."""
    team = _locked(team_id)
    wanted = set(relationship_ids)
    # Held until the commit: an end at the same moment takes the client from the team, or makes this refuse.
    found = set(
        _clients_of(team.organisation_id, now)
        .filter(pk__in=wanted)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", flat=True)
    )
    if found != wanted:
        raise NotPossible(
            _("A client that you ticked is not an active client of yours any more. Look at the list again."),
            field="clients",
        )
    new = found - set(team.clients.filter(relationship__in=found).values_list("relationship", flat=True))
    TeamClient.objects.bulk_create([TeamClient(team=team, relationship_id=pk) for pk in sorted(new)], batch_size=BATCH)
    if new:
        _record(team, "clients.team.clients_given", {"count": len(new)}, actor=actor, now=now)
        if not team.reaches_all:  # else the client was told when the team began to reach all
            _tell(team, GIVEN, Relationship.objects.filter(pk__in=new), actor=actor, now=now)
    return len(new)


@transaction.atomic
def take_clients(*, team_id: int, relationship_ids: Collection[int], actor: Acting, now: datetime) -> int:
    """Take these clients from a team, at once; return how many it had. Raises :class:`NotPossible`."""
    team = _locked(team_id)
    rows = team.clients.filter(relationship__in=set(relationship_ids))
    gone = set(rows.values_list("relationship", flat=True))
    rows.filter(relationship__in=gone).delete()
    if gone:
        _record(team, "clients.team.clients_taken", {"count": len(gone)}, actor=actor, now=now)
        if not team.reaches_all:
            _tell(team, TAKEN, Relationship.objects.filter(pk__in=gone), actor=actor, now=now)
    return len(gone)


@transaction.atomic
def delete_team(*, team_id: int, actor: Acting, now: datetime) -> None:
    """Delete a team; what its people reached through it alone is gone at the next request. Raises NotPossible."""
    team = _locked(team_id)
    _tell(team, TAKEN, _cared_for(team, now, reaches_all=team.reaches_all), actor=actor, now=now)
    _record(team, "clients.team.deleted", selectors.team_terms(team), actor=actor, now=now)
    team.delete()


def _locked(team_id: int) -> Team:
    """Load a team under its organisation's lock, as every act on the organisation's people does."""
    found = Team.objects.filter(pk=team_id).values_list("organisation", flat=True).first()
    if found is not None:
        hold_people(found)
    team = Team.objects.select_related("organisation").filter(pk=team_id).first()
    if team is None:
        raise NotPossible(_("This team is gone: somebody has deleted it meanwhile."))
    return team


def _save(team: Team) -> None:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError as refusal:  # team_name_once
        raise NotPossible(_("Another team has this name already."), field="name") from refusal


def _people(organisation: Organisation, membership_ids: Iterable[int], *, already: Collection[int]) -> list[Membership]:
    """Load the people of a team. Raises NotPossible unless all are collaborators of the organisation, or in it."""
    wanted = set(membership_ids)
    members = Membership.objects.filter(organisation=organisation, pk__in=wanted).select_related("user")
    people = list(members.filter(Q(role=Role.COLLABORATOR) | Q(pk__in=list(already))).order_by("user__name", "pk"))
    if len(people) != len(wanted):
        raise NotPossible(
            _(
                "Only collaborators of your own organisation belong in a team. Legal representatives and "
                "administrators reach every client already."
            ),
            field="members",
        )
    return people


def _clients_of(organisation_id: int, now: datetime) -> RelationshipQuerySet:
    """Return the relationships of a partner that are accepted and not over, whether or not its status holds."""
    return Relationship.objects.accepted(now).filter(partner=organisation_id)


def _cared_for(team: Team, now: datetime, *, reaches_all: bool) -> RelationshipQuerySet:
    """Return the partner's active clients that a team looks after: all of them, or those it was given."""
    clients = _clients_of(team.organisation_id, now)
    return clients if reaches_all else clients.filter(teams__team=team)


def _record(team: Team, action: str, changes: dict[str, Any], *, actor: Acting, now: datetime) -> None:
    log.record(at=now, actor=actor, action=action, subject=team, organisation=team.organisation, changes=changes)


def _tell(team: Team, action: str, relationships: RelationshipQuerySet, *, actor: Acting, now: datetime) -> None:
    """Write a line for each client: who looks after it from now on, or no longer does, and with what at most."""
    people = [str(one.membership.user) for one in team.members.select_related("membership__user").order_by("pk")[:50]]
    rows = relationships.order_by("pk").values_list("client", "client__name", "pk")
    log.record_many(
        at=now,
        actor=actor,
        action=action,
        subject=team,
        concerned=[log.Concerned(client, name, pk) for client, name, pk in rows],
        changes={"people": people, "rights": sorted(team.rights)},
    )

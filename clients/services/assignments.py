"""A partner says which of its collaborators reach which client, with what. Rules 20 and 21."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clients import selectors
from clients.exceptions import NotPossible
from clients.models import ClientAssignment, Relationship
from clients.services.access import active_locked
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.models import Membership, Organisation
from partnerportal.audit import log


@transaction.atomic
def assign_member(
    *, relationship_id: int, membership_id: int, rights: dict[str, bool], actor: Acting, now: datetime
) -> ClientAssignment:
    """Let a collaborator enter a client's space with ``rights`` (has_technical, has_statistics, has_order,
    has_billing), never more than the client granted (rule 21). Raises :class:`NotPossible`, IllegalTransition.
    """
    hold_people(Relationship.objects.values_list("partner", flat=True).get(pk=relationship_id))
    relationship = active_locked(relationship_id, now=now)
    membership = Membership.objects.select_related("user").filter(pk=membership_id).first()
    if membership is None or membership.organisation_id != relationship.partner_id:
        raise NotPossible(_("This person is not a member of your organisation."), field="membership")
    if membership.is_whole:
        raise NotPossible(_("Legal representatives and administrators reach every client already."), field="membership")
    before = relationship.assignments.filter(membership=membership).first()
    if before is not None:
        return _changed(before, rights, actor=actor, now=now)
    return let_in(relationship=relationship, membership=membership, actor=actor, now=now, **rights)


def let_in(
    *, relationship: Relationship, membership: Membership, actor: Acting, now: datetime, **rights: bool
) -> ClientAssignment:
    """Let somebody in by name, with ``rights`` or the usual ones, and write it. The caller holds the relationship."""
    assignment, is_new = relationship.assignments.get_or_create(
        membership=membership, defaults={"assigned_at": now, **rights}
    )
    if is_new:
        flags = {name: getattr(assignment, name) for name in selectors.FLAGS}
        _record(assignment, "clients.assignment.made", flags, actor=actor, now=now)
    return assignment


@transaction.atomic
def change_assignment(*, assignment_id: int, rights: dict[str, bool], actor: Acting, now: datetime) -> ClientAssignment:
    """Change what a collaborator who was let in by name may do, from the next request on. Raises NotPossible."""
    locked = ClientAssignment.objects.select_for_update(of=("self",))
    assignment = locked.select_related("relationship__client", "membership__user").filter(pk=assignment_id).first()
    if assignment is None:
        raise NotPossible(_("This person was taken off the client meanwhile. Assign them anew."))
    return _changed(assignment, rights, actor=actor, now=now)


def _changed(
    assignment: ClientAssignment, rights: dict[str, bool], *, actor: Acting, now: datetime
) -> ClientAssignment:
    before = {name: getattr(assignment, name) for name in rights}
    if before == rights:
        return assignment
    for name, is_let_through in rights.items():
        setattr(assignment, name, is_let_through)
    assignment.save(update_fields=list(rights))
    _record(assignment, "clients.assignment.changed", {"from": before, "to": rights}, actor=actor, now=now)
    return assignment


@transaction.atomic
def unassign_member(*, assignment_id: int, actor: Acting, now: datetime) -> None:
    """Take a client away from a collaborator, at once."""
    locked = ClientAssignment.objects.select_for_update(of=("self",))
    assignment = locked.select_related("relationship__client", "membership__user").filter(pk=assignment_id).first()
    if assignment is None:  # somebody else was quicker: there is nothing left to take
        return
    _record(assignment, "clients.assignment.removed", {}, actor=actor, now=now)
    assignment.delete()


def hold_people(organisation_id: int) -> Organisation:
    """Lock a partner's people until the commit: nobody leaves it while somebody is let in to a client.

    The lock of every act on members, and the first one taken; orders and renewals only read past it.
    """
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)


def _record(
    assignment: ClientAssignment, action: str, changes: Mapping[str, object], *, actor: Acting, now: datetime
) -> None:
    log.record(
        at=now,
        actor=actor,
        action=action,
        subject=assignment,
        organisation=assignment.relationship.client,
        relationship_id=assignment.relationship_id,
        changes={"person": str(assignment.membership.user), **changes},
    )

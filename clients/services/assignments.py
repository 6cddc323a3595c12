"""A partner says which of its collaborators reach which client, with what. Rules 20 and 21."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clients.exceptions import NotPossible
from clients.models import ClientAssignment
from clients.services.access import active_locked
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.models import Membership
from partnerportal.audit import log


@transaction.atomic
def assign_member(
    *, relationship_id: int, membership_id: int, rights: dict[str, bool], actor: Acting, now: datetime
) -> ClientAssignment:
    """Let a collaborator enter a client's space with ``rights`` (has_technical, has_statistics, has_order,
    has_billing), never more than the client granted (rule 21). Raises :class:`NotPossible`, IllegalTransition.
    """
    relationship = active_locked(relationship_id, now=now)
    membership = Membership.objects.select_related("user").get(pk=membership_id)
    if membership.organisation_id != relationship.partner_id:
        raise NotPossible(_("This person is not a member of your organisation."), field="membership")
    if membership.is_whole:
        raise NotPossible(_("Legal representatives and administrators reach every client already."), field="membership")
    assignment, _is_new = ClientAssignment.objects.update_or_create(
        relationship=relationship,
        membership=membership,
        defaults=rights,
        create_defaults={**rights, "assigned_at": now},
    )
    log.record(
        at=now,
        actor=actor,
        action="clients.assignment.made",
        subject=assignment,
        organisation=relationship.client,
        relationship_id=relationship.pk,
        changes={"person": str(membership.user), **rights},
    )
    return assignment


@transaction.atomic
def unassign_member(*, assignment_id: int, actor: Acting, now: datetime) -> None:
    """Take a client away from a collaborator, at once."""
    assignment = ClientAssignment.objects.select_related("relationship__client", "membership__user").get(
        pk=assignment_id
    )
    log.record(
        at=now,
        actor=actor,
        action="clients.assignment.removed",
        subject=assignment,
        organisation=assignment.relationship.client,
        relationship_id=assignment.relationship_id,
        changes={"person": str(assignment.membership.user)},
    )
    assignment.delete()

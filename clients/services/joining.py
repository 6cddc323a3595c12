"""Somebody joins or leaves a partner: what that means for the clients that it looks after. Rules 13 and 20, Q43."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clients import tasks
from clients.models import ClientAssignment, Relationship
from partnerportal.accounts import services as account_services
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.models import Membership
from partnerportal.audit import log


@transaction.atomic
def take_over_ties(*, membership: Membership, actor: Acting, now: datetime) -> None:
    """Rule 13: who was an external member of a client and joins its partner reaches it through the partnership now."""
    tied = Membership.objects.filter(user=membership.user_id, is_external=True).values("organisation")
    mine = Relationship.objects.accepted(now).filter(partner=membership.organisation_id, client__in=tied)
    # Held until the commit: an end at the same moment takes the assignment with it, or comes first.
    for relationship in mine.select_related("client").select_for_update(of=("self",), no_key=True).order_by("pk"):
        replace_external_ties(relationship, actor=actor, now=now)


def replace_external_ties(relationship: Relationship, *, actor: Acting, now: datetime) -> list[Membership]:
    """Rule 13: let the partner's people who were external members of the client reach it through the partnership, by
    name; return their memberships of the partner.

    Runs inside the transaction of the act that ties them. Each gets a mail: nobody finds the own access gone silently.
    """
    replaced = account_services.remove_external_members(
        organisation_id=relationship.client_id, of_organisation_id=relationship.partner_id, actor=actor, now=now
    )
    ClientAssignment.objects.bulk_create(
        [
            ClientAssignment(relationship=relationship, membership=membership, assigned_at=now)
            for membership in replaced
            if not membership.is_whole
        ],
        ignore_conflicts=True,
    )
    for membership in replaced:
        tasks.mail_tie_replaced.start(now=now, relationship_id=relationship.pk, membership_id=membership.pk)
    return replaced


def tell_of_leaving(*, membership: Membership, actor: Acting, now: datetime) -> None:
    """Write a line for each client that somebody who leaves a partner reached, by name or in a team (rule 20, Q43)."""
    clients = Relationship.objects.accepted(now).filter(partner=membership.organisation_id)
    rows = clients.let_in(membership).order_by("pk").values_list("client", "client__name", "pk")
    log.record_many(
        at=now,
        actor=actor,
        action="clients.assignment.left",
        subject=membership,
        concerned=[log.Concerned(client, name, pk) for client, name, pk in rows],
        changes={"person": str(membership.user)},
    )

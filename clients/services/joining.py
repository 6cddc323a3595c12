"""Somebody joins or leaves a partner: what that means for the clients that it looks after. Rules 13 and 20, Q43."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clients import tasks
from clients.models import Relationship
from clients.services.assignments import let_in
from clients.services.locks import lock_sides
from partnerportal.accounts import services as account_services
from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.accounts.models import Membership
from partnerportal.audit import log


def take_over_all_ties(*, partner_id: int, now: datetime) -> int:
    """Rule 13, for who joined the partner while its status did not hold: now it does. Returns how many were tied.

    Each relationship has a transaction of its own; run twice, it finds nothing the second time.
    """
    theirs = Membership.objects.filter(organisation=partner_id, is_external=False).values("user")
    tied = Membership.objects.filter(user__in=theirs, is_external=True).values("organisation")
    mine = Relationship.objects.active(now).filter(partner=partner_id, client__in=tied).order_by("pk")
    return sum(_take_over(pk, now) for pk in mine.values_list("pk", flat=True))


@transaction.atomic
def _take_over(relationship_id: int, now: datetime) -> int:
    client_id, partner_id = Relationship.objects.values_list("client", "partner").get(pk=relationship_id)
    lock_sides(client_id=client_id, partner_id=partner_id)
    still = Relationship.objects.active(now).filter(pk=relationship_id).select_for_update(of=("self",), no_key=True)
    relationship = still.select_related("client").first()
    return len(replace_external_ties(relationship, actor=SYSTEM, now=now)) if relationship is not None else 0


@transaction.atomic
def take_over_ties(*, membership: Membership, actor: Acting, now: datetime) -> None:
    """Rule 13: who was an external member of a client and joins its partner reaches it through the partnership now.

    While the partner's status does not hold nothing is replaced: their own tie is all that they have then.
    """
    if membership.is_external:  # works for somebody else again: not one of the partner's people
        return
    tied = Membership.objects.filter(user=membership.user_id, is_external=True).values("organisation")
    mine = Relationship.objects.active(now).filter(partner=membership.organisation_id, client__in=tied)
    # Held until the commit: an end at the same moment takes the assignment with it, or comes first.
    for relationship in mine.select_related("client").select_for_update(of=("self",), no_key=True).order_by("pk"):
        replace_external_ties(relationship, actor=actor, now=now)


def replace_external_ties(relationship: Relationship, *, actor: Acting, now: datetime) -> list[Membership]:
    """Rule 13: let the partner's people who were external members of the client reach it through the partnership, by
    name; return their memberships of the partner.

    Runs inside the transaction of the act that ties them. Each gets a mail: nobody finds the own access gone silently.
    """
    replaced = account_services.remove_external_members(
        organisation_id=relationship.client_id,
        of_organisation_id=relationship.partner_id,
        relationship_id=relationship.pk,
        actor=actor,
        now=now,
    )
    for membership in replaced:
        if not membership.is_whole:
            let_in(relationship=relationship, membership=membership, actor=actor, now=now)
        tasks.mail_tie_replaced.start(now=now, relationship_id=relationship.pk, membership_id=membership.pk)
    return replaced


def write_leaving(*, membership: Membership, actor: Acting, now: datetime) -> None:
    """Write a line for each client that somebody who leaves a partner reached by role, by name or in a team."""
    clients = Relationship.objects.accepted(now).filter(partner=membership.organisation_id)
    reached = clients if membership.is_whole else clients.letting_in(membership)
    rows = reached.order_by("pk").values_list("client", "client__name", "pk")
    log.record_many(
        at=now,
        actor=actor,
        action="clients.assignment.left",
        subject=membership,
        concerned=[log.Concerned(client, name, pk) for client, name, pk in rows],
        changes={"person": str(membership.user)},
    )

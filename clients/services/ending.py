"""Either side ends a relationship, for good; a suspension stops what the partner pays. Rules 46 to 49, Q19, Q42."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clients import tasks
from clients.choices import RELATIONSHIP_TRANSITIONS, EndedBy, Payer, RelationshipState
from clients.models import Relationship
from clients.services.access import drop_partner_renewals
from partnerportal.accounts.acting import Acting
from partnerportal.audit import log
from partnerportal.kernel.states import check_transition


@transaction.atomic
def end_relationship(*, relationship_id: int, by: str, actor: Acting, now: datetime) -> Relationship:
    """End an active relationship for good: no access, no rebate, no cashback from the next request on (rule 48).

    ``by``: what ends it (:class:`clients.choices.EndedBy`). Products and credited cashback stay. Renewals that the
    partner would have paid have no payment means from now on (Q19); the other side gets a mail (Q20). Raises
    IllegalTransition.
    """
    locked = Relationship.objects.select_for_update(of=("self",)).select_related("client", "partner__organisation")
    relationship = locked.get(pk=relationship_id)
    check_transition(RELATIONSHIP_TRANSITIONS, relationship.state, RelationshipState.ENDED)
    relationship.state, relationship.ended_at, relationship.ended_by = RelationshipState.ENDED, now, EndedBy(by)
    relationship.save(update_fields=["state", "ended_at", "ended_by"])
    unpaid = drop_partner_renewals(relationship) if relationship.payer == Payer.PARTNER else 0
    relationship.assignments.all().delete()
    relationship.teams.all().delete()
    log.record(
        at=now,
        actor=actor,
        action="clients.relationship.ended",
        subject=relationship,
        organisation=relationship.client,
        relationship_id=relationship.pk,
        changes={"by": by, "renewals_without_payer": unpaid},
    )
    tasks.mail_ended.start(now=now, relationship_id=relationship.pk, unpaid_products=unpaid)
    return relationship


@transaction.atomic
def stop_renewals(*, relationship_id: int, actor: Acting, now: datetime) -> int:
    """The partner's status is suspended: it renews nothing any more (rule 48, Q19). Returns how many products lose it.

    The client gets a mail if there are any. The relationship itself stays, and opens nothing while the status does not
    hold.
    """
    locked = Relationship.objects.select_for_update(of=("self",)).select_related("client", "partner__organisation")
    relationship = locked.get(pk=relationship_id)
    unpaid = drop_partner_renewals(relationship) if relationship.payer == Payer.PARTNER else 0
    if unpaid:
        log.record(
            at=now,
            actor=actor,
            action="clients.relationship.renewals_stopped",
            subject=relationship,
            organisation=relationship.client,
            relationship_id=relationship.pk,
            changes={"renewals_without_payer": unpaid},
        )
        tasks.mail_renewals_stopped.start(now=now, relationship_id=relationship.pk, unpaid_products=unpaid)
    return unpaid

"""Either side ends a relationship, for good; a suspension stops what the partner pays. Rules 46 to 49, Q19, Q42.

The end is written together with its receipt: what was open before, and what the rows say afterwards. If anything is
left open, nothing has ended: an end that is reported is an end that is done.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from clients import selectors, tasks
from clients.choices import RELATIONSHIP_TRANSITIONS, EndedBy, Payer, RelationshipState, Right
from clients.exceptions import EndIncomplete
from clients.models import EndReceipt, Relationship
from clients.services.access import drop_partner_renewals
from clients.signals import relationship_ended
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.selectors import address_of
from partnerportal.audit import log
from partnerportal.kernel.states import check_transition

SHOWN = 200  # products named in a receipt


@transaction.atomic
def end_relationship(
    *, relationship_id: int, by: str, actor: Acting, now: datetime, hands_over_renewals: bool = False
) -> Relationship:
    """End an active relationship for good: no access, no rebate, no cashback from the next request on (rule 48).

    ``by``: what ends it (:class:`clients.choices.EndedBy`). Products and credited cashback stay. Renewals that the
    partner would have paid have no payment means from now on (Q19), unless the client has found a partner that pays
    them next (``hands_over_renewals``); the other side gets a mail (Q20), and both a receipt. Raises IllegalTransition.
    """
    locked = Relationship.objects.select_for_update(of=("self",)).select_related("client", "partner__organisation")
    relationship = locked.get(pk=relationship_id)
    check_transition(RELATIONSHIP_TRANSITIONS, relationship.state, RelationshipState.ENDED)
    before, facts = selectors.still_open(relationship), _facts(relationship, actor)
    relationship.state, relationship.ended_at, relationship.ended_by = RelationshipState.ENDED, now, EndedBy(by)
    relationship.save(update_fields=["state", "ended_at", "ended_by"])
    is_payer = relationship.payer == Payer.PARTNER and not hands_over_renewals
    unpaid = drop_partner_renewals(relationship) if is_payer else 0
    relationship.assignments.all().delete()
    relationship.teams.all().delete()
    relationship_ended.send(sender=Relationship, relationship=relationship, actor=actor, now=now)
    log.record(
        at=now,
        actor=actor,
        action="clients.relationship.ended",
        subject=relationship,
        organisation=relationship.client,
        relationship_id=relationship.pk,
        changes={"by": by, "renewals_without_payer": unpaid},
    )
    _check(relationship, handed_over={"renewals"} if hands_over_renewals else set())
    _write_receipt(relationship, {**facts, "cut": before, "renewals_without_payer": unpaid}, now=now)
    tasks.mail_ended.start(now=now, relationship_id=relationship.pk, unpaid_products=unpaid)
    return relationship


def _facts(relationship: Relationship, actor: Acting) -> dict[str, Any]:
    """Return what the receipt keeps of a relationship that is still open."""
    products = selectors.products_of(relationship).order_by("name", "pk")
    reached = list(products.with_grant_of(relationship.pk)[:SHOWN])
    return {
        "client": address_of(relationship.client) if relationship.client else {},
        "partner": address_of(relationship.partner.organisation),
        "actor": actor.label,
        "access": relationship.access,
        "payer": relationship.payer,
        "product_count": products.count(),
        "products": [{"name": one.name, "rights": _rights_on(one, relationship)} for one in reached],
        "renewals": list(
            selectors.renewals_paid_by_partner(relationship)
            .order_by("renews_on", "name")
            .values_list("name", flat=True)[:SHOWN]
        )
        if relationship.payer == Payer.PARTNER
        else [],
    }


def _rights_on(product: Any, relationship: Relationship) -> list[str]:
    granted = selectors.granted_on_product(access=relationship.access, payer=relationship.payer, grant=product.grant)
    return [right.value for right in Right if right in granted]


def _check(relationship: Relationship, *, handed_over: Collection[str]) -> None:
    """Read the rows again. Raises :class:`EndIncomplete`, which undoes the end, if anything is open.

    What is ``handed_over`` becomes the next partner's in the same transaction.
    """
    counts = selectors.still_open(relationship)
    left = {what: count for what, count in counts.items() if count and what not in handed_over}
    if left:
        message = f"relationship {relationship.pk} has ended, and still opens {left}"
        raise EndIncomplete(message)


def _write_receipt(relationship: Relationship, facts: dict[str, Any], *, now: datetime) -> EndReceipt:
    """Number the receipt by the relationship: each ends once, so no number can be given twice."""
    number = f"E-{timezone.localdate(now):%Y}-{relationship.pk:06d}"
    return EndReceipt.objects.create(relationship=relationship, number=number, issued_at=now, facts=facts)


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

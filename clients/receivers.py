"""What a partner's departure or suspension means for its clients (Q19, Q42)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clients import services
from clients.choices import EndedBy, RelationshipState
from clients.models import Relationship
from partnerportal.accounts.acting import Acting
from partners.models import Partner


def end_all_relationships(*, partner: Partner, actor: Acting, now: datetime, **_: Any) -> None:
    """End every active relationship and withdraw every request and invitation of a partner that has left (rule 48)."""
    mine = Relationship.objects.filter(partner=partner).order_by("pk")
    for relationship in mine.filter(state=RelationshipState.ACTIVE):
        services.end_relationship(relationship_id=relationship.pk, by=EndedBy.PROGRAMME, actor=actor, now=now)
    for relationship in mine.pending():
        services.withdraw(relationship_id=relationship.pk, actor=actor, now=now)


def stop_all_renewals(*, partner: Partner, actor: Acting, now: datetime, **_: Any) -> None:
    """Leave no renewal to a partner whose status is suspended (rule 48)."""
    mine = Relationship.objects.filter(partner=partner, state=RelationshipState.ACTIVE).order_by("pk")
    for relationship in mine:
        services.stop_renewals(relationship_id=relationship.pk, actor=actor, now=now)

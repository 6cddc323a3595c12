"""The only writer of the audit trail. Call it inside the transaction of the act that it records."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from django.db import models, transaction

from partnerportal.audit.models import AuditEvent
from partnerportal.kernel import request_id


class Actor(Protocol):
    """Whoever acts: a person for an organisation, or the portal itself."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def label(self) -> str: ...
    @property
    def home(self) -> Any | None: ...
    @property
    def relationship_id(self) -> int | None: ...


def record(
    *,
    at: datetime,
    actor: Actor,
    action: str,
    subject: models.Model,
    organisation: models.Model | None = None,
    relationship_id: int | None = None,
    changes: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write one line of the trail.

    ``organisation`` is the one on whose things the act was done (it may read the line); ``relationship_id`` the
    relationship through which, by default the one the actor is in. ``action`` says what happened, past tense.
    Raises ``TransactionManagementError`` outside a transaction: an act and its line stand or fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        message = f"{action} was recorded outside a transaction"
        raise transaction.TransactionManagementError(message)
    return AuditEvent.objects.create(
        at=at,
        actor_id=actor.user_id,
        actor_label=actor.label,
        actor_organisation_id=actor.home.pk if actor.home else None,
        actor_organisation_label=str(actor.home) if actor.home else "",
        organisation_id=organisation.pk if organisation else None,
        organisation_label=str(organisation)[:200] if organisation else "",
        relationship_id=relationship_id if relationship_id is not None else actor.relationship_id,
        action=action,
        subject_type=subject._meta.label_lower,  # noqa: SLF001 -- Django documents _meta
        subject_id=subject.pk,
        subject_label=str(subject)[:200],
        changes=changes or {},
        request_id=request_id.current.get(),
    )

"""The only writer of the audit trail. Call it inside the transaction of the act that it records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.db import models, transaction

from partnerportal import bulk
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


@dataclass(frozen=True)
class Concerned:
    """An organisation on whose things an act was done, and the relationship through which."""

    organisation_id: int
    organisation_label: str
    relationship_id: int


class Subject(NamedTuple):
    """What an act was done to, where nobody has the object: of which model, its key, and what it is called."""

    model: type[models.Model]
    pk: int
    label: str


class Act(NamedTuple):
    """One of many like acts: on what, of whose, through which relationship, and what it changed."""

    subject: models.Model | Subject
    organisation: models.Model | None = None
    relationship_id: int | None = None
    changes: dict[str, Any] | None = None


def record(
    *,
    at: datetime,
    actor: Actor,
    action: str,
    subject: models.Model,
    organisation: models.Model | None = None,
    organisation_label: str | None = None,
    relationship_id: int | None = None,
    changes: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write one line of the trail.

    ``organisation`` is the one on whose things the act was done (it may read the line); ``relationship_id`` the
    relationship through which, by default the one the actor is in. ``action`` says what happened, past tense.
    ``organisation_label`` stands in place of the organisation's name where the actor may not learn it.
    Raises ``TransactionManagementError`` outside a transaction: an act and its line stand or fall together.
    """
    _only_in_transaction(action)
    line = _line(at=at, actor=actor, action=action, subject=subject, changes=changes)
    line |= _concerning(organisation, relationship_id)
    if organisation_label is not None:
        line["organisation_label"] = organisation_label[:200]
    event = AuditEvent(**line)
    event.save(force_insert=True)
    return event


def record_many(
    *,
    at: datetime,
    actor: Actor,
    action: str,
    subject: models.Model,
    concerned: Iterable[Concerned],
    changes: dict[str, Any] | None = None,
) -> int:
    """Write one line for each organisation that one act concerns, in few statements; return how many.

    Each of them reads its own line and learns nothing of the others. Raises as :func:`record` does.
    """
    _only_in_transaction(action)
    line = _line(at=at, actor=actor, action=action, subject=subject, changes=changes)
    lines = [
        {
            **line,
            "organisation_id": one.organisation_id,
            "organisation_label": one.organisation_label[:200],
            "relationship_id": one.relationship_id,
        }
        for one in concerned
    ]
    bulk.add_columns(AuditEvent, lines)
    return len(lines)


def record_each(*, at: datetime, actor: Actor, action: str, acts: Iterable[Act]) -> int:
    """Write one line for each of many like acts, in few statements; return how many. Raises as :func:`record` does."""
    _only_in_transaction(action)
    shared = _shared(at=at, actor=actor, action=action)
    lines = [
        {
            **shared,
            **_subject(act.subject),
            **_concerning(act.organisation, act.relationship_id),
            "changes": act.changes or {},
        }
        for act in acts
    ]
    bulk.add_columns(AuditEvent, lines)
    return len(lines)


def _only_in_transaction(action: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        message = f"{action} was recorded outside a transaction"
        raise transaction.TransactionManagementError(message)


def _line(
    *, at: datetime, actor: Actor, action: str, subject: models.Model, changes: dict[str, Any] | None
) -> dict[str, Any]:
    """Return the columns of a line that is of nobody in particular yet."""
    return {**_shared(at=at, actor=actor, action=action), **_subject(subject), "changes": changes or {}}


def _shared(*, at: datetime, actor: Actor, action: str) -> dict[str, Any]:
    """Return the columns that all lines of one kind of act have in common, whatever it was done to."""
    return {
        "at": at,
        "actor_id": actor.user_id,
        "actor_label": actor.label,
        "actor_organisation_id": actor.home.pk if actor.home else None,
        "actor_organisation_label": str(actor.home) if actor.home else "",
        "organisation_id": None,
        "organisation_label": "",
        "relationship_id": actor.relationship_id,
        "action": action,
        "request_id": request_id.current.get(),
    }


def _subject(subject: models.Model | Subject) -> dict[str, Any]:
    label = subject.label if isinstance(subject, Subject) else str(subject)
    model = subject.model if isinstance(subject, Subject) else subject
    return {
        "subject_type": model._meta.label_lower,  # noqa: SLF001 -- Django documents _meta
        "subject_id": subject.pk,
        "subject_label": label[:200],
    }


def _concerning(organisation: models.Model | None, relationship_id: int | None) -> dict[str, Any]:
    """Return the columns that say on whose things an act was done, and through which relationship."""
    columns: dict[str, Any] = {}
    if organisation is not None:
        columns |= {"organisation_id": organisation.pk, "organisation_label": str(organisation)[:200]}
    if relationship_id is not None:
        columns["relationship_id"] = relationship_id
    return columns

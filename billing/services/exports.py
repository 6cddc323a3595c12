"""A partner exports a client's billing data: the job is written with the audit line (rule 50, Q43)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from clients.models import Relationship
from partnerportal.accounts.acting import Acting
from partnerportal.audit import log
from partnerportal.work import services as work_services
from partnerportal.work.models import Job


@transaction.atomic
def start_client_export(
    *,
    relationship: Relationship,
    since: date | None,
    until: date | None,
    state: str,
    file_format: str,
    actor: Acting,
    now: datetime,
) -> Job:
    """Start the export of what a client brought the partner; ``since`` and ``until`` are inclusive (rule 52).

    The client reads in its activity that it was exported.
    """
    job = work_services.start(
        kind="billing.client_export",
        parameters={
            "relationship_id": relationship.pk,
            "membership_id": actor.membership.pk if actor.membership else None,
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
            "state": state,
            "file_format": file_format,
        },
        actor=actor,
        now=now,
    )
    log.record(
        at=now,
        actor=actor,
        action="billing.export.started",
        subject=relationship,
        organisation=relationship.client,
        relationship_id=relationship.pk,
        changes={"job": job.pk},
    )
    return job

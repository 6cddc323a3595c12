"""A partner exports a client's billing data: the job is written with the audit line (rule 50, Q43)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing import selectors
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
        kind=selectors.EXPORT_KIND,
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


@transaction.atomic
def cancel_exports(*, relationship_id: int, now: datetime) -> int:
    """Stop every export that waits or runs for a relationship, and say why; return how many (promise 1)."""
    jobs = list(selectors.running_exports(relationship_id=relationship_id).values_list("pk", flat=True))
    for job_id in jobs:
        reason = _("The access to this client has ended, so there is no file.")
        work_services.cancel(job_id=job_id, reason=reason, now=now)
    return len(jobs)

"""Start, run, cancel and rescue jobs. The row is the truth; the broker only says "look now"."""

from __future__ import annotations

import json
import logging
import uuid
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from partnerportal import bulk
from partnerportal.kernel import request_id
from partnerportal.kernel.states import check_transition
from partnerportal.work import registry
from partnerportal.work.choices import ENDED, JOB_TRANSITIONS, JobState
from partnerportal.work.models import Job
from partnerportal.work.running import Cancelled, GiveUp, Heartbeat, LostJob, Running

logger = logging.getLogger(__name__)
_START_EACH = """
INSERT INTO work_job (kind, key, parameters, is_quiet, state, created_at, not_before,
                      progress_done, progress_total, checkpoint, attempts, result, result_file, error)
SELECT %(kind)s, wanted.key, wanted.parameters, %(is_quiet)s, 'QUEUED', %(now)s, %(now)s, 0, 0, '{}', 0, '{}', '', ''
FROM unnest(%(keys)s::text[], %(parameters)s::jsonb[]) AS wanted (key, parameters)
ON CONFLICT (key) DO NOTHING  -- what was started before, or by another runner at this moment
RETURNING id
"""
RETRY_AFTER = timedelta(seconds=20)  # doubled with each attempt
TELL_AGAIN_AFTER = timedelta(seconds=60)  # a waiting job that the broker was told of and nobody took


def start(
    *,
    kind: str,
    parameters: dict[str, Any],
    now: datetime,
    key: str | None = None,
    actor: Any = None,
) -> Job:
    """Write a job in the current transaction; after its commit a worker is told.

    With ``key`` the same work is started once: the job that has the key is returned. ``actor`` (an Acting) says whose
    job it is. Raises :class:`partnerportal.work.registry.UnknownKind`.
    """
    found = registry.find(kind)
    values = {
        "kind": found.name,
        "parameters": parameters,
        "organisation_id": actor.home.pk if actor and actor.home else None,
        "user_id": actor.user_id if actor else None,
        "relationship_id": actor.relationship_id if actor else None,
        "is_quiet": found.is_quiet,
        "created_at": now,
        "not_before": now,
    }
    if key is None:
        job, is_new = Job.objects.create(**values), True
    else:
        job, is_new = Job.objects.get_or_create(key=key, defaults=values)
    if is_new:
        transaction.on_commit(lambda: tell(job.pk), robust=True)
    return job


def start_each(*, kind: str, wanted: dict[str, dict[str, Any]], now: datetime) -> int:
    """Start a job for each key with its parameters, unless the key has one already; return how many are new.

    One statement, however many there are: for rounds over everybody, which find the same for days. Hand them over
    some hundred at a time. Raises :class:`partnerportal.work.registry.UnknownKind`.
    """
    found = registry.find(kind)
    if not wanted:
        return 0
    keys, parameters = bulk.array(wanted), bulk.array([json.dumps(one) for one in wanted.values()])
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"kind": found.name, "is_quiet": found.is_quiet, "now": now}
        cursor.execute(_START_EACH, {**values, "keys": keys, "parameters": parameters})
        new = [pk for (pk,) in cursor.fetchall()]

    def tell_all() -> None:
        for pk in new:
            tell(pk)

    transaction.on_commit(tell_all, robust=True)
    return len(new)


def tell(job_id: int) -> bool:
    """Tell the broker of a job; return whether it heard. One that is away is no error: the sweeper tells again."""
    from partnerportal.work.tasks import run_job  # noqa: PLC0415 -- tasks call this module

    try:
        run_job.apply_async(kwargs={"job_id": job_id}, retry=False)
    except (OperationalError, OSError) as away:
        logger.warning("the broker is away, job %s waits: %s", job_id, away)
        return False
    Job.objects.filter(pk=job_id).update(published_at=timezone.now())
    return True


def claim(*, job_id: int, now: datetime) -> Running | None:
    """Take a waiting job for one runner; None if it is not waiting (somebody else has it, or it has ended)."""
    runner = uuid.uuid4()
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True).due_at(now).filter(pk=job_id).first()
        if job is None:
            return None
        check_transition(JOB_TRANSITIONS, job.state, JobState.RUNNING)
        job.state, job.runner, job.heartbeat_at = JobState.RUNNING, runner, now
        job.started_at = job.started_at or now
        job.attempts += 1
        job.save(update_fields=["state", "runner", "heartbeat_at", "started_at", "attempts"])
    return Running(job, runner, now)


def run(*, job_id: int, now: datetime, with_heartbeat: bool = False) -> JobState | None:
    """Run a waiting job to its end, and return how it ended; None if it was not there to be taken."""
    running = claim(job_id=job_id, now=now)
    return _run(running, with_heartbeat=with_heartbeat) if running is not None else None


def run_now(*, kind: str, parameters: dict[str, Any], now: datetime) -> Job:
    """Run a kind of work in this process and return its job, ended or waiting to be tried again.

    The job is this runner's from its first moment: no worker can take it meanwhile. If this process dies, the sweeper
    gives it to one.
    """
    with transaction.atomic():
        job = start(kind=kind, parameters=parameters, now=now)
        running = claim(job_id=job.pk, now=now)
    if running is not None:
        _run(running, with_heartbeat=True)
    return Job.objects.get(pk=job.pk)


def _run(running: Running, *, with_heartbeat: bool) -> JobState | None:
    token = request_id.current.set(f"job-{running.job.pk}")
    try:
        with Heartbeat(running) if with_heartbeat else nullcontext():
            return _outcome(running)
    except LostJob:
        logger.warning("job %s was taken over by another runner", running.job.pk)
        return None
    finally:
        request_id.current.reset(token)


def _outcome(running: Running) -> JobState:
    job, kind = running.job, registry.find(running.job.kind)
    try:
        result = kind.function(running, **job.parameters) or {}
    except Cancelled:
        running.finish(JobState.CANCELLED, finished_at=timezone.now())
        return JobState.CANCELLED
    except GiveUp as reason:
        running.finish(JobState.FAILED, finished_at=timezone.now(), error=str(reason))
        return JobState.FAILED
    except LostJob:
        raise
    except Exception as fault:  # noqa: BLE001 -- any fault of the work is written on its row and tried again
        return _failed(running, kind, fault)
    file = result.pop("file", "")
    running.finish(JobState.DONE, finished_at=timezone.now(), result=result, result_file=file, error="")
    return JobState.DONE


def _failed(running: Running, kind: registry.Kind, fault: Exception) -> JobState:
    logger.error("job %s failed at attempt %s", running.job, running.job.attempts, exc_info=fault)
    error = f"{type(fault).__name__}: {fault}"[:2000]
    now = timezone.now()
    if running.job.attempts >= kind.max_attempts:
        running.finish(JobState.FAILED, finished_at=now, error=error)
        return JobState.FAILED
    wait = RETRY_AFTER * 2 ** (running.job.attempts - 1)
    running.finish(JobState.QUEUED, not_before=now + wait, published_at=None, error=error)
    return JobState.QUEUED


@transaction.atomic
def cancel(*, job_id: int, reason: str = "", now: datetime) -> Job:
    """Stop a job: at once if it waits, at its next progress if it runs; nothing if it has ended.

    ``reason``: a sentence for whoever started it, if somebody else stops it.
    """
    job = Job.objects.select_for_update().get(pk=job_id)
    if job.state in ENDED:
        return job
    job.cancel_requested_at, job.error = now, reason
    if job.state == JobState.QUEUED:
        job.state, job.finished_at = JobState.CANCELLED, now
    job.save(update_fields=["cancel_requested_at", "state", "finished_at", "error"])
    return job


@transaction.atomic
def try_again(*, job_id: int, now: datetime) -> Job:
    """Put a failed job back into the queue, with all its attempts. Raises IllegalTransition."""
    job = Job.objects.select_for_update().get(pk=job_id)
    check_transition(JOB_TRANSITIONS, job.state, JobState.QUEUED)
    job.state, job.attempts, job.finished_at, job.not_before = JobState.QUEUED, 0, None, now
    job.published_at = None
    job.save(update_fields=["state", "attempts", "finished_at", "not_before", "published_at"])
    transaction.on_commit(lambda: tell(job.pk), robust=True)
    return job


def sweep(*, now: datetime) -> int:
    """Put jobs of dead runners back, tell the broker of waiting ones it does not know; return how many it told."""
    Job.objects.abandoned_at(now, settings.WORK_HEARTBEAT_TIMEOUT).update(
        state=JobState.QUEUED, runner=None, published_at=None, not_before=now
    )
    told = 0
    for job_id in Job.objects.unsent_at(now, TELL_AGAIN_AFTER).order_by("pk").values_list("pk", flat=True)[:500]:
        if not tell(job_id):
            break
        told += 1
    return told

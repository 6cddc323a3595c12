"""The platform's Celery tasks: one that runs jobs, the sweeper, the daily starter, and a sign of life."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from partnerportal.work import services

TICKED_KEY = "beat:ticked"


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def run_job(*, job_id: int, **_: Any) -> None:
    """Run one job."""
    services.run(job_id=job_id, now=timezone.now(), with_heartbeat=True)


@shared_task(ignore_result=True)
def sweep(**_: Any) -> None:
    """Rescue jobs of dead workers, and note that beat is alive."""
    cache.set(TICKED_KEY, timezone.now().isoformat(), timeout=60)
    services.sweep(now=timezone.now())


@shared_task(ignore_result=True)
def start_daily(*, kind: str, **_: Any) -> None:
    """Start a kind of work for today, once, however often beat says so."""
    now = timezone.now()
    day = timezone.localdate(now).isoformat()
    with transaction.atomic():
        services.start(kind=kind, parameters={"on": day}, now=now, key=f"{kind}:{day}")


@shared_task(ignore_result=True)
def start_hourly(*, kind: str, **_: Any) -> None:
    """Start a kind of work for this hour, once, however often beat says so."""
    now = timezone.now()
    with transaction.atomic():
        services.start(kind=kind, parameters={}, now=now, key=f"{kind}:{now:%Y-%m-%dT%H}")


@shared_task(ignore_result=True)
def ping(*, key: str, **_: Any) -> None:
    """Write a sign of life where the demo's supervisor looks for it."""
    cache.set(key, "done", timeout=60)

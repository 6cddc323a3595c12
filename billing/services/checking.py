"""Run the self-checks and keep what they found (promise 10)."""

from __future__ import annotations

import time
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from billing import selectors
from billing.models import CheckRun
from partnerportal.accounts.acting import Acting
from partnerportal.work import services as work_services
from partnerportal.work.models import Job

KIND = "billing.check_invariants"


@transaction.atomic
def start_checks(*, actor: Acting, now: datetime) -> Job:
    """Start a run of the checks besides the nightly one."""
    day = timezone.localdate(now).isoformat()
    return work_services.start(kind=KIND, parameters={"on": day}, actor=actor, now=now)


def run_checks(*, now: datetime) -> CheckRun:
    """Ask every invariant of the rows, and keep the answers with their time."""
    started = time.monotonic()
    findings = selectors.check_invariants()
    return CheckRun.objects.create(
        checked_at=now,
        took_ms=round((time.monotonic() - started) * 1000),
        broken=sum(not one.holds for one in findings),
        findings=[{"code": one.invariant.code, "count": one.count, "rows": list(one.rows)} for one in findings],
    )

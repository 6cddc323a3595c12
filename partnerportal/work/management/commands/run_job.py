"""Run one kind of work now, in this process: ``manage.py run_job review_thresholds --on 2026-11-23 [--dry-run]``."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from partnerportal.work import registry, services
from partnerportal.work.choices import JobState


class Command(BaseCommand):
    """Runs a registered kind of work and prints its result as JSON."""

    help = "Run a kind of work now, for a day, and print what it did."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Name, day and dry run."""
        parser.add_argument("name", help="the kind, such as review_thresholds or billing.review_thresholds")
        parser.add_argument("--on", type=dt.date.fromisoformat, help="the day it is run for; today without it")
        parser.add_argument("--dry-run", action="store_true", help="tell what would be done, and do nothing")

    def handle(self, *, name: str, on: dt.date | None, dry_run: bool, **_: Any) -> None:
        """Run it; exit with 1 and the reason when it failed."""
        now = timezone.now()
        try:
            kind = registry.find(name)
        except registry.UnknownKind as unknown:
            raise CommandError(str(unknown)) from unknown
        job = services.run_now(kind=kind.name, parameters=_parameters(kind, on, dry_run, now), now=now)
        if job.state != JobState.DONE:
            message = f"{kind.name} {job.get_state_display().lower()}: {job.error or 'another runner took it over'}"
            raise CommandError(message)
        self.stdout.write(json.dumps(job.result, indent=2, ensure_ascii=False))


def _parameters(kind: registry.Kind, on: dt.date | None, dry_run: bool, now: dt.datetime) -> dict[str, Any]:
    """Return what the kind takes of what was given; refuse the rest before anything is written."""
    parameters: dict[str, Any] = {}
    if on is not None or "on" in kind.needs:
        parameters["on"] = (on or timezone.localdate(now)).isoformat()
    if dry_run:
        parameters["dry_run"] = True
    unknown, missing = set(parameters) - kind.accepts, kind.needs - set(parameters)
    if unknown:
        names = " and ".join(f"--{one.replace('_', '-')}" for one in sorted(unknown))
        message = f"{kind.name} does not know {names}."
        raise CommandError(message)
    if missing:
        message = f"{kind.name} is started by the portal alone: it needs {', '.join(sorted(missing))}."
        raise CommandError(message)
    return parameters

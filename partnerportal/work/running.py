"""What a job's function holds while it runs: progress, checkpoint, cancel, and proof that the job is still its own."""

from __future__ import annotations

import threading
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from partnerportal.work.choices import JobState
from partnerportal.work.models import Job

BEAT_EVERY = timedelta(seconds=5)


class Cancelled(Exception):
    """Somebody asked for the job to be stopped."""


class GiveUp(Exception):
    """The work cannot be done, and trying again would not help. The message is a sentence for whoever started it."""


class LostJob(Exception):
    """Another runner has taken the job over: this one must not write any more."""


class Running:
    """A claim on a job. Every write names the runner: once the claim is lost, nothing is written any more."""

    def __init__(self, job: Job, runner: uuid.UUID, now: datetime) -> None:
        self.job = job
        self.runner = runner
        self.now = now

    @property
    def checkpoint(self) -> dict[str, Any]:
        """Where the runner before this one stood."""
        return self.job.checkpoint

    def progress(self, done: int, total: int, checkpoint: dict[str, Any] | None = None) -> None:
        """Write how far the work is. Raises :class:`Cancelled` or :class:`LostJob`."""
        values: dict[str, Any] = {"progress_done": done, "progress_total": total, "heartbeat_at": timezone.now()}
        if checkpoint is not None:
            values["checkpoint"] = self.job.checkpoint = checkpoint
        self._write(**values)
        if Job.objects.filter(pk=self.job.pk, cancel_requested_at__isnull=False).exists():
            raise Cancelled

    def finish(self, state: JobState, **values: Any) -> None:
        """End the claim in ``state``. Raises :class:`LostJob` if it was lost before."""
        self._write(state=state, runner=None, **values)

    def _write(self, **values: Any) -> None:
        held = Job.objects.filter(pk=self.job.pk, runner=self.runner, state=JobState.RUNNING)
        if not held.update(**values):
            raise LostJob


class Heartbeat:
    """Says "alive" every few seconds from a thread of its own, also while the work is in one long query."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat of {running.job}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        mine = Job.objects.filter(pk=self._running.job.pk, runner=self._running.runner)
        try:
            while not self._stop.wait(BEAT_EVERY.total_seconds()):
                mine.update(heartbeat_at=timezone.now())
        finally:
            connection.close()  # connections belong to threads

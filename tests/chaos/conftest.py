"""Faults on purpose. A small form runs with every test; ``make chaos`` sets CHAOS=full and takes its time."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from partnerportal.celery import app
from partnerportal.stack import config
from partnerportal.work import services as work_services
from partnerportal.work.choices import ENDED, JobState
from partnerportal.work.models import Job

ROOT = Path(__file__).resolve().parents[2]
IS_FULL = os.environ.get("CHAOS") == "full"
KILLS = 50 if IS_FULL else 2
PEOPLE = 200 if IS_FULL else 30
PATIENCE = 120.0


@dataclass
class Worker:
    """A real Celery worker on the test's database, started, killed in the middle of its work, and started again."""

    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        command = [sys.executable, "-m", "celery", "--app", "partnerportal", "worker", "-P", "solo", "-l", "INFO"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """Take it away without a word."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[Worker]:
    """A worker that is not running yet; jobs are told to the broker that it listens to."""
    urls = config.urls(ROOT)
    name = connection.settings_dict["NAME"]
    database = re.sub(r"/[^/]+$", f"/{quote(str(name), safe='')}", urls.database)
    broker = settings.CELERY_BROKER_URL
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "partnerportal.settings.dev",
        "DEBUG": "0",
        "DATABASE_URL": database,
        "REDIS_URL": urls.redis,
        "CELERY_BROKER": broker,
        "EMAIL_FILE_PATH": str(tmp_path / "mails"),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "PAYMENT_BATCH": "4",
        "RENEWAL_CHUNK": "4",
    }
    for variable in [one for one in environment if one.startswith(("PYTEST_XDIST", "CELERY_"))]:
        environment.pop(variable)
    environment["REDIS_URL"] = _as_redis_url(broker)
    found = Worker(environment, tmp_path / "worker.log")
    was_eager = app.conf.task_always_eager
    app.conf.task_always_eager = False
    app.control.purge()
    yield found
    app.conf.task_always_eager = was_eager
    if found.process is not None:
        found.kill()
    app.control.purge()


def _as_redis_url(broker: str) -> str:
    """Return the address that makes a process of its own settings listen to this broker: redis, or its socket."""
    found = re.fullmatch(r"redis\+socket://(.*)\?virtual_host=(\d+)(?:&.*)?", broker)
    return f"unix://{found[1]}?db={found[2]}" if found else broker


@pytest.fixture
def survive(worker: Worker) -> Callable[[Job, Iterator[float]], int]:
    """Let a job be done by workers that are killed after given times; return how many were killed before it ended."""

    def run(job: Job, lives: Iterator[float]) -> int:
        killed = 0
        worker.start()
        work_services.tell(job.pk)
        for life in lives:
            if not _wait(job, lambda state: state != JobState.QUEUED):
                break
            time.sleep(life)
            job.refresh_from_db()
            if job.state in ENDED:
                break
            worker.kill()
            killed += 1
            long_ago = timezone.now() - settings.WORK_HEARTBEAT_TIMEOUT * 2  # as if that much time had passed since
            Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(heartbeat_at=long_ago)
            Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(published_at=long_ago)
            work_services.sweep(now=timezone.now())
            worker.start()
        assert _wait(job, lambda state: state in ENDED), worker.log.read_text()[-3000:]
        worker.kill()
        return killed

    return run


def _wait(job: Job, is_there: Callable[[str], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        job.refresh_from_db()
        if is_there(job.state):
            return True
        time.sleep(0.05)
    return False

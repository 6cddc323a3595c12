"""Fixtures of all tests: the servers, the moment, and the work that waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone

from partnerportal.stack import pair
from partnerportal.stack.errors import StackError
from partnerportal.work import services as work_services
from partnerportal.work.models import Job
from tests import world

_SERVERS = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the database and the broker for the whole run; xdist's workers come here too, each with its own lease."""
    servers = config.stash[_SERVERS] = ExitStack()
    try:
        servers.enter_context(pair.running(Path(__file__).resolve().parent.parent))
    except StackError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the database and the broker, unless a demo or another run needs them."""
    config.stash[_SERVERS].close()


@pytest.fixture
def now() -> dt.datetime:
    """The moment in which a test happens."""
    return world.NOW


@pytest.fixture(autouse=True)
def clean_cache() -> Iterator[None]:
    """Rate limits of one test are not those of the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def run_jobs() -> Callable[[], int]:
    """Run what waits in the queue, as workers would after the commit; return how many jobs ran."""

    def run() -> int:
        ran = 0
        while True:
            waiting = Job.objects.due_at(timezone.now() + dt.timedelta(days=3650)).order_by("pk").first()
            if waiting is None:
                return ran
            work_services.run(job_id=waiting.pk, now=max(timezone.now(), waiting.not_before))
            assert not Job.objects.get(pk=waiting.pk).error
            ran += 1

    return run

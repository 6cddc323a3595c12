"""Server time of a page, in process and through the real middleware, beside a bare Django view of the same bytes."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import path

from bench.pages import HOST, Page

ROUNDS, WARM_UP = 30, 3
MAX_QUERIES, MAX_MILLISECONDS = 12, 30
_SLOW_SECONDS = 0.002

# What django-admin startproject writes into a new project.
_PLAIN_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
_body = b""


def bare(_request: HttpRequest) -> HttpResponse:
    """Answer the bytes of the page that was measured last."""
    return HttpResponse(_body)


urlpatterns = [path("bare/", bare)]


@dataclass(frozen=True)
class Timing:
    """Median and 95th percentile, in milliseconds."""

    median: float
    p95: float


@dataclass(frozen=True)
class Figures:
    """What was measured of one page."""

    name: str
    timing: Timing
    bare: Timing
    queries: int
    database_ms: float
    size: int

    @property
    def ratio(self) -> float:
        """How many times the bare view's time."""
        return self.timing.median / self.bare.median

    @property
    def has_few_queries(self) -> bool:
        """Whether the target of queries is kept."""
        return self.queries <= MAX_QUERIES

    @property
    def is_fast(self) -> bool:
        """Whether the target of time is kept, by the median."""
        return self.timing.median <= MAX_MILLISECONDS


def measure(page: Page) -> Figures:
    """Measure one page; raise ``RuntimeError`` when it does not answer 200."""
    return together(page)[0]


def together(*pages: Page) -> list[Figures]:
    """Measure pages that are to be compared, request by request in turns: other work on the machine meets all alike."""
    found = [_looked_at(page) for page in pages]
    timings = _time(*(partial(page.browser.get, page.url, secure=True) for page in pages))
    return [
        Figures(page.name, timing, _bare(body), queries, database_ms, len(body))
        for page, timing, (body, queries, database_ms) in zip(pages, timings, found, strict=True)
    ]


def _looked_at(page: Page) -> tuple[bytes, int, float]:
    """Return what a warm page answers, its number of queries, and their milliseconds."""
    for _ in range(WARM_UP):
        answer = page.browser.get(page.url, secure=True)
    if answer.status_code != 200:
        message = f"{page.name}: {page.url} answered {answer.status_code}"
        raise RuntimeError(message)
    with CaptureQueriesContext(connection) as captured:
        answer = page.browser.get(page.url, secure=True)
    queries = captured.captured_queries  # now: the next request clears them
    return answer.content, len(queries), sum(float(query["time"]) for query in queries) * 1000


def explain(page: Page) -> None:
    """Print each query of a page with its time, and the plan of those that take longer than two milliseconds."""
    for _ in range(WARM_UP):
        page.browser.get(page.url, secure=True)
    with CaptureQueriesContext(connection) as captured:
        page.browser.get(page.url, secure=True)
    queries = captured.captured_queries
    print(f"\n{page.name}: {len(queries)} queries")
    for query in queries:
        print(f"{float(query['time']) * 1000:>7.0f} ms  {query['sql']}")
        if float(query["time"]) > _SLOW_SECONDS and query["sql"].startswith(("SELECT", "WITH")):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query["sql"].replace("%", "%%"), [])
                print("\n".join(f"            {line}" for (line,) in cursor.fetchall()))


def _bare(body: bytes) -> Timing:
    global _body
    _body = body
    with override_settings(ROOT_URLCONF="bench.measure", MIDDLEWARE=_PLAIN_MIDDLEWARE):
        browser = Client(headers={"host": HOST})

        def get() -> Any:
            return browser.get("/bare/", secure=True)

        for _ in range(WARM_UP):
            assert get().content == body
        return _time(get)[0]


def _time(*acts: Callable[[], object]) -> list[Timing]:
    gc.collect()
    taken: list[list[float]] = [[] for _ in acts]
    for _ in range(ROUNDS):
        for act, mine in zip(acts, taken, strict=True):
            started = time.perf_counter()
            act()
            mine.append((time.perf_counter() - started) * 1000)
    return [Timing(statistics.median(mine), statistics.quantiles(mine, n=20, method="inclusive")[-1]) for mine in taken]

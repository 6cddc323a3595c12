"""What holds from when until when: half-open periods that follow one another. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

Value = tuple[Any, ...]  # what a list says about one thing; each list knows what stands in it


@dataclass(frozen=True, slots=True)
class Span:
    """A value that holds from ``start`` (inclusive) until ``end`` (exclusive; None: for good)."""

    start: date
    end: date | None
    value: Value

    def holds_on(self, day: date) -> bool:
        """Tell whether it holds on ``day``."""
        return self.start <= day and (self.end is None or day < self.end)


Timeline = tuple[Span, ...]


def span_on(spans: Iterable[Span], day: date) -> Span | None:
    """Return the span that holds on ``day``."""
    return next((span for span in spans if span.holds_on(day)), None)


def value_on(spans: Iterable[Span], day: date) -> Value | None:
    """Return what holds on ``day``."""
    span = span_on(spans, day)
    return span.value if span else None


def merged(spans: Iterable[Span]) -> Timeline:
    """Put spans into order and join neighbours that say the same."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start):
        if joined and joined[-1].end == span.start and joined[-1].value == span.value:
            joined[-1] = replace(joined[-1], end=span.end)
        else:
            joined.append(span)
    return tuple(joined)


def painted(spans: Iterable[Span], *, start: date, end: date | None, value: Value) -> Timeline:
    """Let ``value`` hold from ``start`` (inclusive) until ``end`` (exclusive); outside of it nothing changes."""
    kept = []
    for span in spans:
        if span.start < start:
            kept.append(replace(span, end=start if span.end is None else min(span.end, start)))
        if end is not None and (span.end is None or span.end > end):
            kept.append(replace(span, start=max(span.start, end)))
    return merged([*kept, Span(start, end, value)])


def next_start(spans: Iterable[Span], day: date) -> date | None:
    """Return the first day after ``day`` on which something else begins."""
    return min((span.start for span in spans if span.start > day), default=None)


def set_from(spans: Timeline, *, start: date, value: Value) -> Timeline:
    """Let ``value`` hold from ``start`` until the next thing that is planned."""
    return painted(spans, start=start, end=next_start(spans, start), value=value)


def withdrawn(spans: Timeline, *, start: date) -> Timeline:
    """Take away what begins on ``start``: what held before it goes on in its place."""
    gone = next(span for span in spans if span.start == start)
    return merged(replace(span, end=gone.end) if span.end == gone.start else span for span in spans if span is not gone)


def first_difference(before: Timeline, after: Timeline) -> date | None:
    """Return the first day on which two timelines say different things; None if they say the same."""
    edges = {day for span in (*before, *after) for day in (span.start, span.end) if day is not None}
    return next((day for day in sorted(edges) if value_on(before, day) != value_on(after, day)), None)


def says(spans: Timeline, *, start: date, end: date | None, value: Value) -> bool:
    """Tell whether ``value`` holds on every day from ``start`` until ``end``; without an end, on ``start``."""
    span = span_on(spans, start)
    return span is not None and span.value == value and (end is None or span.end is None or span.end >= end)

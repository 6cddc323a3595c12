"""What a change of a list would be, before it is saved: from which day, from what to what, and its effect.

What held in the past is never edited, so a change begins tomorrow at the earliest; where nothing holds today, today.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from billing.exceptions import RateRefused
from billing.selectors.effects import Difference, Effect, effect_of
from billing.selectors.ratelists import RateList, Thing
from billing.selectors.timelines import (
    Timeline,
    Value,
    first_difference,
    next_start,
    painted,
    says,
    set_from,
    span_on,
    value_on,
    withdrawn,
)
from partnerportal.web import writing


@dataclass(frozen=True)
class Change:
    """From ``start`` on something else holds: from what to what, in words; ``is_new``: where nothing held."""

    thing: Thing
    start: date
    before: str
    after: str
    is_new: bool


@dataclass(frozen=True)
class Plan:
    """The timelines of what changes, before and after, and the effect on what runs now."""

    rate_list: RateList
    things: Mapping[str, Thing]
    before: Mapping[str, Timeline]
    after: Mapping[str, Timeline]
    effect: Effect | None

    @property
    def changes(self) -> list[Change]:
        """Every day on which something else begins to hold, by thing and day."""
        found = []
        for key, after in self.after.items():
            before, thing = self.before.get(key, ()), self.things[key]
            for day in _edges(before, after):
                old, new = value_on(before, day), value_on(after, day)
                if old != new:
                    say = self.rate_list.words
                    found.append(Change(thing, day, say(thing, old), say(thing, new), old is None))
        return found

    @property
    def shown(self) -> str:
        """What the page shows of it, in short: a form carries it, and what is saved must still be it."""
        said = [f"{one.thing.key} {one.start} {one.before} > {one.after}" for one in self.changes]
        if self.effect is not None:
            said += [str(self.effect.day), *self.effect.sentences]
            said += [f"{one.name} {one.currency} {one.before} {one.after}" for one in self.effect.most_affected]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()


@dataclass(frozen=True)
class Stated:
    """What one or more lines of a file say about a thing; ``number``: the first of these lines."""

    number: int
    key: str
    value: Value
    start: date
    end: date | None


@dataclass(frozen=True)
class BadLine:
    """A line of a file that cannot stand, and why."""

    number: int
    reason: str


def earliest_day(spans: Timeline, today: date) -> date:
    """Return the first day from which something may be changed: what holds today holds until tonight."""
    return today if span_on(spans, today) is None else today + timedelta(days=1)


def plan_change(*, rate_list: RateList, thing: Thing, value: Value, start: date, today: date) -> Plan:
    """Let ``value`` hold from ``start`` until whatever is planned after it. Raises :class:`RateRefused`."""
    problem = rate_list.problem(value)
    if problem:
        raise RateRefused(problem[1], field=problem[0])
    before = rate_list.timelines(thing).get(thing.key, ())
    _check_day(before, start, today)
    return _plan(
        rate_list, {thing.key: thing}, {thing.key: before}, {thing.key: set_from(before, start=start, value=value)}
    )


def plan_withdrawal(*, rate_list: RateList, thing: Thing, start: date, today: date) -> Plan:
    """Take back what is planned from ``start`` on; what held before goes on. Raises :class:`RateRefused`."""
    before = rate_list.timelines(thing).get(thing.key, ())
    if start <= today or all(span.start != start for span in before):
        raise RateRefused(_("This is not planned any more: it holds already, or somebody has withdrawn it."))
    return _plan(rate_list, {thing.key: thing}, {thing.key: before}, {thing.key: withdrawn(before, start=start)})


def plan_lines(*, rate_list: RateList, stated: Iterable[Stated], today: date) -> tuple[Plan, list[BadLine]]:
    """Put what a file says into the list: each statement holds in its period, outside of it nothing changes.

    A statement about the past must be what is there. Return the plan, and the lines that cannot stand.
    """
    by_key: dict[str, list[Stated]] = defaultdict(list)
    for one in stated:
        by_key[one.key].append(one)
    before = rate_list.timelines()
    after: dict[str, Timeline] = {}
    bad: list[BadLine] = []
    for key, lines in by_key.items():
        lines.sort(key=lambda one: one.start)
        overlapping = _overlapping(lines)
        bad += overlapping
        if not overlapping:
            after[key] = _stated_into(before.get(key, ()), lines, today)
            bad += _not_true(rate_list, after[key], lines, earliest_day(before.get(key, ()), today))
    changed = {key: spans for key, spans in after.items() if spans != before.get(key, ())}
    return _plan(rate_list, rate_list.things(), before, changed, with_effect=not bad), bad


def _plan(
    rate_list: RateList,
    things: Mapping[str, Thing],
    before: Mapping[str, Timeline],
    after: Mapping[str, Timeline],
    *,
    with_effect: bool = True,
) -> Plan:
    """Measure the effect on the last day on which something begins to differ: by then all of it has begun."""
    firsts = [day for key, spans in after.items() if (day := first_difference(before.get(key, ()), spans))]
    if not firsts or not with_effect:
        return Plan(rate_list, things, before, after, None)
    day = max(firsts)
    differences = [
        Difference(things[key], value_on(before.get(key, ()), day), value_on(spans, day))
        for key, spans in after.items()
        if value_on(before.get(key, ()), day) != value_on(spans, day)
    ]
    return Plan(rate_list, things, before, after, effect_of(rate_list, differences=differences, day=day))


def _check_day(spans: Timeline, start: date, today: date) -> None:
    earliest = earliest_day(spans, today)
    if start < earliest:
        sentence = _("What held is never changed, and what holds today holds until tonight. Choose %(day)s or later.")
        raise RateRefused(sentence % {"day": writing.day(earliest)}, field="valid_from")


def _edges(*timelines: Timeline) -> list[date]:
    return sorted({day for spans in timelines for span in spans for day in (span.start, span.end) if day is not None})


def _overlapping(lines: list[Stated]) -> list[BadLine]:
    bad = []
    for one, following in pairwise(lines):
        if one.start == following.start:
            reason = _("The same as line %(number)s: one of the two is too many.") % {"number": one.number}
            bad.append(BadLine(following.number, reason))
        elif one.end is not None and one.end > following.start:
            reason = _("Its period begins before that of line %(number)s has ended.") % {"number": one.number}
            bad.append(BadLine(following.number, reason))
    return bad


def _stated_into(spans: Timeline, lines: list[Stated], today: date) -> Timeline:
    earliest = earliest_day(spans, today)
    for place, one in enumerate(lines):
        if one.start >= earliest:
            following = lines[place + 1].start if place + 1 < len(lines) else None
            nexts = [day for day in (next_start(spans, one.start), following) if day is not None]
            end = one.end or min(nexts, default=None)
            spans = painted(spans, start=one.start, end=end, value=one.value)
    return spans


def _not_true(rate_list: RateList, spans: Timeline, lines: list[Stated], earliest: date) -> list[BadLine]:
    starts = {one.start for one in lines}
    bad = []
    for one in lines:
        if not says(spans, start=one.start, end=one.end, value=one.value):
            sentence = _("%(day)s is past: what held is never changed. Changes begin on %(earliest)s or later.")
            bad.append(BadLine(one.number, sentence % {"day": one.start, "earliest": earliest}))
        elif one.end is not None and one.end not in starts and value_on(spans, one.end) == one.value:
            sentence = _("It goes on after %(day)s: say in a further line what holds from then on.")
            bad.append(BadLine(one.number, sentence % {"day": one.end}))
    return bad

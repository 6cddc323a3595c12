"""Files of prices, rates, steps and VAT: read what they say, and name every line that cannot be read (Q32)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from billing.selectors import BadLine, PriceList, RateList, Stated, StepList, Timeline, Value
from partnerportal.kernel.csv import Unreadable, read_rows

CENTS, FRACTION_PLACES, LARGEST = 2, 5, Decimal(10) ** 10


class BadCell(ValueError):
    """A cell that does not hold what its column asks for; the message says what it should be."""


@dataclass(frozen=True)
class _Line:
    number: int
    key: str
    value: Value
    start: date
    end: date | None


def rows_of(rate_list: RateList, timelines: dict[str, Timeline], *, day: date | None) -> Iterator[Sequence[str]]:
    """Return the heading and the lines of a list's file: what holds on ``day``, or everything if it is None."""
    yield rate_list.columns
    for key, thing in rate_list.things().items():
        for span in timelines.get(key, ()):
            if day is None or span.holds_on(day):
                about = thing.key.split(":")
                until = span.end.isoformat() if span.end else ""
                for cells in rate_list.cells_of(span.value):
                    yield (*about, *cells, span.start.isoformat(), until)


def read(rate_list: RateList, text: str) -> tuple[list[Stated], list[BadLine]]:
    """Return what the file says, and the lines that cannot be read. Lines are numbered as a spreadsheet does: the
    heading is line 1.
    """
    try:
        rows = list(read_rows(text))
    except Unreadable as broken:
        return [], [BadLine(broken.line, _("This line is no CSV: a quotation mark is not closed."))]
    if not rows or tuple(cell.strip().lower() for cell in rows[0][1]) != rate_list.columns:
        heading = ";".join(rate_list.columns)
        return [], [BadLine(1, _("The first line must be: %(heading)s") % {"heading": heading})]
    known, lines, bad = rate_list.things(), [], []
    for number, cells in rows[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            line = _read_line(rate_list, number, [cell.strip() for cell in cells], known)
        except BadCell as reason:
            bad.append(BadLine(number, str(reason)))
        else:
            lines.append(line)
    stated, not_allowed = _stated(rate_list, lines)
    return stated, sorted([*bad, *not_allowed], key=lambda one: one.number)


def _read_line(rate_list: RateList, number: int, cells: list[str], known: Collection[str]) -> _Line:
    if len(cells) != len(rate_list.columns):
        sentence = _("It has %(count)s cells; the heading has %(wanted)s.")
        raise BadCell(sentence % {"count": len(cells), "wanted": len(rate_list.columns)})
    keys, rest = cells[: len(rate_list.key_columns)], cells[len(rate_list.key_columns) :]
    *values, start, end = rest
    if ":".join(keys) not in known:
        raise BadCell(_unknown(rate_list, ":".join(keys)))
    line = _Line(number, ":".join(keys), _value(rate_list, values), _day(start), _day(end) if end else None)
    if line.end is not None and line.end <= line.start:
        raise BadCell(_("Its period ends before it begins: valid_until is the first day on which it no longer holds."))
    return line


def _value(rate_list: RateList, cells: list[str]) -> Value:
    if isinstance(rate_list, PriceList):
        return (_decimal(cells[0], CENTS), _decimal(cells[1], CENTS) if cells[1] else None)
    if isinstance(rate_list, StepList):
        if not (cells[0].isascii() and cells[0].isdigit() and len(cells[0]) < 10):
            raise BadCell(_("“%(cell)s” is no number of units. Write it as in 30.") % {"cell": cells[0][:40]})
        return (int(cells[0]), _decimal(cells[1], FRACTION_PLACES))
    return (_decimal(cells[0], FRACTION_PLACES),)


def _decimal(cell: str, places: int) -> Decimal:
    example = "9.90" if places == CENTS else "0.20"
    sentence = _("“%(cell)s” is not written as it has to be: figures and a dot, such as %(example)s.")
    try:
        value = Decimal(cell)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not set(cell) <= set("0123456789.-"):
        raise BadCell(sentence % {"cell": cell[:40], "example": example})
    if abs(value) >= LARGEST or value != round(value, places):
        sentence = _("“%(cell)s” is too large, or has more than %(places)s decimals.")
        raise BadCell(sentence % {"cell": cell[:40], "places": places})
    return value


def _day(cell: str) -> date:
    try:
        if len(cell) == 10:
            return date.fromisoformat(cell)
    except ValueError:
        pass
    raise BadCell(_("“%(cell)s” is not a day. Write it as in 2027-01-01.") % {"cell": cell[:40]})


def _unknown(rate_list: RateList, key: str) -> str:
    """Say that the list cannot speak of this, and why."""
    what = key.replace(":", " ")[:60]
    if isinstance(rate_list, StepList):
        return _("“%(what)s” is no family with degressive steps.") % {"what": what}
    if rate_list.key_columns == ("country",):
        return _("“%(what)s” is no country in which VAT is charged.") % {"what": what}
    if isinstance(rate_list, PriceList):
        offer, _colon, currency = key.partition(":")
        return _("There is no offer “%(offer)s” with prices in “%(currency)s”.") % {
            "offer": offer[:60],
            "currency": currency[:10],
        }
    return _("There is no offer “%(what)s”.") % {"what": what}


def _stated(rate_list: RateList, lines: list[_Line]) -> tuple[list[Stated], list[BadLine]]:
    """Join the lines of a scale, and ask the list's own rule of each value."""
    bad: list[BadLine] = []
    if isinstance(rate_list, StepList):
        stated = _scales(lines, bad)
    else:
        stated = [Stated(one.number, one.key, one.value, one.start, one.end) for one in lines]
    sound = []
    for one in stated:
        problem = rate_list.problem(one.value)
        if problem:
            bad.append(BadLine(one.number, problem[1]))
        else:
            sound.append(one)
    return sound, bad


def _scales(lines: list[_Line], bad: list[BadLine]) -> list[Stated]:
    """Return a statement for each scale: the lines of one family that begin on one day."""
    scales: dict[tuple[str, date], list[_Line]] = {}
    for line in lines:
        scale = scales.setdefault((line.key, line.start), [])
        if scale and scale[0].end != line.end:
            sentence = _("The steps of a scale end on one day: line %(number)s says another.")
            bad.append(BadLine(line.number, sentence % {"number": scale[0].number}))
        else:
            scale.append(line)
    return [
        Stated(steps[0].number, key, tuple(sorted(one.value for one in steps)), start, steps[0].end)
        for (key, start), steps in scales.items()
    ]

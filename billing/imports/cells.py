"""What a cell of a file holds, or the sentence that says what it should hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

CENTS, FRACTION_PLACES, LARGEST = 2, 5, Decimal(10) ** 10


class BadCell(ValueError):
    """A cell that does not hold what its column asks for; the message says what it should be."""


def decimal_of(cell: str, places: int) -> Decimal:
    """Read an amount or a rate with so many decimals at most. Raises :class:`BadCell`."""
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


def day_of(cell: str) -> date:
    """Read a day in ISO form. Raises :class:`BadCell`."""
    try:
        if len(cell) == 10:
            return date.fromisoformat(cell)
    except ValueError:
        pass
    raise BadCell(_("“%(cell)s” is not a day. Write it as in 2027-01-01.") % {"cell": cell[:40]})

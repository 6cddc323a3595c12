"""The CSV dialect of every export (Q32): UTF-8 with BOM, semicolons, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

BOM = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutralised(value: object) -> str:
    """Return ``value`` as text that no spreadsheet takes for a formula; numbers stay numbers."""
    text = "" if value is None else str(value)
    if not text.startswith(_FORMULA_STARTS) or _is_number(text):
        return text
    return f"'{text}"


def write_rows(stream: TextIO, rows: Iterable[Sequence[object]]) -> int:
    """Write ``rows`` to ``stream`` in our dialect and return how many there were."""
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    count = 0
    for row in rows:
        writer.writerow([neutralised(cell) for cell in row])
        count += 1
    return count


def _is_number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] in "+-" and digits.isascii() and digits.isdigit()

"""The CSV dialect of every export (Q32): UTF-8 with BOM, semicolons, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
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


class Unreadable(ValueError):
    """The text is no CSV; ``line`` is where it stops being one."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is no CSV")
        self.line = line


def read_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of ``text`` with the number of the line on which it ends, what was neutralised as it was before.

    The separator is a semicolon or a comma, whichever the first line has more of. Raises :class:`Unreadable`.
    """
    text = text.removeprefix(BOM)
    first = text.split("\n", 1)[0]
    lines = io.StringIO(text, newline="")  # splitlines() would end a row at signs that stand within a cell
    reader = csv.reader(lines, delimiter=";" if first.count(";") >= first.count(",") else ",", strict=True)
    try:
        for row in reader:
            yield reader.line_num, [_as_written(cell) for cell in row]
    except csv.Error as bad:
        raise Unreadable(reader.line_num) from bad


def _as_written(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell


def _is_number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] in "+-" and digits.isascii() and digits.isdigit()

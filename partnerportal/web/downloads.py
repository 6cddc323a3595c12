"""A list as a file: exactly what its filters leave, in the CSV dialect of every export (Q32)."""

from __future__ import annotations

import datetime
import html
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tables2.rows import BoundRows

from partnerportal.kernel.csv import BOM, write_rows
from partnerportal.kernel.money import Money
from partnerportal.web.tables import MoneyColumn, PortalTable

DOWNLOADED = 5_000  # rows of one file: it is written while somebody waits
_TAG = re.compile(r"<[^>]*>")


def csv_answer(table: PortalTable, *, name: str) -> HttpResponse:
    """Answer with the table's rows, in their order, the first DOWNLOADED of them; amounts exact, days in ISO form."""
    stream = io.StringIO()
    stream.write(BOM)
    write_rows(stream, _rows(table))
    response = HttpResponse(stream.getvalue(), content_type="text/csv; charset=utf-8")
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    return response


def _rows(table: PortalTable) -> Iterator[list[object]]:
    # A column that is not visible is there for the file: a part of what the page says in one sentence.
    columns = [column for column in table.columns.iterall() if column.name not in table.only_on_page]
    header: list[object] = []
    for column in columns:
        header.append(_text(column.header))
        if isinstance(column.column, MoneyColumn):
            header.append(_("Currency"))
    yield header
    for row in BoundRows(table.data.data[:DOWNLOADED], table):
        cells: list[object] = []
        for column in columns:
            value = row.get_cell_value(column.name)
            if isinstance(column.column, MoneyColumn):
                cells += [_plain(value), column.column.currency_of(value, row.record) or ""]
            else:
                cells.append(_plain(value))
        yield cells


def _plain(value: Any) -> object:
    """Return a cell as a spreadsheet takes it: figures as figures, moments in ISO form, words without markup."""
    if value is None or isinstance(value, int | Decimal):
        return value
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return _text(value)


def _text(value: object) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", str(value))).split())

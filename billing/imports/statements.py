"""Statements of the bank as CSV: what came in, each line a transfer, every line that cannot be read named (Q32)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from billing.imports.cells import CENTS, BadCell, day_of, decimal_of
from billing.models import StatementLine
from billing.selectors import BadLine
from partnerportal.accounts.choices import Currency
from partnerportal.kernel.csv import Unreadable, read_rows

STATEMENT_COLUMNS = ("reference", "purpose", "amount", "currency", "received_on")
LONGEST_REFERENCE = 80


def read_statement(text: str) -> tuple[list[StatementLine], list[BadLine]]:
    """Return the transfers that a statement lists, and the lines that cannot stand. The heading is line 1."""
    try:
        rows = list(read_rows(text))
    except Unreadable as broken:
        return [], [BadLine(broken.line, _("This line is no CSV: a quotation mark is not closed."))]
    if not rows or tuple(cell.strip().lower() for cell in rows[0][1]) != STATEMENT_COLUMNS:
        heading = ";".join(STATEMENT_COLUMNS)
        return [], [BadLine(1, _("The first line must be: %(heading)s") % {"heading": heading})]
    lines: list[StatementLine] = []
    seen: dict[str, int] = {}
    bad = []
    for number, cells in rows[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            line = _line_of([cell.strip() for cell in cells])
        except BadCell as reason:
            bad.append(BadLine(number, str(reason)))
            continue
        if line.reference in seen:
            sentence = _("The bank’s number stands in line %(number)s already.")
            bad.append(BadLine(number, sentence % {"number": seen[line.reference]}))
            continue
        seen[line.reference] = number
        lines.append(line)
    return lines, bad


def _line_of(cells: list[str]) -> StatementLine:
    if len(cells) != len(STATEMENT_COLUMNS):
        sentence = _("It has %(count)s cells; the heading has %(wanted)s.")
        raise BadCell(sentence % {"count": len(cells), "wanted": len(STATEMENT_COLUMNS)})
    reference, purpose, amount, currency, received_on = cells
    if not reference or len(reference) > LONGEST_REFERENCE:
        raise BadCell(_("The bank’s number is missing, or longer than 80 characters."))
    if currency not in Currency.values:
        raise BadCell(_("“%(cell)s” is no currency of ours: CHF or EUR.") % {"cell": currency[:10]})
    paid = decimal_of(amount, CENTS)
    if paid <= 0:
        raise BadCell(_("Only money that came in is booked here: the amount is more than zero."))
    return StatementLine(reference, purpose, paid, currency, day_of(received_on))

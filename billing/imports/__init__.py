"""Files that staff bring: lists of prices and rates, statements of the bank. Every bad line is named (Q32)."""

from billing.imports.rates import read, rows_of
from billing.imports.statements import STATEMENT_COLUMNS, read_statement

__all__ = ["STATEMENT_COLUMNS", "read", "read_statement", "rows_of"]

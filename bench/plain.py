"""A run beside the plainest SQL that writes the same rows: INSERT … SELECT from tables that hold them.

Both are done for real on the same rows and taken back, with all indexes, triggers and foreign keys of the tables: these
are checked before the clock stops, as a commit would. Each is done a few times and the medians are compared.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.db import connection, transaction

ROUNDS = 3
T = TypeVar("T")


@dataclass(frozen=True)
class Changed:
    """Columns that a run changes in rows that are there: of which table, with their types, and in which rows."""

    table: str
    columns: dict[str, str]
    rows: str = "true"


@dataclass(frozen=True)
class Figures:
    """Median seconds of both, and how many rows each wrote or changed."""

    rows: int
    run: float
    floor: float

    @property
    def share(self) -> float:
        """How fast the run is, as a share of the plainest SQL."""
        return self.floor / self.run


def measure(act: Callable[[], object], *, added: tuple[str, ...], changed: tuple[Changed, ...]) -> Figures:
    """Time ``act`` and the plainest SQL. Call it in a transaction that is taken back.

    ``added``: the tables that it writes to, in the order in which their rows refer to one another.
    """
    before = {table: _highest(table) for table in added}
    kept = transaction.savepoint()
    runs = [_timed(act)[0]]
    written = {}
    for table in added:
        query = f"SELECT * FROM {table} WHERE id > {before[table]}"  # noqa: S608 -- a name and a number of ours
        written[f"added_{table}"] = _copied_out(query)
    for one in changed:
        query = f"SELECT id, {', '.join(one.columns)} FROM {one.table} WHERE {one.rows}"  # noqa: S608 -- names of ours
        written[f"changed_{one.table}"] = _copied_out(query)
    floors = []
    for number in range(ROUNDS):
        transaction.savepoint_rollback(kept)
        if number:
            runs.append(_timed(act)[0])
            transaction.savepoint_rollback(kept)
        _bring_back(added, changed, written)
        floor, rows = _timed(lambda: _write(added, changed))
        floors.append(floor)
    return Figures(rows, statistics.median(runs), statistics.median(floors))


def _timed(act: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = act()
    connection.check_constraints()  # the foreign keys, which wait for the commit
    return time.perf_counter() - started, result


def _highest(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 -- a name of ours
        return int(cursor.fetchone()[0])


def _copied_out(query: str) -> bytes:
    out = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT BINARY", out)
    return out.getvalue()


def _bring_back(added: tuple[str, ...], changed: tuple[Changed, ...], written: dict[str, bytes]) -> None:
    shapes = {f"added_{table}": f"(LIKE {table})" for table in added}
    for one in changed:
        shapes[f"changed_{one.table}"] = (
            f"(id bigint, {', '.join(f'{name} {kind}' for name, kind in one.columns.items())})"
        )
    with connection.cursor() as cursor:
        for table, shape in shapes.items():
            cursor.execute(f"CREATE TEMPORARY TABLE {table} {shape} ON COMMIT DROP")
            cursor.copy_expert(f"COPY {table} FROM STDIN BINARY", io.BytesIO(written[table]))
            cursor.execute(f"ANALYZE {table}")


def _write(added: tuple[str, ...], changed: tuple[Changed, ...]) -> int:
    rows = 0
    with connection.cursor() as cursor:
        for table in added:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM added_{table}")  # noqa: S608 -- names of ours
            rows += cursor.rowcount
        for one in changed:
            values = ", ".join(f"{name} = plain.{name}" for name in one.columns)
            differ = " OR ".join(f"{one.table}.{name} IS DISTINCT FROM plain.{name}" for name in one.columns)
            cursor.execute(
                f"UPDATE {one.table} SET {values} FROM changed_{one.table} plain "  # noqa: S608 -- names of ours
                f"WHERE plain.id = {one.table}.id AND ({differ})"
            )
            rows += cursor.rowcount
    return rows

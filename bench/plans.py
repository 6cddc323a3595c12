"""How the database finds the rows of a query: which indexes it uses, and which long tables it reads from end to end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

LONG = 5_000  # rows: a table from which reading all is worth a word
_READS = ("SELECT", "WITH")
_PLANNED = (*_READS, "INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Plan:
    """What a query does: milliseconds in the database (planning and running), blocks read, indexes, whole tables."""

    sql: str
    milliseconds: float
    blocks: int
    indexes: tuple[str, ...]
    whole: tuple[str, ...]


def long_tables() -> frozenset[str]:
    """Return the tables with more than :data:`LONG` rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s", [LONG])
        return frozenset(name for (name,) in cursor.fetchall())


def plan(sql: str, tables: frozenset[str]) -> Plan | None:
    """Return the plan of one statement, None for one that has none; a statement that writes is not run for it."""
    if not sql.startswith(_PLANNED):
        return None
    how = "ANALYZE, BUFFERS, FORMAT JSON" if sql.startswith(_READS) else "FORMAT JSON"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({how}) {sql.replace('%', '%%')}", [])
        found = cursor.fetchone()[0]
        transaction.set_rollback(True)
    top = (json.loads(found) if isinstance(found, str) else found)[0]
    nodes = list(_nodes(top["Plan"]))
    indexes = dict.fromkeys(node["Index Name"] for node in nodes if "Index Name" in node)
    whole = dict.fromkeys(
        node["Relation Name"]
        for node in nodes
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in tables and node.get("Actual Loops", 1)
    )
    return Plan(
        sql=sql,
        milliseconds=top.get("Execution Time", 0.0) + top.get("Planning Time", 0.0),
        blocks=top["Plan"].get("Shared Hit Blocks", 0) + top["Plan"].get("Shared Read Blocks", 0),
        indexes=tuple(indexes),
        whole=tuple(whole),
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)

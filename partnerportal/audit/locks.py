"""One runner at a time, released with the transaction, whatever happens to the runner."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """Open a transaction and yield whether this is the only runner of ``name`` now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        yield cursor.fetchone()[0]

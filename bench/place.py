"""A database of its own for each scale, kept between runs as long as the code that fills it is the same."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

from partnerportal.stack import config

ROOT = Path(__file__).resolve().parents[1]
DATABASES = {"demo": "portal_bench", "large": "portal_bench_large", "deep": "portal_bench_deep"}
_FILLED_BY = (
    "*/migrations/*.py",
    "partnerportal/*/migrations/*.py",
    "partnerportal/demo/*.py",
    "bench/large.py",
    "bench/people.py",
    "bench/deep.py",
)


_PROVIDER = {
    "name": "Bench",
    "legal_name": "Bench AG",
    "street": "Gasse 1",
    "postcode": "3000",
    "city": "Bern",
    "country": "CH",
    "vat_number": "CHE-000.000.000 MWST",
    "support_mail": "bench@localhost",
    "site": "https://localhost",
}


def settle(scale: str) -> str:
    """Point Django at the database of ``scale``, with production's settings; return the server's own address.

    Call it before ``django.setup``.
    """
    urls = config.urls(ROOT)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="partnerportal.settings.prod",
        DATABASE_URL=_address(urls.database, DATABASES[scale]),
        # Beside the demo's numbers and those of the tests.
        REDIS_URL=re.sub(r"\?db=\d+$", "", urls.redis) + "?db=14" if urls.redis.startswith("unix:") else urls.redis,
        SECRET_KEY=secrets.token_urlsafe(60),
        ALLOWED_HOSTS="localhost",
        EMAIL_HOST="localhost",
        MEDIA_ROOT=str(ROOT / ".local" / "bench" / "media"),
        LOG_LEVEL="ERROR",
        **{f"PROVIDER_{name.upper()}": value for name, value in _PROVIDER.items()},
    )
    return _address(urls.database, "postgres")


def drop() -> None:
    """Drop the databases of every scale."""
    with _Server(_address(config.urls(ROOT).database, "postgres")) as server:
        for name in DATABASES.values():
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def fill(address: str, scale: str, *, load: Callable[[], Any], prepare: Callable[[], Any]) -> float | None:
    """Make the database of ``scale`` and fill it; return the seconds that ``load`` took, None if it was there."""
    name, wanted = DATABASES[scale], _fingerprint()
    with _Server(address) as server:
        if server.comment_of(name) == wanted:
            return None
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        prepare()
        started = time.perf_counter()
        load()
        took = time.perf_counter() - started
        marking = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(wanted))
        server.execute(marking)  # last: a half-filled database has no mark
    return took


def _address(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for pattern in _FILLED_BY:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return f"bench {digest.hexdigest()}"


class _Server:
    """A connection to the server, beside the databases of the bench."""

    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> _Server:
        self._connection = psycopg2.connect(self._address)
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def execute(self, statement: sql.Composable) -> None:
        """Run one statement."""
        self._cursor.execute(statement)

    def comment_of(self, name: str) -> str | None:
        """Return the mark of a database, None where there is none or no database."""
        self._cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        found = self._cursor.fetchone()
        return found[0] if found else None

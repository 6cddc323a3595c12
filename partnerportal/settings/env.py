"""The only file that reads the environment. Secrets have no default: a missing one stops the start."""

import os
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """Return the variable ``name``; without a default it must be set."""
    value = os.environ.get(name, default)
    if value is None or (value == "" and default is None):
        message = f"The environment variable {name} is not set. See docs/operators.md."
        raise ImproperlyConfigured(message)
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return the variable ``name`` as a boolean: 1, true, yes, on (any case) mean true."""
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    """Return the variable ``name`` as a whole number."""
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError:
        message = f"The environment variable {name} must be a whole number, not {value!r}."
        raise ImproperlyConfigured(message) from None


def amount(name: str, default: str) -> Decimal:
    """Return the variable ``name`` as an exact amount."""
    value = os.environ.get(name, default)
    try:
        return Decimal(value)
    except InvalidOperation:
        message = f"The environment variable {name} must be an amount such as 50.00, not {value!r}."
        raise ImproperlyConfigured(message) from None


def words(name: str, default: str = "") -> list[str]:
    """Return the variable ``name`` as a list, split at commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def broker_url(redis_url: str, *, database: int | None = None) -> str:
    """Return ``redis_url`` as Celery writes it (a unix socket has a scheme of its own there)."""
    number = _database_number(redis_url) if database is None else database
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={number}"
    return parts._replace(path=f"/{number}").geturl()


def cache_url(redis_url: str, *, database: int | None = None) -> str:
    """Return ``redis_url`` with the database next to the broker's, so that clearing the cache loses no task."""
    number = _database_number(redis_url) + 1 if database is None else database
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        return f"unix://{parts.netloc}{parts.path}?db={number}"
    return parts._replace(path=f"/{number}").geturl()


def _database_number(redis_url: str) -> int:
    """Return the number of the database that ``redis_url`` names, 0 where it names none."""
    parts = urlsplit(redis_url)
    named = parse_qs(parts.query).get("db", ["0"])[0] if parts.scheme == "unix" else parts.path.strip("/")
    return int(named or 0)

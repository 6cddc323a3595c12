"""The only file that reads the environment. Secrets have no default: a missing one stops the start."""

import os
from urllib.parse import urlsplit

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


def words(name: str, default: str = "") -> list[str]:
    """Return the variable ``name`` as a list, split at commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def broker_url(redis_url: str) -> str:
    """Return ``redis_url`` as Celery writes it (a unix socket has a scheme of its own there)."""
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        return f"redis+socket://{parts.path}?virtual_host=0"
    return redis_url


def cache_url(redis_url: str) -> str:
    """Return ``redis_url`` pointing at the database beside the broker's, so that clearing the cache loses no task."""
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db=1"
    return parts._replace(path="/1").geturl()

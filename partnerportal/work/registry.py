"""Kinds of work, by name. ``tasks.py`` and ``jobs.py`` of each app register theirs when Django is ready."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partnerportal.work.models import Job

Function = Callable[..., dict[str, Any] | None]
_KINDS: dict[str, Kind] = {}


class UnknownKind(LookupError):
    """No work is registered under this name."""


@dataclass(frozen=True)
class Kind:
    """One kind of work: its name, the function that does it, and how often it is tried."""

    name: str
    function: Function
    max_attempts: int
    is_quiet: bool

    @property
    def accepts(self) -> frozenset[str]:
        """The names of its parameters."""
        return frozenset(list(inspect.signature(self.function).parameters)[1:])  # without the running job

    @property
    def needs(self) -> frozenset[str]:
        """The names of those that have no default."""
        parameters = list(inspect.signature(self.function).parameters.values())[1:]
        return frozenset(one.name for one in parameters if one.default is one.empty)

    def start(self, *, now: datetime, key: str | None = None, actor: Any = None, **parameters: Any) -> Job:
        """Start a job of this kind in the current transaction; see :func:`partnerportal.work.services.start`."""
        from partnerportal.work import services  # noqa: PLC0415 -- services look kinds up here

        return services.start(kind=self.name, parameters=parameters, now=now, key=key, actor=actor)

    def start_each(self, wanted: dict[str, dict[str, Any]], *, now: datetime) -> int:
        """Start jobs of this kind by their keys; see :func:`partnerportal.work.services.start_each`."""
        from partnerportal.work import services  # noqa: PLC0415 -- as above

        return services.start_each(kind=self.name, wanted=wanted, now=now)


def register(name: str, *, max_attempts: int = 5, is_quiet: bool = True) -> Callable[[Function], Kind]:
    """Register a function under ``name`` (app.verb_object).

    The function takes the running job first (see :class:`partnerportal.work.running.Running`) and the job's
    parameters by keyword, and returns the result as plain JSON values, or None. It may be run again after its worker
    died, so whatever it does twice must have the effect of once.
    """

    def registered(function: Function) -> Kind:
        if name in _KINDS:
            message = f"two functions are registered as {name}"
            raise ValueError(message)
        _KINDS[name] = Kind(name, function, max_attempts, is_quiet)
        return _KINDS[name]

    return registered


def find(name: str) -> Kind:
    """Return the kind called ``name``, by its whole name or by the part after the app where that is unique."""
    if name in _KINDS:
        return _KINDS[name]
    ending = [kind for full, kind in _KINDS.items() if full.split(".", 1)[1] == name]
    if len(ending) != 1:
        message = f"No work is registered as {name!r}. Known: {', '.join(sorted(_KINDS))}."
        raise UnknownKind(message)
    return ending[0]

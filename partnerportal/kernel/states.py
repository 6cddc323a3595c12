"""States and the arrows between them: each app draws its arrows as a table in choices.py."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any


class Refused(Exception):
    """An act was understood and refused by a rule.

    The message is a sentence that the person may read: what was wrong and what to do. ``field`` names the form field
    beside which it belongs, where there is one.
    """

    def __init__(self, message: object = "", *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class IllegalTransition(Refused):
    """The thing is not in a state from which this act is possible; the pages put it into words."""

    def __init__(self, current: str, target: str) -> None:
        super().__init__(f"no arrow leads from {current} to {target}")
        self.current, self.target = current, target


def check_transition(transitions: Mapping[Any, Set[Any]], current: str, target: str) -> None:
    """Raise :class:`IllegalTransition` unless ``target`` may follow ``current``."""
    if target not in transitions.get(current, frozenset()):
        raise IllegalTransition(str(current), str(target))

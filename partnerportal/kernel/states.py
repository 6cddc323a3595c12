"""States and the arrows between them: each app draws its arrows as a table in choices.py."""

from __future__ import annotations

from collections.abc import Mapping, Set


class Refused(Exception):
    """An act was understood and refused by a rule; the message is a sentence that the person may read."""


class IllegalTransition(Refused):
    """The thing is not in a state from which this act is possible."""


def check_transition(transitions: Mapping[str, Set[str]], current: str, target: str) -> None:
    """Raise :class:`IllegalTransition` unless ``target`` may follow ``current``."""
    if target not in transitions.get(current, frozenset()):
        raise IllegalTransition(f"This cannot be done now: the state is {str(current).lower()}.")

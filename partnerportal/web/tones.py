"""Which tone a state has: a dot's colour beside its word. A choices class may say it itself with a `tone` property."""

from __future__ import annotations

from enum import Enum

TONES = {
    "good": (
        "ACTIVE APPROVED ACCEPTED PAID PAID_OUT SETTLED DONE SUCCEEDED PUBLISHED VERIFIED AWARDED WON CREDITED PASSED "
        "REACHED"
    ),
    "busy": "RUNNING PROCESSING IN_REVIEW",
    "hollow": "PENDING QUEUED DRAFT WAITING SUBMITTED INVITED REQUESTED ISSUED SENT UNCONFIRMED OPEN LATER",
    "warn": "WARNED GRACE EXPIRING OVERDUE APPEALED PAUSED",
    "bad": "REFUSED REJECTED FAILED SUSPENDED BLOCKED PAYMENT_PROBLEM LOST_STATUS",
}
BY_STATE = {state: tone for tone, states in TONES.items() for state in states.split()}


def tone_of(state: object) -> str:
    """Return the tone of a stored state; what is over (ended, withdrawn, cancelled) has none."""
    own = getattr(state, "tone", None)
    if isinstance(own, str):
        return own
    value = state.value if isinstance(state, Enum) else state
    return BY_STATE.get(str(value).upper(), "")

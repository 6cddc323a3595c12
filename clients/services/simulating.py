"""What an act would do to what a partner sees: done for real, looked at, and taken back. Rules 10, 15 to 18.

The preview reads the same sets as the partner's own pages, after the same services have written the same rows: it
cannot differ from what will be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from clients import selectors
from clients.models import Relationship
from clients.selectors import Change, Sight

NO_TERMS: dict[str, Any] = {"access": None, "payer": None, "ends_at": None, "last_day": None, "rights": {}}


@dataclass(frozen=True)
class Outcome:
    """What changes for the partner, and what it sees then."""

    changes: list[Change]
    sight: Sight

    @property
    def is_nothing(self) -> bool:
        """Tell whether all stays as it is."""
        return not any(line.change for line in self.changes)


def simulate(act: Callable[[], Relationship], *, client_id: int, before: dict[str, Any] | None = None) -> Outcome:
    """Return what ``act`` would do to a partner of this client, and leave everything as it was.

    ``before``: the :func:`clients.selectors.snapshot` that holds now; None where nothing is open yet. ``act`` returns
    the relationship as it would be; what it refuses is raised here too.
    """
    with transaction.atomic():
        paid = selectors.renewals_paid(client_id=client_id)
        relationship = act()
        after = selectors.snapshot(relationship)
        changes = selectors.difference(client_id=client_id, before=before or NO_TERMS, after=after)
        changes = [*selectors.renewals_lost(client_id=client_id, paid_before=paid), *changes]
        seen = selectors.sight(relationship)
        transaction.set_rollback(True)
    return Outcome(changes, seen)

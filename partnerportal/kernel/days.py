"""Where a day begins."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which ``day`` begins in ``zone``: rows since then are found by an index on the moment."""
    return datetime.combine(day, time.min, tzinfo=zone)

"""What the apps below ask of billing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from billing import selectors


def tell_volumes(*, partner_ids: Sequence[int], day: date, **_: Any) -> dict[int, dict[str, Decimal]]:
    """Tell what organisations manage: prices are billing's (rule 2, Q21)."""
    return selectors.managed_totals(partner_ids=partner_ids, on=day)

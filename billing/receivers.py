"""What the apps below ask of billing, and tell it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from billing import selectors, services
from clients.models import Relationship


def tell_volumes(*, partner_ids: Sequence[int], day: date, **_: Any) -> dict[int, dict[str, Decimal]]:
    """Tell what organisations manage: prices are billing's (rule 2, Q21)."""
    return selectors.managed_totals(partner_ids=partner_ids, on=day)


def tell_consequences(*, relationship: Relationship, side: str, **_: Any) -> list[str]:
    """Tell what the end of a relationship means for orders, documents, cashback and exports (rules 27 and 48, Q12)."""
    return selectors.end_in_words(relationship=relationship, side=side)


def cut_exports(*, relationship: Relationship, now: datetime, **_: Any) -> None:
    """Stop the exports that run for a relationship that has ended (promise 1)."""
    services.cancel_exports(relationship_id=relationship.pk, now=now)


def drop_carts(*, relationship: Relationship, **_: Any) -> None:
    """Throw away what was meant to be ordered through a relationship that has ended (rule 48)."""
    services.drop_carts(relationship_id=relationship.pk)


def count_exports(*, relationship: Relationship, **_: Any) -> dict[str, int]:
    """Tell how many exports run for a relationship and are not being stopped."""
    return {"exports": selectors.running_exports(relationship_id=relationship.pk).count()}

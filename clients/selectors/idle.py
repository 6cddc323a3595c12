"""When a partner last used what it was granted, and what it has not used for long: still needed?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from clients.choices import Access, Right
from clients.models import Relationship

# Rights that a client can take back one by one; billing goes with who pays.
ASKED_ABOUT = (Right.VIEW, Right.ORDER, Right.TECHNICAL, Right.STATISTICS)


@dataclass(frozen=True)
class Idle:
    """A right that was not used since ``since``: since it was granted, confirmed or used for the last time."""

    right: Right
    since: date


def idle_rights(relationship: Relationship, *, today: date) -> list[Idle]:
    """Return what a partner could do at a client and has not done for ``PROGRAMME["unused_days"]``.

    ``relationship`` comes with its uses (:meth:`clients.querysets.RelationshipQuerySet.with_uses`). If nothing at all
    was used, that is the one answer. Of full access only the orders can be taken back by themselves.
    """
    found = [one for one in _granted_since(relationship) if one.since <= today - _unused_time()]
    nothing_used = [one for one in found if one.right == Right.VIEW]
    return nothing_used or found


def uses_in_order(relationship: Relationship) -> list[tuple[Right, date]]:
    """Return the rights that were ever used and the day of the last use, in the order in which rights grow."""
    days = ((right, getattr(relationship, f"last_{right.value}")) for right in Right)
    return [(right, day) for right, day in days if day is not None]


def _granted_since(relationship: Relationship) -> Iterator[Idle]:
    begin = relationship.access_since
    if begin is None:
        return
    floor = max(timezone.localdate(begin), timezone.localdate(relationship.reviewed_at or begin))
    granted: dict[Right, datetime | None] = (
        {Right.VIEW: begin, Right.ORDER: begin}
        if relationship.is_full
        else {
            Right.VIEW: relationship.first_grant,  # type: ignore[attr-defined]  # annotated
            Right.TECHNICAL: relationship.first_technical,  # type: ignore[attr-defined]
            Right.STATISTICS: relationship.first_statistics,  # type: ignore[attr-defined]
        }
    )
    for right, since in granted.items():
        if since is not None:
            used = getattr(relationship, f"last_{right.value}")
            yield Idle(right, max(one for one in (floor, timezone.localdate(since), used) if one is not None))


def idle_relationships(*, now: datetime) -> Iterator[tuple[int, list[Idle]]]:
    """Yield each active relationship with something idle, and what; one query, nothing kept in memory."""
    today = timezone.localdate(now)
    before = today - _unused_time()
    old = Relationship.objects.active(now).filter(access_since__date__lte=before).with_uses()
    unused = Q(last_view=None) | Q(last_view__lte=before)
    unused |= Q(access=Access.FULL) & (Q(last_order=None) | Q(last_order__lte=before))
    for right in (Right.TECHNICAL, Right.STATISTICS):
        granted = Q(access=Access.LIMITED, **{f"first_{right.value}__isnull": False})
        unused |= granted & (Q(**{f"last_{right.value}": None}) | Q(**{f"last_{right.value}__lte": before}))
    confirmed_long_ago = Q(reviewed_at=None) | Q(reviewed_at__date__lte=before)
    for relationship in old.filter(unused, confirmed_long_ago).order_by("pk").iterator():
        idle = idle_rights(relationship, today=today)
        if idle:
            yield relationship.pk, idle


def _unused_time() -> timedelta:
    return timedelta(days=settings.PROGRAMME["unused_days"])

"""Who may read the trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Q

# What only the organisation reads on whose things it was done, whoever did it: an invoice is its payer's alone, also
# where a partner's order brought it about (rule 24).
OWNERS_ALONE = ("billing.invoice.", "billing.payment.")


def done_elsewhere(organisation_id: int) -> Q:
    """Return what holds of acts that an organisation's own people did on another one, through a relationship."""
    withheld = Q()
    for prefix in OWNERS_ALONE:
        withheld |= Q(action__startswith=prefix)
    theirs = Q(actor_organisation_id=organisation_id, relationship_id__isnull=False)
    return theirs & ~Q(organisation_id=organisation_id) & ~withheld


class AuditEventQuerySet(models.QuerySet[Any]):
    """Audit events."""

    def visible_to(self, acting: Any) -> AuditEventQuerySet:
        """Keep the acts on the organisation acted for, by whomever (promise 7), and what its own people did for others
        through a relationship; nothing for nobody.

        In a client's space only what came through that relationship is visible.
        """
        if acting is None or acting.organisation is None:
            return self.none()
        on_it = Q(organisation_id=acting.organisation.pk)
        if acting.relationship is not None:  # a partner in a client's space reads what its own people did there
            return self.filter(on_it, relationship_id=acting.relationship.pk)
        return self.filter(on_it | done_elsewhere(acting.organisation.pk))

    def parts_visible_to(self, acting: Any) -> list[AuditEventQuerySet]:
        """Return :meth:`visible_to` in parts without a common row, each of which one index finds in its order.

        To show the newest 25 of an OR over two indexes, the database walks through everybody's rows by time. Filter
        each part, then put them together by :meth:`merged`.
        """
        if acting is None or acting.organisation is None or acting.relationship is not None:
            return [self.visible_to(acting)]
        own = acting.organisation.pk
        return [self.filter(organisation_id=own), self.filter(done_elsewhere(own))]

    @staticmethod
    def merged(parts: Sequence[AuditEventQuerySet], *, at_most: int, oldest_first: bool = False) -> AuditEventQuerySet:
        """Put parts together in one order: the first ``at_most`` of each, so that no index is read further than that.

        What comes of it takes no further filter, and is right for the first ``at_most`` rows.
        """
        order = ("at", "pk") if oldest_first else ("-at", "-pk")
        first, *others = parts
        if not others:
            return first.order_by(*order)
        first, *others = (part.order_by(*order)[:at_most] for part in parts)
        return first.union(*others, all=True).order_by(*order)

    def newest_first(self) -> AuditEventQuerySet:
        """Order by time, the newest first."""
        return self.order_by("-at", "-pk")

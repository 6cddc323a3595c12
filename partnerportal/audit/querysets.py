"""Who may read the trail."""

from __future__ import annotations

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

    def merged(self, acting: Any) -> AuditEventQuerySet:
        """Return the same rows of :meth:`visible_to`, the newest first, as two ordered index scans that are merged.

        An OR over two indexes reads and sorts every row of the organisation to show the newest 25; this reads 25. It
        takes no further filter: filter before.
        """
        if acting is None or acting.organisation is None or acting.relationship is not None:
            return self.newest_first()
        on_it = self.filter(organisation_id=acting.organisation.pk)
        elsewhere = self.filter(done_elsewhere(acting.organisation.pk))
        return on_it.union(elsewhere, all=True).newest_first()

    def newest_first(self) -> AuditEventQuerySet:
        """Order by time, the newest first."""
        return self.order_by("-at", "-pk")

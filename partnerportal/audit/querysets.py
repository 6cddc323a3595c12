"""Who may read the trail."""

from __future__ import annotations

from typing import Any

from django.db import models


class AuditEventQuerySet(models.QuerySet[Any]):
    """Audit events."""

    def visible_to(self, acting: Any) -> AuditEventQuerySet:
        """Keep the acts on the organisation acted for, by whomever (promise 7); nothing for nobody."""
        if acting is None or acting.organisation is None:
            return self.none()
        visible = self.filter(organisation_id=acting.organisation.pk)
        if acting.relationship is not None:  # a partner in a client's space reads what its own people did there
            visible = visible.filter(relationship_id=acting.relationship.pk)
        return visible

    def newest_first(self) -> AuditEventQuerySet:
        """Order by time, the newest first."""
        return self.order_by("-at", "-pk")

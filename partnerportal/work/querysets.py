"""Sets of jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from partnerportal.work.choices import JobState


class JobQuerySet(models.QuerySet[Any]):
    """Jobs."""

    def visible_to(self, acting: Any) -> JobQuerySet:
        """Keep the jobs that people of the acting organisation started there; a collaborator sees only their own."""
        if acting is None or acting.home is None or acting.relationship is not None:
            return self.none()
        mine = self.filter(organisation_id=acting.home.pk, is_quiet=False)
        return mine if acting.is_whole else mine.filter(user_id=acting.user_id)

    def due_at(self, now: datetime) -> JobQuerySet:
        """Keep the waiting jobs that may run at ``now``."""
        return self.filter(state=JobState.QUEUED, not_before__lte=now)

    def abandoned_at(self, now: datetime, timeout: Any) -> JobQuerySet:
        """Keep the running jobs whose runner has not been heard of for ``timeout``."""
        return self.filter(state=JobState.RUNNING, heartbeat_at__lt=now - timeout)

    def unsent_at(self, now: datetime, timeout: Any) -> JobQuerySet:
        """Keep the due jobs of which the broker has not been told, or was told ``timeout`` ago without effect."""
        return self.due_at(now).filter(Q(published_at=None) | Q(published_at__lt=now - timeout))

"""What the self-checks found, run by run (promise 10)."""

from __future__ import annotations

from django.db import models


class CheckRun(models.Model):
    """One run of all invariants over the live rows: when, how long it took, and what each of them found."""

    checked_at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    broken = models.PositiveSmallIntegerField()  # how many invariants do not hold
    findings = models.JSONField()  # [{"code", "count", "rows": the first of them in words}]

    class Meta:
        indexes = [models.Index(fields=["-checked_at", "-id"], name="checkrun_newest")]

    def __str__(self) -> str:
        return f"{self.checked_at:%Y-%m-%d %H:%M}"

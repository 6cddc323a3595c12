"""The job: a row that is the truth about work that takes long or must not be lost.

Organisations and people are plain ids here: the work app lies below accounts, so that accounts may use it.
"""

from django.db import models
from django.db.models import F, Q

from partnerportal.work.choices import ENDED, JobState
from partnerportal.work.querysets import JobQuerySet


class Job(models.Model):
    """One piece of work: what, with which parameters, for whom, how far."""

    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=120, null=True, unique=True)  # the same key is never started twice
    parameters = models.JSONField(default=dict)
    organisation_id = models.BigIntegerField(null=True)  # whose people may see it
    user_id = models.BigIntegerField(null=True)  # who started it
    relationship_id = models.BigIntegerField(null=True)  # through which relationship
    is_quiet = models.BooleanField(default=True)  # mails and other after-effects: nobody watches them
    state = models.CharField(max_length=9, choices=JobState.choices, default=JobState.QUEUED)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)  # 0: not known yet
    checkpoint = models.JSONField(default=dict)  # where the next runner goes on
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    runner = models.UUIDField(null=True)  # who holds it now; another runner's writes find no row
    result = models.JSONField(default=dict)
    result_file = models.CharField(max_length=200, blank=True)  # name in the default storage
    error = models.TextField(blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="job_state_known", condition=Q(state__in=JobState.values)),
            models.CheckConstraint(  # A running job has a runner that gives signs of life; no other has one.
                name="job_runner_iff_running",
                condition=Q(state=JobState.RUNNING, runner__isnull=False, heartbeat_at__isnull=False)
                | (~Q(state=JobState.RUNNING) & Q(runner=None)),
            ),
            models.CheckConstraint(
                name="job_finished_iff_ended",
                condition=Q(state__in=ENDED, finished_at__isnull=False) | (~Q(state__in=ENDED) & Q(finished_at=None)),
            ),
            models.CheckConstraint(  # Never more done than there is; a total of 0 is "not known".
                name="job_progress_within_total",
                condition=Q(progress_total=0) | Q(progress_done__lte=F("progress_total")),
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state=JobState.QUEUED), name="job_waiting"),
            models.Index(fields=["heartbeat_at"], condition=Q(state=JobState.RUNNING), name="job_running"),
            models.Index(fields=["organisation_id", "-created_at"], name="job_by_organisation"),
            models.Index(fields=["-created_at", "-id"], name="job_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_ended(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.state in ENDED

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100; None while the total is not known."""
        return self.progress_done * 100 // self.progress_total if self.progress_total else None

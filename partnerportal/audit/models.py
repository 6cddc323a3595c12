"""The audit trail (Q43, promise 7). Ids and labels are plain columns: the trail outlives what it speaks of."""

from django.db import models

from partnerportal.audit.querysets import AuditEventQuerySet


class AuditEvent(models.Model):
    """One act: who, when, for which organisation, through which relationship, on what."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)  # null: the portal itself
    actor_label = models.CharField(max_length=254)
    actor_organisation_id = models.BigIntegerField(null=True)  # whose member the actor is
    actor_organisation_label = models.CharField(max_length=200, blank=True)
    organisation_id = models.BigIntegerField(null=True)  # on whose things the act was done
    organisation_label = models.CharField(max_length=200, blank=True)
    relationship_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=80)  # "clients.relationship.ended"
    subject_type = models.CharField(max_length=80)
    subject_id = models.BigIntegerField(null=True)
    subject_label = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation_id", "-at", "-id"], name="audit_by_organisation"),
            models.Index(fields=["actor_organisation_id", "-at", "-id"], name="audit_by_actor_organisation"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject"),
            models.Index(fields=["-at", "-id"], name="audit_newest"),
        ]

"""States of applications and partners, and the words around them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ApplicationState(models.TextChoices):
    """Where an application stands (Q23)."""

    DRAFT = "DRAFT", _("Not sent yet")
    SUBMITTED = "SUBMITTED", _("In review")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")


APPLICATION_TRANSITIONS = {
    ApplicationState.DRAFT: {ApplicationState.SUBMITTED},
    ApplicationState.SUBMITTED: {ApplicationState.APPROVED, ApplicationState.REJECTED},
}


class PartnerState(models.TextChoices):
    """Where a partner stands."""

    APPROVED = "APPROVED", _("Active")
    SUSPENDED = "SUSPENDED", _("Suspended")
    LEFT = "LEFT", _("Left the programme")


PARTNER_TRANSITIONS = {
    PartnerState.APPROVED: {PartnerState.SUSPENDED, PartnerState.LEFT},
    PartnerState.SUSPENDED: {PartnerState.APPROVED, PartnerState.LEFT},
}


class ReviewOutcome(models.TextChoices):
    """What a yearly volume check found (Q21, Q22)."""

    REACHED = "REACHED", _("Threshold reached")
    WARNED = "WARNED", _("Below the threshold, warned")
    SUSPENDED = "SUSPENDED", _("Still below after the grace period, suspended")


class CheckResult(models.TextChoices):
    """What one eligibility check of an application found."""

    PASSED = "PASSED", _("Passed")
    LATER = "LATER", _("To be reached")
    FAILED = "FAILED", _("Failed")

"""Words and states of relationships and products. The arrows are the drawing in domain.md 3.2."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Access(models.TextChoices):
    """How much of its account a client opens."""

    LIMITED = "LIMITED", _("Limited")
    FULL = "FULL", _("Full")


class Payer(models.TextChoices):
    """Whose means pay what a partner orders; asked with full access only (rule 18)."""

    CLIENT = "CLIENT", _("The client pays")
    PARTNER = "PARTNER", _("The partner pays")


class Side(models.TextChoices):
    """The two sides of a relationship."""

    CLIENT = "CLIENT", _("Client")
    PARTNER = "PARTNER", _("Partner")


class EndedBy(models.TextChoices):
    """What ended a relationship (rules 46 and 48)."""

    CLIENT = "CLIENT", _("The client")
    PARTNER = "PARTNER", _("The partner")
    TERM = "TERM", _("The end date that was agreed")
    PROGRAMME = "PROGRAMME", _("The partner left the programme")


class RelationshipState(models.TextChoices):
    """Where a relationship stands."""

    PENDING = "PENDING", _("Waiting for an answer")
    ACTIVE = "ACTIVE", _("Active")
    REFUSED = "REFUSED", _("Refused")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    EXPIRED = "EXPIRED", _("Expired")
    ENDED = "ENDED", _("Ended")


RELATIONSHIP_TRANSITIONS = {
    RelationshipState.PENDING: {
        RelationshipState.ACTIVE,
        RelationshipState.REFUSED,
        RelationshipState.WITHDRAWN,
        RelationshipState.EXPIRED,
        RelationshipState.PENDING,  # resent
    },
    RelationshipState.EXPIRED: {RelationshipState.PENDING},  # resent
    RelationshipState.ACTIVE: {RelationshipState.ENDED},
}


class ProductState(models.TextChoices):
    """Where a product stands (section 9)."""

    ACTIVE = "ACTIVE", _("Active")
    BLOCKED = "BLOCKED", _("Blocked")
    TERMINATED = "TERMINATED", _("Terminated")


# Not paid in time it is blocked, then terminated; paid or renewed it works again; cancelled it ends with its period.
PRODUCT_TRANSITIONS = {
    ProductState.ACTIVE: {ProductState.BLOCKED, ProductState.TERMINATED},
    ProductState.BLOCKED: {ProductState.ACTIVE, ProductState.TERMINATED},
}


class TransferState(models.TextChoices):
    """Where the transfer of a product to another organisation stands (section 9)."""

    PENDING = "PENDING", _("Waiting for an answer")
    ACCEPTED = "ACCEPTED", _("Accepted")
    REFUSED = "REFUSED", _("Refused")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    EXPIRED = "EXPIRED", _("Expired")


TRANSFER_TRANSITIONS = {
    TransferState.PENDING: {
        TransferState.PENDING,  # sent again
        TransferState.ACCEPTED,
        TransferState.REFUSED,
        TransferState.WITHDRAWN,
        TransferState.EXPIRED,
    },
}


class RenewalPayer(models.TextChoices):
    """Whose means pay the next renewal of a product."""

    CLIENT = "CLIENT", _("The owner")
    PARTNER = "PARTNER", _("The partner")
    NOBODY = "NOBODY", _("No payment means")  # Q19: the partner that paid is gone


class Right(models.TextChoices):
    """What a partner's person may do in a client's space."""

    VIEW = "view", _("see")
    TECHNICAL = "technical", _("manage")
    STATISTICS = "statistics", _("see statistics")
    ORDER = "order", _("order and renew")
    BILLING = "billing", _("manage billing")

"""Words and states of calls for tenders (Q24, Q25)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """What a call is about."""

    SITE = "SITE", _("New website")
    SHOP = "SHOP", _("Online shop")
    MIGRATION = "MIGRATION", _("Migration")
    MAIL = "MAIL", _("E-mail")
    MAINTENANCE = "MAINTENANCE", _("Maintenance")
    CLOUD = "CLOUD", _("Cloud")
    TRAINING = "TRAINING", _("Training")
    OTHER = "OTHER", _("Something else")


class Language(models.TextChoices):
    """Languages in which the author can work with a partner."""

    GERMAN = "de", _("German")
    FRENCH = "fr", _("French")
    ITALIAN = "it", _("Italian")
    ENGLISH = "en", _("English")
    SPANISH = "es", _("Spanish")


class TenderState(models.TextChoices):
    """Where a call stands. "Answered" is an open call with proposals."""

    DRAFT = "DRAFT", _("Waiting for confirmation")
    OPEN = "OPEN", _("Open")
    AWARDED = "AWARDED", _("Awarded")
    DELETED = "DELETED", _("Deleted")
    EXPIRED = "EXPIRED", _("Expired")


TENDER_TRANSITIONS = {
    TenderState.DRAFT: {TenderState.OPEN, TenderState.DELETED, TenderState.EXPIRED},
    TenderState.OPEN: {TenderState.AWARDED, TenderState.DELETED, TenderState.EXPIRED},
}
CLOSED = [TenderState.AWARDED, TenderState.DELETED, TenderState.EXPIRED]
CONFIRM_PURPOSE = "tenders.confirm"  # the link that puts a visitor's draft on the board
AUTHOR_PURPOSE = "tenders.author"  # the secret link to read answers, award, delete (Q28)

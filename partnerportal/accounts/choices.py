"""Words of people and organisations."""

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member may do in an organisation (domain.md, section 1)."""

    LEGAL = "LEGAL", _("Legal representative")
    ADMINISTRATOR = "ADMINISTRATOR", _("Administrator")
    COLLABORATOR = "COLLABORATOR", _("Collaborator")


WHOLE = frozenset({Role.LEGAL, Role.ADMINISTRATOR})  # roles that reach everything of the organisation (rule 20)


def role_in_words(role: str, *, is_external: bool) -> str:
    """Return a role as people read it: "Collaborator", "Collaborator (External)"."""
    label = str(Role(role).label)
    return _now("%(role)s (External)") % {"role": label} if is_external else label


class StaffRole(models.TextChoices):
    """What somebody who works for the provider may do."""

    REVIEWER = "REVIEWER", _("Reviewer")
    FINANCE = "FINANCE", _("Finance")
    MODERATOR = "MODERATOR", _("Moderator")
    MANAGER = "MANAGER", _("Programme manager")
    AUDITOR = "AUDITOR", _("Auditor")


class OrganisationKind(models.TextChoices):
    """Types of organisation."""

    INDIVIDUAL = "INDIVIDUAL", _("Individual")
    ASSOCIATION = "ASSOCIATION", _("Association")
    COMPANY = "COMPANY", _("Company")


class Currency(models.TextChoices):
    """The programme's currencies."""

    CHF = "CHF", "CHF"
    EUR = "EUR", "EUR"


FRANC_COUNTRIES = ("CH", "LI")  # rule 44


def currency_of(country: str) -> Currency:
    """Return the currency of an address in ``country`` (ISO 3166 alpha-2). Rule 44."""
    return Currency.CHF if country in FRANC_COUNTRIES else Currency.EUR

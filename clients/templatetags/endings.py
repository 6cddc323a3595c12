"""What an end has cut, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

CUT = {
    "people": _("People of the partner who can enter"),
    "products": _("Products that they reach"),
    "earning": _("Products whose orders earn for the partner"),
    "assignments": _("Collaborators assigned by name"),
    "teams": _("Work teams assigned"),
    "renewals": _("Renewals that the partner pays"),
    "exports": _("Exports that run"),
}


@register.filter
def cut_in_words(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return what is open, by name, in the order of access, people, money, files."""
    return [(str(words), counts[what]) for what, words in CUT.items() if what in counts]

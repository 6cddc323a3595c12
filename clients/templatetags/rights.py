"""Rights in words."""

from collections.abc import Iterable

from django import template

from clients.choices import Right

register = template.Library()


@register.filter
def rights_in_words(rights: Iterable[str]) -> str:
    """Return "see, manage, see statistics", in the order in which rights grow."""
    held = set(rights)
    return ", ".join(str(right.label) for right in Right if right in held)

"""Rights in words."""

from collections.abc import Iterable

from django import template

from clients import selectors

register = template.Library()


@register.filter
def rights_in_words(rights: Iterable[str]) -> str:
    """Return "see, manage, see statistics", in the order in which rights grow."""
    return selectors.rights_words(rights)

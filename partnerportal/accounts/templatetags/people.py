"""People by name, for pages that say whom to ask."""

from __future__ import annotations

from typing import Any

from django import template

from partnerportal.accounts import selectors
from partnerportal.accounts.choices import Role

register = template.Library()


@register.simple_tag
def who_may_give(acting: Any) -> str:
    """Return the names of those who can give a right in the person's own organisation; nothing for one of them."""
    if acting.role == Role.LEGAL:
        return ""
    return ", ".join(str(one) for one in selectors.legal_representatives(organisation_id=acting.home.pk))

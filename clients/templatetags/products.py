"""How a product stands, in a word."""

from __future__ import annotations

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.choices import ProductState
from clients.models import Product
from partnerportal.web import tones, writing

register = template.Library()


@register.inclusion_tag("components/badge.html")
def standing(product: Product) -> dict[str, str]:
    """Draw the product's state; what is in use but no longer paid for is overdue."""
    if product.state == ProductState.ACTIVE and product.renews_on <= timezone.localdate():
        words = _("Overdue since %(day)s") % {"day": writing.short_day(product.renews_on)}
        return {"label": words, "tone": "warn", "title": ""}
    return {"label": product.get_state_display(), "tone": tones.tone_of(product.state), "title": ""}

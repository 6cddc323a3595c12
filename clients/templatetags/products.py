"""How a product stands and how it goes on, in words."""

from __future__ import annotations

from datetime import date, timedelta

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.choices import ProductState, RenewalPayer
from clients.models import Product
from partnerportal.web import tones, writing

register = template.Library()


@register.inclusion_tag("components/badge.html")
def standing(product: Product) -> dict[str, str]:
    """Draw the product's state; what is in use but no longer paid for is overdue, what is cancelled ends."""
    label, tone = str(product.get_state_display()), tones.tone_of(product.state)
    if product.state == ProductState.ACTIVE and is_overdue(product):
        label, tone = _("Overdue since %(day)s") % {"day": writing.short_day(unpaid_on(product))}, "warn"
    elif product.state == ProductState.ACTIVE and product.is_cancelled:
        label, tone = _("Ends on %(day)s") % {"day": writing.short_day(product.renews_on)}, ""
    return {"label": label, "tone": tone, "title": ""}


def unpaid_on(product: Product) -> date:
    """Return the first day that is not paid."""
    return min(product.renews_on, product.overdue_since or product.renews_on)


def is_overdue(product: Product) -> bool:
    """Tell whether a day has begun that is not paid, also before the nightly job has written it down."""
    return unpaid_on(product) <= timezone.localdate()


@register.simple_tag
def what_follows(product: Product) -> str:
    """Say what happens next to a product that is not paid, or has ended; nothing while all is well."""
    programme = settings.PROGRAMME
    if product.state == ProductState.BLOCKED and product.blocked_at is not None:
        ends_on = timezone.localdate(product.blocked_at) + timedelta(days=programme["terminate_days"])
        words = _("Blocked since %(day)s. It works again once it is renewed or paid; without that it ends on %(end)s.")
        return words % {"day": writing.day(product.blocked_at), "end": writing.day(ends_on)}
    if product.state == ProductState.TERMINATED and product.terminated_at is not None:
        return _("Ended on %(day)s. Order anew what you need.") % {"day": writing.day(product.terminated_at)}
    if product.is_cancelled:
        return _("Cancelled. It works until %(day)s, and ends then.") % {"day": writing.day(product.renews_on)}
    if is_overdue(product):
        blocked_on = unpaid_on(product) + timedelta(days=programme["block_days"])
        return _("Renew it, or pay its invoice: it is blocked on %(day)s.") % {"day": writing.day(blocked_on)}
    return ""


@register.simple_tag
def next_renewal(product: Product) -> str:
    """Say how a product goes on when its period is over, short enough for a list."""
    if product.is_cancelled or product.state == ProductState.TERMINATED:
        return _("Ends")
    if product.renewal_payer == RenewalPayer.NOBODY:
        return _("No payment means")
    if product.is_renewed_by_itself and not is_overdue(product):
        placed_on = product.renews_on - timedelta(days=settings.PROGRAMME["renewal_days"])
        if placed_on <= timezone.localdate():
            return _("By itself tonight")
        return _("By itself on %(day)s") % {"day": writing.short_day(placed_on)}
    return _("By hand")

"""Rights in words."""

from collections.abc import Iterable

from django import template
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clients import selectors, services
from clients.choices import Right
from clients.models import Relationship
from clients.selectors import Idle
from partnerportal.web import writing

register = template.Library()


IDLE = {
    Right.VIEW: _("Nothing of it has been used since %(day)s."),
    Right.ORDER: _("Nothing has been ordered or renewed for you since %(day)s."),
    Right.TECHNICAL: _("Nothing has been managed since %(day)s."),
    Right.STATISTICS: _("No statistics have been read since %(day)s."),
}


_TAKEN_BACK = {  # (is it full access, what is idle)
    (True, Right.VIEW): _("Taken back, it goes on seeing the products that you have now, and may do nothing more."),
    (True, Right.ORDER): _(
        "Taken back, it manages the products that you have now and reads their statistics, and orders nothing."
    ),
    (False, Right.VIEW): _("Taken back, it reaches no product until you grant one again."),
}


USED = {
    Right.VIEW: _("opened"),
    Right.TECHNICAL: _("managed something"),
    Right.STATISTICS: _("read statistics"),
    Right.ORDER: _("ordered or renewed"),
    Right.BILLING: _("looked at billing"),
}


@register.simple_tag
def renewal() -> str:
    """Return what the button does that puts an agreed end off."""
    months = settings.PROGRAMME["access_renewal_months"]
    return ngettext("Renew it by %(count)s month", "Renew it by %(count)s months", months) % {"count": months}


@register.filter
def use_in_words(right: Right) -> str:
    """Return what somebody did when a right was used."""
    return str(USED[right])


@register.filter
def idle_mark(idle: list[Idle]) -> str:
    """Return what is idle as the button that takes it back carries it."""
    return services.idle_mark(idle)


@register.filter
def idle_in_words(idle: Iterable[Idle]) -> str:
    """Return what was not used, and since when, as sentences."""
    return " ".join(str(IDLE[one.right]) % {"day": writing.day(one.since)} for one in idle)


@register.simple_tag
def taken_back(relationship: Relationship, idle: list[Idle]) -> str:
    """Return what remains once what is idle is taken back, where that is not plain from its name."""
    return str(_TAKEN_BACK.get((relationship.is_full, idle[0].right), ""))


@register.filter
def rights_in_words(rights: Iterable[str]) -> str:
    """Return "see, manage, see statistics", in the order in which rights grow."""
    return selectors.rights_words(rights)

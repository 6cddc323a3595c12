"""The list of prices and rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from partnerportal.web.tables import (
    DateColumn,
    LinkColumn,
    Place,
    PortalTable,
)


class RateTable(PortalTable):
    """A list of prices or rates as of a day."""

    noun = ngettext_lazy("%(count)s entry", "%(count)s entries", "count")
    caption = _("Prices and rates")
    empty_title = _("Nothing here yet")
    empty_hint = _("What the catalogue sells appears here.")

    phone: ClassVar[Mapping[str, Place]] = {
        "label": Place.MAIN,
        "value": Place.ASIDE,
        "since": Place.NAMED,
        "next_words": Place.NAMED,
    }
    label = LinkColumn(
        verbose_name=_("What"),
        url=lambda entry: reverse("billing:staff_rate_detail", args=[entry.rate_list.slug, entry.thing.key]),
        sub=lambda entry: entry.thing.group,
    )
    value = tables.Column(verbose_name=_("Holds"), orderable=False)
    since = DateColumn(verbose_name=_("Since"))
    next_words = tables.Column(verbose_name=_("Planned"), orderable=False, default="")

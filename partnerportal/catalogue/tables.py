"""The list of offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from partnerportal.catalogue.models import Offer
from partnerportal.web.tables import LinkColumn, NumberColumn, Place, PortalTable, StateColumn


class OfferTable(PortalTable):
    """What the provider sells or has sold."""

    noun = ngettext_lazy("%(count)s offer", "%(count)s offers", "count")
    caption = _("Offers")
    empty_title = _("No offer yet")
    empty_hint = _("Add the first one.")

    phone: ClassVar[Mapping[str, Place]] = {
        "name": Place.MAIN,
        "is_sold": Place.ASIDE,
        "family": Place.NOTE,
        "period": Place.NAMED,
        "max_periods": Place.NAMED,
        "plan_line": Place.NAMED,
    }
    name = LinkColumn(
        verbose_name=_("Offer"),
        url=lambda offer: reverse("catalogue:staff_offer_change", args=[offer.pk]),
        sub=lambda offer: offer.code,
    )
    family = tables.Column(verbose_name=_("Family"), order_by=("family__position", "family__name"))
    period = tables.Column(verbose_name=_("Sold by the"))
    max_periods = NumberColumn(verbose_name=_("Periods at once"))
    plan_line = tables.Column(verbose_name=_("Plan line"))
    is_sold = StateColumn(
        verbose_name=_("State"),
        tones={"True": "good", "False": ""},
        words=lambda offer: _("Sold") if offer.is_sold else _("No longer sold"),
    )

    class Meta(PortalTable.Meta):
        model = Offer
        fields = ("name", "family", "period", "max_periods", "plan_line", "is_sold")

    def value_is_sold(self, record: Offer) -> Any:
        """Give files the word."""
        return _("Sold") if record.is_sold else _("No longer sold")

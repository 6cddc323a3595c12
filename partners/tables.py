"""Lists of applications and partners for staff."""

from collections.abc import Mapping
from typing import ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from partnerportal.web.tables import END, DateColumn, Place, PortalTable, StateColumn
from partners.models import Affiliation, Application, Partner


class ApplicationTable(PortalTable):
    """The queue of applications."""

    noun = ngettext_lazy("%(count)s application", "%(count)s applications", "count")
    caption = _("Applications")
    empty_title = _("No application waits")
    empty_hint = _("New applications appear here, the oldest first.")

    phone: ClassVar[Mapping[str, Place]] = {
        "organisation": Place.MAIN,
        "state": Place.ASIDE,
        "register_number": Place.NOTE,
        "register_country": Place.NOTE,
        "submitted_at": Place.NAMED,
    }
    organisation = tables.Column(
        linkify=("partners:staff_application_detail", {"pk": tables.A("pk")}), verbose_name=_("Company")
    )
    register_number = tables.Column(verbose_name=_("Register number"))
    register_country = tables.Column(verbose_name=_("Country"))
    submitted_at = DateColumn(verbose_name=_("Sent"), with_time=True)
    state = StateColumn(verbose_name=_("State"))

    class Meta(PortalTable.Meta):
        model = Application
        fields = ("organisation", "register_number", "register_country", "submitted_at", "state")


class PartnerTable(PortalTable):
    """Partners, for staff."""

    noun = ngettext_lazy("%(count)s partner", "%(count)s partners", "count")
    caption = _("Partners")
    empty_title = _("No partner yet")
    empty_hint = _("A company appears here once its application is approved.")

    phone: ClassVar[Mapping[str, Place]] = {
        "organisation": Place.MAIN,
        "state": Place.ASIDE,
        "register_number": Place.NOTE,
        "contact_email": Place.NOTE,
        "joined_on": Place.NAMED,
    }
    organisation = tables.Column(
        linkify=("partners:staff_partner_detail", {"pk": tables.A("pk")}),
        verbose_name=_("Partner"),
        order_by=("organisation__search_name",),
    )
    register_number = tables.Column(verbose_name=_("Register number"))
    contact_email = tables.Column(verbose_name=_("E-mail address"))
    joined_on = DateColumn(verbose_name=_("Since"))
    state = StateColumn(verbose_name=_("State"))

    class Meta(PortalTable.Meta):
        model = Partner
        fields = ("organisation", "register_number", "contact_email", "joined_on", "state")


class AffiliationTable(PortalTable):
    """Affiliates, for staff."""

    noun = ngettext_lazy("%(count)s affiliation", "%(count)s affiliations", "count")
    caption = _("Affiliates")
    empty_title = _("No affiliate yet")
    empty_hint = _("Who recommends products for a commission stands here, and cannot be a partner meanwhile.")

    phone: ClassVar[Mapping[str, Place]] = {
        "organisation": Place.MAIN,
        "act": Place.ASIDE,
        "started_at": Place.NAMED,
        "ended_at": Place.NAMED,
    }
    organisation = tables.Column(verbose_name=_("Affiliate"), order_by=("organisation__search_name",))
    started_at = DateColumn(verbose_name=_("Since"))
    ended_at = DateColumn(verbose_name=_("Ended"), orderable=False)
    act = tables.Column(accessor="pk", verbose_name=_("More"), orderable=False, attrs=END)

    class Meta(PortalTable.Meta):
        model = Affiliation
        fields = ("organisation", "started_at", "ended_at", "act")

    def render_act(self, record: Affiliation) -> str:
        """Offer to end what has not ended."""
        if record.ended_at is not None:
            return ""
        address = reverse("partners:staff_affiliation_end", args=[record.pk])
        return format_html('<a href="{}">{}<span class="visually-hidden"> {}</span></a>', address, _now("End"), record)

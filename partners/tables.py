"""Lists of applications and partners for staff."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from partnerportal.web.tables import DateColumn, PortalTable, StateColumn
from partners.models import Application, Partner


class ApplicationTable(PortalTable):
    """The queue of applications."""

    noun = ngettext_lazy("%(count)s application", "%(count)s applications", "count")
    caption = _("Applications")
    empty_title = _("No application waits")
    empty_hint = _("New applications appear here, the oldest first.")

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

    organisation = tables.Column(verbose_name=_("Partner"), order_by=("organisation__search_name",))
    register_number = tables.Column(verbose_name=_("Register number"))
    contact_email = tables.Column(verbose_name=_("E-mail address"))
    joined_on = DateColumn(verbose_name=_("Since"))
    state = StateColumn(verbose_name=_("State"))

    class Meta(PortalTable.Meta):
        model = Partner
        fields = ("organisation", "register_number", "contact_email", "joined_on", "state")

"""Lists of members and of acts."""

from collections.abc import Mapping
from typing import ClassVar

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from partnerportal.accounts.models import Membership
from partnerportal.accounts.templatetags.acts import act_in_words, by_whom, for_whom
from partnerportal.audit.models import AuditEvent
from partnerportal.web.tables import DateColumn, Place, PortalTable


class MembershipTable(PortalTable):
    """Members of an organisation."""

    phone: ClassVar[Mapping[str, Place]] = {
        "name": Place.MAIN,
        "role": Place.ASIDE,
        "email": Place.NOTE,
        "accounting": Place.NAMED,
        "act": Place.ACT,
    }
    name = tables.Column(accessor="user__name", verbose_name=_("Name"))
    email = tables.Column(accessor="user__email", verbose_name=_("E-mail address"))
    role = tables.Column(verbose_name=_("Role"), accessor="role_words", order_by=("role", "is_external", "pk"))
    accounting = tables.BooleanColumn(accessor="may_see_accounting", verbose_name=_("Accounting"), orderable=False)
    act = tables.TemplateColumn(
        template_name="accounts/parts/member_acts.html",
        verbose_name=_("More"),
        orderable=False,
        attrs={"th": {"class": "end"}, "td": {"class": "end"}},
    )

    class Meta(PortalTable.Meta):
        model = Membership
        fields = ("name", "email", "role", "accounting", "act")


class ActivityTable(PortalTable):
    """Acts: who, for whom and through which relationship, when, what. A file has each part in a column of its own."""

    caption = _("Acts")
    empty_title = _("Nothing has been done yet")
    phone: ClassVar[Mapping[str, Place]] = {
        "action": Place.MAIN,
        "subject_label": Place.NOTE,
        "who": Place.NOTE,
        "at": Place.ASIDE,
        "actor_label": Place.HIDDEN,
        "actor_organisation_label": Place.HIDDEN,
        "organisation_label": Place.HIDDEN,
        "relationship_id": Place.HIDDEN,
    }
    only_on_page: ClassVar[frozenset[str]] = frozenset({"who"})
    at = DateColumn(verbose_name=_("When"), with_time=True, order_by=("at", "pk"))
    who = tables.Column(
        accessor="actor_label",
        verbose_name=_("Who, for whom"),
        orderable=False,
        attrs={"td": {"class": "wide"}},
    )
    actor_label = tables.Column(verbose_name=_("Who"), orderable=False, visible=False)
    actor_organisation_label = tables.Column(verbose_name=_("Member of"), orderable=False, visible=False, default="")
    organisation_label = tables.Column(verbose_name=_("For"), orderable=False, visible=False, default="")
    relationship_id = tables.Column(verbose_name=_("Through relationship"), orderable=False, visible=False, default="")
    action = tables.Column(verbose_name=_("What"), orderable=False)
    subject_label = tables.Column(verbose_name=_("On"), orderable=False)

    class Meta(PortalTable.Meta):
        model = AuditEvent
        fields = (
            "at",
            "who",
            "actor_label",
            "actor_organisation_label",
            "organisation_label",
            "relationship_id",
            "action",
            "subject_label",
        )

    def render_who(self, record: AuditEvent) -> SafeString:
        """Write "Ana Keller (Studio Lumen) for Bäckerei Moser, through relationship 12"."""
        second = for_whom(record)
        return (
            format_html('{} <span class="sub">{}</span>', by_whom(record), second)
            if second
            else format_html("{}", by_whom(record))
        )

    def render_action(self, value: str) -> str:
        """Say what was done in words."""
        return act_in_words(value)

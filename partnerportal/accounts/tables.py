"""Lists of members and of acts."""

from collections.abc import Mapping
from typing import ClassVar

import django_tables2 as tables
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from partnerportal.accounts.models import Membership
from partnerportal.accounts.templatetags.acts import act_in_words
from partnerportal.audit.models import AuditEvent
from partnerportal.web.tables import DateColumn, Place, PortalTable, SubColumn


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
    role = tables.Column(verbose_name=_("Role"))
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


def _through(event: AuditEvent) -> str:
    """Return for which organisation somebody acted, and through which relationship."""
    if not event.actor_organisation_label or event.relationship_id is None:
        return event.actor_organisation_label
    through = _now("relationship %(number)s") % {"number": event.relationship_id}
    return f"{event.actor_organisation_label}, {through}"


class ActivityTable(PortalTable):
    """Acts on an organisation."""

    phone: ClassVar[Mapping[str, Place]] = {
        "action": Place.MAIN,
        "subject_label": Place.NOTE,
        "actor_label": Place.NOTE,
        "at": Place.ASIDE,
    }
    at = DateColumn(verbose_name=_("When"), with_time=True, order_by=("at", "pk"))
    actor_label = SubColumn(verbose_name=_("Who"), sub=_through, orderable=False)
    action = tables.Column(verbose_name=_("What"), orderable=False)
    subject_label = tables.Column(verbose_name=_("On"), orderable=False)

    class Meta(PortalTable.Meta):
        model = AuditEvent
        fields = ("at", "actor_label", "action", "subject_label")

    def render_action(self, value: str) -> str:
        """Say what was done in words."""
        return act_in_words(value)

"""Lists of members and of acts."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from partnerportal.accounts.models import Membership
from partnerportal.audit.models import AuditEvent
from partnerportal.web.tables import PortalTable


class MembershipTable(PortalTable):
    """Members of an organisation."""

    name = tables.Column(accessor="user__name", verbose_name=_("Name"))
    email = tables.Column(accessor="user__email", verbose_name=_("E-mail address"))
    role = tables.Column(verbose_name=_("Role"))
    accounting = tables.BooleanColumn(accessor="may_see_accounting", verbose_name=_("Accounting"), orderable=False)
    act = tables.TemplateColumn(
        template_name="accounts/parts/member_acts.html",
        verbose_name=_("More"),
        orderable=False,
        attrs={"td": {"class": "end"}},
    )

    class Meta(PortalTable.Meta):
        model = Membership
        fields = ("name", "email", "role", "accounting", "act")


class ActivityTable(PortalTable):
    """Acts on an organisation."""

    at = tables.DateTimeColumn(verbose_name=_("When"), format="j M Y, H:i")
    actor_label = tables.TemplateColumn(template_name="accounts/parts/audit_actor.html", verbose_name=_("Who"))
    action = tables.TemplateColumn(template_name="accounts/parts/audit_action.html", verbose_name=_("What"))
    subject_label = tables.Column(verbose_name=_("On"))

    class Meta(PortalTable.Meta):
        model = AuditEvent
        fields = ("at", "actor_label", "action", "subject_label")
        order_by = ("-at",)

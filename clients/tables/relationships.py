"""Lists of clients and of partners with access."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from clients.choices import Payer
from clients.models import Relationship
from partnerportal.accounts.models import Organisation
from partnerportal.web import writing
from partnerportal.web.tables import DateColumn, Place, PortalTable, StateColumn


def access_in_words(relationship: Any) -> str:
    """Return "Full, 19 products", or "Limited, 3 products"; what was asked for while it waits."""
    if relationship.is_full and relationship.opened_count:
        count = relationship.opened_count
        words = ngettext("Full, %(count)s product", "Full, %(count)s products", count) % {
            "count": writing.number(count)
        }
    elif relationship.is_full:
        words = _now("Full")
    elif relationship.granted_count:
        words = ngettext("Limited, %(count)s product", "Limited, %(count)s products", relationship.granted_count) % {
            "count": relationship.granted_count
        }
    else:
        words = _now("Limited")
    is_request = relationship.state in ("PENDING", "EXPIRED") and relationship.started_by == "PARTNER"
    return _now("Asked for: %(access)s") % {"access": words.lower()} if is_request else words


class _RelationshipTable(PortalTable):
    access = tables.Column(verbose_name=_("Access"))
    payer = tables.Column(verbose_name=_("Pays"), default="")
    state = StateColumn(verbose_name=_("State"))
    since = DateColumn(accessor="access_since", verbose_name=_("Since"))
    ends = DateColumn(accessor="last_day", order_by=("ends_at",), verbose_name=_("Until"))

    class Meta(PortalTable.Meta):
        model = Relationship
        fields: tuple[str, ...] = ("access", "payer", "state", "since", "ends")

    def render_access(self, record: Relationship) -> str:
        """Write the access in words."""
        return access_in_words(record)


class ClientTable(_RelationshipTable):
    """A partner's clients, and the requests and invitations on both ways."""

    noun = ngettext_lazy("%(count)s client", "%(count)s clients", "count")
    caption = _("Clients")
    empty_title = _("No client yet")
    empty_hint = _("Ask a client for access, or let it find you in the directory and invite you.")

    phone: ClassVar[Mapping[str, Place]] = {
        "client": Place.MAIN,
        "state": Place.ASIDE,
        "access": Place.NOTE,
        "payer": Place.NOTE,
        "since": Place.NAMED,
        "ends": Place.NAMED,
        "place": Place.HIDDEN,
        "number": Place.HIDDEN,
    }
    client = tables.Column(verbose_name=_("Client"), order_by=("client_name",), empty_values=())
    place = tables.Column(accessor="pk", verbose_name=_("Place"), orderable=False, visible=False)
    number = tables.Column(accessor="pk", verbose_name=_("Relationship"), orderable=False, visible=False)

    class Meta(_RelationshipTable.Meta):
        fields: tuple[str, ...] = ("client", "place", "number", "access", "payer", "state", "since", "ends")
        sequence = ("client", "place", "number", "access", "payer", "state", "since", "ends")

    def render_client(self, record: Relationship) -> str:
        """Link to the client's page; an address while nobody has answered."""
        link = format_html('<a href="{}">{}</a>', record.client_page, record.client_to_partner)
        place = self.render_place(record)
        return format_html('{}<span class="sub">{}</span>', link, place) if place else link

    def value_client(self, record: Relationship) -> str:
        """Give files the name alone."""
        return str(record.client_to_partner)

    def render_place(self, record: Relationship) -> str:
        """Name the place of a client that the partner may know."""
        client = record.client_to_partner
        return client.city if isinstance(client, Organisation) else ""

    def render_payer(self, value: str, record: Relationship) -> str:
        """Say who pays as the partner says it."""
        return _now("You pay") if record.payer == Payer.PARTNER else value


class PartnerAccessTable(_RelationshipTable):
    """A client's partners with access, and the requests and invitations on both ways."""

    noun = ngettext_lazy("%(count)s partner", "%(count)s partners", "count")
    caption = _("Partners with access")
    empty_title = _("Nobody but your own people has access")
    empty_hint = _("Invite a partner when you want somebody to look after your products.")

    phone: ClassVar[Mapping[str, Place]] = {
        "partner": Place.MAIN,
        "state": Place.ASIDE,
        "access": Place.NOTE,
        "payer": Place.NOTE,
        "since": Place.NAMED,
        "ends": Place.NAMED,
    }
    partner = tables.Column(
        linkify=("clients:relationship_detail", {"pk": tables.A("pk")}),
        verbose_name=_("Partner"),
        order_by=("partner__organisation__search_name",),
    )

    class Meta(_RelationshipTable.Meta):
        fields: tuple[str, ...] = ("partner", "access", "payer", "state", "since", "ends")
        sequence = ("partner", "access", "payer", "state", "since", "ends")

    def render_payer(self, value: str, record: Relationship) -> str:
        """Say who pays as the client says it."""
        return _now("You pay") if record.payer == Payer.CLIENT else value

"""Lists of clients, of partners with access, of products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from clients.choices import Payer
from clients.models import Product, ProductTransfer, Relationship
from clients.templatetags.products import standing
from partnerportal.accounts.models import Organisation
from partnerportal.web import writing
from partnerportal.web.tables import DateColumn, NumberColumn, Place, PortalTable, StateColumn


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

    class Meta(PortalTable.Meta):
        model = Relationship
        fields: tuple[str, ...] = ("access", "payer", "state", "since")

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
    }
    client = tables.Column(verbose_name=_("Client"), order_by=("client_name",), empty_values=())

    class Meta(_RelationshipTable.Meta):
        fields: tuple[str, ...] = ("client", "access", "payer", "state", "since")
        sequence = ("client", "access", "payer", "state", "since")

    def render_client(self, record: Relationship) -> str:
        """Link to the client's page; an address while nobody has answered."""
        client = record.client_to_partner
        place = client.city if isinstance(client, Organisation) else record.get_state_display()
        return format_html('<a href="{}">{}</a><span class="sub">{}</span>', record.client_page, client, place)

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
    }
    partner = tables.Column(
        linkify=("clients:relationship_detail", {"pk": tables.A("pk")}),
        verbose_name=_("Partner"),
        order_by=("partner__organisation__search_name",),
    )

    class Meta(_RelationshipTable.Meta):
        fields: tuple[str, ...] = ("partner", "access", "payer", "state", "since")
        sequence = ("partner", "access", "payer", "state", "since")

    def render_payer(self, value: str, record: Relationship) -> str:
        """Say who pays as the client says it."""
        return _now("You pay") if record.payer == Payer.CLIENT else value


class ProductTable(PortalTable):
    """Products of one organisation."""

    noun = ngettext_lazy("%(count)s product", "%(count)s products", "count")
    caption = _("Products")
    empty_title = _("No product here yet")
    empty_hint = _("What is ordered appears here.")

    phone: ClassVar[Mapping[str, Place]] = {
        "name": Place.MAIN,
        "state": Place.ASIDE,
        "offer": Place.NOTE,
        "quantity": Place.NAMED,
        "renews_on": Place.NAMED,
        "renewal_payer": Place.NAMED,
    }
    name = tables.Column(linkify=("clients:product_detail", {"pk": tables.A("pk")}), verbose_name=_("Product"))
    offer = tables.Column(verbose_name=_("Offer"), order_by=("offer__name",))
    quantity = NumberColumn(verbose_name=_("Units"))
    renews_on = DateColumn(verbose_name=_("Paid until"))
    renewal_payer = tables.Column(verbose_name=_("Renewal paid by"))
    state = tables.Column(verbose_name=_("State"))

    class Meta(PortalTable.Meta):
        model = Product
        fields = ("name", "offer", "quantity", "renews_on", "renewal_payer", "state")

    def render_state(self, record: Product) -> str:
        """Say when it is overdue. Written here: a template for each row would take as long as the rest of the row."""
        badge = standing(record)
        return format_html('<span class="badge {}">{}</span>', badge["tone"], badge["label"])

    def render_renewal_payer(self, value: Any, record: Product) -> str:
        """Say plainly when nobody would pay."""
        if record.renewal_payer == "NOBODY":
            return format_html('<span class="badge warn">{}</span>', value)
        return value


class TransferTable(PortalTable):
    """Products that others offer to one's own organisation."""

    noun = ngettext_lazy("%(count)s product", "%(count)s products", "count")
    caption = _("Products offered to you")
    empty_title = _("Nobody offers you a product")
    empty_hint = _("When another organisation wants to give you one, it stands here and comes by mail.")

    phone: ClassVar[Mapping[str, Place]] = {
        "product": Place.MAIN,
        "from_organisation": Place.ASIDE,
        "offer": Place.NOTE,
        "created_at": Place.NAMED,
        "expires_at": Place.NAMED,
    }
    product = tables.Column(
        linkify=("clients:transfer_answer", {"pk": tables.A("pk")}),
        verbose_name=_("Product"),
        order_by=("product__name",),
    )
    offer = tables.Column(accessor="product__offer", verbose_name=_("Offer"), order_by=("product__offer__name",))
    from_organisation = tables.Column(verbose_name=_("From"), order_by=("from_organisation__search_name",))
    created_at = DateColumn(verbose_name=_("Offered"))
    expires_at = DateColumn(verbose_name=_("Waits until"))

    class Meta(PortalTable.Meta):
        model = ProductTransfer
        fields = ("product", "offer", "from_organisation", "created_at", "expires_at")

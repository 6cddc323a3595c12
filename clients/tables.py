"""Lists of clients, of partners with access, of products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from clients import selectors
from clients.choices import Payer
from clients.models import Product, ProductTransfer, Relationship, Team
from clients.templatetags.products import standing
from partnerportal.accounts.models import Membership, Organisation
from partnerportal.web import writing
from partnerportal.web.tables import END, DateColumn, NumberColumn, Place, PortalTable, StateColumn


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
    }
    client = tables.Column(verbose_name=_("Client"), order_by=("client_name",), empty_values=())

    class Meta(_RelationshipTable.Meta):
        fields: tuple[str, ...] = ("client", "access", "payer", "state", "since", "ends")
        sequence = ("client", "access", "payer", "state", "since", "ends")

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


def _number_of_clients(count: int) -> str:
    """Write a count; on a narrow screen, where no heading stands over it, with what it counts."""
    words = ngettext("client", "clients", count)
    return format_html('{}<span class="folded"> {}</span>', writing.number(count), words)


class TeamTable(PortalTable):
    """A partner's work teams."""

    noun = ngettext_lazy("%(count)s team", "%(count)s teams", "count")
    caption = _("Work teams")
    empty_title = _("No team yet")
    empty_hint = _("A team lets several collaborators reach many clients at once, with the rights that you choose.")

    phone: ClassVar[Mapping[str, Place]] = {
        "name": Place.MAIN,
        "clients": Place.ASIDE,
        "people": Place.NAMED,
        "rights": Place.NOTE,
    }
    name = tables.Column(
        linkify=("clients:team_detail", {"pk": tables.A("pk")}), verbose_name=_("Team"), order_by=("name", "pk")
    )
    people = NumberColumn(accessor="people_count", verbose_name=_("People"))
    clients = tables.Column(accessor="client_count", verbose_name=_("Clients"), attrs=END)
    rights = tables.Column(verbose_name=_("At most"), orderable=False)

    class Meta(PortalTable.Meta):
        model = Team
        fields = ("name", "rights", "people", "clients")
        sequence = ("name", "rights", "people", "clients")

    def render_clients(self, value: int, record: Team) -> str:
        """Say how many, or that it is every one."""
        return _now("every client") if record.reaches_all else _number_of_clients(value)

    def value_clients(self, value: int, record: Team) -> str | int:
        """Give files the figure."""
        return _now("every client") if record.reaches_all else value

    def render_rights(self, value: frozenset[str]) -> str:
        """Write the rights in words."""
        return selectors.rights_words(value)


class TeamClientTable(PortalTable):
    """A partner's clients with a box to tick each: to be given to a team, or taken from it."""

    noun = ngettext_lazy("%(count)s client", "%(count)s clients", "count")
    caption = _("Clients")
    empty_title = _("No client yet")
    empty_hint = _("What a client opens can be given to a team as soon as the relationship is active.")

    phone: ClassVar[Mapping[str, Place]] = {"client": Place.MAIN, "team": Place.ASIDE, "access": Place.NOTE}
    client = tables.Column(verbose_name=_("Client"), order_by=("client_name",))
    access = tables.Column(accessor="access_sentence", verbose_name=_("Access"), orderable=False)
    team = tables.Column(accessor="is_in_team", verbose_name=_("In the team"), order_by=("is_in_team", "client_name"))

    class Meta(PortalTable.Meta):
        model = Relationship
        fields = ("client", "access", "team")

    def render_client(self, record: Relationship) -> str:
        """Draw a box to tick, the name, the place."""
        return format_html(
            '<label class="tick"><input type="checkbox" name="clients" value="{}">'
            '<span>{}<span class="sub">{}</span></span></label>',
            record.pk,
            record.client,
            record.client.city if record.client else "",
        )

    def render_team(self, value: bool) -> str:
        """Say whether the team looks after it."""
        words = _now("in the team") if value else _now("not in the team")
        return format_html('<span class="badge {}">{}</span>', "good" if value else "hollow", words)


class _PersonTable(PortalTable):
    noun = ngettext_lazy("%(count)s person", "%(count)s people", "count")
    person = tables.Column(accessor="user__name", verbose_name=_("Person"), order_by=("user__name", "pk"))

    class Meta(PortalTable.Meta):
        model = Membership
        fields: tuple[str, ...] = ("person",)


class PersonTable(_PersonTable):
    """A partner's people: in which teams each is, and how many clients they reach."""

    caption = _("People")
    phone: ClassVar[Mapping[str, Place]] = {
        "person": Place.MAIN,
        "clients": Place.ASIDE,
        "teams": Place.NAMED,
        "role": Place.NOTE,
    }
    role = tables.Column(verbose_name=_("Role"))
    teams = tables.Column(verbose_name=_("Teams"), orderable=False, default="–")
    clients = tables.Column(accessor="client_count", verbose_name=_("Clients reached"), attrs=END)

    class Meta(_PersonTable.Meta):
        fields: tuple[str, ...] = ("person", "role", "teams", "clients")
        sequence = ("person", "role", "teams", "clients")

    def render_person(self, record: Membership) -> str:
        """Link to the clients that the person reaches."""
        page = reverse("clients:person_detail", args=[record.pk])
        return format_html('<a href="{}">{}</a><span class="sub">{}</span>', page, record.user, record.user.email)

    def render_clients(self, value: int) -> str:
        """Say how many."""
        return _number_of_clients(value)

    def value_clients(self, value: int) -> int:
        """Give files the figure."""
        return value

    def render_teams(self, value: list[str]) -> str:
        """Name the teams."""
        return ", ".join(value)


class ClientPersonTable(_PersonTable):
    """Who of a partner's people reaches one client, on which way, with what."""

    caption = _("People who reach this client")
    empty_title = _("Nobody reaches this client at the moment")
    empty_hint = _("Nothing is open while your status in the programme does not hold.")
    only_on_page: ClassVar[frozenset[str]] = frozenset({"act"})
    phone: ClassVar[Mapping[str, Place]] = {
        "person": Place.MAIN,
        "act": Place.ACT,
        "way": Place.NOTE,
        "remains": Place.NAMED,
        "role": Place.ASIDE,
    }
    role = tables.Column(verbose_name=_("Role"))
    way = tables.Column(accessor="team_ways", verbose_name=_("Let in by"), orderable=False, empty_values=())
    remains = tables.Column(accessor="pk", verbose_name=_("What remains"), orderable=False)
    act = tables.TemplateColumn(
        template_name="clients/parts/person_acts.html", verbose_name=_("More"), orderable=False, attrs=END
    )

    class Meta(_PersonTable.Meta):
        fields: tuple[str, ...] = ("person", "role", "way", "remains", "act")
        sequence = ("person", "role", "way", "remains", "act")

    def __init__(self, *args: Any, relationship: Relationship, granted: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relationship, self.granted = relationship, granted

    def render_person(self, record: Membership) -> str:
        """Link to what the person reaches of this client."""
        page = reverse("clients:client_person", args=[self.relationship.pk, record.pk])
        return format_html('<a href="{}">{}</a><span class="sub">{}</span>', page, record.user, record.user.email)

    def render_way(self, record: Any) -> str:
        """Write each way on a line of its own."""
        ways = selectors.ways_in_words(record, selectors.ways_here(record))
        lines = ((way,) for way in ways or [_now("No way in")])
        return format_html_join("", '<span class="line">{} </span>', lines)

    def render_remains(self, record: Any) -> str:
        """Write what the person may do here: granted, and of that what is let through."""
        return selectors.rights_words(selectors.what_remains(record, selectors.ways_here(record), self.granted))


class ReachedClientTable(PortalTable):
    """The clients that one person reaches, on which way, with what."""

    noun = ngettext_lazy("%(count)s client", "%(count)s clients", "count")
    caption = _("Clients that this person reaches")
    empty_title = _("No client at the moment")
    empty_hint = _("Put the person in a team, or assign a client by name on the client's page.")
    phone: ClassVar[Mapping[str, Place]] = {
        "client": Place.MAIN,
        "access": Place.ASIDE,
        "way": Place.NOTE,
        "remains": Place.NAMED,
    }
    client = tables.Column(verbose_name=_("Client"), order_by=("client_name",))
    access = tables.Column(verbose_name=_("Access"), orderable=False)
    way = tables.Column(accessor="team_ways", verbose_name=_("Let in by"), orderable=False, empty_values=())
    remains = tables.Column(accessor="pk", verbose_name=_("What remains"), orderable=False)

    class Meta(PortalTable.Meta):
        model = Relationship
        fields = ("client", "access", "way", "remains")

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = membership

    def render_client(self, record: Relationship) -> str:
        """Link to what the person reaches of the client."""
        page = reverse("clients:client_person", args=[record.pk, self.membership.pk])
        return format_html('<a href="{}">{}</a>', page, record.client)

    def render_way(self, record: Any) -> str:
        """Write each way on a line of its own."""
        ways = selectors.ways_in_words(self.membership, selectors.ways_here(record))
        return format_html_join("", '<span class="line">{} </span>', ((way,) for way in ways))

    def render_remains(self, record: Any) -> str:
        """Write what the person may do there."""
        return selectors.rights_words(selectors.rights_in_space(record, self.membership))


class ReachedProductTable(PortalTable):
    """The products that a relationship opens, and what one person may do with each."""

    noun = ngettext_lazy("%(count)s product", "%(count)s products", "count")
    caption = _("Products that the relationship opens")
    empty_title = _("No product is open at the moment")
    only_on_page: ClassVar[frozenset[str]] = frozenset({"act"})
    phone: ClassVar[Mapping[str, Place]] = {
        "name": Place.MAIN,
        "offer": Place.NOTE,
        "remains": Place.NAMED,
        "act": Place.ASIDE,
    }
    name = tables.Column(verbose_name=_("Product"))
    offer = tables.Column(verbose_name=_("Offer"), order_by=("offer__name",))
    remains = tables.Column(accessor="pk", verbose_name=_("What remains"), orderable=False)
    act = tables.Column(accessor="pk", verbose_name=_("Why?"), orderable=False, attrs=END)

    class Meta(PortalTable.Meta):
        model = Product
        fields = ("name", "offer", "remains", "act")

    def __init__(
        self, *args: Any, relationship: Relationship, membership: Membership, allowed: frozenset[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.relationship, self.membership, self.allowed = relationship, membership, allowed

    def render_remains(self, record: Any) -> str:
        """Write what the person may do with it."""
        granted = selectors.granted_on_product(
            access=self.relationship.access, payer=self.relationship.payer, grant=record.grant
        )
        return selectors.rights_words(granted & self.allowed)

    def render_act(self, record: Product) -> str:
        """Link to the chain."""
        page = reverse("clients:client_why", args=[self.relationship.pk, self.membership.pk, record.pk])
        return format_html(
            '<a href="{}">{}<span class="visually-hidden"> {}</span></a>', page, _now("Why?"), record.name
        )

"""Lists of teams and of the people who reach clients."""

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
from clients.models import Product, Relationship, Team
from partnerportal.accounts.models import Membership
from partnerportal.web import writing
from partnerportal.web.tables import END, NumberColumn, Place, PortalTable


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
    access = tables.Column(accessor="access_to_partner", verbose_name=_("Access"), orderable=False)
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

"""Who of a partner's people reaches which client, on which ways, with what. Rules 20 and 21.

Each answer takes a fixed number of queries, however many people and clients there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext as _

from clients.choices import Right
from clients.models import ClientAssignment, Product, Relationship, Team, TeamClient, TeamMember
from clients.querysets import ProductQuerySet, RelationshipQuerySet
from clients.selectors.reach import NOTHING, Way, allowed, granted_in_space, ways_of
from partnerportal.accounts import selectors as account_selectors
from partnerportal.accounts.choices import WHOLE
from partnerportal.accounts.models import Membership

FLAGS = ("has_technical", "has_statistics", "has_order", "has_billing")
_FLAGS: dict[str, Any] = {name: name for name in FLAGS}


@dataclass(frozen=True)
class Loss:
    """What a person loses with a team: ``gone`` clients altogether; ``kept`` ones are reached on another way, too."""

    person: str
    gone: int
    kept: int


def rights_words(rights: Iterable[str]) -> str:
    """Return "see, manage, see statistics", in the order in which rights grow; "nothing" for none."""
    held = set(rights)
    return ", ".join(str(right.label) for right in Right if right in held) or _("nothing")


def ways_in_words(membership: Membership, ways: Iterable[Way]) -> list[str]:
    """Return how somebody was let in: "Administrator: reaches every client", "Team Web: see, manage"."""
    if membership.is_whole:
        return [_("%(role)s: reaches every client") % {"role": membership.get_role_display()}]
    return [
        f"{_('Team %(name)s') % {'name': way.team} if way.team_id else _('By name')}: {rights_words(way.rights)}"
        for way in ways
    ]


def team_terms(team: Team) -> dict[str, Any]:
    """Return what a team is, as plain values: for the trail, and to see whether somebody has changed it meanwhile."""
    return {"name": team.name, "reaches_all": team.reaches_all} | {name: getattr(team, name) for name in FLAGS}


def granted_now(relationship: Relationship) -> frozenset[str]:
    """Return what a client's grant opens at most at this moment: nothing while the partner's status does not hold."""
    if not Relationship.objects.active().filter(pk=relationship.pk).exists():
        return NOTHING
    return granted_in_space(access=relationship.access, payer=relationship.payer)


def people_at(relationship: Relationship) -> QuerySet[Any]:
    """Return every member of the partner with ``direct_ways``, ``team_ways`` to this client, and ``is_let_in``.

    Those who lead the partner stand first, then who was let in.
    """
    assigned = ClientAssignment.objects.filter(relationship=relationship.pk, membership=OuterRef("pk"))
    given = TeamClient.objects.filter(team=OuterRef("pk"), relationship=relationship.pk)
    teams = Team.objects.filter(organisation=relationship.partner_id, members__membership=OuterRef("pk"))
    teams = teams.filter(Q(reaches_all=True) | Exists(given)).order_by("name", "pk")
    leads = Q(role__in=WHOLE)
    return (
        Membership.objects.filter(organisation=relationship.partner_id)
        .select_related("user")
        .annotate(
            direct_ways=ArraySubquery(assigned.values(json=JSONObject(pk="pk", **_FLAGS))),
            team_ways=ArraySubquery(teams.values(json=JSONObject(pk="pk", name="name", **_FLAGS))),
            is_let_in=Case(When(leads | Exists(assigned) | Exists(teams), then=True), default=False),
            rank=Case(
                When(leads, then=0),
                When(Exists(assigned) | Exists(teams), then=1),
                default=2,
                output_field=IntegerField(),
            ),
        )
        .order_by("rank", "user__name", "pk")
    )


def ways_here(row: Any) -> tuple[Way, ...]:
    """Return the ways that a row of :func:`people_at` or of :func:`clients_reached` carries."""
    return ways_of(row.direct_ways, row.team_ways)


def let_through(membership: Membership, ways: tuple[Way, ...]) -> frozenset[str]:
    """Return what a partner lets its member do at a client, whatever the client granted."""
    return allowed(is_whole=membership.is_whole, ways=ways)


def what_remains(membership: Membership, ways: tuple[Way, ...], granted: frozenset[str]) -> frozenset[str]:
    """Return what a person may do: what the client granted, and of that what the partner lets through (rule 21)."""
    return granted & let_through(membership, ways)


def external_members_of(relationship: Relationship) -> QuerySet[Membership]:
    """Return the partner's people who are external members of the client: accepting replaces their tie (rule 13)."""
    return account_selectors.external_members(
        organisation_id=relationship.client_id, of_organisation_id=relationship.partner_id
    )


def clients_reached(membership: Membership) -> RelationshipQuerySet:
    """Return the clients that a person reaches now, with the ways on which they were let in."""
    reached = Relationship.objects.reachable_by(membership).with_ways(membership)
    return reached.select_related("client", "partner__organisation")


def products_reached(relationship: Relationship) -> ProductQuerySet:
    """Return the products that a relationship opens at this moment, with ``grant``: the flags granted on each."""
    opened = Product.objects.opened_by(relationship.pk).in_use().select_related("offer", "organisation")
    return opened.with_grant_of(relationship.pk)


def people_of(*, organisation_id: int) -> QuerySet[Membership]:
    """Return the members of a partner with the names of their teams and how many clients each reaches."""
    mine = Team.objects.filter(organisation=organisation_id, members__membership=OuterRef("pk"))
    clients = Relationship.objects.active().filter(partner=organisation_id)
    let_in = clients.filter(_let_in(OuterRef(OuterRef("pk")), organisation_id=organisation_id))
    return (
        Membership.objects.filter(organisation=organisation_id)
        .select_related("user")
        .annotate(
            teams=ArraySubquery(mine.order_by("name", "pk").values("name")),
            rank=Case(When(role__in=WHOLE, then=0), default=1, output_field=IntegerField()),
            client_count=Case(
                When(Q(role__in=WHOLE) | Exists(mine.filter(reaches_all=True)), then=_count(clients)),
                default=_count(let_in),
            ),
        )
        .order_by("rank", "user__name", "pk")
    )


def teams_of(*, acting: Any) -> QuerySet[Team]:
    """Return one's own organisation's teams with the number of their people and clients."""
    people = TeamMember.objects.filter(team=OuterRef("pk")).order_by().values("team")
    clients = TeamClient.objects.filter(team=OuterRef("pk")).order_by().values("team")
    return Team.objects.visible_to(acting).annotate(
        people_count=Coalesce(Subquery(people.annotate(number=Count("pk")).values("number")), 0),
        client_count=Coalesce(Subquery(clients.annotate(number=Count("pk")).values("number")), 0),
    )


def clients_for_team(team: Team) -> RelationshipQuerySet:
    """Return the partner's clients with ``is_in_team``: those that can be given to a team, or taken from it."""
    given = TeamClient.objects.filter(team=team.pk, relationship=OuterRef("pk"))
    clients = Relationship.objects.accepted().filter(partner=team.organisation_id)
    return clients.select_related("client").annotate(is_in_team=Exists(given))


def losses(team: Team) -> list[Loss]:
    """Return what each collaborator of a team would lose with it; who leads the partner loses nothing."""
    through = Relationship.objects.active().filter(partner=team.organisation_id)
    if not team.reaches_all:
        through = through.filter(teams__team=team.pk)
    person = OuterRef(OuterRef("pk"))
    otherwise = _let_in(person, organisation_id=team.organisation_id, except_team=team.pk)
    people = (
        Membership.objects.filter(organisation=team.organisation_id, client_teams__team=team.pk)
        .exclude(role__in=WHOLE)
        .select_related("user")
        .annotate(everything=_count(through), kept=_count(through.filter(otherwise)))
        .order_by("user__name", "pk")
    )
    return [Loss(str(one.user), one.everything - one.kept, one.kept) for one in people]


def _let_in(person: Any, *, organisation_id: int, except_team: int = 0) -> Q:
    """Return what holds of a relationship where ``person`` was let in, by name or in a team of the organisation."""
    assigned = ClientAssignment.objects.filter(relationship=OuterRef("pk"), membership=person)
    teams = Team.objects.filter(organisation=organisation_id, members__membership=person).exclude(pk=except_team)
    has_client = TeamClient.objects.filter(relationship=OuterRef(OuterRef("pk")), team=OuterRef("pk"))
    return Q(Exists(assigned)) | Q(Exists(teams.filter(Q(reaches_all=True) | Exists(has_client))))


def _count(clients: RelationshipQuerySet) -> Coalesce:
    counted = clients.order_by().values("partner").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), Value(0))

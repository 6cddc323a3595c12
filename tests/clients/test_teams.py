"""Work teams of a partner: rules 20 and 21. Who is let in to which client, with what at most, and who reads it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients import selectors, services
from clients.choices import Access, Payer
from clients.exceptions import NotPossible
from clients.models import Relationship, Team, TeamClient, TeamMember
from partnerportal.accounts import services as accounts
from partnerportal.accounts.choices import Role
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db
ALL = {"has_technical": True, "has_statistics": True, "has_order": True, "has_billing": True}
TECHNICAL = dict.fromkeys(ALL, False) | {"has_technical": True}


@pytest.fixture
def here(here):
    here.lumen = here.partner.organisation
    here.relationship = world.make_relationship(here.client, here.partner, payer=Payer.PARTNER)
    here.mia, here.tom = (world.make_member(here.lumen, Role.COLLABORATOR) for _ in range(2))
    return here


def make(here, *people, name="Web", rights=ALL, reaches_all=False):
    return services.make_team(
        organisation_id=here.lumen.pk,
        name=name,
        rights=rights,
        reaches_all=reaches_all,
        membership_ids=[one.pk for one in people],
        actor=here.partner_acting,
        now=NOW,
    )


def give(here, team, *relationships):
    ids = [one.pk for one in relationships]
    return services.give_clients(team_id=team.pk, relationship_ids=ids, actor=here.partner_acting, now=NOW)


def take(here, team, *relationships):
    ids = [one.pk for one in relationships]
    return services.take_clients(team_id=team.pk, relationship_ids=ids, actor=here.partner_acting, now=NOW)


def change(here, team, **changed):
    terms = {"name": team.name, "rights": ALL, "reaches_all": team.reaches_all} | changed
    return services.change_team(team_id=team.pk, actor=here.partner_acting, now=NOW, **terms)


def set_people(here, team, *people, **options):
    ids = [one.pk for one in people]
    return services.set_team_members(team_id=team.pk, membership_ids=ids, actor=here.partner_acting, now=NOW, **options)


def reached(membership):
    return set(Relationship.objects.reachable_by(membership))


def may(here, membership):
    return selectors.reach(membership=membership, product_id=here.product.pk).rights


def told(organisation):
    """The acts on teams that an organisation's leaders read, in the order in which they happened."""
    events = AuditEvent.objects.filter(organisation_id=organisation.pk, action__startswith="clients.team.")
    return list(events.order_by("pk").values_list("action", flat=True))


def test_a_team_lets_its_people_in_to_its_clients_and_nobody_else(here):
    """Rule 20."""
    other = world.make_relationship(world.make_client("Zwei AG")[0], here.partner)

    team = make(here, here.mia)
    assert reached(here.mia) == set()
    give(here, team, here.relationship)

    assert (reached(here.mia), reached(here.tom)) == ({here.relationship}, set())
    assert other not in reached(here.mia)


def test_a_team_lets_through_no_more_than_the_client_granted(here):
    """Rule 21: granted, and of that what the team lets through."""
    Relationship.objects.update(payer=Payer.CLIENT)
    everything, technical = make(here, here.mia), make(here, here.tom, name="Care", rights=TECHNICAL)
    for team in (everything, technical):
        give(here, team, here.relationship)

    assert may(here, here.mia) == {"view", "technical", "statistics", "order"}
    assert may(here, here.tom) == {"view", "technical"}


def test_rights_of_several_ways_count_together(here):
    """Rules 20 and 21: an assignment by name and a team."""
    world.assign(here.relationship, here.mia, has_technical=False, has_statistics=True)
    give(here, make(here, here.mia, rights=TECHNICAL), here.relationship)

    assert may(here, here.mia) == {"view", "technical", "statistics"}


def test_a_team_for_every_client_reaches_later_ones_too(here):
    """Rule 20."""
    make(here, here.mia, reaches_all=True)

    later = world.make_relationship(world.make_client("Zwei AG")[0], here.partner)

    assert reached(here.mia) == {here.relationship, later}


def test_narrowing_a_team_holds_at_the_next_question(here):
    """Rule 21, promise 1."""
    team = make(here, here.mia)
    give(here, team, here.relationship)
    assert "order" in may(here, here.mia)

    change(here, team, rights=TECHNICAL)

    assert may(here, here.mia) == {"view", "technical"}


def test_what_is_taken_from_a_team_is_gone_at_once(here):
    """Rule 20, promise 1."""
    team = make(here, here.mia)
    give(here, team, here.relationship)

    assert take(here, team, here.relationship) == 1
    assert (reached(here.mia), may(here, here.mia)) == (set(), frozenset())
    assert take(here, team, here.relationship) == 0


@pytest.mark.parametrize("kind", ["foreign", "whole", "nobody"])
def test_only_ones_own_collaborators_belong_in_a_team(here, kind):
    """Rule 20: refused as a whole, nothing half-written."""
    wrong = {
        "foreign": world.make_member(here.client, Role.COLLABORATOR).pk,
        "whole": here.partner_acting.membership.pk,
        "nobody": 10**9,
    }[kind]
    team = make(here, here.tom)
    lines = AuditEvent.objects.count()

    with pytest.raises(NotPossible) as refused:
        services.set_team_members(
            team_id=team.pk, membership_ids=[here.mia.pk, wrong], actor=here.partner_acting, now=NOW
        )
    with pytest.raises(NotPossible):
        services.make_team(
            organisation_id=here.lumen.pk,
            name="Other",
            rights=ALL,
            reaches_all=True,
            membership_ids=[here.mia.pk, wrong],
            actor=here.partner_acting,
            now=NOW,
        )

    assert refused.value.field == "members"
    assert [one.membership_id for one in TeamMember.objects.all()] == [here.tom.pk]
    assert (Team.objects.count(), AuditEvent.objects.count()) == (1, lines)


@pytest.mark.parametrize("kind", ["foreign", "ended", "pending", "over", "nobody"])
def test_only_ones_own_active_clients_are_given(here, kind):
    """Rule 20: one wrong tick, and none is given."""
    nord, _acting = world.make_partner("Atelier Nord")
    zwei = world.make_client("Zwei AG")[0]
    team = make(here, here.mia)
    wrong = {
        "foreign": lambda: world.make_relationship(zwei, nord).pk,
        "ended": lambda: world.make_relationship(zwei, here.partner, state="ENDED").pk,
        "pending": lambda: world.make_relationship(zwei, here.partner, state="PENDING").pk,
        "over": lambda: world.make_relationship(zwei, here.partner, since=NOW - dt.timedelta(days=9), ends_at=NOW).pk,
        "nobody": lambda: 10**9,
    }[kind]()
    lines = AuditEvent.objects.count()

    with pytest.raises(NotPossible) as refused:
        services.give_clients(
            team_id=team.pk, relationship_ids=[here.relationship.pk, wrong], actor=here.partner_acting, now=NOW
        )

    assert refused.value.field == "clients"
    assert not TeamClient.objects.exists()
    assert AuditEvent.objects.count() == lines


def test_two_teams_of_a_partner_have_two_names(here):
    make(here)
    other = make(here, name="Care")

    for act in (lambda: make(here, here.mia, name="WEB"), lambda: change(here, other, name="web")):
        with pytest.raises(NotPossible) as refused:
            act()
        assert refused.value.field == "name"

    assert sorted(Team.objects.values_list("name", flat=True)) == ["Care", "Web"]
    assert not TeamMember.objects.exists()


def test_each_client_reads_which_team_it_was_given_to_and_taken_from(here):
    """Promise 7, Q43: one line each, with the people and the rights; none learns of the others."""
    zwei, zwei_acting = world.make_client("Zwei AG")
    second = world.make_relationship(zwei, here.partner)
    team = make(here, here.mia)

    give(here, team, here.relationship, second)
    give(here, team, here.relationship)
    take(here, team, second)

    assert told(here.client) == ["clients.team.client_given"]
    assert told(zwei) == ["clients.team.client_given", "clients.team.client_taken"]
    line = AuditEvent.objects.visible_to(here.acting).get(action="clients.team.client_given")
    assert (line.relationship_id, line.subject_label) == (here.relationship.pk, "Web")
    assert line.changes == {
        "people": ["Ana Keller"],
        "rights": ["billing", "order", "statistics", "technical", "view"],
    }
    assert not AuditEvent.objects.visible_to(here.acting).filter(organisation_label="Zwei AG").exists()
    assert not AuditEvent.objects.visible_to(zwei_acting).filter(organisation_label=here.client.name).exists()
    assert told(here.lumen) == ["clients.team.made", "clients.team.clients_given", "clients.team.clients_taken"]


def test_clients_are_told_when_a_team_begins_and_ceases_to_reach_all(here):
    """Promise 7: those that stay with it either way read nothing new."""
    zwei = world.make_client("Zwei AG")[0]
    world.make_relationship(zwei, here.partner)
    team = make(here, here.mia)
    give(here, team, here.relationship)

    change(here, team, reaches_all=True)
    change(here, team, reaches_all=False)

    assert told(zwei) == ["clients.team.client_given", "clients.team.client_taken"]
    assert told(here.client) == ["clients.team.client_given"]
    assert reached(here.mia) == {here.relationship}


@pytest.mark.parametrize("reaches_all", [False, True])
def test_clients_read_who_comes_into_a_team_and_what_it_may_do(here, reaches_all):
    """Promise 7, Q43: with the people and rights after the change; other clients read nothing."""
    zwei = world.make_client("Zwei AG")[0]
    world.make_relationship(zwei, here.partner)
    team = make(here, here.mia, reaches_all=reaches_all)
    give(here, team, here.relationship)

    set_people(here, team, here.mia, here.tom)
    change(here, team, rights=TECHNICAL)
    change(here, team, rights=TECHNICAL, name="Care")

    given, changed = "clients.team.client_given", "clients.team.client_changed"
    assert told(here.client) == [given, changed, changed]
    assert told(zwei) == ([given, changed, changed] if reaches_all else [])
    people, rights = AuditEvent.objects.visible_to(here.acting).filter(action=changed).order_by("pk")
    assert (people.relationship_id, rights.subject_label) == (here.relationship.pk, "Web")
    assert people.changes["people"] == ["Ana Keller", "Ana Keller"]
    assert rights.changes["rights"] == ["technical", "view"]


def test_rights_and_reach_of_a_team_change_in_one_act_and_each_client_reads_one_line(here):
    """Promise 7."""
    zwei = world.make_client("Zwei AG")[0]
    world.make_relationship(zwei, here.partner)
    team = make(here, here.mia)
    give(here, team, here.relationship)

    change(here, team, rights=TECHNICAL, reaches_all=True)
    change(here, team, rights=ALL, reaches_all=False)

    given, changed, taken = (f"clients.team.client_{act}" for act in ("given", "changed", "taken"))
    assert told(zwei) == [given, taken]
    assert told(here.client) == [given, changed, changed]


def test_the_people_of_a_team_change_in_as_many_statements_for_many_clients(here):
    few, many = make(here, here.mia), make(here, here.mia, name="Care")
    give(here, few, here.relationship)
    give(here, many, *(_client(here, number) for number in range(40)))

    with CaptureQueriesContext(connection) as for_few:
        set_people(here, few, here.tom)
    with CaptureQueriesContext(connection) as for_many:
        set_people(here, many, here.tom)

    assert len(for_many) == len(for_few)


def test_deleting_a_team_takes_its_reach_and_tells_its_clients(here):
    """Rule 20; promise 7."""
    team = make(here, here.mia)
    give(here, team, here.relationship)

    services.delete_team(team_id=team.pk, actor=here.partner_acting, now=NOW)

    assert reached(here.mia) == set()
    assert told(here.client) == ["clients.team.client_given", "clients.team.client_taken"]
    assert not (Team.objects.exists())
    assert not (TeamMember.objects.exists())
    assert not (TeamClient.objects.exists())
    with pytest.raises(NotPossible):
        services.delete_team(team_id=team.pk, actor=here.partner_acting, now=NOW)


def test_before_a_team_is_deleted_one_reads_who_loses_what(here):
    """Rule 20: what is reached on another way stays."""
    second = world.make_relationship(world.make_client("Zwei AG")[0], here.partner)
    third = world.make_relationship(world.make_client("Drei AG")[0], here.partner)
    team = make(here, here.mia, here.tom)
    give(here, team, here.relationship, second, third)
    world.assign(second, here.mia)
    give(here, make(here, here.mia, name="Care"), third)

    losses = {(one.gone, one.kept) for one in selectors.losses(team)}

    assert losses == {(1, 2), (3, 0)}
    make(here, here.tom, name="Everywhere", reaches_all=True)
    assert {(one.gone, one.kept) for one in selectors.losses(team)} == {(1, 2), (0, 3)}


def test_an_ended_relationship_is_in_no_team_and_nobodys(here):
    """Rules 48 and 49: no right is revived."""
    team = make(here, here.mia)
    give(here, team, here.relationship)
    world.assign(here.relationship, here.tom)

    services.end_relationship(relationship_id=here.relationship.pk, by="CLIENT", actor=here.acting, now=NOW)
    again = world.make_relationship(here.client, here.partner)

    assert not TeamClient.objects.exists()
    assert not again.assignments.exists()
    assert reached(here.mia) == reached(here.tom) == set()


def test_who_comes_to_lead_the_partner_may_stay_in_a_team(here):
    """Rule 20: the team neither gives nor takes anything then, and can still be saved."""
    team = make(here, here.mia, rights=TECHNICAL)
    give(here, team, here.relationship)
    accounts.change_role(
        membership_id=here.mia.pk, role=Role.ADMINISTRATOR, has_accounting=False, actor=here.partner_acting, now=NOW
    )
    here.mia.refresh_from_db()

    set_people(here, team, here.mia, here.tom)

    assert may(here, here.mia) == {"view", "technical", "statistics", "order", "billing"}
    assert team.members.count() == 2


def test_a_second_window_does_not_overwrite_the_first(here):
    team = make(here, here.mia)
    on_screen, people_on_screen = selectors.team_terms(team), [here.mia.pk]
    change(here, team, name="Care")
    set_people(here, team, here.tom)

    with pytest.raises(NotPossible):
        change(here, team, reaches_all=True, seen=on_screen)
    with pytest.raises(NotPossible):
        set_people(here, team, here.mia, here.tom, seen=people_on_screen)

    team.refresh_from_db()
    assert (team.name, team.reaches_all) == ("Care", False)
    assert [one.membership for one in team.members.all()] == [here.tom]


def test_saving_what_stands_already_leaves_no_line(here):
    team = make(here, here.mia)
    give(here, team, here.relationship)
    lines = AuditEvent.objects.count()

    change(here, team)
    set_people(here, team, here.mia)
    give(here, team, here.relationship)

    assert AuditEvent.objects.count() == lines


def test_many_clients_are_given_in_as_many_statements_as_few(here):
    few, many = ([_client(here, number) for number in numbers] for numbers in (range(3), range(3, 43)))
    first, second = make(here, here.mia), make(here, here.mia, name="Care")

    with CaptureQueriesContext(connection) as for_few:
        assert give(here, first, *few) == 3
    with CaptureQueriesContext(connection) as for_many:
        assert give(here, second, *many) == 40

    assert len(for_many) == len(for_few)


def _client(here, number):
    return world.make_relationship(world.make_client(f"Garage {number}")[0], here.partner, access=Access.LIMITED)

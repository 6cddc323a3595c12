"""Two people and one team at the same instant: one after the other, nothing half-written. Rules 20 and 21."""

from __future__ import annotations

import pytest
from django.db import transaction

from clients import selectors, services
from clients.models import Relationship, Team, TeamClient, TeamMember
from partnerportal.accounts import services as accounts
from partnerportal.accounts.choices import Role
from partnerportal.accounts.models import Membership
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.at_once import Waiting, at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)
RIGHTS = {"has_technical": True, "has_statistics": True, "has_order": False, "has_billing": False}


@pytest.fixture
def here(here):
    here.relationship = world.make_relationship(here.client, here.partner)
    here.people = [world.make_member(here.partner.organisation, Role.COLLABORATOR) for _ in range(3)]
    here.team = world.make_team(here.partner.organisation, people=(here.people[0],))
    return here


def act(here, service, **arguments):
    return lambda: service(actor=here.partner_acting, now=NOW, **arguments)


def give(here):
    return act(here, services.give_clients, team_id=here.team.pk, relationship_ids=[here.relationship.pk])


def test_of_two_saves_from_one_screen_the_second_is_told(here):
    seen = selectors.team_terms(here.team)
    saves = [
        act(here, services.change_team, team_id=here.team.pk, name=name, rights=RIGHTS, reaches_all=all_, seen=seen)
        for name, all_ in (("Care", True), ("Shops", False))
    ]

    assert at_once(*saves) == ["done", "refused"]
    here.team.refresh_from_db()
    assert (here.team.name, here.team.reaches_all) in {("Care", True), ("Shops", False)}
    assert AuditEvent.objects.filter(action="clients.team.changed").count() == 1


def test_of_two_lists_of_people_one_stands_as_a_whole(here):
    seen = [here.people[0].pk]
    lists = [[here.people[1].pk], [here.people[2].pk]]
    saves = [act(here, services.set_team_members, team_id=here.team.pk, membership_ids=ids, seen=seen) for ids in lists]

    assert at_once(*saves) == ["done", "refused"]
    assert [one.membership_id for one in TeamMember.objects.all()] in lists


def test_two_teams_are_not_made_with_one_name(here):
    make = act(
        here,
        services.make_team,
        organisation_id=here.partner.pk,
        name="Care",
        rights=RIGHTS,
        reaches_all=True,
        membership_ids=[here.people[0].pk],
    )

    assert at_once(make, make) == ["done", "refused"]
    assert Team.objects.filter(name="Care").count() == 1


def test_a_client_given_twice_at_once_is_told_once(here):
    assert at_once(give(here), give(here)) == ["done", "done"]

    assert TeamClient.objects.count() == 1
    assert AuditEvent.objects.filter(action="clients.team.client_given").count() == 1


def test_a_client_that_ends_meanwhile_is_in_no_team(here):
    """Rule 48."""
    end = act(here, services.end_relationship, relationship_id=here.relationship.pk, by="PARTNER")

    outcomes = at_once(give(here), end)

    assert outcomes in (["done", "done"], ["done", "refused"])
    assert not TeamClient.objects.exists()
    assert Relationship.objects.get(pk=here.relationship.pk).state == "ENDED"


def test_giving_waits_for_an_end_that_is_being_written(here):
    """Rule 48: the lock is the relationship's."""
    with transaction.atomic():
        services.end_relationship(
            relationship_id=here.relationship.pk, by="PARTNER", actor=here.partner_acting, now=NOW
        )
        waiting = Waiting(give(here))
        with waiting:
            pass

    assert waiting.outcome() == "refused"
    assert not TeamClient.objects.exists()


def test_a_member_who_leaves_meanwhile_is_in_no_team(here):
    leave = act(here, accounts.remove_member, membership_id=here.people[1].pk)
    join = act(
        here,
        services.set_team_members,
        team_id=here.team.pk,
        membership_ids=[here.people[0].pk, here.people[1].pk],
    )
    assign = act(
        here,
        services.assign_member,
        relationship_id=here.relationship.pk,
        membership_id=here.people[1].pk,
        rights=RIGHTS,
    )

    outcomes = at_once(leave, join, assign)

    assert set(outcomes) <= {"done", "refused"}
    assert not Membership.objects.filter(pk=here.people[1].pk).exists()
    assert not here.relationship.assignments.exists()
    assert [one.membership for one in TeamMember.objects.all()] == [here.people[0]]


def test_a_team_deleted_meanwhile_takes_no_client(here):
    delete = act(here, services.delete_team, team_id=here.team.pk)

    outcomes = at_once(delete, give(here))

    assert outcomes in (["done", "done"], ["done", "refused"])
    assert not (Team.objects.exists())
    assert not (TeamClient.objects.exists())

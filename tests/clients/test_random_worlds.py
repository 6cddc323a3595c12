"""Who sees and may do what, in worlds by chance: every answer of the portal against the rules in plain Python.

Rules 11, 15, 16, 20, 21 and 48, for every member and every product and relationship (see ``reference``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings

from clients import selectors
from clients.models import Product, Relationship
from partnerportal.accounts.middleware import CLIENT_SPACE_KEY
from tests import world as factories
from tests.browsers import signed_in
from tests.clients import reference
from tests.clients.random_worlds import SEED, Rows, worlds, write
from tests.clients.reference import BILLING, EVERYTHING, MANAGE, ORDER, SEE, STATISTICS, World

pytestmark = pytest.mark.django_db
IN_WORLDS = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


GUARDED = ("teammember", "teamclient", "clientassignment")


@contextmanager
def written(world: World) -> Iterator[Rows]:
    """The world in the database, for the length of a block.

    Also with rows that tie two partners, which a trigger refuses otherwise: no answer may rely on there being none.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE clients_{table} DISABLE TRIGGER {table}_same_partner")
        offers = factories.make_catalogue()
        yield write(world, offers["web-hosting"], timezone.now())
        transaction.set_rollback(True)


def places(rows: list, found: object) -> set[int]:
    """Where the found rows stand in the world's list."""
    place = {row.pk: number for number, row in enumerate(rows)}
    return {place[one.pk] for one in found}


@settings(max_examples=12, **IN_WORLDS)
@example(SEED)
@given(worlds())
def test_what_is_seen_and_allowed_is_what_the_rules_say(world):
    """Rule 11, rule 15, rule 16, rule 20, rule 21, rule 48."""
    with written(world) as rows:
        for member, membership in enumerate(rows.members):
            check_sets(world, rows, member)
            for product, row in enumerate(rows.products):
                answer = selectors.reach(membership=membership, product_id=row.pk).rights
                assert answer == reference.rights(world, member, product), (member, product)
        for relationship in range(len(rows.relationships)):
            check_people(world, rows, relationship)
        check_counts(world, rows)


def check_sets(world: World, rows: Rows, member: int) -> None:
    """Products and relationships in sight, at home and in every client's space, and the rights in that space."""
    membership, home = rows.members[member], rows.acting(member)
    assert places(rows.products, Product.objects.visible_to(home)) == reference.seen(world, member, None), member
    known = {one for one in range(len(rows.relationships)) if reference.knows(world, member, one)}
    assert places(rows.relationships, Relationship.objects.visible_to(home)) == known, member
    reached = reference.reached(world, member)
    assert places(rows.relationships, Relationship.objects.reachable_by(membership)) == reached, member
    assert places(rows.relationships, selectors.clients_reached(membership)) == reached, member
    with_ways = Relationship.objects.reachable_by(membership).with_ways(membership)
    for row in with_ways:
        space = next(iter(places(rows.relationships, [row])))
        expected = reference.rights_in_space(world, member, space)
        assert selectors.rights_in_space(row, membership) == expected, (member, space)
    for space in range(len(rows.relationships)):
        there = rows.acting(member, space)
        assert places(rows.products, Product.objects.visible_to(there)) == reference.seen(world, member, space)
        here = {space} & reached
        assert places(rows.relationships, Relationship.objects.visible_to(there)) == here, (member, space)


def check_people(world: World, rows: Rows, relationship: int) -> None:
    """Who of the partner reaches a client, and what remains to each."""
    row = rows.relationships[relationship]
    granted = selectors.granted_now(row)
    listed = {}
    for one in selectors.people_at(row):
        remains = selectors.what_remains(one, selectors.ways_here(one), granted)
        listed[next(iter(places(rows.members, [one])))] = (one.is_let_in, remains)
    partner = world.relationships[relationship].partner
    assert listed == {
        member: (
            reference.is_let_in(world, member, relationship),
            reference.rights_in_space(world, member, relationship),
        )
        for member, person in enumerate(world.members)
        if person.organisation == partner
    }, relationship


def check_counts(world: World, rows: Rows) -> None:
    """How many clients each member reaches, as the partner's list of people says."""
    for organisation in {row.organisation_id for row in rows.members}:
        for one in selectors.people_of(organisation_id=organisation):
            member = next(iter(places(rows.members, [one])))
            assert one.client_count == len(reference.reached(world, member)), member


@settings(max_examples=1, **IN_WORLDS)
@example(SEED)
@given(worlds())
def test_pages_answer_as_the_rules_say(world):
    """Rule 11, rule 15, rule 16, rule 20, rule 21, rule 48: with the very requests of a browser."""
    with written(world) as rows:
        for member, membership in enumerate(rows.members):
            browser = signed_in(membership.user)
            check_pages(browser, world, rows, member, None)
            for space, relationship in enumerate(rows.relationships):
                may_enter = reference.may_enter(world, member, space)
                entered = browser.post(reverse("clients:client_enter", args=[relationship.pk]))
                assert entered.status_code == (302 if may_enter else 404), (member, space)
                if may_enter:
                    check_pages(browser, world, rows, member, space)
                    browser.post(reverse("clients:client_leave"))
            wished = wish(browser, world, rows, member)
            assert wished in {None, "refused"}, member


def check_pages(browser: object, world: World, rows: Rows, member: int, space: int | None) -> None:
    """The list, and each page of each product; for the space of a client from within."""
    page = browser.get(reverse("clients:product_list"))
    assert page.status_code == 200
    listed = places(rows.products, page.context["table"].data.data)
    assert listed == reference.seen(world, member, space), (member, space)
    for name, product, status in reference.answers(world, member, space):
        if name == "order":
            answer = browser.get(reverse("billing:order_place"))
        elif product in listed or name == "detail":
            answer = browser.get(reverse(f"clients:product_{name}", args=[rows.products[product].pk]))
        else:
            continue  # what is found on no page is found once: by the page above
        assert answer.status_code == status, (member, space, name, product)


def wish(browser: object, world: World, rows: Rows, member: int) -> str | None:
    """Put a space into the session that the member may not enter; the next request asks the rows and forgets it."""
    barred = [one for one in range(len(rows.relationships)) if not reference.may_enter(world, member, one)]
    if not barred:
        return None
    session = browser.session
    session[CLIENT_SPACE_KEY] = rows.relationships[barred[0]].pk
    session.save()
    listed = places(rows.products, browser.get(reverse("clients:product_list")).context["table"].data.data)
    is_forgotten = CLIENT_SPACE_KEY not in browser.session
    return "refused" if is_forgotten and listed == reference.seen(world, member, None) else "entered"


Case = Callable[[World, int, int, int], bool]


def case(*facts: object) -> Case:
    return lambda *at: all(fact(*at) for fact in facts)


def at_client(world, member, relationship, product):
    """A product of the client, a member of the partner."""
    row = world.relationships[relationship]
    is_partners = world.members[member].organisation == row.partner
    return is_partners and world.products[product].organisation == row.client


def held(*rights):
    return lambda *at: reference.rights_at(*at) == frozenset(rights)


def with_relationship(**values):
    return lambda world, _m, relationship, _p: all(
        getattr(world.relationships[relationship], name) == value for name, value in values.items()
    )


def with_status(state):
    return lambda world, _m, relationship, _p: world.partners[world.relationships[relationship].partner] == state


def leads(world, member, _r, _p):
    return world.members[member].leads


def is_ticked(world, _m, relationship, product):
    return any((one.relationship, one.product) == (relationship, product) for one in world.grants)


def ways_are(count):
    return lambda world, member, relationship, _p: len(reference.ways(world, member, relationship)) == count


def no(fact):
    return lambda *at: not fact(*at)


def of_state(state):
    return lambda world, _m, _r, product: world.products[product].state == state


def in_foreign_team(world, member, _r, _p):
    mine = world.members[member].organisation
    return any(member in team.members and team.organisation != mine for team in world.teams)


def is_named_elsewhere(world, member, relationship, _p):
    is_named = any((one.relationship, one.member) == (relationship, member) for one in world.assignments)
    return is_named and world.members[member].organisation != world.relationships[relationship].partner


FULL, LIMITED = with_relationship(access="FULL", state="ACTIVE"), with_relationship(access="LIMITED", state="ACTIVE")
CASES: dict[str, Case] = {
    "full access on the partner's means gives everything to who leads": case(at_client, FULL, leads, held(*EVERYTHING)),
    "on the client's means all but billing": case(at_client, FULL, leads, held(SEE, MANAGE, STATISTICS, ORDER)),
    "limited access gives what is ticked": case(at_client, LIMITED, leads, held(SEE, MANAGE, STATISTICS)),
    "a tick with one right": case(at_client, LIMITED, leads, held(SEE, STATISTICS)),
    "the other right alone": case(at_client, LIMITED, leads, held(SEE, MANAGE)),
    "limited access hides the others": case(
        at_client, LIMITED, leads, with_relationship(end="to come"), with_status("APPROVED"), no(is_ticked), held()
    ),
    "a tick of somebody else's product": case(no(at_client), LIMITED, is_ticked, leads, held()),
    "the end has come": case(at_client, with_relationship(end="over", state="ACTIVE"), is_ticked, leads, held()),
    "the end is to come": case(at_client, with_relationship(end="to come"), no(held())),
    "the partner is suspended": case(at_client, FULL, with_status("SUSPENDED"), leads, held()),
    "the partner has left": case(at_client, LIMITED, with_status("LEFT"), is_ticked, leads, held()),
    "ended": case(at_client, with_relationship(state="ENDED"), leads, held()),
    "refused": case(at_client, with_relationship(state="REFUSED"), is_ticked, leads, held()),
    "withdrawn": case(at_client, with_relationship(state="WITHDRAWN"), leads, held()),
    "a collaborator by name": case(at_client, no(leads), ways_are(1), held(SEE, ORDER)),
    "two ways add up": case(at_client, no(leads), ways_are(2), held(SEE, MANAGE, STATISTICS)),
    "a team for every client": case(at_client, no(leads), ways_are(1), held(SEE, STATISTICS, BILLING)),
    "the client's half cuts, too": case(at_client, LIMITED, no(leads), ways_are(1), held(SEE, MANAGE)),
    "what both leave is nothing but seeing": case(at_client, LIMITED, no(leads), held(SEE)),
    "nobody has let them in": case(at_client, FULL, with_status("APPROVED"), no(leads), ways_are(0), held()),
    "blocked is shown": case(at_client, of_state("BLOCKED"), no(held())),
    "terminated is shown": case(at_client, of_state("TERMINATED"), no(held())),
    "in another partner's team": case(in_foreign_team, FULL, held()),
    "named where they do not belong": case(is_named_elsewhere, FULL, held()),
}
SPACES: dict[str, Callable[[World, int, int], bool]] = {
    "somebody external is let in as a collaborator": lambda w, m, r: (
        w.members[m].is_external and reference.may_enter(w, m, r)
    ),
    "asked by mail address": lambda w, m, r: w.relationships[r].client is None and reference.knows(w, m, r),
    "waiting": lambda w, m, r: w.relationships[r].state == "PENDING" and reference.knows(w, m, r),
    "expired": lambda w, m, r: w.relationships[r].state == "EXPIRED" and reference.knows(w, m, r),
    "a partner is another's client": lambda w, m, r: (
        w.relationships[r].client in w.partners and reference.may_enter(w, m, r)
    ),
    "the client's own people know it and do not enter": lambda w, m, r: (
        w.members[m].organisation == w.relationships[r].client
        and reference.knows(w, m, r)
        and not reference.may_enter(w, m, r)
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_example_holds_each_case(name):
    """The comparison above cannot pass by never meeting what it is about."""
    every = [range(len(rows)) for rows in (SEED.members, SEED.relationships, SEED.products)]

    assert any(CASES[name](SEED, m, r, p) for m in every[0] for r in every[1] for p in every[2])


@pytest.mark.parametrize("name", SPACES)
def test_the_example_holds_each_space(name):
    assert any(
        SPACES[name](SEED, member, relationship)
        for member in range(len(SEED.members))
        for relationship in range(len(SEED.relationships))
    )

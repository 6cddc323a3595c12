"""How often the database is asked for a permission, and for changes of many grants: the same for few and for many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients import selectors, services
from clients.choices import Access
from clients.models import Product, Relationship, TeamClient
from clients.services import ProductRights, Terms
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import Role
from partnerportal.catalogue.models import Offer
from partnerportal.work.models import Job
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("access", [Access.FULL, Access.LIMITED])
@pytest.mark.parametrize("seat", ["legal", "by name", "team", "team of all", "several", "none", "owner"])
def test_a_permission_is_one_query(access: str, seat: str):
    relationship, products, owner = _client(3, access=access)
    organisation = relationship.partner.organisation
    membership = world.make_member(organisation, Role.LEGAL if seat == "legal" else Role.COLLABORATOR)
    if seat in ("by name", "several"):
        world.assign(relationship, membership)
    if seat in ("team", "several"):
        team = world.make_team(organisation, "Web", people=(membership,))
        TeamClient.objects.create(team=team, relationship=relationship)
    if seat in ("team of all", "several"):
        world.make_team(organisation, "Everybody", people=(membership,), reaches_all=True)
    if seat == "owner":
        membership = owner.membership

    with CaptureQueriesContext(connection) as captured:
        reach = selectors.reach(membership=membership, product_id=products[0].pk)

    assert len(captured) == 1
    assert bool(reach.rights) == (seat != "none")


@pytest.mark.parametrize("act", ["widen", "narrow", "withdraw", "simulate", "end"])
def test_a_change_of_grants_takes_as_many_queries_for_many_products(act: str):
    assert _queries_of(act, 10) == _queries_of(act, 200)


def test_the_grant_editor_takes_as_many_queries_for_many_products(client):
    counts = []
    for number in (3, 60):
        relationship, _products, owner = _client(number)
        client.force_login(owner.user)
        url = reverse("clients:relationship_change", args=[relationship.pk])
        client.get(url)  # notes the session, which later requests need not
        counts.append(_count(lambda url=url: client.get(url)))  # type: ignore[misc]

    assert counts[0] == counts[1]


def test_a_list_is_asked_for_keys_first_on_later_pages_only(client, monkeypatch):
    """Two statements for a later page instead of one; which rows stand there is the same."""
    partner, acting = world.make_partner()
    for number in range(30):
        world.make_relationship(world.make_client(f"Garage {number:02}")[0], partner)
    client.force_login(acting.user)
    url = reverse("clients:client_list")
    client.get(url)

    first = _count(lambda: client.get(url + "?sort=client"))
    later = _count(lambda: client.get(url + "?sort=client&page=2"))

    assert later == first + 1
    shown = client.get(url + "?sort=client&page=2").content.decode()
    assert [f"Garage {number:02}" in shown for number in range(30)] == [number >= 25 for number in range(30)]
    assert shown.index("Garage 25") < shown.index("Garage 29")


@pytest.mark.parametrize("act", [services.announce_ends, services.ask_about_unused, services.ask_for_reviews])
def test_the_nightly_rounds_take_as_many_queries_for_many(act: Callable[..., int]):
    def due(number: int) -> int:
        partner, _ = world.make_partner()
        long_ago, soon = NOW.replace(year=2025), NOW.replace(month=12, day=20)
        for _ in range(number):
            world.make_relationship(world.make_client()[0], partner, since=long_ago, ends_at=soon)
        return _count(lambda: act(now=NOW))

    few, many = due(2), due(20)

    assert (few, Job.objects.count()) == (many, 22)
    assert act(now=NOW) == Job.objects.count()  # told before: nothing is started twice


def _queries_of(act: str, number: int) -> int:
    relationship, products, owner = _client(number, granted=number // 2)
    pks = [product.pk for product in products]
    widest = Terms(Access.LIMITED, None, tuple(map(ProductRights, pks)))
    least = Terms(Access.LIMITED, None, tuple(ProductRights(pk, False, False) for pk in pks))

    def change(terms: Terms) -> Relationship:
        return services.change_access(relationship_id=relationship.pk, terms=terms, actor=owner, now=NOW)

    def end() -> Any:
        return services.end_relationship(relationship_id=relationship.pk, by="CLIENT", actor=owner, now=NOW)

    return _count(
        {
            "widen": lambda: change(widest),
            "narrow": lambda: change(least),
            "withdraw": lambda: change(Terms(Access.LIMITED, None, ())),
            "simulate": lambda: services.simulate(
                lambda: change(widest), client_id=relationship.client_id, before=selectors.snapshot(relationship)
            ),
            "end": end,
        }[act]
    )


def _client(
    number: int, *, access: str = Access.LIMITED, granted: int | None = None
) -> tuple[Relationship, list[Product], Acting]:
    """A client with products, of which the partner is granted the first ones (all by default)."""
    offer = Offer.objects.filter(code="web-hosting").first() or world.make_catalogue()["web-hosting"]
    organisation, owner = world.make_client()
    products = [world.make_product(organisation, offer) for _ in range(number)]
    partner, _ = world.make_partner()
    given = tuple(products[:granted]) if access == Access.LIMITED else ()
    return world.make_relationship(organisation, partner, access=access, products=given), products, owner


def _count(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)

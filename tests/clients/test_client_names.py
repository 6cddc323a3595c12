"""By which name a partner's lists know a client: kept by the database, never more than the partner may know.

Promise 2: a request to an address tells nobody whose it is, not by its place in a sorted list either.
"""

from __future__ import annotations

import itertools

import pytest
from django.db import transaction
from django.urls import reverse

from clients import services
from clients.choices import RelationshipState, Side
from clients.models import Relationship
from partnerportal.accounts import services as accounts
from partnerportal.accounts.models import Organisation
from partnerportal.kernel.text import folded
from tests import world
from tests.at_once import Waiting
from tests.browsers import signed_in
from tests.clients.asking import FULL, invite, request
from tests.world import NOW

pytestmark = pytest.mark.django_db
WAYS = list(itertools.product(Side, RelationshipState, [False, True]))


def names(relationship):
    return Relationship.objects.values_list("client_name", "client_city").get(pk=relationship.pk)


def rename(here, name):
    accounts.change_organisation(
        organisation_id=here.client.pk, details={"name": name, "city": "Thun"}, actor=here.acting, now=NOW
    )


@pytest.mark.parametrize(("started_by", "state", "is_by_code"), WAYS)
def test_the_name_is_what_the_partner_may_know(here, started_by, state, is_by_code):
    """Promise 2: in every state, on every way, the same as the page says."""
    more = {"invited_email": "Anna@Moser.example", "is_by_code": is_by_code} if started_by == Side.PARTNER else {}
    relationship = world.make_relationship(here.client, here.partner, state=state, started_by=started_by, **more)

    known = relationship.client_to_partner

    expected = (here.client.search_name, "Bern") if known == here.client else (folded(str(known)), "")
    assert names(relationship) == expected


def test_who_is_renamed_is_found_by_the_new_name(here):
    relationship = world.make_relationship(here.client, here.partner)
    hidden = world.make_relationship(
        here.client,
        world.make_partner("Nord")[0],
        started_by=Side.PARTNER,
        state="PENDING",
        invited_email="a@b.example",
    )

    rename(here, "Zürcher Brot")

    assert (names(relationship), names(hidden)) == (("zurcher brot", "Thun"), ("a@b.example", ""))


def test_the_name_is_known_once_the_client_accepts_and_in_between_chooses_its_organisation(here):
    """Q16: whoever answers says for which organisation; until then it is an address."""
    relationship = request(here, "stranger@nowhere.example")
    assert names(relationship) == ("stranger@nowhere.example", "")

    services.claim_request(relationship_id=relationship.pk, client_id=here.client.pk, actor=here.acting, now=NOW)
    assert names(relationship) == ("stranger@nowhere.example", "")

    services.answer_request(relationship_id=relationship.pk, terms=FULL, actor=here.acting, now=NOW)
    assert names(relationship) == ("backerei moser", "Bern")


def test_nobody_writes_another_name(here):
    relationship = world.make_relationship(here.client, here.partner)

    Relationship.objects.filter(pk=relationship.pk).update(client_name="aaa", client_city="Rome")

    assert names(relationship) == ("backerei moser", "Bern")


@pytest.mark.django_db(transaction=True)
def test_who_invites_while_the_name_changes_waits_for_it(here):
    """Neither of the two sees the other's row, so the one that comes second waits."""
    with transaction.atomic():
        Organisation.objects.filter(pk=here.client.pk).update(search_name="zurcher brot")
        with Waiting(lambda: world.make_relationship(here.client, here.partner)) as waiting:
            pass

    assert waiting.outcome() == "done"
    assert names(Relationship.objects.get()) == ("zurcher brot", "Bern")


@pytest.mark.django_db(transaction=True)
def test_the_name_changes_while_somebody_invites(here):
    with transaction.atomic():
        invite(here)
        with Waiting(lambda: rename(here, "Zürcher Brot")) as waiting:
            pass

    assert waiting.outcome() == "done"
    assert names(Relationship.objects.get()) == ("zurcher brot", "Thun")


def test_a_list_is_sorted_and_searched_by_it(here):
    """Promise 2: a request to an address stands at the address, and the organisation behind it is not found."""
    cafe, _acting = world.make_client("Café Zoë")
    world.make_relationship(cafe, here.partner)
    asked = {"started_by": Side.PARTNER, "state": "PENDING", "invited_email": "m@unknown.example"}
    world.make_relationship(here.client, here.partner, **asked)
    browser, page = signed_in(here.partner_acting.user), reverse("clients:client_list")

    def found(**query):
        return [str(row.record.client_to_partner) for row in browser.get(page, query).context["table"].page.object_list]

    assert found(sort="client") == ["Café Zoë", "m@unknown.example"]
    assert found(sort="-client") == ["m@unknown.example", "Café Zoë"]
    assert found(search="CAFE z") == ["Café Zoë"]
    assert found(search="unknown.EX") == ["m@unknown.example"]
    assert found(search="Moser") == []
    assert found(search="bern") == ["Café Zoë"]

"""Why is it this amount? Each side reads its own figures, and nothing else of the other (promises 2 and 3)."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from billing import services
from clients import services as client_services
from clients.choices import Payer
from partnerportal.accounts.choices import Role
from tests import world
from tests.billing.ordering import order
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()
        partner, partner_acting = world.make_partner()

    Here.relationship = world.make_relationship(Here.client, Here.partner, payer=Payer.PARTNER)
    Here.line = order(Here.client, Here.offers["web-hosting"], Here.partner_acting, Here.relationship).lines.get()
    return Here


def sign_in(client, acting):
    client.force_login(acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")


def read(client, acting, line):
    sign_in(client, acting)
    answer = client.get(reverse("billing:line_explain", args=[line.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_amount_is_explained_to_each_side_with_its_own_figures(here, client):
    """Promise 3: the client never reads the partner's rates."""
    client_services.change_payer(relationship_id=here.relationship.pk, payer=Payer.CLIENT, actor=here.acting, now=NOW)
    line = order(here.client, here.offers["mail-hosting"], here.acting, quantity=10).lines.get()
    shown = {}
    for name, acting in (("client", here.acting), ("partner", here.partner_acting)):
        shown[name] = read(client, acting, line)

    assert "Partner rate" in shown["partner"]
    assert "10.80" in shown["partner"]
    assert "in this organisation" not in shown["partner"]  # how many units the client has in all (promise 2)
    assert "10 units in this organisation" in shown["client"]
    assert "Partner rate" not in shown["client"]
    assert "13.50" in shown["client"]


def test_a_partner_reads_what_the_other_way_of_ordering_would_have_brought(here, client):
    """Promise 3: rebate now, or 52.08 of cashback."""
    page = read(client, here.partner_acting, here.line)

    assert "260.40 for it, and 52.08 cashback for you" in page
    assert "0.8 × 0.75 leaves" in page
    assert "the step from 30 to 49" in page


def test_what_a_client_with_another_price_list_would_have_paid_is_not_guessed(client):
    """Rule 44: the client's own order would be in euros, by the prices in euros."""
    offers = world.make_catalogue()
    organisation, _acting = world.make_client("Boulangerie Petit", country="FR")
    partner, acting = world.make_partner()
    relationship = world.make_relationship(organisation, partner, payer=Payer.PARTNER)
    line = order(organisation, offers["office"], acting, relationship, quantity=1).lines.get()

    page = read(client, acting, line)

    assert line.order.currency == "CHF"
    assert "If the client had ordered" not in page


def test_vat_of_several_lines_is_said_of_their_sum(here, client):
    """Rule 37, Q33: VAT of each line on its own would not add up to that of the invoice."""
    one = order(here.client, here.offers["office"], here.acting, quantity=1).lines.get()
    items = [services.Item(here.offers[code], 1) for code in ("domain-ch", "mail-hosting")]
    placed = services.place_order(
        client_id=here.client.pk, items=items, relationship_id=None, key="two", actor=here.acting, now=NOW
    )

    alone, together = read(client, here.acting, one), read(client, here.acting, placed.lines.first())

    assert "8.10, total 108.10" in alone
    assert "on the net of the whole order" in together
    assert ", total" not in together


def test_who_ordered_at_a_client_is_not_told_to_its_partner(here, client):
    """Promise 2: a partner that earns learns which organisation ordered, not who works there."""
    here.acting.user.name = "Zora Frei"
    here.acting.user.save()
    theirs = order(here.client, here.offers["office"], here.acting, quantity=1).lines.get()
    own = order(here.partner.organisation, here.offers["office"], here.partner_acting, quantity=1).lines.get()

    assert "Zora Frei" not in read(client, here.partner_acting, theirs)
    assert "Zora Frei, Bäckerei Moser" in read(client, here.acting, theirs)
    assert "Ana Keller, Studio Lumen" in read(client, here.partner_acting, own)


@pytest.mark.parametrize("side", ["client", "partner"])
@pytest.mark.parametrize("role", [Role.LEGAL, Role.COLLABORATOR])
def test_the_relationship_is_linked_for_who_may_look_at_it(here, client, side, role):
    """Rules 20 and 28: the accounting right opens amounts, not the relationships behind them."""
    organisation = here.client if side == "client" else here.partner.organisation
    line = here.line
    if side == "client":
        line = order(here.client, here.offers["office"], here.acting, quantity=1).lines.get()
    member = world.make_member(organisation, role, has_accounting=True)

    page = read(client, world.acting(member), line)

    links = re.findall(r'href="(/(?:account/partners|partner/clients)/[^"]+)"', page.split("<main")[1])
    assert len(links) == (role == Role.LEGAL)
    assert [client.get(link).status_code for link in links] == [200] * len(links)


@pytest.mark.parametrize("may_order", [True, False])
def test_in_a_clients_space_amounts_are_for_who_may_order_there(here, client, may_order):
    """Rule 21: whoever may only look sees what was ordered, and no link that is refused."""
    member = world.make_member(here.partner.organisation, Role.COLLABORATOR)
    world.assign(here.relationship, member, has_order=may_order)
    sign_in(client, world.acting(member))
    client.post(reverse("clients:client_enter", args=[here.relationship.pk]))

    listed = client.get(reverse("billing:order_list")).content.decode()
    shown = client.get(reverse("billing:order_detail", args=[here.line.order_id])).content.decode()
    explained = client.get(reverse("billing:line_explain", args=[here.line.pk]))

    assert "35 × Web hosting" in listed
    assert "35 × Web hosting" in shown
    assert ("208.32" in listed) is ("208.32" in shown) is may_order
    assert (reverse("billing:line_explain", args=[here.line.pk]) in shown) is may_order
    assert explained.status_code == (200 if may_order else 404)

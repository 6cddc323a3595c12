"""A refused order: its rule in words, and ways out that lead somewhere for whoever reads them."""

from __future__ import annotations

from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from django.urls import reverse

from billing import selectors
from billing.exceptions import InsufficientBalance, NoPrice, PriceChanged, Rule, Way, WayOut
from billing.views import refusals
from clients.choices import Right
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import Role
from tests import world
from tests.billing import scenes
from tests.browsers import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    found = scenes.scene()
    found.order = scenes.order(found, ("office", 1))
    found.product = found.order.lines.get().products.get()
    found.placed_by_partner = scenes.order(found, ("office", 1), by_partner=True)
    return found


def readers(here):
    """Who reads a refusal: the client's people, the partner's at home and in the client's space."""
    collaborator = world.make_member(here.client, Role.COLLABORATOR)
    assigned = world.make_member(here.partner.organisation, Role.COLLABORATOR)
    world.assign(here.relationship, assigned, has_order=True)
    rights = frozenset({Right.VIEW, Right.ORDER})
    return {
        "client": here.acting,
        "client's collaborator": world.acting(collaborator),
        "partner at home": here.partner_acting,
        "partner in the space": world.acting(here.partner_acting.membership, here.relationship, rights),
        "partner's collaborator": world.acting(assigned, here.relationship, rights),
    }


def way(kind, here, reader):
    """Return a way of this kind about rows that the reader knows."""
    pks = {
        WayOut.CLIENT_ORDERS: here.relationship.pk,
        WayOut.OTHER_OFFER: here.offers["office"].pk,
        WayOut.ANOTHER: here.offers["office"].pk,
        WayOut.SEE_ORDER: (here.placed_by_partner if "partner" in reader else here.order).pk,
        WayOut.SEE_PRODUCT: here.product.pk,
        WayOut.SEE_RENEWAL: here.product.pk,
        WayOut.RENEW: here.product.pk,
        WayOut.REMOVE: 1,
    }
    return Way(kind, pk=pks.get(kind), name="Office", amount=D("72.90"), currency="CHF")


FROM_ORDERS = {
    WayOut.OTHER_OFFER,
    WayOut.ANOTHER,
    WayOut.ORDER_CART,
    WayOut.RENEW,
    WayOut.SEE_RENEWAL,
    WayOut.REMOVE,
}


@pytest.mark.parametrize("kind", WayOut)
def test_no_way_out_is_a_dead_end(here, kind):
    """Promise 2 and no dead links: what is closed to the reader is not shown, what is shown opens."""
    for reader, acting in readers(here).items():
        is_order_page = reader not in {"client's collaborator", "partner at home"}
        if not is_order_page and kind in FROM_ORDERS:
            continue  # these come from pages that order, which the reader does not open
        if reader == "partner at home" and kind == WayOut.SEE_PRODUCT:
            continue
        request = SimpleNamespace(acting=acting, path=reverse("clients:product_list"))
        for link in refusals.ways((way(kind, here, reader),), request, form="f"):
            assert link["text"]
            assert follow(acting, link) < 400, (reader, link)


def follow(acting, link):
    """Return how the address of a link answers to the person."""
    browser = signed_in(acting.user)
    if acting.relationship is not None:
        browser.post(reverse("clients:client_enter", args=[acting.relationship.pk]))
    if "name" in link or (link.get("href", "#").startswith(("#", "mailto:")) and "post" not in link):
        return 200  # a button of the page's own form, a place on it, a mail
    if "post" in link:
        if link["post"] == reverse("billing:cart_remove", args=[1]):
            return 200  # of a line that the page shows
        return browser.post(link["post"], {"next": link["next"]}, follow=True).status_code
    return browser.get(link["href"], follow=True).status_code


@pytest.mark.parametrize(
    ("reader", "kind", "is_shown"),
    [
        ("client", WayOut.TOP_UP, True),
        ("client's collaborator", WayOut.TOP_UP, False),
        ("partner in the space", WayOut.TOP_UP, True),
        ("partner's collaborator", WayOut.TOP_UP, False),
        ("partner in the space", WayOut.REQUEST_ACCESS, True),
        ("partner's collaborator", WayOut.REQUEST_ACCESS, False),
        ("client", WayOut.COLLEAGUE, False),  # nobody else represents it
        ("client's collaborator", WayOut.COLLEAGUE, True),
        ("client's collaborator", WayOut.SEE_ORDERS, False),
    ],
)
def test_a_way_is_shown_to_whoever_may_go_it(here, reader, kind, is_shown):
    request = SimpleNamespace(acting=readers(here)[reader], path="/")

    assert bool(refusals.ways((way(kind, here, reader),), request)) is is_shown


@pytest.mark.parametrize(("missing", "said"), [("72.90", "CHF 72.90"), ("0.05", "CHF 10.00")])
def test_a_top_up_is_never_below_the_least(here, missing, said):
    """Q35."""
    refusal = InsufficientBalance("x", missing=D(missing), currency="CHF")
    request = SimpleNamespace(acting=here.acting, path="/")

    drawn = refusals.described(refusal, request)

    assert drawn["rule"] == Rule.BALANCE.label
    assert drawn["ways"][0]["text"].replace("\u00a0", " ") == f"Top up by {said}"


def test_by_invoice_is_a_button_of_the_page_that_orders_only(here):
    request = SimpleNamespace(acting=here.acting, path="/")
    by_invoice = (Way(WayOut.BY_INVOICE),)

    assert refusals.ways(by_invoice, request) == []
    (button,) = refusals.ways(by_invoice, request, form="cart-form")
    assert (button["name"], button["value"], button["form"]) == ("confirm", "invoice", "cart-form")


def test_kinds_of_refusals_know_their_rule():
    assert (PriceChanged("x").rule, NoPrice("x").rule) == (Rule.SHOWN, Rule.PRICE)
    assert [one.kind for one in PriceChanged("x").ways] == [WayOut.LOOK]
    assert all(str(rule.label) for rule in Rule)


def test_who_acts_for_nobody_gets_no_rule_of_an_organisation(here):
    assert selectors.why_not_order(None) is None
    assert selectors.why_not_order(Acting(user=world.make_user("Paul Iten", staff_role="MANAGER"))) is None

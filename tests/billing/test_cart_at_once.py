"""Windows and people at the same instant: a cart is ordered once, and never otherwise than it was shown."""

from __future__ import annotations

import pytest
from django.db import transaction

from billing import services
from billing.models import Cart, CartItem, Invoice, LedgerEntry, Order
from billing.services import Paying
from clients import services as client_services
from clients.models import Product, Relationship
from tests import world
from tests.at_once import Waiting, at_once
from tests.billing import scenes
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def here():
    found = scenes.scene()
    scenes.top_up(found.client, "900")
    return found


def put(here, quantity=2, *, key="a", actor=None, name=""):
    acting = actor or here.acting
    return services.add_to_cart(
        client_id=here.client.pk,
        relationship_id=acting.relationship_id,
        offer=here.offers["web-hosting"],
        quantity=quantity,
        periods=1,
        name=name,
        key=key,
        actor=acting,
        now=NOW,
    )


def order(here, cart, shown, actor=None):
    return services.order_cart(
        cart_id=cart.pk, shown=shown, paying=Paying.IF_ENOUGH, actor=actor or here.acting, now=NOW
    )


def shown_of(cart):
    return services.quote_cart(cart=cart, now=NOW).shown


def test_a_double_click_orders_once_and_pays_once(here):
    """Rule 41 and the key of the cart: six windows at once."""
    cart = put(here).cart
    shown = shown_of(cart)

    outcomes = at_once(*[lambda: order(here, cart, shown)] * 6)

    assert outcomes == ["done"] * 6
    assert (Order.objects.count(), Invoice.objects.count(), Product.objects.count()) == (1, 1, 2)
    assert LedgerEntry.objects.filter(kind="PAYMENT").count() == 1
    assert Cart.objects.get().order == Order.objects.get()


def test_two_windows_that_add_the_first_line_at_once_fill_one_cart(here):
    outcomes = at_once(*[lambda n=number: put(here, 1, key=f"k{n}", name=f"n{n}") for number in range(4)])

    assert outcomes == ["done"] * 4
    assert (Cart.objects.count(), CartItem.objects.count()) == (1, 4)


def test_the_same_form_that_adds_twice_at_once_adds_once(here):
    assert at_once(*[lambda: put(here, 2, key="one form")] * 4) == ["done"] * 4
    assert CartItem.objects.get().quantity == 2


def test_a_change_at_the_instant_of_the_order_is_in_it_or_refused(here):
    """Promise 3: what was ordered is what was shown, whichever of the two comes first."""
    item = put(here)
    cart = item.cart
    shown = shown_of(cart)

    outcomes = at_once(
        lambda: order(here, cart, shown),
        lambda: services.change_cart(cart_id=cart.pk, quantities={item.pk: 7}, now=NOW),
    )

    assert sorted(outcomes) == ["done", "refused"]
    assert Product.objects.count() == (2 if Order.objects.exists() else 0)
    assert CartItem.objects.get().quantity == (2 if Order.objects.exists() else 7)


def test_two_people_order_at_once_and_the_second_is_shown_its_new_price_first(here):
    """Q3: the first order takes the count over a step; the second cart costs something else now."""
    colleague = world.acting(world.make_member(here.client))
    carts = [(put(here, 3).cart, here.acting), (put(here, 3, actor=colleague).cart, colleague)]
    shown = {cart.pk: shown_of(cart) for cart, _actor in carts}

    outcomes = at_once(*[lambda one=cart, who=actor: order(here, one, shown[one.pk], who) for cart, actor in carts])

    assert sorted(outcomes) == ["done", "refused"]
    assert (Order.objects.count(), Product.objects.count()) == (1, 3)


def test_an_order_waits_for_the_end_of_its_relationship_and_is_not_placed(here):
    """Rule 48: neither order nor product; the cart goes with the access."""
    acting = world.acting(here.partner_acting.membership, here.relationship)
    cart = put(here, actor=acting).cart
    shown = shown_of(cart)

    with transaction.atomic():
        Relationship.objects.select_for_update().get(pk=here.relationship.pk)
        with Waiting(lambda: order(here, cart, shown, acting)) as waiting:
            client_services.end_relationship(
                relationship_id=here.relationship.pk, by="CLIENT", actor=here.acting, now=NOW
            )

    assert waiting.outcome() == "refused"
    assert not Order.objects.exists()
    assert not Product.objects.exists()
    assert not Cart.objects.exists()


def test_adding_and_the_end_of_the_access_at_once_leave_no_cart_behind_that_orders(here):
    acting = world.acting(here.partner_acting.membership, here.relationship)
    put(here, actor=acting)

    at_once(
        lambda: put(here, 1, key="b", actor=acting),
        lambda: client_services.end_relationship(
            relationship_id=here.relationship.pk, by="CLIENT", actor=here.acting, now=NOW
        ),
    )

    for cart in Cart.objects.open():
        found = services.quote_cart(cart=cart, now=NOW)
        assert found.quote is None
        assert found.refusal is not None
    assert not Order.objects.exists()

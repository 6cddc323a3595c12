"""The cart: filled, changed, priced, ordered once, as it was shown. Rules 23 to 26, 43, 48, promise 3, Q11, Q12."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from django.conf import settings

from billing import services
from billing.exceptions import NoPrice, OrderRefused, PriceChanged, Rule, WayOut
from billing.models import Cart, CartItem, Invoice, LedgerEntry, Order, OrderLine
from billing.services import Paying
from clients import services as client_services
from clients.choices import Payer
from clients.models import Product
from partners.choices import PartnerState
from tests import world
from tests.billing import scenes
from tests.world import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def here():
    return scenes.scene()


def by_client(here):
    return here.acting


def by_partner(here):
    return world.acting(here.partner_acting.membership, here.relationship)


def put(here, code="web-hosting", quantity=1, *, by=by_client, name="", periods=1, key=None, now=NOW):
    actor = by(here)
    return services.add_to_cart(
        client_id=actor.organisation.pk,
        relationship_id=actor.relationship_id,
        offer=here.offers[code],
        quantity=quantity,
        periods=periods,
        name=name,
        key=key or f"{code}{name}{CartItem.objects.count()}",
        actor=actor,
        now=now,
    )


def the_cart(here, by=by_client):
    return Cart.objects.of(by(here)).open().get()


def order(here, *, by=by_client, shown=None, paying=Paying.BY_INVOICE, cart=None):
    cart = cart or the_cart(here, by)
    if shown is None:
        shown = services.quote_cart(cart=cart, now=NOW).shown
    return services.order_cart(cart_id=cart.pk, shown=shown, paying=paying, actor=by(here), now=NOW)


def nothing_was_ordered():
    rows = (Order, OrderLine, Invoice, Product, LedgerEntry)
    return not any(model.objects.exists() for model in rows) and not Cart.objects.exclude(order=None).exists()


# Filling it


def test_the_same_offer_under_the_same_name_becomes_one_line(here):
    put(here, quantity=2)
    put(here, quantity=3)
    put(here, quantity=1, name="moser.ch")

    lines = CartItem.objects.order_by("pk").values_list("quantity", "name")
    assert list(lines) == [(5, ""), (1, "moser.ch")]
    assert Cart.objects.count() == 1


def test_a_form_that_is_sent_twice_adds_once(here):
    for _ in range(2):
        put(here, quantity=2, key="the form's")

    assert CartItem.objects.get().quantity == 2


def test_everybody_has_their_own_cart_and_one_for_each_client(here):
    """Promise 2: what somebody means to order is theirs alone, also among colleagues."""
    colleague = world.acting(world.make_member(here.client))
    put(here)
    put(here, by=by_partner)
    put(here, by=lambda _here: colleague)

    assert Cart.objects.count() == 3
    for acting in (here.acting, by_partner(here), colleague):
        (seen,) = Cart.objects.of(acting)
        assert seen.user == acting.user
        assert list(CartItem.objects.visible_to(acting)) == list(seen.items.all())
    assert {cart.client for cart in Cart.objects.visible_to(here.partner_acting)} == {here.client}
    assert not Cart.objects.visible_to(None).exists()


@pytest.mark.parametrize("quantity", [0, 10_001])
def test_a_line_holds_one_unit_at_least_and_ten_thousand_at_most(here, quantity):
    with pytest.raises(OrderRefused, match="between 1 and 10’000") as refused:
        put(here, quantity=quantity)

    assert (refused.value.rule, refused.value.field) == (Rule.UNITS, "quantity")
    assert not Cart.objects.exists()


def test_a_cart_holds_ten_thousand_units_in_all(here):
    put(here, quantity=9_999)
    item = put(here, "office", quantity=1)

    with pytest.raises(OrderRefused, match="in one cart"):
        put(here, quantity=1, name="one.ch")
    with pytest.raises(OrderRefused, match="in one cart"):
        services.change_cart(cart_id=item.cart_id, quantities={item.pk: 2}, now=LATER)

    assert sorted(CartItem.objects.values_list("quantity", flat=True)) == [1, 9_999]
    assert the_cart(here).changed_at == NOW


def test_a_cart_holds_so_many_lines(here, monkeypatch):
    monkeypatch.setitem(settings.PROGRAMME, "cart_lines", 2)
    for name in ("a.ch", "b.ch"):
        put(here, "domain-ch", name=name)

    with pytest.raises(OrderRefused, match="2 lines at most") as refused:
        put(here, "domain-ch", name="c.ch")
    put(here, "domain-ch", name="b.ch")  # more of what is there is no new line

    assert refused.value.rule == Rule.LINES
    assert refused.value.ways[0].kind == WayOut.ORDER_CART
    assert list(CartItem.objects.order_by("pk").values_list("name", "quantity")) == [("a.ch", 1), ("b.ch", 2)]


def test_what_is_not_sold_is_not_added_and_another_offer_is_named(here):
    here.offers["web-hosting"].is_sold = False
    here.offers["web-hosting"].save()
    near = world.make_offer("web-large", here.offers["web-hosting"].family, "20", "19")

    with pytest.raises(OrderRefused, match="no longer sold") as refused:
        put(here)

    assert refused.value.rule == Rule.SOLD
    assert [(way.kind, way.pk, way.name) for way in refused.value.ways] == [(WayOut.OTHER_OFFER, near.pk, "Web large")]
    assert not Cart.objects.exists()


def test_too_many_periods_are_not_added(here):
    with pytest.raises(OrderRefused, match="one month at most") as refused:
        put(here, periods=2)

    assert (refused.value.rule, refused.value.field) == (Rule.PERIODS, "periods")
    assert not Cart.objects.exists()


def test_with_limited_access_a_partner_fills_no_cart():
    """Rule 26, row 7."""
    here = scenes.scene()
    product = world.make_product(here.client, here.offers["office"])
    other, other_acting = world.make_partner("Nord")
    limited = world.make_relationship(here.client, other, access="LIMITED", products=(product,))

    with pytest.raises(OrderRefused, match="limited access") as refused:
        put(here, by=lambda _here: world.acting(other_acting.membership, limited))

    assert refused.value.rule == Rule.LIMITED
    assert [way.kind for way in refused.value.ways] == [WayOut.CLIENT_ORDERS, WayOut.FULL_ACCESS]
    assert not Cart.objects.exists()


def test_lines_change_and_go(here):
    first, second = put(here, quantity=2), put(here, "office")

    services.change_cart(cart_id=first.cart_id, quantities={first.pk: 7, 10**9: 3}, now=LATER)
    services.remove_from_cart(item_id=second.pk, now=LATER)
    services.remove_from_cart(item_id=second.pk, now=LATER)

    assert list(CartItem.objects.values_list("pk", "quantity")) == [(first.pk, 7)]
    assert the_cart(here).changed_at == LATER


# Its price


def test_every_line_is_priced_with_all_units_of_its_family_counted(here):
    """Q3, Q4: 20 and 15 hostings in two lines are 35: 25 %. Rule 33: each line is rounded once."""
    put(here, quantity=20, name="a")
    put(here, quantity=15, name="b")
    put(here, "office", quantity=2)

    found = services.quote_cart(cart=the_cart(here), now=NOW)

    charged = [line.quoted.line.charged for line in found.lines]
    assert charged == [D("148.80"), D("111.60"), D("200.00")]
    assert {line.quoted.client_count.total for line in found.lines[:2]} == {35}
    assert (found.quote.charged_net, found.quote.total) == (D("460.40"), D("497.69"))
    assert found.is_orderable


def test_what_is_withdrawn_says_so_and_the_rest_is_priced(here):
    item = put(here)
    put(here, "office")
    here.offers["web-hosting"].is_sold = False
    here.offers["web-hosting"].save()

    found = services.quote_cart(cart=the_cart(here), now=NOW)

    refused, sound = found.lines
    assert refused.refusal.rule == Rule.SOLD
    assert [(way.kind, way.pk) for way in refused.refusal.ways][-1] == (WayOut.REMOVE, item.pk)
    assert (sound.quoted.line.charged, found.quote.total) == (D("100.00"), D("108.10"))
    assert not found.is_orderable
    with pytest.raises(OrderRefused, match="Nothing was ordered, because of 1 × Web hosting"):
        order(here)
    assert nothing_was_ordered()


def test_what_has_no_price_in_the_payers_currency_says_so(here):
    """Rule 44."""
    put(here)
    put(here, "office")
    world.rewrite_price(here.offers["office"], valid_until=NOW.date())

    found = services.quote_cart(cart=the_cart(here), now=NOW)

    assert [line.refusal.rule if line.refusal else None for line in found.lines] == [None, Rule.PRICE]
    with pytest.raises(OrderRefused, match="has no price in CHF"):
        order(here)
    assert nothing_was_ordered()


# Ordering it


@pytest.mark.parametrize(
    ("payer", "by", "charged", "outcome", "row"),
    [
        (Payer.CLIENT, by_client, D("260.40"), "CASHBACK", "1"),
        (Payer.CLIENT, by_partner, D("260.40"), "CASHBACK", "2"),
        (Payer.PARTNER, by_client, D("260.40"), "CASHBACK", "3"),
        (Payer.PARTNER, by_partner, D("208.32"), "REBATE", "4"),
    ],
)
def test_a_cart_is_ordered_by_the_decision_table(payer, by, charged, outcome, row):
    """Rules 23 to 25, 30: who orders and who pays decides; the products are the client's in each case."""
    here = scenes.scene(payer=payer)
    put(here, quantity=35, by=by)
    put(here, "office", by=by)

    done = order(here, by=by)

    web, office = done.order.lines.order_by("position")
    assert (web.charged_net, web.outcome, web.reason) == (charged, outcome, row)
    assert office.outcome == outcome
    assert {product.organisation for product in Product.objects.all()} == {here.client}
    paying = here.partner.organisation if row == "4" else here.client
    assert done.order.invoice.payer == done.order.payer == paying
    assert (done.is_paid, done.is_repeated) == (False, False)
    assert Cart.objects.get().order == done.order
    assert not Cart.objects.open().exists()


def test_the_terms_of_the_order_stay(here):
    """Q11 and Q12: the relation ends after the order and before the payment; cashback is credited all the same."""
    put(here, quantity=35)
    done = order(here)
    client_services.end_relationship(
        relationship_id=here.relationship.pk, by="CLIENT", actor=here.acting, now=NOW + dt.timedelta(minutes=1)
    )

    scenes.pay(Invoice.objects.get(order=done.order))

    assert scenes.balance(here.partner.organisation) == D("52.08")


def test_a_repeated_request_orders_once_and_says_so(here):
    """The cart's key is the order's."""
    put(here, quantity=2)
    cart = the_cart(here)
    shown = services.quote_cart(cart=cart, now=NOW).shown

    first, second = (order(here, cart=cart, shown=shown) for _ in range(2))

    assert first.order == second.order == Order.objects.get()
    assert (first.is_repeated, second.is_repeated) == (False, True)
    assert first.order.key == cart.key
    assert Product.objects.count() == 2


def test_an_old_page_is_told_that_the_cart_was_ordered_with_something_else(here):
    """It shows other quantities than were ordered: the earlier order is no answer to it."""
    item = put(here, quantity=2)
    cart = the_cart(here)
    old = services.quote_cart(cart=cart, now=NOW).shown
    services.change_cart(cart_id=cart.pk, quantities={item.pk: 5}, now=NOW)
    done = order(here)
    before = (Order.objects.count(), Product.objects.count(), Invoice.objects.count())

    with pytest.raises(OrderRefused, match=r"was ordered on .* already") as refused:
        order(here, cart=cart, shown=old)

    assert refused.value.rule == Rule.ONCE
    assert refused.value.ways[0].kind == WayOut.SEE_ORDER
    assert refused.value.ways[0].pk == done.order.pk
    assert (Order.objects.count(), Product.objects.count(), Invoice.objects.count()) == before


def test_what_another_window_changed_is_not_ordered_unseen(here):
    """Promise 3: another quantity, another name, another line."""
    item = put(here, "domain-ch", name="moser.ch")
    cart = the_cart(here)
    shown = services.quote_cart(cart=cart, now=NOW).shown
    changes = [
        lambda: services.change_cart(cart_id=cart.pk, quantities={item.pk: 2}, now=NOW),
        lambda: CartItem.objects.filter(pk=item.pk).update(quantity=1, name="rossi.ch"),
        lambda: [CartItem.objects.filter(pk=item.pk).update(name="moser.ch"), put(here, "office")],
    ]

    for change in changes:
        change()
        with pytest.raises(PriceChanged, match="has changed since"):
            order(here, shown=shown)

    assert nothing_was_ordered()


def test_a_price_that_changed_meanwhile_is_shown_first(here):
    put(here, "office")
    shown = services.quote_cart(cart=the_cart(here), now=NOW).shown
    world.rewrite_price(here.offers["office"], public_unit=D("120.00"))

    with pytest.raises(PriceChanged):
        order(here, shown=shown)

    assert nothing_was_ordered()
    assert order(here).order.lines.get().charged_net == D("120.00")


def test_who_pays_is_what_was_shown(here):
    """Rules 24 and 25: the client takes the paying over while the partner looks at its cart."""
    put(here, by=by_partner)
    shown = services.quote_cart(cart=the_cart(here, by_partner), now=NOW).shown
    client_services.change_payer(relationship_id=here.relationship.pk, payer=Payer.PARTNER, actor=here.acting, now=NOW)

    with pytest.raises(PriceChanged):
        order(here, by=by_partner, shown=shown)

    assert nothing_was_ordered()


def test_an_empty_cart_orders_nothing(here):
    item = put(here)
    services.remove_from_cart(item_id=item.pk, now=NOW)

    with pytest.raises(OrderRefused, match="is empty") as refused:
        order(here, shown="x")

    assert refused.value.rule == Rule.NOTHING
    assert nothing_was_ordered()


def test_a_cart_that_is_gone_says_so(here):
    item = put(here)
    cart = the_cart(here)
    services.discard_cart(cart_id=cart.pk)

    for act in (
        lambda: order(here, cart=cart, shown="x"),
        lambda: services.change_cart(cart_id=cart.pk, quantities={item.pk: 2}, now=NOW),
        lambda: services.discard_cart(cart_id=cart.pk),
    ):
        with pytest.raises(OrderRefused, match="no longer there"):
            act()
    assert nothing_was_ordered()


def test_an_ordered_cart_does_not_change(here):
    item = put(here)
    cart = the_cart(here)
    order(here)

    for act in (
        lambda: services.change_cart(cart_id=cart.pk, quantities={item.pk: 9}, now=NOW),
        lambda: services.remove_from_cart(item_id=item.pk, now=NOW),
        lambda: services.discard_cart(cart_id=cart.pk),
    ):
        with pytest.raises(OrderRefused, match="ordered already") as refused:
            act()
        assert refused.value.ways[0].kind == WayOut.SEE_ORDER
    assert CartItem.objects.get().quantity == 1
    put(here, quantity=3)
    assert list(the_cart(here).items.values_list("quantity", flat=True)) == [3]


# Paying it


def test_it_is_paid_at_once_where_the_account_holds_enough(here):
    scenes.top_up(here.client, "200")
    put(here, "office")

    done = order(here, paying=Paying.AT_ONCE)

    assert done.is_paid
    assert scenes.balance(here.client) == D("91.90")
    assert Invoice.objects.get().state == "PAID"


def test_too_little_money_refuses_what_was_said_to_be_paid_at_once(here):
    """Rule 43: neither order nor product nor movement; by invoice it goes, or after a top-up of what is missing."""
    scenes.top_up(here.client, "100")
    put(here, "office")
    entries = LedgerEntry.objects.count()

    with pytest.raises(OrderRefused, match=r"CHF 8\.10 are missing") as refused:
        order(here, paying=Paying.AT_ONCE)

    assert refused.value.rule == Rule.BALANCE
    by_invoice, top_up = refused.value.ways
    assert by_invoice.kind == WayOut.BY_INVOICE
    assert (top_up.kind, top_up.amount, top_up.currency) == (WayOut.TOP_UP, D("8.10"), "CHF")
    assert not Order.objects.exists()
    assert not Product.objects.exists()
    assert LedgerEntry.objects.count() == entries
    assert scenes.balance(here.client) == D("100.00")
    assert not order(here, paying=Paying.BY_INVOICE).is_paid


def test_what_somebody_elses_account_holds_is_not_told(here):
    """Promise 2: it becomes an invoice, and no sentence says how much is missing."""
    scenes.top_up(here.client, "100")
    put(here, "office", by=by_partner)

    done = order(here, by=by_partner, paying=Paying.IF_ENOUGH)

    assert not done.is_paid
    assert Invoice.objects.get().state == "OPEN"
    assert scenes.balance(here.client) == D("100.00")


# What ends it


def test_the_end_of_a_relationship_takes_its_carts_along(here):
    """Rule 48; what was ordered before stays."""
    put(here, by=by_partner)
    order(here, by=by_partner)
    put(here, by=by_partner)
    put(here)

    client_services.end_relationship(relationship_id=here.relationship.pk, by="CLIENT", actor=here.acting, now=NOW)

    assert [cart.user for cart in Cart.objects.open()] == [here.acting.user]
    assert Order.objects.get().cart.relationship == here.relationship


@pytest.mark.parametrize(
    ("way_out", "rule", "nearest"),
    [("end", Rule.ACCESS, WayOut.REQUEST_ACCESS), ("suspend", Rule.STATUS, WayOut.STATUS)],
)
def test_without_access_nothing_is_ordered(here, way_out, rule, nearest):
    """Row 9, rules 11 and 48: the page was open as the access went."""
    put(here, by=by_partner)
    cart, actor = the_cart(here, by_partner), by_partner(here)
    shown = services.quote_cart(cart=cart, now=NOW).shown
    if way_out == "end":  # agreed, and over by the clock before the job has written it down
        type(here.relationship).objects.update(ends_at=NOW + dt.timedelta(minutes=1))
    else:
        type(here.partner).objects.update(state=PartnerState.SUSPENDED, suspended_at=NOW)

    with pytest.raises(OrderRefused) as refused:
        services.order_cart(cart_id=cart.pk, shown=shown, paying=Paying.BY_INVOICE, actor=actor, now=NOW)

    assert (refused.value.rule, refused.value.ways[0].kind) == (rule, nearest)
    assert nothing_was_ordered()


def test_the_nightly_job_puts_old_carts_away(here):
    """Also those that access no longer lets anybody order; while a status rests, its carts wait."""
    put(here)
    put(here, by=by_partner)
    other, other_acting = world.make_partner("Nord", state=PartnerState.SUSPENDED, suspended_at=NOW)
    client, _acting = world.make_client("Rossi")
    resting = world.make_relationship(client, other)
    Cart.objects.create(
        user=other_acting.user,
        organisation=other.organisation,
        client=client,
        relationship=resting,
        key="r",
        created_at=NOW,
        changed_at=NOW,
    )

    assert services.clear_carts(now=LATER) == 0
    type(here.relationship).objects.filter(pk=here.relationship.pk).update(access="LIMITED", payer=None)
    assert services.clear_carts(now=LATER) == 1
    assert set(Cart.objects.values_list("user", flat=True)) == {here.acting.user.pk, other_acting.user.pk}
    days = settings.PROGRAMME["cart_days"]
    assert services.clear_carts(now=NOW + dt.timedelta(days=days, seconds=1)) == 2
    assert services.clear_carts(now=NOW + dt.timedelta(days=days, seconds=1)) == 0


def test_a_new_start_of_the_two_takes_the_cart_over_to_the_new_relationship(here):
    put(here, by=by_partner)
    type(here.relationship).objects.update(state="ENDED", ended_at=NOW, ended_by="CLIENT")
    here.relationship = world.make_relationship(here.client, here.partner)

    put(here, "office", by=by_partner)

    cart = Cart.objects.get()
    assert cart.relationship == here.relationship
    assert cart.items.count() == 2


def test_a_cart_without_a_vat_rate_for_its_payer_is_refused_as_a_whole():
    """Rule 45: no line can be ordered, and the page says why."""
    here = scenes.scene(country="IT")
    put(here)

    found = services.quote_cart(cart=the_cart(here), now=NOW)

    assert (found.quote, found.refusal.rule, found.shown) == (None, Rule.PRICE, "")
    with pytest.raises(NoPrice, match="no VAT rate"):
        order(here, shown="")
    assert nothing_was_ordered()

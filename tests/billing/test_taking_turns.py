"""Orders, and what decides about them, take turns: no count is read twice, no two wait for each other."""

import datetime as dt
from decimal import Decimal as D

import pytest
from django.db import transaction

from billing import services
from billing.exceptions import OrderRefused
from billing.models import Invoice, Order, OrderLine
from billing.services.ledger import lock_accounts
from clients import services as client_services
from clients.models import Product, Relationship
from partners import services as partner_services
from tests import world
from tests.at_once import Waiting, at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def test_orders_for_two_clients_of_a_partner_count_each_other():
    """Q3: the portfolio's count moves with each order, also when both come at the same instant."""
    offer = world.make_catalogue()["web-hosting"]
    partner, acting = world.make_partner()
    clients = [world.make_client(name)[0] for name in ("Moser", "Rossi")]
    relationships = [world.make_relationship(client, partner, payer="PARTNER") for client in clients]

    def order(relationship):
        services.place_order(
            client_id=relationship.client_id,
            items=[services.Item(offer, 18)],
            relationship_id=relationship.pk,
            key="k",
            actor=world.acting(acting.membership, relationship),
            now=NOW,
        )

    outcomes = at_once(*(lambda one=relationship: order(one) for relationship in relationships))

    assert outcomes == ["done", "done"]
    assert sorted(OrderLine.objects.values_list("partner_count", "partner_degressive_rate")) == [
        (18, D("0.1000")),
        (36, D("0.2500")),
    ]


@pytest.mark.parametrize("by_partner", [True, False])
@pytest.mark.parametrize("way_out", ["end", "narrow", "leave"])
def test_a_renewal_waits_for_the_end_of_its_relationship_and_never_against_it(by_partner, way_out):
    """Rule 48: whoever takes access away holds the relationship first; a renewal must not hold products before that."""
    offer = world.make_catalogue()["web-hosting"]
    partner, acting = world.make_partner()
    client, client_acting = world.make_client()
    relationship = world.make_relationship(client, partner, payer="PARTNER")
    product = world.make_product(client, offer, renewal_payer="PARTNER")

    def renew():
        services.renew(
            client_id=client.pk,
            product_ids=[product.pk],
            relationship_id=relationship.pk if by_partner else None,
            key="k",
            actor=world.acting(acting.membership, relationship) if by_partner else client_acting,
            now=NOW,
        )

    def take_away():
        if way_out == "leave":
            partner_services.leave_programme(partner_id=partner.pk, actor=acting, now=NOW)
        elif way_out == "narrow":
            client_services.change_access(
                relationship_id=relationship.pk,
                terms=client_services.Terms(access="LIMITED", products=(client_services.ProductRights(product.pk),)),
                actor=client_acting,
                now=NOW,
            )
        else:
            client_services.end_relationship(relationship_id=relationship.pk, by="CLIENT", actor=client_acting, now=NOW)

    with transaction.atomic():
        if way_out == "leave":
            type(partner).objects.select_for_update().get(pk=partner.pk)
        else:
            Relationship.objects.select_for_update().get(pk=relationship.pk)
        with Waiting(renew) as renewal:
            take_away()

    assert renewal.outcome() == ("refused" if by_partner else "done")
    assert Order.objects.exists() is not by_partner
    payer = Product.objects.values_list("renewal_payer", flat=True).get()
    assert payer == ("NOBODY" if by_partner else "CLIENT")


def scene(*, payer="PARTNER"):
    """Return a client with an open relationship, how its partner orders, and how the client ends or narrows it."""
    offer = world.make_catalogue()["web-hosting"]
    partner, acting = world.make_partner()
    client, client_acting = world.make_client()
    relationship = world.make_relationship(client, partner, payer=payer)
    product = world.make_product(client, offer)

    def order():
        services.place_order(
            client_id=client.pk,
            items=[services.Item(offer, 2)],
            relationship_id=relationship.pk,
            key="k",
            actor=world.acting(acting.membership, relationship),
            now=NOW,
        )

    def end():
        client_services.end_relationship(relationship_id=relationship.pk, by="CLIENT", actor=client_acting, now=NOW)

    def narrow():
        terms = client_services.Terms(access="LIMITED", products=(client_services.ProductRights(product.pk),))
        client_services.change_access(relationship_id=relationship.pk, terms=terms, actor=client_acting, now=NOW)

    return relationship, order, {"end": end, "narrow": narrow}


@pytest.mark.parametrize("way_out", ["end", "narrow"])
def test_an_order_waits_for_what_takes_the_access_away_and_is_not_placed(way_out):
    """Rule 26, rule 48: neither order, nor invoice, nor product."""
    relationship, order, ways = scene()

    with transaction.atomic():
        Relationship.objects.select_for_update().get(pk=relationship.pk)
        with Waiting(order) as waiting:
            ways[way_out]()

    assert waiting.outcome() == "refused"
    assert (Order.objects.exists(), Product.objects.count()) == (False, 1)


@pytest.mark.parametrize("payer", ["PARTNER", "CLIENT"])
@pytest.mark.parametrize("way_out", ["end", "narrow"])
def test_an_order_and_the_end_of_its_relationship_at_once(way_out, payer):
    """Rule 48: an order of before stands whole, with nobody left to renew it who may not; one of after is none."""
    _relationship, order, ways = scene(payer=payer)

    outcomes = at_once(order, ways[way_out])

    is_placed = Order.objects.exists()
    assert outcomes == (["done", "done"] if is_placed else ["done", "refused"])
    assert Product.objects.count() == (3 if is_placed else 1)
    assert not Product.objects.filter(renewal_payer="PARTNER").exists()


@pytest.fixture
def shop():
    offers = world.make_catalogue()
    client, acting = world.make_client()
    return offers, client, acting


def place(shop, key, *items):
    _offers, client, acting = shop
    return services.place_order(client_id=client.pk, items=items, relationship_id=None, key=key, actor=acting, now=NOW)


def test_the_same_form_sent_twice_at_once_orders_once(shop):
    offers, *_ = shop

    outcomes = at_once(*[lambda: place(shop, "k", services.Item(offers["web-hosting"], 2))] * 2)

    assert outcomes == ["done", "done"]
    assert Order.objects.count() == 1
    assert Product.objects.count() == 2


def test_of_two_orders_at_once_the_second_is_not_placed_at_a_price_that_nobody_was_shown(shop):
    """Promise 3, Q3: the first order takes the count over a step, which changes the price of the second."""
    offers, client, acting = shop
    items = [services.Item(offers["web-hosting"], 3)]
    shown = services.quote_order(client_id=client.pk, items=items, relationship_id=None, now=NOW).shown

    def order(key):
        services.place_order(
            client_id=client.pk, items=items, relationship_id=None, key=key, shown=shown, actor=acting, now=NOW
        )

    outcomes = at_once(lambda: order("a"), lambda: order("b"))

    assert outcomes == ["done", "refused"]
    assert list(OrderLine.objects.values_list("quantity", "charged_net")) == [(3, D("29.76"))]


def test_the_same_key_with_other_content_is_refused(shop):
    """The browser's back button, another quantity, sent again: nobody may believe that it was ordered."""
    offers, client, acting = shop
    place(shop, "k", services.Item(offers["web-hosting"], 1))

    with pytest.raises(OrderRefused, match="start anew"):
        place(shop, "k", services.Item(offers["web-hosting"], 5))
    with pytest.raises(OrderRefused, match="start anew"):
        services.renew(
            client_id=client.pk,
            product_ids=[Product.objects.get().pk],
            relationship_id=None,
            key="k",
            actor=acting,
            now=NOW,
        )

    assert (Order.objects.count(), Product.objects.count()) == (1, 1)


def test_two_clients_may_send_the_same_key(shop):
    offers, *_ = shop
    other, other_acting = world.make_client("Rossi")
    place(shop, "k", services.Item(offers["web-hosting"], 1))

    order = place((offers, other, other_acting), "k", services.Item(offers["web-hosting"], 1))

    assert order.client == other


def test_units_are_added_to_ones_own_product_of_the_same_offer_only(shop):
    offers, client, acting = shop
    other, _ = world.make_client("Rossi")
    foreign = world.make_product(other, offers["office"], quantity=2)
    unlike = world.make_product(client, offers["web-hosting"])
    gone = world.make_product(client, offers["office"], state="TERMINATED")

    for extended, sentence in ((foreign, "no longer there"), (unlike, "product of its own"), (gone, "no longer there")):
        with pytest.raises(OrderRefused, match=sentence):
            services.add_units(
                client_id=client.pk,
                product_id=extended.pk,
                units=1,
                relationship_id=None,
                key=f"k{extended.pk}",
                actor=acting,
                now=NOW,
            )

    assert not Order.objects.exists()
    foreign.refresh_from_db()
    assert foreign.quantity == 2


def test_what_is_renewed_counts_once_whoever_it_earns_for():
    """Q3: hostings in another partner's scope are renewed by the full one: they are in its order, so in its count."""
    offer = world.make_catalogue()["web-hosting"]
    client, _ = world.make_client()
    first, _ = world.make_partner("Erste Hilfe IT")
    product = world.make_product(client, offer, quantity=35)
    world.make_relationship(client, first, access="LIMITED", products=(product,), since=NOW - dt.timedelta(days=30))
    partner, acting = world.make_partner()
    relationship = world.make_relationship(client, partner, payer="PARTNER")

    order = services.renew(
        client_id=client.pk,
        product_ids=[product.pk],
        relationship_id=relationship.pk,
        key="k",
        actor=world.acting(acting.membership, relationship),
        now=NOW,
    )

    line = order.lines.get()
    assert (line.partner_count, line.charged_net, line.outcome) == (35, D("208.32"), "REBATE")


def test_blocked_units_that_run_again_count_by_family(shop):
    """Q4: 20 and 15 of one family, renewed in one order though due on different days, are 35."""
    offers, client, acting = shop
    products = [
        world.make_product(client, offers["web-hosting"], quantity=units, state="BLOCKED", renews_on=day)
        for units, day in ((20, dt.date(2026, 11, 1)), (15, dt.date(2026, 11, 5)))
    ]

    order = services.renew(
        client_id=client.pk,
        product_ids=[product.pk for product in products],
        relationship_id=None,
        key="k",
        actor=acting,
        now=NOW,
    )

    assert list(order.lines.values_list("client_count", flat=True)) == [35, 35]


def test_what_ends_unpaid_takes_the_accounts_of_all_its_partners_at_once():
    """Two invoices that are taken back earn for two partners: whoever holds one account and wants the other gets it."""
    offer = world.make_catalogue()["office"]
    partners = [world.make_partner(name)[0] for name in ("Lumen", "Nord")]
    owners = [(partner.pk, "CHF") for partner in partners]
    with transaction.atomic():
        for owner in owners:
            lock_accounts([owner])
    for partner in reversed(partners):
        client, acting = world.make_client(f"Client of {partner}")
        world.make_relationship(client, partner)
        product = world.make_product(client, offer, renews_on=NOW.date())
        services.renew(
            client_id=client.pk, product_ids=[product.pk], relationship_id=None, key="k", actor=acting, now=NOW
        )
    long_ago = NOW - dt.timedelta(days=60)
    Product.objects.update(state="BLOCKED", blocked_at=long_ago, overdue_since=long_ago.date())

    with transaction.atomic():
        lock_accounts(owners[:1])
        with Waiting(lambda: services.advance_renewals(on=NOW.date(), now=NOW)) as run:
            lock_accounts(owners[1:])

    assert run.outcome() == "done"
    assert set(Invoice.objects.values_list("state", flat=True)) == {"CANCELLED"}


def test_a_renewal_holds_products_in_the_order_in_which_payments_and_the_night_do(shop):
    """By their numbers, not by offer: of two products whoever holds the first gets the second, too."""
    offers, client, acting = shop
    later, earlier = sorted((offers["office"], offers["web-hosting"]), key=lambda offer: -offer.pk)
    products = [world.make_product(client, offer) for offer in (later, earlier)]
    pks = [product.pk for product in products]

    def renew():
        services.renew(client_id=client.pk, product_ids=pks, relationship_id=None, key="k", actor=acting, now=NOW)

    with transaction.atomic():
        Product.objects.select_for_update().get(pk=pks[0])
        with Waiting(renew) as renewal:
            Product.objects.select_for_update().get(pk=pks[1])

    assert renewal.outcome() == "done"
    assert Order.objects.get().lines.count() == 2


def test_a_cheaper_plan_that_is_chosen_as_the_renewal_waits_is_the_one_that_is_renewed(shop):
    """Section 9: chosen before the renewal was placed, it is neither lost nor paid as the dearer one."""
    offers, client, acting = shop
    small = world.make_offer("office-s", offers["office"].family, "40", "40", rate="0.20", is_per_unit=False)
    product = world.make_product(client, offers["office"])

    def renew():
        services.renew(
            client_id=client.pk, product_ids=[product.pk], relationship_id=None, key="k", actor=acting, now=NOW
        )

    with transaction.atomic():
        services.choose_next_plan(client_id=client.pk, product_id=product.pk, offer=small, actor=acting, now=NOW)
        with Waiting(renew) as renewal:
            pass

    assert renewal.outcome() == "done"
    assert OrderLine.objects.get().offer == small
    assert Product.objects.values_list("offer", "next_offer").get() == (small.pk, None)


def test_a_cancellation_waits_for_a_change_of_plan(shop):
    """Promise 6: the owner cancels what it has, whichever plan that is by then."""
    offers, client, acting = shop
    large = world.make_offer("office-l", offers["office"].family, "200", "200", rate="0.20", is_per_unit=False)
    product = world.make_product(client, offers["office"])

    def cancel():
        client_services.cancel_product(
            product_id=product.pk, organisation_id=client.pk, ends_on=product.renews_on, actor=acting, now=NOW
        )

    with transaction.atomic():
        held = Product.objects.select_for_update().get(pk=product.pk)
        client_services.change_offer(product=held, offer=large)
        with Waiting(cancel) as cancellation:
            pass

    assert cancellation.outcome() == "done"
    kept = Product.objects.get()
    assert (kept.is_cancelled, kept.offer) == (True, large)

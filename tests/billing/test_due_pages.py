"""What is due, and how one product goes on, on screen: to whom what. Section 9, rules 24 to 26, promises 2 and 6."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from billing import services
from billing.models import Order, RenewalFailure
from clients.choices import Access, Payer, RenewalPayer
from clients.models import Product
from partnerportal.accounts.choices import StaffRole
from tests import world
from tests.billing import scenes
from tests.browsers import signed_in
from tests.world import NOW

pytestmark = pytest.mark.django_db
DUE = "/account/due/"
RENEW = "/account/due/renew/"


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()
        partner, partner_acting = world.make_partner()
        today = timezone.localdate()

    return Here


def product(here, days, name, owner=None, **fields):
    renews_on = here.today + dt.timedelta(days=days)
    return world.make_product(owner or here.client, here.offers["office"], renews_on=renews_on, name=name, **fields)


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).replace("\xa0", " ").split())


def named(page):
    return [row.record.name for row in page.context["table"].rows]


def test_the_list_looks_two_months_ahead_or_at_everything(here):
    """Section 9: the next 2 months by default, all on request; overdue on top, also for an unpaid invoice."""
    product(here, 20, "soon")
    product(here, 300, "later")
    product(here, -3, "not renewed")
    product(here, 200, "not paid", overdue_since=here.today - dt.timedelta(days=9))
    product(here, 5, "ended", state="TERMINATED")
    browser = signed_in(here.acting.user)

    assert named(browser.get(DUE)) == ["not paid", "not renewed", "soon"]
    assert named(browser.get(DUE, {"when": "all"})) == ["not paid", "not renewed", "soon", "later"]
    assert named(browser.get(DUE, {"search": "soon"})) == ["soon"]


def test_what_is_chosen_is_renewed_from_the_list(here):
    """The boxes lead to the page that shows the price; a cancelled product has none."""
    one = product(here, 20, "one")
    product(here, 20, "gone", cancelled_at=NOW, cancelled_by_label="Ana")
    browser = signed_in(here.acting.user)

    page = browser.get(DUE).content.decode()

    assert re.findall(r'name="product" value="(\d+)"', page) == [str(one.pk)]
    renewing = browser.get(reverse("billing:renew"), {"product": one.pk})
    assert [(row["label"], row["is_chosen"]) for row in renewing.context["form"].choices()] == [("one", True)]


def test_a_partner_sees_what_it_pays_at_its_clients(here):
    """Over all clients whose renewals it pays, its own too; nothing of those that pay themselves."""
    product(here, 20, "own", owner=here.partner.organisation)
    product(here, 20, "paid by it", renewal_payer=RenewalPayer.PARTNER)
    product(here, 20, "paid by the client")
    world.make_relationship(here.client, here.partner, payer=Payer.PARTNER)
    limited, _ = world.make_client("Limited")
    shown = product(here, 20, "limited", owner=limited)
    world.make_relationship(limited, here.partner, access=Access.LIMITED, products=(shown,))
    browser = signed_in(here.partner_acting.user)

    page = browser.get(DUE)

    assert named(page) == ["own", "paid by it"]
    assert "Bäckerei Moser" in words(page)


def many(here):
    """Two clients whose renewals a partner pays, one product each, and one of its own."""
    other, _ = world.make_client("Other")
    for client in (here.client, other):
        world.make_relationship(client, here.partner, payer=Payer.PARTNER)
        product(here, 20, f"at {client}", owner=client, renewal_payer=RenewalPayer.PARTNER)
    product(here, 20, "own", owner=here.partner.organisation)
    return list(Product.objects.order_by("pk"))


def test_what_is_chosen_over_many_clients_is_renewed_at_once(here):
    """Each client's order through its relationship at the partner's price, the own one too; paid as far as it goes."""
    products = many(here)
    services.top_up(
        organisation_id=here.partner.pk, currency="CHF", amount=150, reference="t", actor=here.partner_acting, now=NOW
    )
    browser = signed_in(here.partner_acting.user)
    assert f'action="{RENEW}"' in browser.get(DUE).content.decode()
    first = browser.get(RENEW, {"product": [one.pk for one in products]})
    values = {"products": [one.pk for one in products], "key": first.context["form"].initial["key"]}
    page = browser.post(RENEW, values)
    assert "Total CHF 210.81" in words(page)  # 3 × 65.00 and 8.1 %
    assert not Order.objects.exists()

    for _click in range(2):
        browser.post(RENEW, values | {"shown": page.context["shown"], "confirm": "renew"})

    orders = Order.objects.order_by("client")
    assert [(order.client_id, order.payer_id) for order in orders] == sorted(
        (one.organisation_id, here.partner.pk) for one in products
    )
    assert [order.relationship is None for order in orders] == [one.client_id == here.partner.pk for one in orders]
    assert set(Product.objects.values_list("renewal_payer", "name")) == {
        ("PARTNER", "at Bäckerei Moser"),
        ("PARTNER", "at Other"),
        ("CLIENT", "own"),
    }
    assert sorted(order.invoice.state for order in orders) == ["OPEN", "PAID", "PAID"]


def test_prices_that_were_not_shown_are_not_charged_to_anybody(here):
    """Promise 3: all of it or nothing."""
    products = many(here)
    browser = signed_in(here.partner_acting.user)
    values = {"products": [one.pk for one in products], "key": "k"}
    shown = browser.post(RENEW, values).context["shown"]
    world.rewrite_price(here.offers["office"], public_unit=200)

    answer = browser.post(RENEW, values | {"shown": shown, "confirm": "renew"})

    assert answer.status_code == 409
    assert "not those that you were shown" in words(answer)
    assert not Order.objects.exists()


def test_more_under_a_form_that_was_sent_is_refused_and_renews_nothing(here):
    """Promise 3: the form of before, with a further client ticked, charges nothing that was not shown."""
    products = many(here)
    browser = signed_in(here.partner_acting.user)
    values = {"products": [products[0].pk], "key": "k"}
    shown = browser.post(RENEW, values).context["shown"]
    browser.post(RENEW, values | {"shown": shown, "confirm": "renew"})
    placed = list(Order.objects.values_list("pk", flat=True))
    assert len(placed) == 1

    more = {"products": [one.pk for one in products], "key": "k", "shown": shown, "confirm": "renew"}
    answer = browser.post(RENEW, more)

    assert answer.status_code == 409
    assert "sent before, with other content" in words(answer)
    assert list(Order.objects.values_list("pk", flat=True)) == placed


def test_nobody_renews_what_it_does_not_pay(here):
    """Promise 2: a client that pays itself is not in the form, and its number in it is refused."""
    theirs = product(here, 20, "theirs")
    world.make_relationship(here.client, here.partner)
    browser = signed_in(here.partner_acting.user)

    answer = browser.post(RENEW, {"products": [theirs.pk], "key": "k", "shown": "", "confirm": "renew"})

    assert (answer.status_code, Order.objects.exists()) == (200, False)


def test_in_a_clients_space_it_is_ordered_through_the_relationship(here):
    """Row 2: the client pays the partner's order, which is the partner's all the same."""
    theirs = product(here, 20, "theirs")
    relationship = world.make_relationship(here.client, here.partner)
    browser = signed_in(here.partner_acting.user)
    browser.post(reverse("clients:client_enter", args=[relationship.pk]))
    values = {"products": [theirs.pk], "key": "k"}
    shown = browser.post(RENEW, values).context["shown"]

    browser.post(RENEW, values | {"shown": shown, "confirm": "renew"})

    order = Order.objects.get()
    assert (order.relationship, order.payer, order.lines.get().reason) == (relationship, here.client, "2")


def test_in_a_clients_space_the_price_is_the_clients_and_no_account_is_told(here):
    """Rules 24 and 44, promise 2: the client pays, in its own currency, from an account that is its own affair."""
    client, _acting = world.make_client("Maison Verte", country="FR")
    theirs = product(here, 20, "theirs", owner=client)
    relationship = world.make_relationship(client, here.partner)
    scenes.top_up(here.partner, "777")
    browser = signed_in(here.partner_acting.user)
    browser.post(reverse("clients:client_enter", args=[relationship.pk]))

    page = words(browser.post(RENEW, {"products": [theirs.pk], "key": "k"}))

    assert "Total EUR 114.00" in page
    assert "Maison Verte pays and gets the invoice" in page
    assert "777" not in page
    assert "Your prepaid account" not in page


def test_the_owner_reads_what_its_next_renewal_costs(here):
    """When, who pays, for how much."""
    one = product(here, 30, "one")

    page = words(signed_in(here.acting.user).get(reverse("billing:product_renewal", args=[one.pk])))

    assert "What it will cost CHF 108.10 , 100.00 net and 8.1 % VAT" in page
    assert "14 days before the period is over" in page


def test_nobody_reads_the_price_of_somebody_else(here):
    """Rule 25: what the partner pays is not the owner's to read; in the space the partner reads it."""
    one = product(here, 30, "one", renewal_payer=RenewalPayer.PARTNER)
    relationship = world.make_relationship(here.client, here.partner, payer=Payer.PARTNER)
    address = reverse("billing:product_renewal", args=[one.pk])

    page = words(signed_in(here.acting.user).get(address))
    browser = signed_in(here.partner_acting.user)
    browser.post(reverse("clients:client_enter", args=[relationship.pk]))
    partners = words(browser.get(address))

    assert "Paid by Studio Lumen" in page
    assert "What it will cost" not in page
    assert "What it will cost CHF 70.27" in partners
    assert "Cancel the product" in page
    assert "Cancel the product" not in partners


@pytest.mark.parametrize(
    ("days", "fields", "sentence"),
    [
        (-3, {}, "Renew it, or pay its invoice: it is blocked on"),
        (-20, {"state": "BLOCKED"}, "It works again once it is renewed or paid"),
        (-60, {"state": "TERMINATED"}, "Order anew what you need."),
        (20, {"cancelled_at": NOW, "cancelled_by_label": "Ana"}, "Cancelled. It works until"),
    ],
)
def test_the_page_says_what_follows(here, days, fields, sentence):
    """State in words, with the day of the next step."""
    one = product(here, days, "one", **fields)
    browser = signed_in(here.acting.user)

    for name in ("billing:product_renewal", "clients:product_detail"):
        assert sentence in words(browser.get(reverse(name, args=[one.pk])))


def test_an_open_renewal_stands_on_the_page_of_whoever_pays_it(here):
    """What is prolonged and not paid says so, with the way to the invoice."""
    one = product(here, 10, "one")
    order = services.renew(
        client_id=here.client.pk,
        product_ids=[one.pk],
        relationship_id=None,
        key="k",
        actor=here.acting,
        now=timezone.now(),
    )

    page = words(signed_in(here.acting.user).get(reverse("billing:product_renewal", args=[one.pk])))

    assert "of that CHF 108.10 still to be paid until" in page
    assert f"invoice {order.invoice.number}" in page


def test_the_owner_cancels_and_takes_back_on_the_page(here):
    """What will happen, then the act; the day that the page showed is what is cancelled to."""
    one = product(here, 30, "one")
    browser = signed_in(here.acting.user)
    cancel = reverse("clients:product_cancel", args=[one.pk])
    assert "ends then. That much is paid; nothing is paid back." in words(browser.get(cancel))

    refused = browser.post(cancel, {"ends_on": here.today})
    assert refused.status_code == 409
    assert not Product.objects.get().is_cancelled
    browser.post(cancel, {"ends_on": one.renews_on})
    assert Product.objects.get().is_cancelled
    browser.post(reverse("clients:product_keep", args=[one.pk]))

    assert not Product.objects.get().is_cancelled


def test_staff_sees_what_failed_and_tries_again(here):
    """The queue names the reason; 409 as long as it holds, gone from the list once it is renewed."""
    one = product(here, 10, "one")
    world.rewrite_price(here.offers["office"], valid_until=here.today)
    failure = RenewalFailure.objects.create(
        product=one, period_start=one.renews_on, reason="Office has no price.", first_seen_at=NOW, last_seen_at=NOW
    )
    browser = signed_in(world.make_user("Finn", staff_role=StaffRole.FINANCE))
    address, again = reverse("billing:staff_renewal_list"), reverse("billing:staff_renewal_retry", args=[failure.pk])
    assert "Office has no price." in words(browser.get(address))
    assert browser.post(again).status_code == 409
    assert not Order.objects.exists()
    world.rewrite_price(here.offers["office"], valid_until=None)

    assert browser.post(again, follow=True).status_code == 200

    assert "Every renewal was placed" in words(browser.get(address))
    assert browser.get(again).status_code == 404

"""The page that orders: nobody pays a price that was not shown."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from billing import services
from billing.models import Order, PartnerRate, PrepaidAccount
from clients import services as client_services
from clients.choices import Payer
from clients.models import Product
from partnerportal.accounts.choices import Role
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db
PAGE = "/account/orders/new/"
RENEW = "/account/orders/renew/"


@pytest.fixture
def here(client):
    class Here:
        offers = world.make_catalogue()
        organisation, acting = world.make_client()

    services.top_up(
        organisation_id=Here.organisation.pk, currency="CHF", amount=900, reference="t", actor=Here.acting, now=NOW
    )
    client.force_login(Here.acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return Here


def shown(page):
    return {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]
        for name in ("key", "shown")
        if re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    }


def text(page):
    """What the page says, without no-break spaces and markup."""
    return re.sub(r"<[^>]+>", "", page.content.decode()).replace("\u00a0", " ")


def ask(client, here, **changes):
    key = shown(client.get(PAGE).content.decode())["key"]
    values = {"offer": here.offers["web-hosting"].pk, "quantity": 1, "name": "moser.ch", "key": key} | changes
    return values, client.post(PAGE, values)


def test_what_was_shown_is_ordered_once(client, here):
    values, page = ask(client, here)
    confirmed = values | shown(page.content.decode()) | {"confirm": "yes"}

    first, second = client.post(PAGE, confirmed), client.post(PAGE, confirmed)

    assert first.url == second.url == reverse("billing:order_detail", args=[Order.objects.get().pk])


def test_another_quantity_than_shown_shows_its_price_first(client, here):
    values, page = ask(client, here)
    changed = values | shown(page.content.decode()) | {"quantity": 3, "confirm": "yes"}

    answer = client.post(PAGE, changed)

    assert answer.status_code == 409
    assert "29.76" in answer.content.decode()
    assert not Order.objects.exists()
    again = client.post(PAGE, changed | shown(answer.content.decode()))
    assert again.status_code == 302
    assert Order.objects.get().lines.get().quantity == 3


def test_a_confirmation_without_a_price_orders_nothing(client, here):
    values, _page = ask(client, here)

    assert client.post(PAGE, values | {"confirm": "yes"}).status_code == 409
    assert not Order.objects.exists()


def test_what_it_costs_is_said_with_vat_period_and_what_remains(client, here):
    """Promise 3: nothing is charged before its price, VAT included, was seen."""
    _values, page = ask(client, here, quantity=35)

    said = text(page)
    assert "347.20" in said
    assert "260.40" in said
    assert "21.09" in said  # 8.1 % of it
    assert "281.49" in said
    assert "which holds CHF 900.00: CHF 618.51 remain" in said
    assert not Order.objects.exists()


def test_too_little_money_is_said_before_the_order(client, here):
    _values, page = ask(client, here, quantity=300)

    assert "too little" in text(page)
    assert "Order by invoice" in text(page)
    assert not Order.objects.exists()


def test_who_orders_by_invoice_keeps_what_comes_in_meanwhile(client, here):
    """Promise 3: the page said that nothing is taken from the account; also if the form is sent twice."""
    values, page = ask(client, here, quantity=300)
    assert 'name="confirm" value="invoice"' in page.content.decode()
    services.top_up(
        organisation_id=here.organisation.pk, currency="CHF", amount=9000, reference="u", actor=here.acting, now=NOW
    )

    for _ in range(2):
        answer = client.post(PAGE, values | shown(page.content.decode()) | {"confirm": "invoice"}, follow=True)

    assert "Ordered. The invoice waits to be paid." in text(answer)
    assert Order.objects.get().invoice.state == "OPEN"
    assert PrepaidAccount.objects.get().balance == 9900


def test_a_renewal_shows_its_price_first_and_happens_once(client, here):
    """Promise 3; nothing is renewed twice for one period."""
    products = [world.make_product(here.organisation, here.offers["web-hosting"]) for _ in range(2)]
    until = products[0].renews_on
    values = shown(client.get(RENEW).content.decode()) | {"products": [product.pk for product in products]}

    page = client.post(RENEW, values)
    assert "2 × Web hosting" in text(page)
    assert "19.84" in text(page)
    assert not Order.objects.exists()
    confirmed = values | shown(page.content.decode()) | {"confirm": "yes"}
    first, second = client.post(RENEW, confirmed), client.post(RENEW, confirmed)

    assert first.url == second.url == reverse("billing:order_detail", args=[Order.objects.get().pk])
    assert [product.renews_on > until for product in Product.objects.all()] == [True, True]


def test_other_products_than_shown_are_not_renewed(client, here):
    products = [world.make_product(here.organisation, here.offers["web-hosting"]) for _ in range(2)]
    values = shown(client.get(RENEW).content.decode()) | {"products": [products[0].pk]}
    page = client.post(RENEW, values)

    more = values | shown(page.content.decode()) | {"products": [one.pk for one in products], "confirm": "yes"}
    answer = client.post(RENEW, more)

    assert answer.status_code == 409
    assert not Order.objects.exists()


def test_a_partner_is_not_told_what_its_clients_account_holds(client, here):
    """Promise 2: it orders on the client's means, and sees its cashback."""
    partner, partner_acting = world.make_partner()
    relationship = world.make_relationship(here.organisation, partner)
    enter(client, partner_acting, relationship)

    _values, page = ask(client, here, quantity=35)

    assert "900.00" not in text(page)
    assert "Paid from the prepaid account of Bäckerei Moser if it holds enough" in text(page)
    assert "Your cashback: CHF 52.08" in text(page)


@pytest.fixture
def there(client, here):
    """Give a partner in the space of a client, which pays for now, at one price for both."""
    PartnerRate.objects.update(valid_until=timezone.localdate())
    partner, acting = world.make_partner()
    relationship = world.make_relationship(here.organisation, partner)
    enter(client, acting, relationship)
    return relationship


def enter(client, acting, relationship):
    client.force_login(acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post(reverse("clients:client_enter", args=[relationship.pk]))


def test_nobody_pays_what_was_shown_as_somebody_elses(client, here, there):
    """Rules 24 and 25: the client changes the payer while its partner looks at the price, which stays the same."""
    values, page = ask(client, here)
    client_services.change_payer(relationship_id=there.pk, payer=Payer.PARTNER, actor=here.acting, now=NOW)

    answer = client.post(PAGE, values | shown(page.content.decode()) | {"confirm": "yes"})

    assert answer.status_code == 409
    assert "not for the same payer" in text(answer)
    assert "Studio Lumen pays" in text(answer)
    assert not Order.objects.exists()
    assert client.post(PAGE, values | shown(answer.content.decode()) | {"confirm": "yes"}).status_code == 302
    assert Order.objects.get().payer == there.partner.organisation


@pytest.mark.parametrize(("rights", "is_told"), [({}, False), ({"has_accounting": True}, True)])
def test_what_the_account_holds_is_told_to_who_may_read_it(client, here, there, rights, is_told):
    """Rule 28: a collaborator who orders for a client need not have the accounting right at home."""
    there.payer = Payer.PARTNER
    there.save()
    organisation = there.partner.organisation
    services.top_up(
        organisation_id=organisation.pk, currency="CHF", amount=777, reference="p", actor=here.acting, now=NOW
    )
    member = world.make_member(organisation, Role.COLLABORATOR, **rights)
    world.assign(there, member, has_order=True)
    enter(client, world.acting(member), there)

    _values, page = ask(client, here)

    assert ("777.00" in text(page)) is is_told
    assert ("Paid from the prepaid account of Studio Lumen if it holds enough" in text(page)) is not is_told


def test_orders_name_what_they_hold_and_what_may_be_read_of_their_price(client, here):
    """Rule 51: what the partner pays is the partner's to read."""
    partner, partner_acting = world.make_partner()
    relationship = world.make_relationship(here.organisation, partner, payer=Payer.PARTNER)
    for number, (actor, through) in enumerate([(here.acting, None), (partner_acting, relationship.pk)]):
        services.place_order(
            client_id=here.organisation.pk,
            items=[services.Item(here.offers["office"], 1 + number)],
            relationship_id=through,
            key=f"k{number}",
            actor=actor,
            now=NOW,
        )
    page = text(client.get(reverse("billing:order_list")))

    own, partners = Order.objects.order_by("pk")
    assert "1 × Office" in page
    assert "2 × Office" in page
    assert f"{own.invoice.net}" in page
    assert f"{partners.invoice.net}" not in page


@pytest.mark.parametrize(("due", "chosen"), [("", 0), ("soon", 1), ("all", 2)])
def test_what_is_due_can_be_chosen_at_once(client, here, due, chosen):
    offer = here.offers["web-hosting"]
    today = timezone.localdate()
    for days in (3, 60):
        world.make_product(here.organisation, offer, renews_on=today + dt.timedelta(days=days))

    page = client.get(RENEW, {"due": due}).content.decode()

    assert page.count(" checked") == chosen


def test_orders_and_earnings_are_found_by_client(client, here):
    partner, partner_acting = world.make_partner()
    for name in ("Garage Rossi", "Hotel Alpina"):
        organisation, _acting = world.make_client(name)
        relationship = world.make_relationship(organisation, partner, payer=Payer.PARTNER)
        services.place_order(
            client_id=organisation.pk,
            items=[services.Item(here.offers["office"], 1)],
            relationship_id=relationship.pk,
            key="k",
            actor=partner_acting,
            now=NOW,
        )
    client.force_login(partner_acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = text(client.get(reverse("clients:client_detail", args=[relationship.pk])))

    assert "Orders for this client" in page
    for name in ("billing:order_list", "billing:earning_list"):
        found = text(client.get(reverse(name), {"search": "alpina"}))
        assert "Hotel Alpina" in found
        assert "Garage Rossi" not in found


def test_years_are_chosen_on_the_page(client, here):
    values, page = ask(client, here, offer=here.offers["domain-ch"].pk, periods=2)

    assert "1 × Domain ch for 2 years at 8.90 a year." in text(page)
    client.post(PAGE, values | shown(page.content.decode()) | {"confirm": "yes"})
    assert Order.objects.get().lines.get().periods == 2


def test_too_many_periods_are_refused_beside_the_field(client, here):
    _values, page = ask(client, here, periods=2)

    assert page.status_code == 409
    assert page.context["form"].errors.keys() == {"periods"}
    assert "Web hosting is paid for one month at most." in text(page)


def test_a_quote_just_below_a_step_says_what_the_step_would_change(client, here):
    """domain.md 5.3: 29 × 9.92 less 15 % are 244.53, 30 less 25 % are 223.20."""
    _values, page = ask(client, here, quantity=29)

    assert "1 more Web hosting makes 30: the 25 % step." in text(page)
    assert "All 30 would cost 223.20, less than these 29 (244.53)." in text(page)
    _values, far = ask(client, here, quantity=12)
    assert "Near a step" not in text(far)

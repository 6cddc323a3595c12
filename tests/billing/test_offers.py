"""What is sold, on its page: the prices are those of an order of one unit, for whoever reads. Rules 24, 25, 30, Q5."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal as D

import pytest
from django.urls import reverse
from django.utils import timezone

from billing import services
from billing.models import PartnerRate, Price
from clients.choices import Access, Payer
from partnerportal.catalogue.models import Family, Offer, Period
from tests import world
from tests.browsers import signed_in

pytestmark = pytest.mark.django_db
URL = "/account/offers/"
LATER = dt.date(2100, 1, 1)


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()

    return Here


def page(acting, relationship=None, **asked):
    browser = signed_in(acting.user)
    if relationship is not None:
        browser.post(reverse("clients:client_enter", args=[relationship.pk]))
    return browser.get(URL, asked)


def rows(answer):
    """The offers of the page by their code."""
    return {row["offer"].code: row for family in answer.context["families"] for row in family["offers"]}


def prices(answer):
    return {code: row["price"] for code, row in rows(answer).items()}


def quoted(here, client, relationship=None):
    """What an order of one unit of each offer would charge, net."""
    found = {}
    for offer in Offer.objects.filter(is_sold=True):
        quote = services.quote_order(
            client_id=client.pk,
            items=[services.Item(offer, 1)],
            relationship_id=relationship.pk if relationship else None,
            now=timezone.now(),
        )
        found[offer.code] = quote.charged_net
    return found


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode().replace("\xa0", " "))


def test_a_clients_own_people_read_what_they_would_pay(here):
    """Q5: with 34 hostings of its own one more makes 35, the 25 % step; no partner price, no cashback."""
    world.make_product(here.client, here.offers["web-hosting"], quantity=34, renews_on=LATER)
    partner, _ = world.make_partner()
    world.make_relationship(here.client, partner)

    answer = page(here.acting)

    assert prices(answer) == quoted(here, here.client)
    assert prices(answer) == {
        "web-hosting": D("7.44"),
        "mail-hosting": D("1.50"),
        "office": D("100.00"),
        "domain-ch": D("8.90"),
    }
    assert {row["cashback"] for row in rows(answer).values()} == {None}
    assert (
        "With one more you have 35 units: the degressive rate is 25 %. From 50 on the degressive rate is 30 %"
        in words(answer)
    )
    assert "7.00" not in words(answer)  # the partner's price of a domain


def test_a_partner_reads_its_preferential_prices(here):
    """Row 10, Q8 and Q38: 20 % and 25 % off a hosting, the fixed price of a domain, for its own organisation."""
    partner, acting = world.make_partner()
    world.make_product(partner.organisation, here.offers["web-hosting"], quantity=34, renews_on=LATER)

    answer = page(acting)

    assert prices(answer) == quoted(here, partner.organisation)
    assert prices(answer) == {
        "web-hosting": D("5.95"),
        "mail-hosting": D("1.20"),
        "office": D("65.00"),
        "domain-ch": D("7.00"),
    }
    assert rows(answer)["domain-ch"]["public"] == D("8.90")
    assert rows(answer)["web-hosting"]["why"] == "partner rate 20\xa0%, degressive rate 25\xa0%"


def test_where_the_client_pays_the_partner_reads_its_cashback(here):
    """Row 2: the client's price and currency, and what each would bring; the client's number of units is not told."""
    world.make_product(here.client, here.offers["web-hosting"], quantity=4, renews_on=LATER)
    partner, acting = world.make_partner()
    world.make_product(partner.organisation, here.offers["web-hosting"], quantity=30, renews_on=LATER)
    relationship = world.make_relationship(here.client, partner)

    answer = page(acting, relationship)

    assert prices(answer) == quoted(here, here.client, relationship)
    row = rows(answer)["web-hosting"]
    assert (row["price"], row["partner_price"], row["cashback"]) == (D("9.42"), D("5.95"), D("3.47"))
    assert "By the client's own number of units the degressive rate is 5 %." in words(answer).replace("&#x27;", "'")


def test_where_the_partner_pays_it_reads_its_own_price_in_its_own_currency(here):
    """Rows 4 and rule 44: a French client's products are paid in francs by a Swiss partner."""
    client, _ = world.make_client("Maison Verte", country="FR")
    partner, acting = world.make_partner()
    relationship = world.make_relationship(client, partner, payer=Payer.PARTNER)

    answer = page(acting, relationship)

    assert prices(answer) == quoted(here, client, relationship)
    assert (answer.context["currency"], prices(answer)["web-hosting"]) == ("CHF", D("7.94"))


def test_every_step_stands_there_with_its_price(here):
    """Q1 and rule 32: what one costs on each step; the one that is reached is marked."""
    partner, acting = world.make_partner()
    world.make_product(partner.organisation, here.offers["web-hosting"], quantity=9, renews_on=LATER)

    families = {one["family"].code: one for one in page(acting).context["families"]}

    ladder = families["web"]["ladder"]
    assert [offer.code for offer in ladder["offers"]] == ["web-hosting"]
    assert [(row["step"].from_units, *(rung.unit for rung in row["rungs"])) for row in ladder["rows"]] == [
        (1, D("7.94")),
        (5, D("7.54")),
        (10, D("7.14")),
        (20, D("6.75")),
        (30, D("5.95")),
        (50, D("5.56")),
    ]
    assert [row["step"].from_units for row in ladder["rows"] if row["step"].is_here] == [10]
    assert families["domains"]["ladder"] is families["office"]["ladder"] is None


def test_without_a_degressive_rate_for_clients_there_are_no_steps(here, settings):
    """Q5 switched off: the client pays the list price, whatever it has."""
    settings.PROGRAMME = settings.PROGRAMME | {"client_degressive": False}
    world.make_product(here.client, here.offers["web-hosting"], quantity=34, renews_on=LATER)

    answer = page(here.acting)

    assert prices(answer)["web-hosting"] == D("9.92")
    assert all(not family["ladder"] for family in answer.context["families"])


def test_only_what_can_be_ordered_here_stands_there(here):
    """On sale, with a price today in the payer's currency."""
    family = Family.objects.get(code="web")
    Offer.objects.filter(code="mail-hosting").update(is_sold=False)
    unpriced = Offer.objects.create(code="new", family=family, name="New", period=Period.MONTH)
    Price.objects.create(offer=unpriced, currency="EUR", public_unit=D(1), valid_from=world.LONG_AGO)

    assert set(rows(page(here.acting))) == {"web-hosting", "office", "domain-ch"}


def test_offers_are_found_by_words_and_family(here):
    """Without script, by the address."""
    assert set(rows(page(here.acting, search="HOST"))) == {"web-hosting", "mail-hosting"}
    assert set(rows(page(here.acting, family=Family.objects.get(code="domains").pk))) == {"domain-ch"}
    nothing = page(here.acting, search="zzzz")
    assert (nothing.context["families"], "Nothing fits" in words(nothing)) == ([], True)


def test_each_offer_leads_to_its_order_and_into_the_cart(here):
    """The pages that are there, with the offer chosen; and to what units can join."""
    team = world.make_product(here.client, here.offers["office"], quantity=3, name="Team", renews_on=LATER)
    world.make_product(here.client, here.offers["office"], name="Late", renews_on=timezone.localdate())
    world.make_product(
        here.client,
        here.offers["office"],
        quantity=3,
        name="Shrinking",
        renews_on=LATER,
        next_quantity=2,
        fewer_on=LATER,
    )
    browser = signed_in(here.acting.user)
    offer = here.offers["office"]

    shown = words(browser.get(URL))

    for url in (
        f"{reverse('billing:order_place')}?offer={offer.pk}",
        f"{reverse('billing:cart_add')}?offer={offer.pk}",
    ):
        assert f'href="{url}' in shown
        assert f'<option value="{offer.pk}" selected' in words(browser.get(url))
    assert f"Add units to {team.name}" in shown
    assert not any(f"Add units to {closed}" in shown for closed in ("Late", "Shrinking"))


def test_with_limited_access_the_page_says_who_orders(here):
    """Rule 26: 403 with the rule, as on the order's page."""
    product = world.make_product(here.client, here.offers["web-hosting"], renews_on=LATER)
    partner, acting = world.make_partner()
    relationship = world.make_relationship(here.client, partner, access=Access.LIMITED, products=(product,))

    answer = page(acting, relationship)

    assert answer.status_code == 403
    assert "rule 26" in words(answer)


def test_rates_of_another_day_are_not_those_of_today(here):
    """What begins tomorrow is not on the page yet."""
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    Price.objects.filter(offer=here.offers["office"], currency="CHF").update(valid_until=tomorrow)
    Price.objects.create(offer=here.offers["office"], currency="CHF", public_unit=D(999), valid_from=tomorrow)
    PartnerRate.objects.filter(offer=here.offers["office"]).update(valid_until=tomorrow)

    assert prices(page(here.acting))["office"] == D("100.00")


def test_who_has_no_order_yet_is_led_to_the_offers(here):
    """From the lists and pages that are empty."""
    browser = signed_in(here.acting.user)

    for name in ("billing:order_list", "clients:product_list", "billing:cart", "billing:order_place"):
        assert f'href="{URL}"' in re.sub(r"(?s)<nav.*?</nav>", "", browser.get(reverse(name)).content.decode()), name

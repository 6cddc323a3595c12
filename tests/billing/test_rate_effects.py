"""What a change would do is shown before it is saved: partners, clients, amounts. Rules 32, 39, 45, Q3 to Q5."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from django.utils import timezone

from billing import selectors
from billing.selectors import RATE_LISTS
from clients.choices import Payer, RenewalPayer
from tests import world

pytestmark = pytest.mark.django_db
PRICES, RATES, STEPS, VAT = (RATE_LISTS[slug] for slug in ("prices", "partner-rates", "steps", "vat"))


@pytest.fixture
def here():
    """A partner with 35 hostings of a client on its means, another with one, and a client on its own."""

    class Here:
        offers = world.make_catalogue()
        client, _acting = world.make_client("Bäckerei Moser")
        alone, _alone = world.make_client("Hotel Alpina")
        large, _large = world.make_partner("Studio Lumen")
        small, _small = world.make_partner("Atelier Nord")

    paid = {"renewal_payer": RenewalPayer.PARTNER}
    for number in range(35):
        world.make_product(Here.client, Here.offers["web-hosting"], name=f"{number}.ch", **paid)
    world.make_product(Here.alone, Here.offers["web-hosting"])
    world.make_product(Here.small.organisation, Here.offers["web-hosting"])
    world.make_relationship(Here.client, Here.large, payer=Payer.PARTNER)
    return Here


def effect(rate_list, key, value, days=40):
    today = timezone.localdate()
    return selectors.plan_change(
        rate_list=rate_list,
        thing=rate_list.things()[key],
        value=value,
        start=today + dt.timedelta(days=days),
        today=today,
    ).effect


def said(found):
    return [sentence.replace("\u00a0", " ") for sentence in found.sentences]


def test_a_partner_rate_changes_what_partners_pay_and_not_what_clients_pay(here):
    """35 × 9.92 at 20 % and 25 % are 208.32 a month, at 25 % and 25 % 195.30; one is 7.94 and then 7.44."""
    found = effect(RATES, "web-hosting", (D("0.25"),))

    assert [(one.name, one.before, one.after) for one in found.most_affected] == [
        ("Studio Lumen", D("208.32") * 12, D("195.30") * 12),
        ("Atelier Nord", D("7.94") * 12, D("7.44") * 12),
    ]
    assert said(found)[0].startswith("2 partners pay less from ")
    assert said(found)[1] == "Clients’ renewals on their own means cost what they cost now."


def test_a_price_changes_what_both_pay(here):
    """One client renews itself; what a partner renews for a client is not the client's."""
    found = effect(PRICES, "web-hosting:CHF", (D("10.92"), None))

    assert said(found)[0].startswith("2 partners pay more from ")
    assert said(found)[1:] == ["1 client’s renewals cost CHF 12.00 more a year."]


def test_a_price_in_another_currency_changes_nothing_for_anybody(here):
    """Q34: each currency has its own prices."""
    found = effect(PRICES, "web-hosting:EUR", (D("1.00"), None))

    assert said(found)[0] == "No partner pays another price than now."
    assert found.most_affected == ()


def test_a_scale_changes_who_reaches_its_steps(here):
    """Q3: the portfolio of 35 loses its step, the single hosting has none to lose."""
    found = effect(STEPS, "web", ((1, D(0)), (50, D("0.30"))))

    assert [one.name for one in found.most_affected] == ["Studio Lumen"]
    assert found.most_affected[0].after == D("277.76") * 12
    assert said(found)[0].startswith("1 partner pays more from ")


def test_a_vat_rate_changes_what_whoever_is_charged_pays(here):
    """Rule 45: two organisations renew one hosting each, 119.04 a year, on their own means."""
    found = effect(VAT, "CH", (D("0.091"),))

    assert said(found) == ["2 organisations pay CHF 2.38 more VAT a year, at list prices."]


def test_a_company_with_a_vat_number_pays_no_vat_to_change(here):
    """Rule 45: reverse charge."""
    french, _acting = world.make_client("La Vague", country="FR", vat_number="FR83404833048")
    world.make_product(french, here.offers["web-hosting"])

    assert said(effect(VAT, "FR", (D("0.21"),))) == ["Nobody who renews something now pays another VAT."]


def test_the_effect_is_asked_in_as_many_queries_for_many_as_for_few(here, django_assert_num_queries):
    """Sets are summed in SQL."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        effect(RATES, "web-hosting", (D("0.25"),))
    for number in range(8):
        partner, _acting = world.make_partner(f"Partner {number}")
        client, _client = world.make_client(f"Client {number}")
        world.make_product(client, here.offers["web-hosting"])
        world.make_relationship(client, partner)

    with CaptureQueriesContext(connection) as many:
        found = effect(RATES, "web-hosting", (D("0.25"),))

    assert len(many) == len(few)
    assert said(found)[0].startswith("10 partners pay less from ")

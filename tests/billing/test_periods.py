"""Several periods paid at once: price, coverage, explanation, export. Rules 23, 33, 36."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest

from billing import exports, selectors, services
from billing.exceptions import OrderRefused
from billing.models import Coverage, Order
from clients.choices import Payer
from clients.models import Product
from tests import world
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()
        partner, partner_acting = world.make_partner()

    Here.relationship = world.make_relationship(Here.client, Here.partner, payer=Payer.PARTNER)
    return Here


def order(here, periods, *, code="domain-ch", quantity=3, key="k", through=True):
    return services.place_order(
        client_id=here.client.pk,
        items=[services.Item(here.offers[code], quantity, periods=periods)],
        relationship_id=here.relationship.pk if through else None,
        key=key,
        actor=here.partner_acting,
        now=NOW,
    )


def test_years_are_paid_and_covered_to_their_end(here):
    """Three domains for two years at 7.00 each: 42.00, and nothing is due before."""
    line = order(here, 2).lines.get()

    assert (line.public_net, line.charged_net, line.periods) == (D("53.40"), D("42.00"), 2)
    assert (line.period_start, line.period_end) == (TODAY, TODAY.replace(year=2028))
    assert {product.renews_on for product in Product.objects.all()} == {line.period_end}
    assert (
        sorted(Coverage.objects.values_list("period_start", flat=True)) == [TODAY] * 3 + [TODAY.replace(year=2027)] * 3
    )
    assert all(finding.holds for finding in selectors.check_invariants())


def test_a_renewal_takes_one_period(here):
    order(here, 2)

    renewed = services.renew(
        client_id=here.client.pk,
        product_ids=list(Product.objects.values_list("pk", flat=True)),
        relationship_id=here.relationship.pk,
        key="r",
        actor=here.partner_acting,
        now=NOW,
    )

    line = renewed.lines.get()
    assert (line.periods, line.period_start, line.period_end) == (1, dt.date(2028, 11, 23), dt.date(2029, 11, 23))
    assert all(finding.holds for finding in selectors.check_invariants())


@pytest.mark.parametrize(("code", "periods"), [("domain-ch", 11), ("domain-ch", 0), ("web-hosting", 2)])
def test_more_periods_than_the_offer_allows_are_refused(here, code, periods):
    for act in (lambda: order(here, periods, code=code), lambda: quote(here, code, periods)):
        with pytest.raises(OrderRefused) as refused:
            act()
        assert refused.value.field == "periods"
    assert not Order.objects.exists()


def quote(here, code, periods):
    return services.quote_order(
        client_id=here.client.pk,
        items=[services.Item(here.offers[code], 1, periods=periods)],
        relationship_id=here.relationship.pk,
        now=NOW,
    )


def test_the_same_key_with_other_periods_is_another_request(here):
    order(here, 2)

    with pytest.raises(OrderRefused):
        order(here, 3)
    assert order(here, 2) == Order.objects.get()


def test_cashback_of_several_years(here):
    """Rule 36: 3 × 8.90 × 2 less 3 × 7.00 × 2."""
    line = order(here, 2, through=False).lines.get()

    assert (line.charged_net, line.cashback) == (D("53.40"), D("11.40"))


def test_the_explanation_says_for_how_long(here):
    line = order(here, 2).lines.get()

    chain = selectors.price_chains(line=line, as_partner=True)[0].picture

    assert chain["steps"][0]["why"].startswith("3 × Domain ch for 2 years at 8.90 a year.")


def test_the_export_says_how_many_periods(here):
    row = exports.row(order(here, 2).lines.get())

    assert (row["quantity"], row["periods"], row["public_net"]) == (3, 2, D("53.40"))

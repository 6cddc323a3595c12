"""What a partner would pay and earn if more came under its management. Rules 30, 32, 35, Q3, Q5, Q34."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest
from django.utils import timezone

from billing import selectors, services
from clients.choices import Payer, RenewalPayer
from partnerportal.accounts.choices import Role
from tests import world
from tests.browsers import signed_in
from tests.world import NOW

pytestmark = pytest.mark.django_db
PAGE = "/partner/simulator/"


@pytest.fixture
def here():
    """A partner that manages 23 hostings: 20 that it pays, one of a client on its own means, two of its own."""

    class Here:
        offers = world.make_catalogue()
        partner, acting = world.make_partner()
        paying, _paying = world.make_client("Bäckerei Moser")
        paid, _paid = world.make_client("Clinique")

    hosting = Here.offers["web-hosting"]
    world.make_product(Here.paid, hosting, quantity=20, renewal_payer=RenewalPayer.PARTNER)
    world.make_product(Here.paying, hosting)
    world.make_product(Here.partner.organisation, hosting, quantity=2)
    Here.on_its_means = world.make_relationship(Here.paid, Here.partner, payer=Payer.PARTNER)
    world.make_relationship(Here.paying, Here.partner, payer=Payer.CLIENT)
    return Here


def simulated(here, quantity=12, payer="partner", offer="web-hosting", currency="CHF"):
    return selectors.simulate(
        partner=here.partner,
        offer=here.offers[offer],
        quantity=quantity,
        payer=payer,
        currency=currency,
        day=timezone.localdate(),
    )


def test_counts_and_steps_now_and_then(here):
    """Q3: 23 are at 15 %, 35 at 25 %."""
    found = simulated(here)

    assert (found.count_now, found.count_then) == (23, 35)
    assert (found.rate_now, found.rate_then, found.following) == (D("0.15"), D("0.25"), (50, D("0.30")))


def test_what_the_new_ones_cost_is_what_an_order_would_cost(here):
    """Rule 32, by the same functions: 12 × 9.92 less 20 % and 25 %."""
    order = services.quote_order(
        client_id=here.paid.pk,
        items=[services.Item(here.offers["web-hosting"], 12)],
        relationship_id=here.on_its_means.pk,
        now=NOW,
    )

    assert simulated(here).new.charged == order.charged_net == D("71.42")


def test_what_is_managed_already_gets_the_new_step_at_its_next_renewal(here):
    """20 and 2 that the partner pays, one that earns cashback, a year: at 15 % and at 25 %."""
    total = simulated(here).totals["CHF"]

    assert total.now.paid == (D("134.91") + D("13.49")) * 12
    assert total.then.paid == (D("119.04") + D("11.90")) * 12
    assert total.now.earned == (D("9.92") - D("6.75")) * 12
    assert total.then.earned == (D("9.92") - D("5.95")) * 12
    assert total.new.paid == D("71.42") * 12
    assert total.all_paid == total.then.paid + total.new.paid


def test_what_the_client_pays_earns_cashback(here):
    """Rule 35 and Q5: a new client with 12 pays 107.14, the partner's price is 71.42."""
    found = simulated(here, payer="client")

    assert (found.new.charged, found.new.cashback) == (D("107.14"), D("35.72"))
    assert (found.totals["CHF"].new.paid, found.totals["CHF"].new.earned) == (D(0), D("35.72") * 12)


def test_each_currency_has_its_own_totals(here):
    """Q34: what is managed in francs changes in francs, whatever the new ones are paid in."""
    found = simulated(here, currency="EUR")

    assert list(found.totals) == ["CHF", "EUR"]
    assert found.totals["EUR"].now.paid == 0
    assert found.totals["CHF"].new.paid == 0
    assert found.totals["CHF"].paid_change < 0


def test_a_fixed_partner_price_knows_no_steps(here):
    """Rule 39, Q8."""
    found = simulated(here, offer="domain-ch")

    assert (found.has_steps, found.new.charged) == (False, D("84.00"))


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode())).replace("\u00a0", " ")


def test_the_page_answers_without_script(here):
    page = signed_in(here.acting.user).get(PAGE, {"offer": "web-hosting", "quantity": 12, "payer": "partner"})

    said = text(page)
    assert "CHF 71.42 instead of CHF 119.04" in said
    assert "What you manage already gets the step of 25 %, too" in said
    assert "From 50 units on the rate is 30 %." in said


@pytest.mark.parametrize(
    "asked", [{"quantity": 0}, {"quantity": 10_001}, {"quantity": "x"}, {"offer": "none"}, {"payer": "nobody"}]
)
def test_what_is_out_of_bounds_is_not_answered(here, asked):
    page = signed_in(here.acting.user).get(PAGE, asked)

    assert page.status_code == 200
    assert "Choose an offer, a quantity from 1 to 10’000" in text(page)
    assert "simulation" not in page.context


def test_a_collaborator_needs_the_accounting_right(here):
    """Rule 28 in the partner's own house."""
    without = world.make_member(here.partner.organisation, Role.COLLABORATOR)
    with_right = world.make_member(here.partner.organisation, Role.COLLABORATOR, has_accounting=True)

    assert signed_in(without.user).get(PAGE).status_code == 403
    assert signed_in(with_right.user).get(PAGE).status_code == 200


def test_it_begins_with_what_the_partner_manages_most(here):
    """Of the families with steps: 23 hostings, and 30 mailboxes of another client later."""
    assert selectors.likeliest_offer(partner=here.partner) == "web-hosting"
    world.make_product(here.paid, here.offers["mail-hosting"], quantity=30)
    world.make_product(here.paid, here.offers["office"], quantity=99)  # without steps
    newcomer, _acting = world.make_partner("Atelier Nord")

    page = signed_in(here.acting.user).get(PAGE)

    assert page.context["offer"].code == "mail-hosting"
    assert page.context["simulation"].count_now == 30
    assert selectors.likeliest_offer(partner=newcomer) == "web-hosting"  # the first there is

"""A change of plan: a dearer one at once and pro rata, a cheaper one from the next renewal on. Section 9."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing import selectors, services
from billing.exceptions import OrderRefused, PriceChanged
from billing.models import Coverage, Invoice, Order, OrderLine
from billing.pricing import Case, Outcome, Rates, change_rates, price_line
from billing.services.periods import rest_of
from clients.choices import Payer
from clients.models import Product
from partnerportal.catalogue.models import Offer, Period
from partnerportal.kernel.money import round_cents
from tests import world
from tests.billing.test_pricing import STEPS
from tests.browsers import signed_in
from tests.world import NOW, TODAY

CASES = [
    Case(access="full", payer="partner", ordered_by="partner"),
    Case(access="full", payer="client", ordered_by="client"),
    Case(access="none", ordered_by="client", is_managed=False),
]
units = st.decimals(min_value=0, max_value=5000, places=2)
rates = st.decimals(min_value=0, max_value=D("0.35"), places=2)


@st.composite
def changes(draw):
    before = draw(units)
    after = before + draw(st.decimals(min_value=D("0.01"), max_value=5000, places=2))
    rate = draw(rates)
    days = draw(st.integers(1, 366))
    part = (draw(st.integers(1, days)), days)
    steps = draw(st.sampled_from([(), STEPS]))
    return Rates(before, rate, None, steps), Rates(after, rate, None, steps), part


def priced(before, after, part, quantity, case):
    return price_line(
        rates=change_rates(before=before, after=after, part=part),
        quantity=quantity,
        case=case,
        partner_count=quantity,
        client_count=quantity,
    )


@given(changes(), st.integers(1, 500), st.sampled_from(CASES))
def test_the_difference_is_rounded_once_and_the_provider_keeps_its_price(change, quantity, case):
    """Rules 33 and 36: half up from exact figures, and paid less cashback is the lower of paid and preferential."""
    before, after, part = change

    line = priced(before, after, part, quantity, case)

    exact = (after.public_unit - before.public_unit) * quantity * part[0] / part[1]
    assert line.public_net == round_cents(exact)
    assert D(0) <= line.charged <= line.public_net
    if line.preferential_net is not None:
        assert line.charged - line.cashback == min(line.charged, line.preferential_net)
    assert (line.outcome is Outcome.CASHBACK) == (line.cashback > 0)


@given(changes(), st.integers(1, 500), st.sampled_from(CASES))
def test_the_first_day_costs_the_whole_difference_and_the_last_the_least(change, quantity, case):
    """Pro rata: the share falls day by day, from the whole to one day's."""
    before, after, (_left, days) = change
    charged = [priced(before, after, (left, days), quantity, case).charged for left in (1, (days + 1) // 2, days)]

    assert charged == sorted(charged)
    assert priced(before, after, (days, days), quantity, case).public_net == round_cents(
        (after.public_unit - before.public_unit) * quantity
    )


@given(units, st.integers(1, 366))
def test_a_plan_that_is_not_dearer_costs_nothing_at_once(unit, days):
    """It is a change from the next renewal on: no price is reckoned for it."""
    for cheaper in (unit, unit / 2):
        with pytest.raises(ValueError, match="on the way up"):
            change_rates(before=Rates(unit), after=Rates(cheaper), part=(1, days))


@pytest.mark.parametrize(
    ("before", "after", "fixed"),
    [("5.00", "7.00", "2.00"), ("5.00", "20.00", "3.00"), ("7.00", "5.00", "0.00"), (None, "7.00", None)],
)
def test_a_fixed_partner_price_differs_by_its_own_difference(before, after, fixed):
    """Q8: never below nothing, never above the public difference; without two fixed prices the rates hold."""
    old = Rates(D("10.00"), reseller_unit=D(before) if before else None)
    new = Rates(D("13.00"), D("0.20"), reseller_unit=D(after))

    change = change_rates(before=old, after=new, part=(1, 1))

    assert (change.reseller_unit, change.partner_rate) == (D(fixed) if fixed else None, D("0.20"))


@pytest.mark.parametrize(
    ("today", "renews_on", "period", "part"),
    [
        ((2026, 11, 1), (2026, 12, 1), Period.MONTH, (30, 30)),
        ((2026, 11, 23), (2026, 12, 1), Period.MONTH, (8, 30)),
        ((2026, 11, 30), (2026, 12, 1), Period.MONTH, (1, 30)),
        ((2026, 11, 23), (2027, 1, 1), Period.MONTH, (38, 30)),  # a month is paid ahead: 8 of 30, and 30
        ((2028, 2, 29), (2028, 3, 1), Period.MONTH, (1, 29)),  # the leap day
        ((2028, 2, 29), (2028, 3, 31), Period.MONTH, (31, 31)),  # 29 February to 31 March
        ((2026, 11, 23), (2027, 11, 23), Period.YEAR, (365, 365)),
        ((2027, 11, 23), (2028, 11, 22), Period.YEAR, (365, 366)),
    ],
)
def test_the_share_counts_the_days_that_are_left(today, renews_on, period, part):
    """The day of the change included; what is paid ahead counts as whole periods."""
    product = Product(renews_on=dt.date(*renews_on), offer=Offer(period=period))

    assert rest_of(product, dt.date(*today)).part == part


# --- Through the services


@pytest.fixture
def here(db):
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()

    Here.small, Here.large = Here.offers["web-hosting"], make_plan(Here.offers["web-hosting"], "web-large", "19.92")
    Here.product = world.make_product(Here.client, Here.small, quantity=3)
    Here.whose = {"client_id": Here.client.pk, "product_id": Here.product.pk}
    return Here


def make_plan(like, code, chf, rate="0.20"):
    plan = world._offer(code, like.family, chf, chf, rate=rate, period=like.period, is_per_unit=like.is_per_unit)
    plan.name = code
    plan.save()
    return plan


def change(here, offer=None, key="k", relationship=None, actor=None, **others):
    return services.change_plan(
        offer=offer or here.large,
        relationship_id=relationship.pk if relationship else None,
        key=key,
        actor=actor or here.acting,
        now=NOW,
        **here.whose | others,
    )


def state():
    products = list(Product.objects.order_by("pk").values_list("offer", "next_offer", "renews_on"))
    return products, Order.objects.count(), Invoice.objects.count()


def test_a_dearer_plan_begins_at_once_for_what_is_left(here):
    """10.00 more for each of 3, of 8 days of 30: 8.00. The period stays, the product is the new plan."""
    order = change(here)

    line, product = order.lines.get(), Product.objects.get()
    assert (order.kind, line.public_net, line.charged_net, line.quantity) == ("CHANGE", D("8.00"), D("8.00"), 3)
    assert (line.period_start, line.period_end, line.public_unit) == (TODAY, product.renews_on, D("2.67"))
    assert (product.offer, product.renews_on) == (here.large, dt.date(2026, 12, 1))
    assert Coverage.objects.values_list("product", "period_start", "is_extension").get() == (product.pk, TODAY, True)
    assert line.steps[0] == {"label": "difference", "amount": "30.00", "rate": None, "count": 8}
    assert Invoice.objects.get().total == D("8.65")


def test_the_partner_that_pays_pays_its_part_of_the_difference(here):
    """Rules 25 and 32, row 4: 20 % off the 8.00 that the public pays."""
    partner, acting = world.make_partner()
    relationship = world.make_relationship(here.client, partner, payer=Payer.PARTNER)

    order = change(here, relationship=relationship, actor=world.acting(acting.membership, relationship))

    line = order.lines.get()
    assert (order.payer, line.outcome, line.charged_net) == (partner.organisation, "REBATE", D("6.40"))
    assert (line.partner_count, line.client_count) == (3, 3)  # the units are there already, and count once


def test_the_earning_partner_gets_its_cashback_on_the_difference(here):
    """Rule 35, row 1."""
    partner, _ = world.make_partner()
    world.make_relationship(here.client, partner)

    line = change(here).lines.get()

    assert (line.outcome, line.charged_net, line.cashback) == ("CASHBACK", D("8.00"), D("1.60"))


def test_twice_changes_once(here):
    """A double click finds the order; another change under the same key is refused."""
    assert change(here) == change(here)
    before = state()

    with pytest.raises(OrderRefused, match="sent before"):
        change(here, offer=make_plan(here.small, "web-huge", "40.00"))

    assert state() == before


def test_a_price_that_was_not_shown_is_not_charged(here):
    """Promise 3."""
    quote = services.quote_change(offer=here.large, relationship_id=None, now=NOW, **here.whose)
    world.rewrite_price(here.large, public_unit=D("29.92"))
    before = state()

    with pytest.raises(PriceChanged):
        change(here, shown=quote.shown)

    assert state() == before


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cancelled_at": NOW, "cancelled_by_label": "Ana"}, "cancelled"),
        ({"renews_on": TODAY}, "not paid"),
        ({"overdue_since": TODAY}, "not paid"),
        ({"state": "BLOCKED", "blocked_at": NOW, "overdue_since": TODAY}, "not paid"),
        ({"state": "TERMINATED", "terminated_at": NOW}, "no longer there"),
    ],
)
def test_only_what_works_and_is_paid_changes_at_once(here, changes, sentence):
    """Pay or renew it first."""
    Product.objects.update(**changes)
    before = state()

    with pytest.raises(OrderRefused, match=sentence):
        change(here)

    assert state() == before


def test_an_offer_without_a_line_has_no_plans(here):
    """A backup is no size of a server, though both are of the cloud; nor can one become the other by hand."""
    Offer.objects.filter(pk=here.large.pk).update(plan_line="")

    assert selectors.plans_for(product=here.product, currency="CHF", on=TODAY) == []
    before = state()
    with pytest.raises(OrderRefused, match="no plan"):
        change(here)
    assert state() == before

    Offer.objects.filter(pk=here.small.pk).update(plan_line="")
    here.product.refresh_from_db()
    assert selectors.plans_for(product=here.product, currency="CHF", on=TODAY) == []


def test_only_plans_of_its_kind_and_period_are_offered(here):
    """The same line, family and period, sold, with a price; by price."""
    make_plan(here.small, "web-tiny", "2.00")
    gone = make_plan(here.small, "web-gone", "50.00")
    Offer.objects.filter(pk=gone.pk).update(is_sold=False)
    Offer.objects.filter(code="web-yearly").update(period=Period.YEAR)
    yearly = make_plan(here.small, "web-yearly", "90.00")
    Offer.objects.filter(pk=yearly.pk).update(period=Period.YEAR)

    plans = selectors.plans_for(product=here.product, currency="CHF", on=TODAY)

    assert [(plan.offer.code, plan.is_dearer) for plan in plans] == [("web-tiny", False), ("web-large", True)]
    domain = world.make_product(here.client, here.offers["domain-ch"])
    make_plan(here.offers["domain-ch"], "domain-com", "12.00")
    assert selectors.plans_for(product=domain, currency="CHF", on=TODAY) == []
    for offer in (gone, yearly, here.offers["office"]):
        with pytest.raises(OrderRefused, match="no plan"):
            change(here, offer=offer)


def test_a_cheaper_plan_waits_for_the_next_renewal(here):
    """Nothing is paid back and nothing charged; the renewal is of the new plan, and costs its price."""
    tiny = make_plan(here.small, "web-tiny", "2.00")
    chosen = {"client_id": here.client.pk, "product_id": here.product.pk, "actor": here.acting, "now": NOW}
    with pytest.raises(OrderRefused, match="next renewal"):
        change(here, offer=tiny)

    services.choose_next_plan(offer=tiny, **chosen)

    assert state() == ([(here.small.pk, tiny.pk, dt.date(2026, 12, 1))], 0, 0)
    services.renew(
        client_id=here.client.pk,
        product_ids=[here.product.pk],
        relationship_id=None,
        key="r",
        actor=here.acting,
        now=NOW,
    )
    assert (Product.objects.get().offer, OrderLine.objects.get().charged_net) == (tiny, D("6.00"))


def test_a_plan_that_waits_can_be_taken_back_and_a_dearer_one_drops_it(here):
    """Until the renewal both are possible."""
    tiny = make_plan(here.small, "web-tiny", "2.00")
    who = {"client_id": here.client.pk, "product_id": here.product.pk, "actor": here.acting, "now": NOW}
    services.choose_next_plan(offer=tiny, **who)
    assert services.keep_plan(**who).next_offer is None
    services.choose_next_plan(offer=tiny, **who)

    change(here)

    assert state()[0] == [(here.large.pk, None, dt.date(2026, 12, 1))]
    with pytest.raises(OrderRefused, match="begins at once"):
        services.choose_next_plan(offer=make_plan(here.small, "web-huge", "99.00"), **who)


def test_the_page_shows_the_price_and_then_changes(here):
    """Quote first, then confirm; the explanation says the days and both list prices."""
    Product.objects.update(renews_on=dt.date(2100, 1, 1))
    browser = signed_in(here.acting.user)
    url = reverse("billing:plan_change", args=[here.product.pk])
    key = browser.get(url).context["form"].initial["key"]
    page = browser.post(url, {"offer": here.large.pk, "key": key})
    assert "Change the plan by invoice" in page.content.decode()
    assert Order.objects.count() == 0

    answer = browser.post(
        url, {"offer": here.large.pk, "key": key, "shown": page.context["shown"], "confirm": "invoice"}
    )

    assert answer.url == reverse("billing:order_detail", args=[Order.objects.get().pk])
    explained = browser.get(reverse("billing:line_explain", args=[OrderLine.objects.get().pk])).content.decode()
    assert "19.92 for web-large less 9.92 for Web hosting" in explained.replace("\xa0", " ")


def test_a_cheaper_plan_on_the_page_costs_nothing_now(here):
    """It says from when on, and waits."""
    tiny = make_plan(here.small, "web-tiny", "2.00")
    Product.objects.update(renews_on=dt.date(2100, 1, 1))
    browser = signed_in(here.acting.user)
    url = reverse("billing:plan_change", args=[here.product.pk])
    assert "Nothing to pay now" in browser.post(url, {"offer": tiny.pk, "key": "k"}).content.decode()

    browser.post(url, {"offer": tiny.pk, "key": "k", "confirm": "later"})

    assert Product.objects.get().next_offer == tiny
    browser.post(reverse("billing:plan_keep", args=[here.product.pk]))
    assert Product.objects.get().next_offer is None

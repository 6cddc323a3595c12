"""More units of a product that is there: at once, at their price for what is left of its period. Section 9, Q3."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing import selectors, services
from billing.exceptions import NoPrice, OrderRefused, PriceChanged, Rule, WayOut
from billing.models import CreditNote, Invoice, LedgerEntry, Order, OrderLine
from billing.pricing import Case, Outcome, Rates, price_line, rest_rates
from clients import services as client_services
from clients.choices import Access, Payer
from clients.models import Product
from partnerportal.accounts.acting import SYSTEM
from partnerportal.audit.models import AuditEvent
from partnerportal.catalogue.models import Family, Offer, Period
from partnerportal.kernel.money import round_cents
from tests import world
from tests.at_once import at_once
from tests.billing import scenes
from tests.billing.test_pricing import STEPS
from tests.browsers import signed_in
from tests.world import NOW, TODAY

DAY = dt.timedelta(days=1)
CASES = [
    Case(access="full", payer="partner", ordered_by="partner"),
    Case(access="full", payer="client", ordered_by="client"),
    Case(access="none", ordered_by="client", is_managed=False),
]


@st.composite
def parts(draw):
    """A price, and how much is left of a period: at most all of it."""
    days = draw(st.integers(1, 366))
    rates = Rates(
        draw(st.decimals(min_value=0, max_value=5000, places=2)),
        draw(st.decimals(min_value=0, max_value=D("0.35"), places=2)),
        None,
        draw(st.sampled_from([(), STEPS])),
    )
    return rates, draw(st.integers(1, days)), days


def priced(rates, part, quantity, case):
    rates = rates if part is None else rest_rates(rates, part=part)
    return price_line(rates=rates, quantity=quantity, case=case, partner_count=quantity, client_count=quantity)


@given(parts(), st.integers(1, 500), st.sampled_from(CASES))
def test_a_part_never_costs_more_than_the_whole_and_rises_day_by_day(given_part, quantity, case):
    """Pro rata: the last day the least, the first day just what a whole period costs; never below zero."""
    rates, left, days = given_part

    charged = [priced(rates, (day, days), quantity, case).charged for day in sorted({1, left, days})]

    assert charged == sorted(charged)
    assert charged[0] >= 0
    assert charged[-1] == priced(rates, None, quantity, case).charged


@given(parts(), st.integers(1, 500), st.sampled_from(CASES))
def test_a_part_is_rounded_once_and_the_provider_keeps_its_price(given_part, quantity, case):
    """Rules 32, 33 and 36: half up from exact figures; paid less cashback is the lower of paid and preferential."""
    rates, left, days = given_part

    line = priced(rates, (left, days), quantity, case)

    assert line.public_net == round_cents(rates.public_unit * quantity * left / days)
    if line.preferential_net is not None:
        assert line.charged - line.cashback == min(line.charged, line.preferential_net)
    assert (line.outcome is Outcome.CASHBACK) == (line.cashback > 0)


@given(parts(), st.integers(1, 500), st.sampled_from(CASES))
def test_what_is_gone_and_what_is_left_sum_to_the_whole(given_part, quantity, case):
    """To the cent: two roundings instead of one differ by one cent at most."""
    rates, left, days = given_part
    shares = [priced(rates, (day, days), quantity, case).charged for day in (left, days - left) if day]

    assert abs(sum(shares) - priced(rates, None, quantity, case).charged) <= D("0.01")


def test_nothing_joins_a_period_that_is_over():
    """There is nothing left to pay for."""
    for part in ((0, 30), (-1, 30), (1, 0)):
        with pytest.raises(ValueError, match="a period that runs"):
            rest_rates(Rates(D(1)), part=part)


# --- Through the services


@pytest.fixture
def here(db):
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()

    Here.office = world.make_product(Here.client, Here.offers["office"], quantity=2, name="Team office")
    Here.mailboxes = world.make_offer(
        "mailboxes", Family.objects.get(code="mail"), "9.92", "9.50", rate="0.20", is_per_unit=False
    )
    return Here


def with_partner(here, **terms):
    """Full access for a partner; return the relationship, and its person in the client's space."""
    partner, acting = world.make_partner()
    relationship = world.make_relationship(here.client, partner, **terms)
    return relationship, world.acting(acting.membership, relationship)


def add(here, units, product=None, key="k", relationship=None, actor=None, **others):
    return services.add_units(
        client_id=here.client.pk,
        product_id=(product or here.office).pk,
        units=units,
        relationship_id=relationship.pk if relationship else None,
        key=key,
        actor=actor or here.acting,
        **{"now": NOW} | others,
    )


def state():
    return list(Product.objects.order_by("pk").values()), Order.objects.count(), Invoice.objects.count()


def holds():
    return [(one.invariant.code, one.rows) for one in selectors.check_invariants() if not one.holds] == []


def test_units_join_at_once_for_what_is_left(here):
    """3 more at 100.00, for 8 of the 30 days until 1 December: 80.00, and 6.48 VAT. The period stays."""
    order = add(here, 3)

    line, product = order.lines.get(), Product.objects.get()
    assert (order.kind, line.quantity, line.public_net, line.charged_net) == ("UNITS", 3, D("80.00"), D("80.00"))
    assert (line.period_start, line.period_end, line.public_unit) == (TODAY, dt.date(2026, 12, 1), D("26.67"))
    assert (product.quantity, product.renews_on) == (5, dt.date(2026, 12, 1))
    covered = line.coverages.values_list("product", "period_start", "units", "is_extension").get()
    assert covered == (product.pk, TODAY, 3, True)
    assert line.steps[0] == {"label": "whole_period", "amount": "300.00", "rate": None, "count": 8}
    assert line.rates["units"] == {"unit": "100.00", "before": 2, "whole": 0, "days_left": 8, "days": 30}
    assert Invoice.objects.get().total == D("86.48")
    assert AuditEvent.objects.filter(action="billing.units.added", organisation_id=here.client.pk).count() == 1
    assert holds()


def test_a_year_is_shared_out_by_its_days(here):
    """2 more at 120.00 a year for 143 of 365 days: 240.00 × 143 / 365 = 94.03."""
    yearly = world.make_offer(
        "office-year", here.offers["office"].family, "120.00", "110.00", period=Period.YEAR, is_per_unit=False
    )
    product = world.make_product(here.client, yearly, quantity=4, renews_on=dt.date(2027, 4, 15))

    line = add(here, 2, product).lines.get()

    assert (line.charged_net, line.rates["units"]["days_left"], line.rates["units"]["days"]) == (D("94.03"), 143, 365)


def test_what_is_paid_ahead_is_paid_for_the_new_units_too(here):
    """A year ahead and 143 of 365 days: 240.00 × 508 / 365 = 334.03, until the day until which the product is paid."""
    yearly = world.make_offer(
        "office-year", here.offers["office"].family, "120.00", "110.00", period=Period.YEAR, is_per_unit=False
    )
    product = world.make_product(here.client, yearly, quantity=4, renews_on=dt.date(2028, 4, 15))

    line = add(here, 2, product).lines.get()

    assert (line.charged_net, line.period_end) == (D("334.03"), dt.date(2028, 4, 15))
    assert line.rates["units"] | {"unit": ""} == {"unit": "", "before": 4, "whole": 1, "days_left": 143, "days": 365}


def test_the_steps_count_the_units_that_are_ordered(here):
    """Q3 and Q4: 33 mailboxes and 2 make 35, the 25 % step, for the 2: 5.29 of public price, 3.97; once rounded."""
    product = world.make_product(here.client, here.mailboxes, quantity=33)

    line = add(here, 2, product).lines.get()

    assert (line.client_count, line.counted["client"]) == (35, {"own": 33, "ordered": 2})
    assert (line.public_net, line.client_degressive_rate, line.charged_net) == (D("5.29"), D("0.25"), D("3.97"))


def test_the_partner_that_pays_gets_its_rebate_on_the_part(here):
    """Rules 25 and 32, row 4: 65.00 % of 80.00."""
    relationship, actor = with_partner(here, payer=Payer.PARTNER)

    order = add(here, 3, relationship=relationship, actor=actor)

    line = order.lines.get()
    assert (order.payer, line.outcome, line.reason) == (relationship.partner.organisation, "REBATE", "4")
    assert (line.charged_net, line.cashback) == (D("52.00"), 0)
    assert Product.objects.get().organisation == here.client
    assert holds()


def test_cashback_is_earned_on_the_part(here):
    """Rules 35 and 36, rows 1 and 2: 80.00 less 52.00; degressive rates of both sides."""
    relationship, actor = with_partner(here)
    mailboxes = world.make_product(here.client, here.mailboxes, quantity=33)

    own = add(here, 3, key="own").lines.get()
    theirs = add(here, 3, key="theirs", relationship=relationship, actor=actor).lines.get()
    stepped = add(here, 2, mailboxes, key="steps").lines.get()

    assert (own.outcome, own.reason, own.charged_net, own.cashback) == ("CASHBACK", "1", D("80.00"), D("28.00"))
    assert (theirs.reason, theirs.order.payer, theirs.cashback) == ("2", here.client, D("28.00"))
    # 5.29 × 0.80 × 0.75 = 3.17 from exact figures; the client pays 3.97
    assert (stepped.preferential_net, stepped.charged_net, stepped.cashback) == (D("3.17"), D("3.97"), D("0.80"))
    assert holds()


def test_units_earn_in_the_scope_of_their_product(here):
    """Rows 5 and 6: a limited partner earns on what it manages, and on nothing else."""
    other = world.make_product(here.client, here.offers["office"], quantity=1)
    partner, _ = world.make_partner()
    world.make_relationship(here.client, partner, access=Access.LIMITED, products=(here.office,))

    managed, not_managed = add(here, 3, key="a").lines.get(), add(here, 3, other, key="b").lines.get()

    assert (managed.outcome, managed.reason, managed.cashback) == ("CASHBACK", "5", D("28.00"))
    assert (not_managed.outcome, not_managed.reason, not_managed.cashback) == ("NOTHING", "6", 0)


@pytest.mark.parametrize(
    ("terms", "rule"), [({"access": Access.LIMITED}, Rule.LIMITED), ({"state": "ENDED"}, Rule.ACCESS)]
)
def test_a_partner_without_the_right_adds_nothing(here, terms, rule):
    """Rows 7 and 9; rule 26."""
    relationship, actor = with_partner(here, **terms)
    before = state()

    with pytest.raises(OrderRefused) as refused:
        add(here, 1, relationship=relationship, actor=actor)

    assert (refused.value.rule, state()) == (rule, before)


@pytest.mark.parametrize(
    ("changes", "sentence", "ways"),
    [
        ({"cancelled_at": NOW, "cancelled_by_label": "Ana"}, "cancelled", [WayOut.SEE_PRODUCT]),
        ({"renews_on": TODAY}, "not paid", [WayOut.RENEW, WayOut.SEE_PRODUCT]),
        ({"overdue_since": TODAY}, "not paid", [WayOut.RENEW, WayOut.SEE_PRODUCT]),
        (
            {"state": "BLOCKED", "blocked_at": NOW, "overdue_since": TODAY},
            "not paid",
            [WayOut.RENEW, WayOut.SEE_PRODUCT],
        ),
    ],
)
def test_units_join_only_what_is_paid_and_goes_on(here, changes, sentence, ways):
    """With the rule, and what to do first."""
    Product.objects.update(**changes)
    before = state()

    with pytest.raises(OrderRefused, match=sentence) as refused:
        add(here, 1)

    assert (refused.value.rule, [way.kind for way in refused.value.ways]) == (Rule.JOINING, ways)
    assert state() == before


@pytest.mark.parametrize("code", ["web-hosting", "domain-ch"])
def test_what_is_a_product_by_itself_cannot_be_extended(here, code):
    """Each hosting, domain or certificate is a product of its own: one orders another."""
    product = world.make_product(here.client, here.offers[code])
    before = state()

    with pytest.raises(OrderRefused, match="product of its own") as refused:
        add(here, 1, product)

    assert [way.kind for way in refused.value.ways] == [WayOut.ANOTHER, WayOut.SEE_PRODUCT]
    assert state() == before


def test_an_offer_that_is_not_sold_takes_no_more_units(here):
    """What is there renews; new units are of what is sold."""
    Offer.objects.filter(code="office").update(is_sold=False)
    before = state()

    with pytest.raises(OrderRefused) as refused:
        add(here, 1)

    assert (refused.value.rule, state()) == (Rule.SOLD, before)


@pytest.mark.parametrize("units", [0, -1, 10_001])
def test_a_line_holds_so_many_units(here, units):
    """As every order."""
    before = state()

    with pytest.raises(OrderRefused) as refused:
        add(here, units)

    assert (refused.value.rule, state()) == (Rule.UNITS, before)


def test_without_a_price_nothing_is_added(here):
    """Rule 44."""
    family = here.offers["office"].family
    unpriced = Offer.objects.create(code="new", family=family, name="New", period=Period.MONTH, is_per_unit=False)
    product = world.make_product(here.client, unpriced)
    before = state()

    with pytest.raises(NoPrice):
        add(here, 1, product)

    assert state() == before


def test_twice_adds_once(here):
    """A double click finds the order; another number, or another product, under the same key is refused."""
    assert add(here, 3) == add(here, 3)
    other = world.make_product(here.client, here.offers["office"], quantity=2)
    before = state()

    for units, product in ((4, here.office), (3, other)):
        with pytest.raises(OrderRefused, match="sent before"):
            add(here, units, product)

    assert state() == before
    assert Product.objects.get(pk=here.office.pk).quantity == 5


def test_a_price_that_was_not_shown_is_not_charged(here):
    """Promise 3: tomorrow a day less is left, so the price is another one."""
    quote = services.quote_units(
        client_id=here.client.pk, product_id=here.office.pk, units=3, relationship_id=None, now=NOW
    )
    before = state()

    with pytest.raises(PriceChanged):
        add(here, 3, shown=quote.shown, now=NOW + DAY)

    assert state() == before
    assert add(here, 3, shown=quote.shown).lines.get().charged_net == D("80.00")


def test_the_next_renewal_is_of_all_units_as_it_was_said_beforehand(here):
    """33 mailboxes and 2: 35 × 9.92 less 25 % is 260.40, and 281.49 with VAT; who renews pays for all of them."""
    product = world.make_product(here.client, here.mailboxes, quantity=33)
    said = services.quote_renewal_of_units(product_id=product.pk, units=35, now=NOW)
    add(here, 2, product)

    order = services.renew(
        client_id=here.client.pk,
        product_ids=[product.pk],
        relationship_id=None,
        key="r",
        actor=here.acting,
        now=NOW,
    )

    line = order.lines.get()
    assert (line.quantity, line.client_count, line.charged_net) == (35, 35, D("260.40"))
    assert (said.charged_net, said.total) == (D("260.40"), D("281.49"))
    assert holds()


def test_added_again_and_again_and_changed_in_between(here):
    """2 and 3 units change to a plan of 130.00: 30.00 × 5 × 8/30 = 40.00; one more of it: 34.67; then all: 780.00."""
    large = world.make_offer(
        "office-large", here.offers["office"].family, "130.00", "120.00", rate="0.35", is_per_unit=False
    )
    add(here, 3, key="a")
    change = services.change_plan(
        client_id=here.client.pk,
        product_id=here.office.pk,
        offer=large,
        relationship_id=None,
        key="b",
        actor=here.acting,
        now=NOW,
    )
    more = add(here, 1, key="c")
    renewal = services.renew(
        client_id=here.client.pk,
        product_ids=[here.office.pk],
        relationship_id=None,
        key="d",
        actor=here.acting,
        now=NOW,
    )

    assert [order.lines.get().charged_net for order in (change, more, renewal)] == [D("40.00"), D("34.67"), D("780.00")]
    assert (renewal.lines.get().quantity, renewal.lines.get().coverages.get().units) == (6, 6)
    assert more.lines.get().rates["units"]["before"] == 5
    assert holds()


def test_a_plan_that_waits_goes_on_waiting(here):
    """Units join at the price of the plan that runs; with the renewal all of them are of the cheaper one."""
    small = world.make_offer("office-small", here.offers["office"].family, "40.00", "38.00", is_per_unit=False)
    services.choose_next_plan(
        client_id=here.client.pk, product_id=here.office.pk, offer=small, actor=here.acting, now=NOW
    )

    said = services.quote_renewal_of_units(product_id=here.office.pk, units=5, now=NOW)
    line = add(here, 3).lines.get()

    assert (line.offer, line.charged_net) == (here.offers["office"], D("80.00"))
    assert Product.objects.get().next_offer == small
    assert said.charged_net == D("200.00")  # 5 × 40.00


def test_a_credit_note_takes_back_its_share_of_the_cashback_and_no_units(here):
    """Rules 41 and 42: of 80.00 and 28.00 first 30.00 and 10.50, then the rest; the units stay until they end."""
    relationship, _ = with_partner(here)
    here.finance = scenes.finance()
    invoice = scenes.invoice_of(add(here, 3))
    scenes.pay(invoice)
    assert LedgerEntry.objects.get(kind="CASHBACK").amount == D("28.00")

    scenes.credit(here, invoice, "30.00")
    scenes.credit(here, invoice, None)

    taken = list(LedgerEntry.objects.filter(kind="REVERSAL").order_by("pk").values_list("amount", flat=True))
    assert taken == [D("-10.50"), D("-17.50")]
    assert scenes.balance(relationship.partner.organisation) == 0
    assert Product.objects.get().quantity == 5
    assert holds()


def test_what_ends_unpaid_is_credited_by_the_units_that_were_renewed(here):
    """Two products of 2 and 4 units renewed together for 600.00; one grows by 6, and ends unpaid: 200.00 of it."""
    Product.objects.update(renews_on=TODAY)
    kept = world.make_product(here.client, here.offers["office"], quantity=4, renews_on=TODAY)
    renewal = services.renew(
        client_id=here.client.pk,
        product_ids=[here.office.pk, kept.pk],
        relationship_id=None,
        key="r",
        actor=SYSTEM,
        now=NOW - 14 * DAY,
        is_due_at_start=True,
    )
    line = add(here, 6, now=NOW - 10 * DAY).lines.get()
    assert line.charged_net == D("793.55")  # 600.00 for a month that is paid ahead, and 10 of 31 days
    client_services.cancel_product(
        product_id=kept.pk,
        organisation_id=here.client.pk,
        ends_on=dt.date(2026, 12, 23),
        actor=here.acting,
        now=NOW - 9 * DAY,
    )
    for day in range(70):
        services.advance_renewals(on=TODAY + day * DAY, now=NOW + day * DAY)

    assert set(Product.objects.values_list("state", flat=True)) == {"TERMINATED"}
    assert CreditNote.objects.get(invoice=renewal.invoice).net == D("200.00")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_add_both_and_one_form_adds_once():
    """The product is held until its units are added; the key makes two clicks one order."""

    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()

    Here.office = world.make_product(Here.client, Here.offers["office"], quantity=2)

    assert at_once(lambda: add(Here, 3, key="a"), lambda: add(Here, 1, key="b")) == ["done", "done"]
    assert at_once(lambda: add(Here, 1, key="c"), lambda: add(Here, 1, key="c")) == ["done", "done"]

    assert (Product.objects.get().quantity, Order.objects.count()) == (7, 3)


# --- On the page


def open_page(here, product=None, browser=None):
    browser = browser or signed_in(here.acting.user)
    url = reverse("billing:units_add", args=[(product or here.office).pk])
    return browser, url, browser.get(url)


def words(answer):
    return answer.content.decode().replace("\xa0", " ")


def test_the_page_shows_the_price_and_then_adds(here):
    """The price of one at once, of three on request, then the order; the explanation says days and count."""
    Product.objects.update(renews_on=dt.date(2100, 1, 1))
    browser, url, page = open_page(here)
    assert (page.context["units_then"], Order.objects.count()) == (3, 0)
    key = page.context["form"].initial["key"]

    shown = browser.post(url, {"quantity": "3", "key": key})
    assert "5 × Office" in words(shown)
    assert "Add them by invoice" in words(shown)
    assert (shown.context["units_then"], shown.context["renewal"].charged_net) == (5, D("500.00"))
    sent = {"quantity": "3", "key": key, "shown": shown.context["shown"], "confirm": "invoice"}
    answer, again = browser.post(url, sent), browser.post(url, sent)

    order = Order.objects.get()
    assert answer.url == again.url == reverse("billing:order_detail", args=[order.pk])
    explained = words(browser.get(reverse("billing:line_explain", args=[OrderLine.objects.get().pk])))
    assert "3 × Office at 100.00 a month" in explained
    assert "They join 2 units that are there." in explained


def test_the_explanation_says_what_is_left(here):
    """8 of 30 days; what is paid ahead in whole periods beside it."""
    line = add(here, 3).lines.select_related("order__client", "order__payer", "order__invoice").get()
    (chain,) = selectors.price_chains(line=line, as_partner=False)
    step = chain.picture["steps"][0] if "steps" in chain.picture else chain.picture

    assert "8 of 30 days" in str(step)


def test_a_number_that_was_not_shown_is_shown_first(here):
    """Without script somebody types five and presses the button of one: the price of five comes first (promise 3)."""
    Product.objects.update(renews_on=dt.date(2100, 1, 1))
    browser, url, page = open_page(here)
    key = page.context["form"].initial["key"]

    answer = browser.post(
        url, {"quantity": "5", "key": key, "shown": page.context["shown"], "confirm": page.context["confirm"]}
    )

    assert (answer.status_code, Order.objects.count()) == (409, 0)
    assert answer.context["quote"].lines[0].wanted.quantity == 5


def test_htmx_draws_the_price_anew_and_says_what_is_wrong(here):
    """A refusal comes as a page that htmx draws; a number that is none says so beside the price."""
    Product.objects.update(renews_on=dt.date(2100, 1, 1))
    browser, url, page = open_page(here)
    key = page.context["form"].initial["key"]
    asked = {"headers": {"HX-Request": "true"}}

    assert "5 × Office" in words(browser.post(url, {"quantity": "3", "key": key}, **asked))
    wrong = browser.post(url, {"quantity": "0", "key": key}, **asked)
    assert wrong.context["form"].errors.keys() == {"quantity"}
    Product.objects.update(cancelled_at=NOW, cancelled_by_label="Ana")
    refused = browser.post(url, {"quantity": "3", "key": key}, **asked)
    assert (refused.status_code, "It is cancelled" in words(refused)) == (200, True)
    assert Order.objects.count() == 0


def test_the_page_says_at_once_why_nothing_can_be_added(here):
    """With the rule and the way out, before anything is typed."""
    Product.objects.update(renews_on=dt.date(2100, 1, 1))
    domain = world.make_product(here.client, here.offers["domain-ch"], renews_on=dt.date(2100, 1, 1))

    _, _, page = open_page(here, domain)

    assert page.context["closed"]["rule"] == Rule.JOINING.label
    assert f"{reverse('billing:order_place')}?offer={domain.offer_id}" in words(page)


def test_in_a_clients_space_its_partner_adds_on_its_own_means(here):
    """Row 4 on the page: the partner's price, and what the client's next renewal will cost it."""
    Product.objects.update(renews_on=dt.date(2100, 1, 1))
    _relationship, actor = with_partner(here, payer=Payer.PARTNER)
    browser = signed_in(actor.user)
    browser.post(reverse("clients:client_enter", args=[_relationship.pk]))

    _, url, page = open_page(here, browser=browser)

    assert (page.context["quote"].payer, page.context["renewal"].payer) == (actor.membership.organisation, here.client)
    sent = {"quantity": "1", "key": "k", "shown": page.context["shown"], "confirm": page.context["confirm"]}
    assert browser.post(url, sent).status_code == 302
    assert (Order.objects.get().payer, Product.objects.get().quantity) == (actor.membership.organisation, 3)


def test_the_page_says_what_the_next_step_would_change(here):
    """27 mailboxes and 1: two more make 30, the 25 % step, for the rest of the period."""
    product = world.make_product(here.client, here.mailboxes, quantity=27, renews_on=dt.date(2100, 1, 1))

    _, _, page = open_page(here, product)

    (hint,) = page.context["hints"]
    assert hint.replace("\xa0", " ").startswith("2 more Mailboxes make 30: the 25 % step. All 3 would cost")


def test_who_does_not_pay_the_renewal_does_not_read_its_price(here):
    """Rules 24 and 25: the client adds on its own means; what its partner will pay is the partner's affair."""
    Product.objects.update(renews_on=dt.date(2100, 1, 1), renewal_payer="PARTNER")
    with_partner(here, payer=Payer.PARTNER)

    _, _, page = open_page(here)

    assert page.context["renewal"] is None
    assert "Whoever pays it then pays for all of them" in words(page)


def test_staff_reads_the_line_as_both_sides_do(here):
    """Client and partner: the same days, and what each side is told."""
    with_partner(here)
    line = add(here, 3).lines.get()
    staff = world.make_user("Paul Iten", staff_role="MANAGER")

    page = words(signed_in(staff).get(reverse("billing:staff_line_explain", args=[line.pk])))

    assert page.count("Public price for 8 of 30 days") == 3  # the payer's chain, and the earning partner's two
    assert "80.00 charged − 28.00 cashback = 52.00" in page

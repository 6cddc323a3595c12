"""The published example and the derived fixtures (rules 32 to 36, 39, 40, 42, 45), and properties of the arithmetic."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.pricing import (
    Case,
    Outcome,
    Rates,
    VatTreatment,
    cashback,
    decide,
    degressive_rate,
    next_step,
    preferential_net,
    price_line,
    public_net,
    reversed_cashback,
    step_ahead,
    vat,
    vat_treatment,
)

STEPS = tuple(
    (start, D(rate)) for start, rate in [(1, "0"), (5, "0.05"), (10, "0.10"), (20, "0.15"), (30, "0.25"), (50, "0.30")]
)
HOSTING = Rates(public_unit=D("9.92"), partner_rate=D("0.20"), steps=STEPS)
PARTNER_PAYS = Case(access="full", payer="partner", ordered_by="partner")
CLIENT_ORDERS = Case(access="full", payer="client", ordered_by="client")


def test_example_of_the_programme():
    """Rules 32 to 34, 40: 35 hostings, 347.20 public, 277.76 with 20 %, 208.32 with 25 %."""
    line = price_line(rates=HOSTING, quantity=35, case=PARTNER_PAYS, partner_count=35, client_count=35)

    assert (line.public_net, line.after_partner_rate, line.preferential_net) == (D("347.20"), D("277.76"), D("208.32"))
    assert (line.charged_net, line.charged_to, line.cashback) == (D("208.32"), "partner", D("0.00"))
    assert [step.amount for step in line.steps] == [D("347.20"), D("277.76"), D("208.32")]
    assert 1 - line.charged_net / line.public_net == D("0.40")


def test_rounding_per_unit_would_be_wrong():
    """Rule 33: 208.60 and 208.25 are what rounding per unit gives."""
    assert preferential_net(HOSTING, 35, 35) not in (D("208.60"), D("208.25"))


@pytest.mark.parametrize(
    ("quantity", "partner_count", "client_count", "degressive", "paid", "earned"),
    [
        (35, 35, 35, True, "260.40", "52.08"),  # D3
        (35, 35, 35, False, "347.20", "138.88"),  # D2
        (35, 70, 70, True, "243.04", "48.61"),
        (1, 1, 1, True, "9.92", "1.98"),  # D4
        (1, 35, 1, True, "9.92", "3.97"),  # D5
    ],
)
def test_cashback_of_a_client_order(quantity, partner_count, client_count, degressive, paid, earned):
    """Rule 35 with the derived fixtures of domain.md 5.4."""
    line = price_line(
        rates=HOSTING,
        quantity=quantity,
        case=CLIENT_ORDERS,
        partner_count=partner_count,
        client_count=client_count,
        client_degressive=degressive,
    )

    assert (line.charged_net, line.cashback, line.outcome) == (D(paid), D(earned), Outcome.CASHBACK)


def test_highest_partner_rate():
    """D6: 100.00 at 35 %. D7: combined with 25 % it is 48.75; there is no cap (Q7)."""
    assert preferential_net(Rates(D(100), D("0.35")), 1, 1) == D("65.00")
    assert preferential_net(Rates(D(100), D("0.35"), steps=((1, D("0.25")),)), 1, 1) == D("48.75")


def test_fixed_reseller_price_knows_no_rates():
    """Rule 39, Q8: a domain at 8.90 that partners have for 7.00."""
    line = price_line(
        rates=Rates(D("8.90"), reseller_unit=D("7.00")),
        quantity=3,
        case=CLIENT_ORDERS,
        partner_count=99,
        client_count=3,
    )

    assert (line.preferential_net, line.cashback, line.partner_rate) == (D("21.00"), D("5.70"), None)


def test_a_client_that_pays_less_than_the_partner_earns_it_nothing():
    """Rule 35: a large client with a small partner; zero makes the outcome "nothing"."""
    no_partner_rate = Rates(D("9.92"), D(0), steps=STEPS)

    line = price_line(rates=no_partner_rate, quantity=1, case=CLIENT_ORDERS, partner_count=1, client_count=50)

    assert (line.outcome, line.cashback, line.preferential_net) == (Outcome.NOTHING, D("0.00"), D("9.92"))


@pytest.mark.parametrize(
    ("case", "row", "outcome", "charged_to"),
    [
        (Case("full", "client", "client"), "1", "cashback", "client"),
        (Case("full", "partner", "client"), "2", "cashback", "client"),
        (Case("full", "client", "partner"), "3", "cashback", "client"),
        (Case("full", "partner", "partner"), "4", "rebate", "partner"),
        (Case("limited", "client"), "5", "cashback", "client"),
        (Case("limited", "client", is_managed=False), "6", "nothing", "client"),
        (Case("limited", "partner"), "7", "refused", None),
        (Case("none", "client"), "8", "nothing", "client"),
        (Case("none", "partner"), "9", "refused", None),
        (Case("full", "partner", "partner", is_own_organisation=True), "10", "rebate", "partner"),
        (Case("full", "client", "client", earns_for_limited_partner=True), "11", "cashback", "client"),
        (Case("full", "client", "partner", earns_for_limited_partner=True), "11", "cashback", "client"),
    ],
)
def test_decision_table(case, row, outcome, charged_to):
    """Rule 30."""
    decision = decide(case)

    assert (decision.reason, decision.outcome, decision.charged_to) == (row, outcome, charged_to)


@pytest.mark.parametrize(
    ("count", "rate"),
    [
        (0, "0"),
        (1, "0"),
        (4, "0"),
        (5, "0.05"),
        (29, "0.15"),
        (30, "0.25"),
        (35, "0.25"),
        (49, "0.25"),
        (50, "0.30"),
        (9999, "0.30"),
    ],
)
def test_degressive_steps(count, rate):
    """Q1; only 35 → 25 % is sourced (rule 40)."""
    assert degressive_rate(STEPS, count) == D(rate)


def test_cliff_of_a_step():
    """29 hostings cost 195.62, 30 cost 178.56; a quote near a step can say so."""
    assert preferential_net(HOSTING, 29, 29) == D("195.62")
    assert preferential_net(HOSTING, 30, 30) == D("178.56")
    assert next_step(STEPS, 29) == (30, D("0.25"))
    assert next_step(STEPS, 50) is None


def ahead(quantity, count=None, case=PARTNER_PAYS, within=5, **terms):
    count = quantity if count is None else count
    return step_ahead(
        rates=terms.pop("rates", HOSTING),
        quantity=quantity,
        case=case,
        partner_count=count,
        client_count=count,
        within=within,
        **terms,
    )


def test_a_step_that_is_near_is_named():
    """domain.md 5.3: one more hosting makes 30, and all of them cost less than the 29."""
    found = ahead(29)

    assert (found.from_units, found.rate, found.more, found.quantity) == (30, D("0.25"), 1, 30)
    assert (found.line.charged, found.is_cheaper) == (D("178.56"), True)


def test_a_step_out_of_reach_is_not_named_unless_it_is_cheaper():
    """[C]: within so many units, or where the larger total costs less."""
    assert ahead(14, within=5) is None
    assert ahead(14, within=6).more == 6
    assert ahead(27, within=0).is_cheaper
    assert ahead(50) is None


def test_a_step_ahead_is_that_of_whoever_is_charged():
    """Rules 24 and 25: the client's own count decides what the client pays; a fixed price has no steps (rule 39)."""
    found = step_ahead(rates=HOSTING, quantity=1, case=CLIENT_ORDERS, partner_count=100, client_count=4, within=5)
    domain = Rates(D("8.90"), reseller_unit=D("7.00"), steps=STEPS)

    assert (found.from_units, found.quantity, found.line.charged) == (5, 2, D("18.85"))
    assert ahead(4, case=CLIENT_ORDERS, client_degressive=False) is None
    assert ahead(4, rates=domain) is None
    assert ahead(4, case=Case("limited", "partner")) is None


def test_periods_are_paid_at_once_and_rounded_once():
    """Rules 32 and 33: 35 hostings for 3 months; 7.936 a month for one hosting are 23.81 for three, not 3 × 7.94."""
    assert preferential_net(HOSTING, 35, 35, 3) == D("624.96")
    assert preferential_net(HOSTING, 1, 1, 3) == D("23.81")


def test_periods_do_not_count_as_units():
    """Q3: three months of four hostings reach no step."""
    line = price_line(rates=HOSTING, quantity=4, case=PARTNER_PAYS, partner_count=4, client_count=4, periods=3)

    assert (line.partner_degressive_rate, line.public_net, line.charged) == (D(0), D("119.04"), D("95.23"))


@pytest.mark.parametrize(("net", "tax"), [("347.20", "28.12"), ("277.76", "22.50"), ("208.32", "16.87")])
def test_vat_of_the_example(net, tax):
    """Rule 37: added after, on the net."""
    assert vat(net=D(net), rate=D("0.081")) == D(tax)


@pytest.mark.parametrize(
    ("country", "has_number", "treatment"),
    [
        ("CH", False, VatTreatment.DOMESTIC),
        ("CH", True, VatTreatment.DOMESTIC),
        ("LI", True, VatTreatment.DOMESTIC),
        ("FR", False, VatTreatment.COUNTRY),
        ("FR", True, VatTreatment.REVERSE_CHARGE),
        ("US", False, VatTreatment.OUT_OF_SCOPE),
        ("GB", True, VatTreatment.OUT_OF_SCOPE),
    ],
)
def test_vat_treatment(country, has_number, treatment):
    """Rule 45."""
    assert vat_treatment(country=country, has_valid_vat_number=has_number) is treatment


def test_partial_refunds_take_back_exactly_what_was_credited():
    """Rule 42: three thirds of 52.08 end at zero."""
    credited, paid, taken = D("52.08"), D("260.40"), D(0)
    for refunded in (D("86.80"), D("173.60"), D("260.40")):
        taken += reversed_cashback(credited=credited, paid_net=paid, refunded_net=refunded, reversed_before=taken)

    assert taken == credited


prices = st.decimals("0", "10000", places=2)
fractions = st.decimals("0", "0.35", places=3)
counts = st.integers(0, 200)
quantities = st.integers(1, 200)
steps = st.lists(
    st.tuples(st.integers(1, 100), st.decimals("0", "0.9", places=2)), max_size=6, unique_by=lambda step: step[0]
).map(lambda found: tuple(zip(sorted(start for start, _ in found), sorted(rate for _, rate in found), strict=True)))
cases = st.sampled_from(
    [
        Case("full", "client", "client"),
        Case("full", "partner", "client"),
        Case("full", "client", "partner"),
        Case("full", "partner", "partner"),
        Case("limited", "client"),
        Case("limited", "client", is_managed=False),
        Case("none", "client"),
    ]
)


periods = st.integers(1, 10)


@st.composite
def random_rates(draw):
    """Rates and steps, or a fixed partner price of at most the public one."""
    price, ladder = draw(prices), draw(steps)
    if draw(st.booleans()):
        return Rates(price, draw(fractions), steps=ladder)
    return Rates(price, reseller_unit=(price * draw(st.decimals("0", "1", places=2))).quantize(D("0.01")))


@given(random_rates(), quantities, counts, counts, cases, periods, st.booleans())
def test_provider_keeps_the_preferential_price(rates, quantity, partner_count, client_count, case, paid, degressive):
    """Rules 31, 33 and 36, on random prices, rates, steps, counts, periods and cases."""
    line = price_line(
        rates=rates,
        quantity=quantity,
        case=case,
        partner_count=partner_count,
        client_count=client_count,
        client_degressive=degressive,
        periods=paid,
    )

    assert line.public_net == public_net(rates, quantity, paid) == rates.public_unit * quantity * paid
    assert 0 <= line.charged_net <= line.public_net
    assert line.preferential_net is None or 0 <= line.preferential_net <= line.public_net
    assert line.charged_net == line.charged_net.quantize(D("0.01"))
    assert not (line.rebate and line.cashback)
    if line.outcome is Outcome.REBATE:
        assert line.charged_net == line.preferential_net
    elif line.preferential_net is not None:
        assert line.charged_net - line.cashback == min(line.charged_net, line.preferential_net)
    assert (line.cashback > 0) == (line.outcome is Outcome.CASHBACK)


@given(steps, counts, counts)
def test_rate_never_falls_as_the_count_rises(ladder, one, other):
    """Q1: more hostings never have a lower rate."""
    fewer, more = sorted((one, other))
    assert degressive_rate(ladder, fewer) <= degressive_rate(ladder, more)


@given(random_rates(), quantities, counts, counts, periods)
def test_the_price_of_a_unit_never_rises_with_the_count(rates, quantity, one, other, paid):
    """Q1, for partner and client alike."""
    fewer, more = sorted((one, other))
    assert preferential_net(rates, quantity, fewer, paid) >= preferential_net(rates, quantity, more, paid)


@given(random_rates(), quantities, counts, cases, periods, st.integers(0, 30))
def test_a_step_ahead_is_near_or_cheaper_and_has_a_higher_rate(rates, quantity, held, case, paid, within):
    """[C]; what it would cost is what an order of so many would cost."""
    terms = {"rates": rates, "case": case, "periods": paid}
    count = held + quantity
    found = step_ahead(**terms, quantity=quantity, partner_count=count, client_count=count, within=within)
    if found is None:
        return

    now = price_line(**terms, quantity=quantity, partner_count=count, client_count=count)
    then = count + found.more
    assert found.line == price_line(**terms, quantity=quantity + found.more, partner_count=then, client_count=then)
    assert found.more >= 1
    assert then == found.from_units
    assert found.is_cheaper == (found.line.charged < now.charged)
    assert found.is_cheaper or found.more <= within
    assert found.rate >= degressive_rate(rates.steps, count)


@given(prices, prices)
def test_cashback_is_never_negative(paid, preferential):
    """Rule 35."""
    assert cashback(paid_net=paid, preferential=preferential) >= 0

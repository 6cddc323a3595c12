"""Staff changes prices, partner rates, steps and VAT from a day on. Rules 39 and 45, Q1, Q8, Q11."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from billing import selectors, services
from billing.exceptions import RateRefused, RatesChanged
from billing.models import DegressiveStep, PartnerRate, Price, VatRate
from billing.selectors import RATE_LISTS, RateBook
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import StaffRole
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.at_once import at_once
from tests.world import LONG_AGO

pytestmark = pytest.mark.django_db
PRICES, RATES, STEPS, VAT = (RATE_LISTS[slug] for slug in ("prices", "partner-rates", "steps", "vat"))
DAY = dt.timedelta(days=1)


@pytest.fixture
def today():
    """What held is judged by the database's clock, too: these tests live in the present."""
    return timezone.localdate()


@pytest.fixture
def staff():
    return Acting(user=world.make_user("Paul Iten", staff_role=StaffRole.MANAGER))


@pytest.fixture
def offers():
    return world.make_catalogue()


def change(staff, rate_list, key, value, start, shown=None):
    thing = rate_list.things()[key]
    plan = selectors.plan_change(rate_list=rate_list, thing=thing, value=value, start=start, today=timezone.localdate())
    services.change_rate(
        rate_list=rate_list,
        thing=thing,
        value=value,
        valid_from=start,
        shown=plan.shown if shown is None else shown,
        actor=staff,
        now=timezone.now(),
    )


def spans(rate_list, key):
    return [(span.start, span.end, span.value) for span in rate_list.timelines()[key]]


def test_a_change_ends_what_holds_and_begins_on_its_day(staff, offers, today):
    """Half-open: the day itself is the new price's."""
    start = today + 30 * DAY

    change(staff, PRICES, "web-hosting:CHF", (D("10.50"), None), start)

    assert spans(PRICES, "web-hosting:CHF") == [(LONG_AGO, start, (D("9.92"), None)), (start, None, (D("10.50"), None))]
    rates = [RateBook(day).rates(offer=offers["web-hosting"], currency="CHF") for day in (start - DAY, start)]
    assert [one.public_unit for one in rates] == [D("9.92"), D("10.50")]
    assert spans(PRICES, "web-hosting:EUR") == [(LONG_AGO, None, (D("9.50"), None))]


def test_a_change_is_in_the_audit_trail_with_before_and_after(staff, offers, today):
    """Promise 7."""
    start = today + DAY

    change(staff, RATES, "web-hosting", (D("0.25"),), start)

    event = AuditEvent.objects.get(action="billing.partner_rate.changed")
    assert (event.subject_id, event.actor_id) == (offers["web-hosting"].pk, staff.user.pk)
    assert event.changes == {
        "what": "web-hosting",
        "from": start.isoformat(),
        "before": "20\u00a0%",
        "after": "25\u00a0%",
    }


@pytest.mark.parametrize("days", [-400, -1, 0])
def test_what_holds_today_is_not_changed_any_more(days, staff, offers, today):
    """A price of today stays until tonight: whoever was shown it pays it."""
    with pytest.raises(RateRefused) as refused:
        change(staff, PRICES, "web-hosting:CHF", (D(1), None), today + days * DAY)

    assert refused.value.field == "valid_from"
    assert spans(PRICES, "web-hosting:CHF") == [(LONG_AGO, None, (D("9.92"), None))]
    assert not AuditEvent.objects.exists()


def test_a_first_price_may_hold_from_today(staff, offers, today):
    Price.objects.filter(offer=offers["office"]).update(valid_until=today)

    change(staff, PRICES, "office:CHF", (D(90), None), today)

    assert spans(PRICES, "office:CHF") == [(LONG_AGO, today, (D(100), None)), (today, None, (D(90), None))]


@pytest.mark.parametrize(
    ("rate_list", "key", "value", "field"),
    [
        (RATES, "web-hosting", (D("0.3501"),), "rate"),
        (RATES, "web-hosting", (D("-0.01"),), "rate"),
        (PRICES, "domain-ch:CHF", (D("8.90"), D("8.91")), "reseller_unit"),
        (PRICES, "domain-ch:CHF", (D("-1"), None), "public_unit"),
        (STEPS, "web", ((1, D(0)), (5, D("0.2")), (10, D("0.1"))), "steps"),
        (STEPS, "web", ((5, D("0.2")),), "steps"),
        (STEPS, "web", (), "steps"),
        (STEPS, "web", ((1, D(0)), (1, D("0.1"))), "steps"),
        (STEPS, "web", ((1, D(1)),), "steps"),
        (VAT, "CH", (D(1),), "rate"),
    ],
)
def test_rules_refuse_a_value(rate_list, key, value, field, staff, offers, today):
    """Rule 39, Q1: at most 35 %; reseller at most public; a scale begins at 1 and its rates never fall."""
    before = spans(rate_list, key)

    with pytest.raises(RateRefused) as refused:
        change(staff, rate_list, key, value, today + DAY)

    assert refused.value.field == field
    assert spans(rate_list, key) == before


def test_only_families_with_degressive_rates_have_steps(offers):
    """Rule 39: web and mail hosting."""
    assert set(STEPS.things()) == {"web", "mail"}


def test_a_scale_replaces_the_whole_scale(staff, offers, today):
    """Q1: steps that the new scale does not have are gone."""
    start = today + 10 * DAY

    change(staff, STEPS, "web", ((1, D(0)), (30, D("0.25"))), start)

    book = RateBook(start).rates(offer=offers["web-hosting"], currency="CHF")
    assert book.steps == ((1, D(0)), (30, D("0.25")))
    assert len(RateBook(start - DAY).rates(offer=offers["web-hosting"], currency="CHF").steps) == 6
    assert len(RateBook(start).rates(offer=offers["mail-hosting"], currency="CHF").steps) == 6


def test_what_is_planned_can_be_changed_and_stays_in_its_place(staff, offers, today):
    first, second = today + 10 * DAY, today + 20 * DAY
    change(staff, VAT, "CH", (D("0.085"),), second)

    change(staff, VAT, "CH", (D("0.082"),), first)
    change(staff, VAT, "CH", (D("0.086"),), second)

    assert spans(VAT, "CH") == [
        (LONG_AGO, first, (D("0.081"),)),
        (first, second, (D("0.082"),)),
        (second, None, (D("0.086"),)),
    ]


def test_what_is_planned_can_be_withdrawn(staff, offers, today):
    start = today + 10 * DAY
    change(staff, STEPS, "web", ((1, D(0)),), start)
    thing = STEPS.things()["web"]
    plan = selectors.plan_withdrawal(rate_list=STEPS, thing=thing, start=start, today=today)

    arguments = {"rate_list": STEPS, "thing": thing, "valid_from": start, "shown": plan.shown, "actor": staff}
    services.withdraw_rate(**arguments, now=timezone.now())

    assert spans(STEPS, "web") == [(LONG_AGO, None, tuple((n, D(rate)) for n, rate in world.STEPS))]
    with pytest.raises(RateRefused):
        services.withdraw_rate(**arguments, now=timezone.now())


def test_what_has_begun_is_not_withdrawn(staff, offers, today):
    with pytest.raises(RateRefused):
        selectors.plan_withdrawal(rate_list=VAT, thing=VAT.things()["CH"], start=LONG_AGO, today=today)


def test_a_changed_rate_never_changes_what_was_ordered(staff, offers, today):
    """Q11: terms are those of the order."""
    client, acting = world.make_client()
    order = services.place_order(
        client_id=client.pk,
        items=[services.Item(offers["web-hosting"], 1)],
        relationship_id=None,
        key="k",
        actor=acting,
        now=timezone.now(),
    )

    change(staff, PRICES, "web-hosting:CHF", (D(20), None), today + DAY)

    assert order.lines.get().charged_net == D("9.92")


def test_what_was_not_shown_is_not_saved(staff, offers, today):
    """The list has changed since the effect was shown: nothing is saved, the new effect is to be looked at."""
    start = today + DAY
    thing = RATES.things()["web-hosting"]
    plan = selectors.plan_change(rate_list=RATES, thing=thing, value=(D("0.3"),), start=start, today=today)
    change(staff, RATES, "web-hosting", (D("0.25"),), start)

    with pytest.raises(RatesChanged):
        change(staff, RATES, "web-hosting", (D("0.3"),), start, shown=plan.shown)

    assert spans(RATES, "web-hosting")[-1][2] == (D("0.25"),)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_the_same_price_at_once_one_is_told(today):
    """Both were shown the same; the second would change what the first has just saved."""
    world.make_catalogue()
    staff = Acting(user=world.make_user("Paul Iten", staff_role=StaffRole.MANAGER))
    thing, start = PRICES.things()["web-hosting:CHF"], today + DAY
    values = [(D("10.00"), None), (D("11.00"), None)]
    shown = [
        selectors.plan_change(rate_list=PRICES, thing=thing, value=one, start=start, today=today).shown
        for one in values
    ]

    def act(value, seen):
        return lambda: services.change_rate(
            rate_list=PRICES, thing=thing, value=value, valid_from=start, shown=seen, actor=staff, now=timezone.now()
        )

    assert at_once(*(act(*one) for one in zip(values, shown, strict=True))) == ["done", "refused"]
    assert AuditEvent.objects.filter(action="billing.price.changed").count() == 1


STATEMENTS = [
    "UPDATE billing_price SET public_unit = 1",
    "UPDATE billing_partnerrate SET rate = 0",
    "UPDATE billing_degressivestep SET from_units = from_units + 1",
    "UPDATE billing_vatrate SET valid_from = valid_from + 1",
    "UPDATE billing_price SET valid_until = CURRENT_DATE - 1",
    "DELETE FROM billing_price",
    "DELETE FROM billing_vatrate",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_held_in_the_past_is_never_edited(statement, offers):
    """The trigger refuses it, also through SQL."""
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_end_of_what_holds_may_move_and_what_is_planned_may_go(offers, today):
    PartnerRate.objects.filter(offer=offers["office"]).update(valid_until=today + 5 * DAY)
    planned = VatRate.objects.create(country="IT", rate=D("0.22"), valid_from=today + 2 * DAY)

    VatRate.objects.filter(pk=planned.pk).update(rate=D("0.23"))
    planned.delete()

    assert PartnerRate.objects.get(offer=offers["office"]).valid_until == today + 5 * DAY


def test_an_ended_rate_does_not_come_back(offers, today):
    DegressiveStep.objects.create(
        family=offers["office"].family, from_units=1, rate=0, valid_from=LONG_AGO, valid_until=today - 9 * DAY
    )

    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        DegressiveStep.objects.filter(family=offers["office"].family).update(valid_until=None)

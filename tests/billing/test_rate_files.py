"""Lists of prices and rates as files: exported, imported, all or nothing (Q32, rule 39)."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal as D

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import imports, selectors, services
from billing.exceptions import RateRefused
from billing.models import DegressiveStep, PartnerRate, Price, VatRate
from billing.selectors import RATE_LISTS
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import StaffRole
from partnerportal.catalogue.models import Family, Offer
from partnerportal.kernel.csv import BOM, Unreadable, read_rows, write_rows
from tests import world

pytestmark = pytest.mark.django_db
PRICES, RATES, STEPS, VAT = (RATE_LISTS[slug] for slug in ("prices", "partner-rates", "steps", "vat"))
DAY = dt.timedelta(days=1)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def staff():
    return Acting(user=world.make_user("Paul Iten", staff_role=StaffRole.FINANCE))


@pytest.fixture(autouse=True)
def offers():
    return world.make_catalogue()


def exported(rate_list, *, day=None):
    stream = io.StringIO()
    stream.write(BOM)
    write_rows(stream, imports.rows_of(rate_list, rate_list.timelines(), day=day))
    return stream.getvalue()


def looked_at(rate_list, text):
    stated, bad = imports.read(rate_list, text)
    plan, not_true = selectors.plan_lines(rate_list=rate_list, stated=stated, today=timezone.localdate())
    return plan, sorted([*bad, *not_true], key=lambda one: one.number)


def imported(rate_list, text, staff):
    plan, bad = looked_at(rate_list, text)
    assert bad == []
    stated, _bad = imports.read(rate_list, text)
    return services.import_rates(rate_list=rate_list, stated=stated, shown=plan.shown, actor=staff, now=timezone.now())


def test_the_file_of_a_day_says_what_holds_then():
    assert exported(PRICES, day=timezone.localdate()).splitlines()[:2] == [
        "\ufeffoffer;currency;public_unit;reseller_unit;valid_from;valid_until",
        "domain-ch;CHF;8.90;7.00;2024-01-01;",
    ]
    assert "web;5;0.05;2024-01-01;" in exported(STEPS)
    assert "CH;0.081;2024-01-01;" in exported(VAT)


@pytest.mark.parametrize("rate_list", RATE_LISTS.values(), ids=lambda one: one.slug)
def test_what_was_exported_changes_nothing(rate_list):
    for text in (exported(rate_list), exported(rate_list, day=timezone.localdate())):
        plan, bad = looked_at(rate_list, text)
        assert (plan.changes, bad) == ([], [])


def test_a_file_changes_what_it_names_and_nothing_else(staff, today):
    start = today + 30 * DAY
    text = f"offer,rate,valid_from,valid_until\r\nweb-hosting,0.25,{start},\r\noffice,0.35,2024-01-01,\r\n"

    assert imported(RATES, text, staff) == 1

    assert [(one.start, one.value) for one in RATES.timelines()["web-hosting"]] == [
        (world.LONG_AGO, (D("0.20"),)),
        (start, (D("0.25"),)),
    ]
    assert len(RATES.timelines()["mail-hosting"]) == 1


def test_the_same_file_a_second_time_changes_nothing(staff, today):
    start = today + 30 * DAY
    text = f"family;from_units;rate;valid_from;valid_until\nweb;1;0;{start};\nweb;10;0.2;{start};\n"

    assert imported(STEPS, text, staff) == 1
    rows = list(DegressiveStep.objects.order_by("pk").values_list("pk"))

    assert imported(STEPS, text, staff) == 0
    assert list(DegressiveStep.objects.order_by("pk").values_list("pk")) == rows


def test_a_price_for_a_while_gives_way_to_the_one_before(staff, today):
    """What a file does not speak of stays: after the last day the old price holds again."""
    start, end = today + 10 * DAY, today + 20 * DAY
    text = f"offer;currency;public_unit;reseller_unit;valid_from;valid_until\nweb-hosting;CHF;5.00;;{start};{end}\n"

    imported(PRICES, text, staff)

    assert [(one.start, one.end, one.value[0]) for one in PRICES.timelines()["web-hosting:CHF"]] == [
        (world.LONG_AGO, start, D("9.92")),
        (start, end, D("5.00")),
        (end, None, D("9.92")),
    ]
    assert imported(PRICES, text, staff) == 0


def test_a_file_with_bad_lines_changes_nothing_and_names_them_all(staff, today):
    """Rule 39, and whatever else a line can be wrong about."""
    soon = today + 30 * DAY
    later = today + 40 * DAY
    lines = [
        "offer;currency;public_unit;reseller_unit;valid_from;valid_until",
        f"web-hosting;CHF;10.00;;{soon};",  # good
        f"web-hosting;CHF;11.00;;{soon};",  # 3: twice
        f"no-such-offer;CHF;1.00;;{soon};",  # 4
        f"web-hosting;USD;1.00;;{soon};",  # 5
        f"domain-ch;CHF;8.00;8.01;{soon};",  # 6: reseller above public
        f"domain-ch;EUR;8,00;;{soon};",  # 7: comma
        f"mail-hosting;CHF;1.234;;{soon};",  # 8: three decimals
        "office;CHF;90.00;;2024-01-01;",  # 9: past, and not what held
        "office;EUR;90.00;;01.02.2027;",  # 10: no day
        f"mail-hosting;EUR;1.00;;{soon};{soon}",  # 11: ends as it begins
        f"mail-hosting;EUR;1.00;{soon};",  # 12: a cell is missing
        f"domain-ch;EUR;9.00;;{soon};{later}",
        f"domain-ch;EUR;9.50;;{soon + DAY};",  # 14: overlaps
        f"web-hosting;EUR;-1;;{soon};",  # 15: below zero
    ]

    plan, bad = looked_at(PRICES, "\n".join(lines))

    assert [one.number for one in bad] == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15]
    assert all(one.reason for one in bad)
    stated, _unread = imports.read(PRICES, "\n".join(lines))
    with pytest.raises(RateRefused):
        services.import_rates(rate_list=PRICES, stated=stated, shown=plan.shown, actor=staff, now=timezone.now())
    assert Price.objects.count() == 8


@pytest.mark.parametrize(
    ("rate_list", "text", "number"),
    [
        (RATES, "offer;rate;valid_from;valid_until\nweb-hosting;0.36;{soon};", 2),
        (VAT, "country;rate;valid_from;valid_until\nUS;0.08;{soon};", 2),
        (VAT, "country;rate;valid_from;valid_until\nCH;1;{soon};", 2),
        (STEPS, "family;from_units;rate;valid_from;valid_until\noffice;1;0;{soon};", 2),
        (STEPS, "family;from_units;rate;valid_from;valid_until\nweb;1;0.5;{soon};\nweb;9;0.4;{soon};", 2),
        (STEPS, "family;from_units;rate;valid_from;valid_until\nweb;-1;0.5;{soon};", 2),
        (STEPS, "family;from_units;rate;valid_from;valid_until\nweb;1;0;{soon};\nweb;2;0.1;{soon};{later}", 3),
        (VAT, "country;rate;valid_from\nCH;0.1;{soon}", 1),
        (VAT, "", 1),
        (VAT, "country;rate;valid_from;valid_until\nCH;NaN;{soon};", 2),
        (VAT, "country;rate;valid_from;valid_until\nCH;1e-1;{soon};", 2),
        (VAT, 'country;rate;valid_from;valid_until\nCH;"0.1;{soon};', 2),
        (VAT, "country;rate;valid_from;valid_until\nCH;0.081;2024-01-01;{soon}", 2),
    ],
)
def test_a_bad_line_is_named(rate_list, text, number, today):
    soon, later = today + 30 * DAY, today + 60 * DAY

    _plan, bad = looked_at(rate_list, text.format(soon=soon, later=later))

    assert [one.number for one in bad] == [number]


def test_what_was_neutralised_is_read_as_it_was():
    stream = io.StringIO()
    write_rows(stream, [["=1+1", "-x", "'quoted", "a;b", "-1.50"]])

    assert list(read_rows(stream.getvalue())) == [(1, ["=1+1", "-x", "'quoted", "a;b", "-1.50"])]
    with pytest.raises(Unreadable):
        list(read_rows('a;"b'))


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_only_the_end_of_a_line_ends_a_row(sign, end):
    """A separator within a cell, as texts that were pasted have it, is a sign like others."""
    text = end.join(["a;b", f"one{sign}more;2", f'"quoted{sign}and{end}broken";3', ""])

    rows = list(read_rows(text))

    assert rows == [
        (1, ["a", "b"]),
        (2, [f"one{sign}more", "2"]),
        (4, [f"quoted{sign}and{end}broken", "3"]),
    ]


def test_lines_of_several_rows_are_counted_as_a_spreadsheet_shows_them(today):
    text = f"country;rate;valid_from;valid_until\n\nCH;0.1;{today + DAY};\nXX;0.1;{today + DAY};"

    _plan, bad = looked_at(VAT, text)

    assert [one.number for one in bad] == [4]


starts = st.lists(st.integers(-1000, 1000), min_size=1, max_size=5, unique=True).map(sorted)
amounts = st.decimals("0", "1000", places=2)
fractions = st.decimals("0", "0.35", places=5)
scales = st.lists(
    st.tuples(st.integers(2, 99), st.decimals("0", "0.9", places=4)), max_size=4, unique_by=lambda one: one[0]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(starts, st.data(), st.booleans())
def test_whatever_a_list_holds_its_own_file_changes_nothing(days, data, ends):
    """Export and import are each other's reverse, on random lists."""
    today = timezone.localdate()
    with transaction.atomic():
        _random_rows([today + day * DAY for day in days], ends, data)

        for rate_list in RATE_LISTS.values():
            for day in (None, today, today + 500 * DAY):
                plan, bad = looked_at(rate_list, exported(rate_list, day=day))
                assert (plan.changes, bad) == ([], [])
        transaction.set_rollback(True)


def _random_rows(days, ends, data):
    """Fill an offer, a family and a country of which nothing was said yet."""
    family = Family.objects.create(code="new", name="New", is_degressive=True)
    offer = Offer.objects.create(code="new", family=family, name="New", period="MONTH")
    for start, end in zip(days, [*days[1:], days[-1] + 50 * DAY if ends else None], strict=True):
        period = {"valid_from": start, "valid_until": end}
        public, share = data.draw(amounts), data.draw(st.sampled_from([None, D(0), D("0.5"), D(1)]))
        reseller = None if share is None else (public * share).quantize(D("0.01"), rounding="ROUND_DOWN")
        Price.objects.create(offer=offer, currency="EUR", public_unit=public, reseller_unit=reseller, **period)
        PartnerRate.objects.create(offer=offer, rate=data.draw(fractions), **period)
        VatRate.objects.create(country="IT", rate=data.draw(fractions), **period)
        scale = data.draw(scales)
        rates = sorted(rate for _start, rate in scale)
        for from_units, rate in [(1, D(0)), *zip(sorted(one for one, _rate in scale), rates, strict=True)]:
            DegressiveStep.objects.create(family=offer.family, from_units=from_units, rate=rate, **period)

"""Amounts, rates and times are written as the reader's language writes them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from partnerportal.kernel.money import Money
from partnerportal.web import devices, writing


def francs(amount: str) -> Money:
    return Money(Decimal(amount), "CHF")


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@pytest.mark.parametrize("language", ["en", "fr", "de", "it", "es"])
def test_francs_are_written_the_swiss_way_in_every_language(language):
    with translation.override(language):
        assert writing.money(francs("1234.5")) == "CHF\u00a01’234.50"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "EUR\u00a01’234.50"),
        ("fr", "1\u202f234,50\u00a0€"),
        ("de", "1.234,50\u00a0€"),
        ("it", "1.234,50\u00a0€"),
        ("es", "1234,50\u00a0€"),
    ],
)
def test_euros_are_written_as_the_language_has_them(language, written):
    with translation.override(language):
        assert writing.money(euros("1234.5")) == written


def test_english_of_a_provider_abroad_writes_euros_the_english_way(settings):
    settings.PROVIDER = settings.PROVIDER | {"country": "IE"}
    with translation.override("en"):
        assert writing.money(euros("1234.5")) == "€1,234.50"
        assert writing.money(euros("-69.44")) == "−€69.44"


def test_spanish_groups_from_five_digits_on():
    with translation.override("es"):
        assert writing.money(euros("12345.60")) == "12.345,60\u00a0€"


def test_amounts_are_rounded_half_up_to_cents():
    assert writing.amount(francs("2.345")) == "2.35"
    assert writing.amount(francs("-2.345")) == "−2.35"


def test_a_minus_is_a_minus_and_a_gain_may_carry_a_plus():
    assert writing.money(francs("-69.44")) == "CHF\u00a0−69.44"
    assert writing.money(euros("-69.44")) == "EUR\u00a0−69.44"
    assert writing.amount(francs("30.2"), signed=True) == "+30.20"
    assert writing.amount(francs("0"), signed=True) == "0.00"


def test_a_tiny_loss_is_not_written_as_minus_nothing():
    assert writing.amount(francs("-0.001")) == "0.00"


def test_large_amounts_are_grouped_by_threes():
    assert writing.amount(francs("1234567.89")) == "1’234’567.89"
    assert writing.number(10_000) == "10’000"
    assert writing.number(999) == "999"


@pytest.mark.parametrize(
    ("language", "rate", "written"),
    [
        ("en", "0.081", "8.1\u00a0%"),
        ("en", "0.20", "20\u00a0%"),
        ("en", "1", "100\u00a0%"),
        ("en", "0", "0\u00a0%"),
        ("fr", "0.081", "8,1\u00a0%"),
    ],
)
def test_rates_are_written_as_per_cent_without_idle_places(language, rate, written):
    with translation.override(language):
        assert writing.percent(Decimal(rate)) == written


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "23 November 2026"),
        ("fr", "23 novembre 2026"),
        ("de", "23. November 2026"),
        ("es", "23 de noviembre de 2026"),
    ],
)
def test_days_are_british_in_english_and_their_own_elsewhere(language, written):
    with translation.override(language):
        assert writing.day(dt.date(2026, 11, 23)).lower() == written.lower()


def test_a_moment_is_told_in_the_time_zone_in_force():
    assert writing.moment(dt.datetime(2026, 11, 23, 13, 5, tzinfo=dt.UTC)) == "23 Nov 2026, 14:05"


def test_a_browser_is_named_in_two_words():
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"

    assert devices.name(firefox) == "Firefox, Linux"
    assert devices.name(edge) == "Edge, Windows"
    assert devices.name("curl/8") == "Unknown browser"

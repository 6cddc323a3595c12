"""Money: exact, one currency, rounded once and half up (rule 33)."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerportal.kernel.money import CurrencyMismatch, Money, round_cents

amounts = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=6)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("16.865", "16.87"), ("16.8649", "16.86"), ("-16.865", "-16.87"), ("0.005", "0.01"), ("208.32", "208.32")],
)
def test_a_tie_is_rounded_away_from_zero(exact, rounded):
    assert round_cents(D(exact)) == D(rounded)


@given(amounts)
def test_rounding_is_never_off_by_more_than_half_a_cent_and_is_done_once(amount):
    once = round_cents(amount)

    assert abs(once - amount) <= D("0.005")
    assert round_cents(once) == once
    assert round_cents(-amount) == -once


@given(amounts, amounts)
def test_sums_keep_every_digit(first, second):
    total = Money(first, "CHF") + Money(second, "CHF")

    assert total == Money(first + second, "CHF")
    assert total - Money(second, "CHF") == Money(first, "CHF")


@pytest.mark.parametrize("act", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a <= b])
def test_two_currencies_never_meet(act):
    with pytest.raises(CurrencyMismatch):
        act(Money(D(1), "CHF"), Money(D(1), "EUR"))


@pytest.mark.parametrize("amount", [1, 1.5, "1.50", None])
def test_only_a_decimal_is_an_amount(amount):
    with pytest.raises(TypeError):
        Money(amount, "CHF")


def test_money_is_never_multiplied_by_a_float():
    with pytest.raises(TypeError):
        Money(D(1), "CHF") * 1.5

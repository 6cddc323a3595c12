"""Names compared without case and accents, whatever the server's collation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerportal.kernel.text import folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bäckerei Moser", "BACKEREI  moser"),
        ("Sàrl", "sarl"),
        ("Straße", "STRASSE"),
        ("  Élan ", "elan"),
        ("𝓐𝓵𝓹𝓪", "alpa"),
    ],
)
def test_the_same_name_is_found(one, other):
    assert folded(one) == folded(other)


def test_different_names_stay_apart():
    assert folded("Moser") != folded("Mosser")


@given(st.text())
def test_folding_twice_is_folding_once(text):
    once = folded(text)

    assert folded(once) == once
    assert once == once.strip()

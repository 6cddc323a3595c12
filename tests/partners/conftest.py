"""A company that applies, in a programme with thresholds and conditions."""

from __future__ import annotations

import pytest

from tests import world


@pytest.fixture
def company(db):
    world.make_thresholds()
    world.make_terms()
    return world.make_client("La Vague SA")

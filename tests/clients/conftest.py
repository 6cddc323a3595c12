"""A client, a partner, and a product: most tests of relationships begin there."""

from __future__ import annotations

import pytest

from tests import world


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()
        partner, partner_acting = world.make_partner()

    Here.product = world.make_product(Here.client, Here.offers["web-hosting"])
    return Here

"""The page that orders: nobody pays a price that was not shown."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from billing import services
from billing.models import Order
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db
PAGE = "/account/orders/new/"


@pytest.fixture
def here(client):
    class Here:
        offers = world.make_catalogue()
        organisation, acting = world.make_client()

    services.top_up(
        organisation_id=Here.organisation.pk, currency="CHF", amount=900, reference="t", actor=Here.acting, now=NOW
    )
    client.force_login(Here.acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return Here


def shown(page):
    return {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]
        for name in ("key", "shown")
        if re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    }


def ask(client, here, **changes):
    key = shown(client.get(PAGE).content.decode())["key"]
    values = {"offer": here.offers["web-hosting"].pk, "quantity": 1, "name": "moser.ch", "key": key} | changes
    return values, client.post(PAGE, values)


def test_what_was_shown_is_ordered_once(client, here):
    values, page = ask(client, here)
    confirmed = values | shown(page.content.decode()) | {"confirm": "yes"}

    first, second = client.post(PAGE, confirmed), client.post(PAGE, confirmed)

    assert first.url == second.url == reverse("billing:order_detail", args=[Order.objects.get().pk])


def test_another_quantity_than_shown_shows_its_price_first(client, here):
    values, page = ask(client, here)
    changed = values | shown(page.content.decode()) | {"quantity": 3, "confirm": "yes"}

    answer = client.post(PAGE, changed)

    assert answer.status_code == 409
    assert "29.76" in answer.content.decode()
    assert not Order.objects.exists()
    again = client.post(PAGE, changed | shown(answer.content.decode()))
    assert again.status_code == 302
    assert Order.objects.get().lines.get().quantity == 3


def test_a_confirmation_without_a_price_orders_nothing(client, here):
    values, _page = ask(client, here)

    assert client.post(PAGE, values | {"confirm": "yes"}).status_code == 409
    assert not Order.objects.exists()

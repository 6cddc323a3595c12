"""Every list as a file: just what its filters leave, exact, and nothing that a spreadsheet would run (Q32)."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.urls import reverse

from billing import services
from partnerportal.kernel.csv import BOM
from partnerportal.web import downloads
from tests import world
from tests.access import visitors
from tests.browsers import signed_in
from tests.queries.test_lists_do_not_grow import LISTS
from tests.world import NOW

pytestmark = pytest.mark.django_db


def rows(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.content.decode()
    assert text.startswith(BOM)
    return list(csv.reader(io.StringIO(text.removeprefix(BOM)), delimiter=";"))


@pytest.mark.parametrize(("visitor", "name"), LISTS)
def test_every_list_is_to_be_had_as_a_file(visitor, name):
    site = visitors.build()
    browser, address = site.browser(visitor), reverse(name, args=site.arguments.get(name))
    page = browser.get(address).content.decode()

    header, *lines = rows(browser.get(address, {"download": "csv"}))

    assert all(len(line) == len(header) for line in lines)
    assert not any("<" in cell for line in (header, *lines) for cell in line)
    assert bool(lines) == ('href="?download=csv"' in page)  # an empty list offers no file


@pytest.fixture
def orders():
    offer = world.make_catalogue()["office"]
    client, acting = world.make_client("=Böse; Bäckerei")
    for number in range(30):
        services.place_order(
            client_id=client.pk,
            items=[services.Item(offer, 1 + number)],
            relationship_id=None,
            key=f"k{number}",
            actor=acting,
            now=NOW,
        )
    return signed_in(acting.user)


def test_a_file_holds_all_pages_exact_amounts_and_iso_moments(orders):
    header, *lines = rows(orders.get(reverse("billing:order_list"), {"download": "csv", "page": "2"}))

    assert header == ["Order", "Placed", "What", "For", "Paid by", "Net", "Currency"]
    assert len(lines) == 30
    newest = dict(zip(header, lines[0], strict=True))
    assert (newest["Net"], newest["Currency"]) == ("3000.00", "CHF")
    assert newest["What"] == "Order 30 × Office"
    assert newest["Placed"] == "2026-11-23 11:00:00+01:00"
    assert newest["For"] == "'=Böse; Bäckerei"


def test_a_file_holds_what_the_filters_leave(orders):
    assert len(rows(orders.get(reverse("billing:order_list"), {"download": "csv", "kind": "RENEWAL"}))) == 1


def test_a_file_ends_somewhere(orders, monkeypatch):
    monkeypatch.setattr(downloads, "DOWNLOADED", 7)

    assert len(rows(orders.get(reverse("billing:order_list"), {"download": "csv"}))) == 8


def test_who_may_not_see_the_list_gets_no_file(client):
    assert client.get(reverse("billing:order_list"), {"download": "csv"}).status_code == 302


@pytest.mark.parametrize("sort", ["", "placed_at", "-placed_at", "client", "-payer"])
def test_rows_that_are_equal_stand_on_one_page_each(orders, sort):
    """All thirty were placed in one moment, by one client."""
    numbers = []
    for page in ("1", "2"):
        text = orders.get(reverse("billing:order_list"), {"page": page, "sort": sort}).content.decode()
        numbers += re.findall(r">(\d{4}-\d{5})<", text)

    assert len(numbers) == len(set(numbers)) == 30
    assert numbers == sorted(numbers, reverse=sort in {"", "-placed_at", "-payer"})

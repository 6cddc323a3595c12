"""Help pages say the figures that hold, and lead to where one does what they tell."""

from __future__ import annotations

import pytest
from django.urls import reverse

from partnerportal.home.help_pages import HELP_PAGES
from tests import world

pytestmark = pytest.mark.django_db


def read(client, slug):
    return client.get(reverse("home:help_page", args=[slug])).content.decode()


@pytest.mark.parametrize("page", HELP_PAGES, ids=lambda page: page.slug)
def test_every_help_page_is_written_out_and_leads_on(client, page):
    world.make_thresholds()

    text = read(client, page.slug)

    assert "%(" not in text
    assert "%%" not in text
    assert page.links
    assert all(f'href="{address}"' in text for _words, address in page.links)


def test_figures_are_those_of_rows_and_settings(client, settings):
    """Every number that we chose is a setting or a row: rule 2, Q15, Q21, Q22."""
    world.make_thresholds()
    settings.PROGRAMME = settings.PROGRAMME | {"grace_days": 45, "build_up_months": 7, "invitation_days": 11}

    partner, asking = read(client, "what-is-a-partner"), read(client, "add-a-client")

    assert "CHF\u00a02’000.00 or EUR\u00a01’800.00 a year" in partner
    assert "45 days" in partner
    assert "7 months" in partner
    assert "waits 11 days" in asking


def test_an_unknown_page_is_not_there(client):
    assert client.get(reverse("home:help_page", args=["no-such-page"])).status_code == 404

"""Help pages say the figures that hold, and lead to where one does what they tell."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import DegressiveStep
from partnerportal.accounts.choices import Role
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
    assert page.places
    assert all(f'href="{reverse(name)}"' in text for _words, name in page.places)


@pytest.mark.parametrize("who", ["client", "collaborator", "partner"])
def test_nobody_is_led_to_a_page_that_does_not_open(client, who):
    """A help page and a promise lead on as far as the reader may go; an address may lead on to another."""
    world.make_thresholds()
    world.make_terms()
    world.make_catalogue()
    organisation, acting = world.make_client()
    users = {
        "client": acting.user,
        "collaborator": world.make_member(organisation, Role.COLLABORATOR).user,
        "partner": world.make_partner()[1].user,
    }
    client.force_login(users[who], backend="allauth.account.auth_backends.AuthenticationBackend")
    pages = [reverse("home:help_page", args=[page.slug]) for page in HELP_PAGES] + [reverse("home:promises")]

    texts = [client.get(page).content.decode().split("<main")[1].split("</main>")[0] for page in pages]

    addresses = {address for text in texts for address in re.findall(r'href="(/[^"]*)"', text)}
    refused = {address: client.get(address, follow=True).status_code for address in sorted(addresses)}
    assert {address: status for address, status in refused.items() if status != 200} == {}
    assert (reverse("billing:earning_list") in addresses) is (who == "partner")
    assert (reverse("clients:partner_search") in addresses) is (who in {"client", "partner"})


def test_figures_are_those_of_rows_and_settings(client, settings):
    """Every number that we chose is a setting or a row: rule 2, Q15, Q21, Q22."""
    world.make_thresholds()
    settings.PROGRAMME = settings.PROGRAMME | {"grace_days": 45, "build_up_months": 7, "invitation_days": 11}

    partner, asking = read(client, "what-is-a-partner"), read(client, "add-a-client")

    assert "CHF\u00a02’000.00 or EUR\u00a01’800.00 a year" in partner
    assert "45 days" in partner
    assert "7 months" in partner
    assert "waits 11 days" in asking


@pytest.mark.parametrize(("rate", "said"), [("0.25", "reach 25\u00a0%"), ("0.2", "reach 20\u00a0%")])
def test_the_step_of_35_hostings_is_the_one_that_holds(client, rate, said):
    """Rule 40, Q1: the steps are rows."""
    world.make_catalogue()
    world.make_thresholds()
    step, today = DegressiveStep.objects.get(family__code="web", from_units=30), timezone.localdate()
    DegressiveStep.objects.filter(pk=step.pk).update(valid_until=today)
    DegressiveStep.objects.create(family=step.family, from_units=30, rate=rate, valid_from=today)

    assert f"35 hostings {said}" in read(client, "billing")


def test_an_unknown_page_is_not_there(client):
    assert client.get(reverse("home:help_page", args=["no-such-page"])).status_code == 404

"""The client's overview: where an application stands, and what a partner may do in a client's space."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.choices import Access
from partners import services
from tests import world
from tests.partners.applying import draft, send
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    world.make_thresholds()
    world.make_terms()
    return world.make_client("La Vague SA")


def overview(client, user):
    client.force_login(user)
    return client.get(reverse("home:account")).content.decode()


def test_an_applicant_finds_the_application_again(client, company):
    """From the first step to the decision, the overview says where it stands and leads there."""
    _organisation, acting = company
    assert "application" not in overview(client, acting.user)

    draft(company)
    assert f'href="{reverse("partners:application_step", args=["company"])}"' in overview(client, acting.user)

    application = send(company)
    text = overview(client, acting.user)
    assert "is being read" in text
    assert f'href="{reverse("partners:application_status")}"' in text

    services.reject_application(
        application_id=application.pk, reason="The website is empty.", actor=world.make_reviewer(), now=NOW
    )
    assert "The website is empty." in overview(client, acting.user)


def test_who_acts_for_a_client_reads_there_what_is_allowed(client):
    """The bar on top leads to the list of rights, and an address of one's own company says which space one is in."""
    organisation, _acting = world.make_client("Clinique du Lac")
    partner, acting = world.make_partner()
    relationship = world.make_relationship(organisation, partner, access=Access.FULL)
    client.force_login(acting.user)
    client.post(reverse("clients:client_enter", args=[relationship.pk]))

    text = client.get(reverse("home:account")).content.decode()
    assert "What you may do here" in text
    assert "order and renew" in text
    assert f'href="{reverse("home:account")}#allowed"' in text

    missing = client.get(reverse("clients:client_detail", args=[relationship.pk]))
    assert missing.status_code == 404
    assert "You act for Clinique du Lac now" in missing.content.decode()


def test_the_overview_says_which_access_ends_or_idles(client):
    """The client reads what it may have forgotten; the partner reads what only the client renews."""
    now = timezone.now()
    offer = world.make_catalogue()["web-hosting"]
    world.make_thresholds()
    organisation, acting = world.make_client("Clinique du Lac")
    product = world.make_product(organisation, offer)
    partner, partner_acting = world.make_partner()
    world.make_relationship(
        organisation,
        partner,
        access=Access.LIMITED,
        products=(product,),
        since=now - timedelta(days=200),
        ends_at=now + timedelta(days=6),
    )

    text = overview(client, acting.user)
    client.force_login(partner_acting.user)
    partners_text = client.get(reverse("home:partner")).content.decode()

    assert "Ends after" in text
    assert "Still needed?" in text
    assert "Clinique du Lac: your access ends" in partners_text
    assert "Only the client can renew it." in partners_text

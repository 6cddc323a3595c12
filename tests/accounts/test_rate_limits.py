"""Rate limits at their defaults: in the shared cache, so that every web process counts the same."""

import pytest
from django.urls import reverse

from clients.models import ProductTransfer, Relationship
from partnerportal.settings import base
from tests import world
from tests.browsers import signed_in
from tests.clients.granting import give

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def defaults(settings):
    """The other tests run without limits."""
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS


def test_guessing_a_password_is_stopped(client):
    """Five wrong tries for an address in five minutes; then not even the right one."""
    person = world.make_user()
    for _ in range(5):
        client.post(reverse("account_login"), {"login": person.email, "password": "wrong"})

    response = client.post(reverse("account_login"), {"login": person.email, "password": world.PASSWORD})

    assert response.status_code == 200
    assert "Too many wrong tries" in response.content.decode()


def test_wrong_passwords_before_an_end_are_limited_too(client):
    """Rule 47."""
    organisation, acting = world.make_client()
    partner, _ = world.make_partner()
    relationship = world.make_relationship(organisation, partner)
    client.force_login(acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = reverse("clients:relationship_end", args=[relationship.pk])
    client.post(page, {"confirm": "yes"})
    for _ in range(10):
        client.post(page, {"password": "wrong"})

    response = client.post(page, {"password": world.PASSWORD})

    relationship.refresh_from_db()
    assert "Too many tries" in response.content.decode()
    assert relationship.state == "ACTIVE"


def test_sending_again_is_limited_for_each_question(settings):
    """A partner's mail box is not filled by pressing a button."""
    settings.ACCOUNT_RATE_LIMITS = {"resend_request": "2/h/key"}
    organisation, acting = world.make_client()
    partner, _partner_acting = world.make_partner()
    waiting = world.make_relationship(organisation, partner, state="PENDING")
    browser = signed_in(acting.user)

    answers = [browser.post(reverse("clients:relationship_resend", args=[waiting.pk])).status_code for _try in range(3)]

    waiting.refresh_from_db()
    assert (answers, waiting.link_version) == ([302, 302, 409], 3)


def test_inviting_is_limited_for_each_person(settings):
    settings.ACCOUNT_RATE_LIMITS = {"invite_partner": "1/h/user"}
    _organisation, acting = world.make_client()
    browser = signed_in(acting.user)
    pages = [
        reverse("clients:partner_invite", args=[world.make_partner(name)[0].pk]) for name in ("Eins AG", "Zwei AG")
    ]

    answers = [give(browser, page, {"access": "FULL", "payer": "CLIENT"}).status_code for page in pages]

    assert answers == [302, 409]
    assert Relationship.objects.count() == 1


def test_offering_products_is_limited_for_each_address(settings):
    """A mail box is not filled by offering and withdrawing in turns; in whatever case it is written."""
    settings.ACCOUNT_RATE_LIMITS = {"offer_product": "30/h/user,2/h/key"}
    organisation, acting = world.make_client()
    offer = world.make_catalogue()["web-hosting"]
    browser = signed_in(acting.user)
    pages = [
        reverse("clients:product_transfer", args=[world.make_product(organisation, offer).pk]) for _product in range(4)
    ]
    addresses = ["new@example.ch", "NEW@example.ch", "New@example.ch", "other@example.ch"]

    answers = [browser.post(page, {"email": email}) for page, email in zip(pages, addresses, strict=True)]

    assert [one.status_code for one in answers] == [302, 302, 409, 302]
    assert "Wait an hour" in answers[2].context["form"].errors["email"][0]
    assert ProductTransfer.objects.count() == 3

"""Rate limits at their defaults: in the shared cache, so that every web process counts the same."""

import pytest
from django.urls import reverse

from partnerportal.settings import base
from tests import world

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

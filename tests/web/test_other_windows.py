"""Promise 6: what a page was opened for does not happen to somebody else, whatever another window chose since."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from billing.models import Order
from clients.models import Relationship
from partnerportal.accounts.models import MemberInvitation, Organisation
from partnerportal.audit.models import AuditEvent
from tenders.models import Tender
from tests import world

pytestmark = pytest.mark.django_db
WRITTEN = (Order, Relationship, MemberInvitation, Tender, AuditEvent)
PAGES = [
    "accounts:organisation_change",
    "accounts:member_invite",
    "billing:cart",
    "billing:cart_add",
    "billing:order_place",
    "billing:renew",
    "tenders:account_post",
]


@pytest.fixture
def two(client):
    """Give a person of two organisations, signed in for the first."""
    offers = world.make_catalogue()
    first, acting = world.make_client("Erste AG")
    second = world.make_organisation("Zweite GmbH")
    world.make_member(second, user=acting.user)
    world.make_product(first, offers["web-hosting"])
    world.make_product(second, offers["web-hosting"])
    client.force_login(acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post(reverse("accounts:switch"), {"organisation": first.pk})
    return first, second


def stamped(client, page):
    """Return what the page's form says it is for."""
    drawn = client.get(page).content.decode()
    return re.search(r'name="drawn_for" value="([^"]*)"', drawn)[1]


@pytest.mark.parametrize("page", PAGES)
def test_a_form_is_for_the_organisation_that_its_page_was_opened_for(client, two, page):
    first, second = two
    page = reverse(page)
    drawn_for = stamped(client, page)
    assert drawn_for == f"{first.pk}."
    client.post(reverse("accounts:switch"), {"organisation": second.pk})
    before = [model.objects.count() for model in WRITTEN]

    answer = client.post(page, {"drawn_for": drawn_for, "city": "Chur"})
    again = client.post(page, {"drawn_for": re.search(r'name="drawn_for" value="([^"]*)"', answer.content.decode())[1]})

    assert answer.status_code == again.status_code == 409
    assert "you act for Zweite GmbH since" in answer.content.decode()
    assert [model.objects.count() for model in WRITTEN] == before
    assert not Organisation.objects.filter(city="Chur").exists()


def test_who_switches_back_saves_it(client, two):
    first, second = two
    page = reverse("accounts:organisation_change")
    form = client.get(page).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields} | {"city": "Chur", "drawn_for": f"{first.pk}."}
    client.post(reverse("accounts:switch"), {"organisation": second.pk})
    assert client.post(page, typed).status_code == 409

    client.post(reverse("accounts:switch"), {"organisation": first.pk})

    assert client.post(page, typed).status_code == 302
    assert Organisation.objects.get(city="Chur") == first

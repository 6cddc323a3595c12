"""The way around: from one line on a phone, beside the page on a desk, on top for visitors."""

import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from tests import world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SECTIONS = [
    {"label": "Money", "links": [{"label": "Orders", "url": "/account/orders/", "is_current": True}]},
    {"label": "Organisation", "links": [{"label": "Details", "url": "/account/organisation/", "is_current": False}]},
]
# Where somebody comes in who is not signed in.
ENTRANCES = {
    "log-in": ("account_login", []),
    "sign-up": ("account_signup", []),
    "lost password": ("account_reset_password", []),
    "apply": ("partners:apply", []),
    "post a tender": ("tenders:post", []),
    "verify": ("directory:verify", ["nobody"]),
}


def test_groups_are_named_without_headings():
    drawn = render_to_string("components/rail.html", {"sections": SECTIONS, "current": "Orders"})

    assert not re.search(r"<h\d", drawn)
    for number, name in enumerate(("Money", "Organisation"), start=1):
        assert f'id="rail-{number}">{name}<' in drawn
        assert f'<ul aria-labelledby="rail-{number}">' in drawn


def test_it_opens_from_one_button_that_says_where_one_is():
    drawn = render_to_string("components/rail.html", {"sections": SECTIONS, "current": "Orders"})

    button = re.search(r'<button class="rail-button".*?</button>', drawn, re.DOTALL)
    assert button is not None
    assert "Menu" in button[0]
    assert "Orders" in button[0]
    assert 'popovertarget="rail"' in button[0]
    assert '<nav class="rail" id="rail" popover' in drawn


@pytest.mark.django_db
@pytest.mark.parametrize("name", ENTRANCES)
def test_visitors_keep_the_public_header(client, name):
    view, arguments = ENTRANCES[name]

    page = client.get(reverse(view, args=arguments), follow=True).content.decode()

    top = re.search(r"<header.*?</header>", page, re.DOTALL)
    assert top is not None
    for target in ("home:programme", "directory:listing_list", "tenders:board", "account_login", "account_signup"):
        assert f'href="{reverse(target)}"' in top[0]


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["mfa_index", "usersessions_list", "account_change_password", "account_email"])
def test_the_pages_about_ones_own_log_in_keep_the_space(client, view):
    _partner, acting = world.make_partner()
    client.force_login(acting.user, backend=BACKEND)

    page = client.get(reverse(view)).content.decode()

    assert f'<a href="{reverse("clients:client_list")}">Clients</a>' in page
    assert f'<a href="{reverse("mfa_index")}" aria-current="page">Security</a>' in page


@pytest.mark.django_db
def test_a_page_in_a_space_begins_with_its_own_heading(client):
    _organisation, acting = world.make_client()
    client.force_login(acting.user, backend=BACKEND)

    page = client.get(reverse("billing:order_list")).content.decode()

    assert re.findall(r"<(h\d)", page)[0] == "h1"

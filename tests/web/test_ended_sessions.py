"""What somebody typed is not lost when their session ends, and nobody else ever sees it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Order
from partnerportal.accounts.choices import Role
from partnerportal.accounts.middleware import ORGANISATION_KEY
from partnerportal.accounts.models import MemberInvitation
from partnerportal.audit.models import AuditEvent
from partnerportal.web import typed
from tests import world
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOTICE = "Your session had ended. Nothing was sent yet"
TYPED = {"email": "mia@example.ch", "role": Role.ADMINISTRATOR, "has_accounting": "on"}


@pytest.fixture
def person():
    """Give the legal representative of two organisations, who acted for the second."""
    _first, acting = world.make_client("Erste AG")
    second = world.make_organisation("Zweite GmbH")
    world.make_member(second, user=acting.user)
    return acting.user, second


def sent_too_late(browser, user, organisation, page, values):
    """Open the page signed in, lose the session, send the form; return the answer."""
    browser.force_login(user, backend=BACKEND)
    browser.post(reverse("accounts:switch"), {"organisation": organisation.pk})
    drawn = browser.get(page).content.decode()
    hidden = dict(re.findall(r'name="(drawn_\w+)" value="([^"]*)"', drawn))
    browser.cookies.pop("sessionid")
    return browser.post(page, hidden | values)


def log_in(browser, user):
    return browser.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def shown(browser, page):
    return browser.get(page).content.decode()


def test_a_form_sent_after_the_session_ended_waits_behind_the_log_in(client, person):
    user, second = person
    page = reverse("accounts:member_invite")

    answer = sent_too_late(client, user, second, page, TYPED)

    assert answer.status_code == 302
    assert answer.url == f"{reverse('account_login')}?next={page}"
    assert "what you typed waits for you" in shown(client, answer.url)
    assert not MemberInvitation.objects.exists()
    assert not AuditEvent.objects.exists()

    log_in(client, user)
    drawn = client.get(page)

    form = drawn.context["form"]
    assert NOTICE in drawn.content.decode()
    assert not form.is_bound
    assert [form[name].value() for name in ("email", "role", "has_accounting")] == [
        "mia@example.ch",
        "ADMINISTRATOR",
        True,
    ]
    assert drawn.context["request"].acting.home == second
    assert not MemberInvitation.objects.exists()


def test_it_goes_once_it_is_sent(client, person):
    user, second = person
    page = reverse("accounts:member_invite")
    sent_too_late(client, user, second, page, TYPED)
    log_in(client, user)
    assert "mia@example.ch" in shown(client, page)
    assert "mia@example.ch" in shown(client, page)  # reloading loses nothing either

    client.post(page, TYPED)

    assert MemberInvitation.objects.get().organisation == second
    assert typed.KEY not in client.session
    assert NOTICE not in shown(client, page)


def test_nobody_else_at_the_same_browser_sees_it(client, person):
    user, second = person
    other = world.make_member(second).user
    page = reverse("accounts:member_invite")
    sent_too_late(client, user, second, page, TYPED)
    assert "mia@example.ch" not in shown(client, reverse("account_login"))

    log_in(client, other)

    assert "mia@example.ch" not in shown(client, page)
    assert typed.KEY not in client.session
    client.post(reverse("account_logout"))
    log_in(client, user)
    assert "mia@example.ch" not in shown(client, page)


def test_it_is_in_no_other_browser(client, person):
    user, second = person
    page = reverse("accounts:member_invite")
    sent_too_late(client, user, second, page, TYPED)
    elsewhere = Client()

    log_in(elsewhere, user)

    assert "mia@example.ch" not in shown(elsewhere, page)


@pytest.mark.parametrize("mark", ["", "1:1.", "1:1.:forged"])
def test_without_the_mark_of_who_typed_it_nothing_is_kept(client, person, mark):
    page = reverse("accounts:member_invite")

    answer = client.post(page, TYPED | {"drawn_by": mark})

    assert answer.url == f"{reverse('account_login')}?next={page}"
    assert typed.KEY not in client.session


def test_it_waits_an_hour(client, person):
    user, second = person
    page = reverse("accounts:member_invite")
    sent_too_late(client, user, second, page, TYPED)
    session = client.session
    session[typed.KEY] = session[typed.KEY] | {"until": (timezone.now() - dt.timedelta(seconds=1)).timestamp()}
    session.save()

    log_in(client, user)

    assert "mia@example.ch" not in shown(client, page)
    assert typed.KEY not in client.session


def test_another_page_and_another_organisation_do_not_show_it(client, person):
    user, second = person
    page = reverse("accounts:organisation_change")
    sent_too_late(client, user, second, page, {"name": "Zweite AG", "city": "Chur"})
    log_in(client, user)
    assert NOTICE not in shown(client, reverse("accounts:profile"))
    session = client.session
    session[ORGANISATION_KEY] = user.memberships.exclude(organisation=second).get().organisation_id
    session.save()

    drawn = shown(client, page)

    assert NOTICE not in drawn
    assert "Chur" not in drawn


def test_passwords_tokens_and_what_is_too_long_are_not_kept(client, person):
    user, second = person
    page = reverse("accounts:member_invite")

    sent_too_late(client, user, second, page, TYPED | {"password": "geheim", "csrfmiddlewaretoken": "x" * 64})
    assert set(client.session[typed.KEY]["values"]) == set(TYPED)
    client.session.flush()

    sent_too_late(client, user, second, page, {"email": "x" * typed.LARGEST})
    assert typed.KEY not in client.session


def test_a_tick_that_consents_is_asked_anew(client):
    world.make_thresholds()
    world.make_terms()
    organisation, acting = world.make_client("Werk AG")
    client.force_login(acting.user, backend=BACKEND)
    step = reverse("partners:application_step", args=["company"])
    client.post(step, {"register_country": "CH", "register_number": "CHE-100.155.212"})
    page = reverse("partners:application_step", args=["duties"])

    sent_too_late(client, acting.user, organisation, page, {"gives_support": "on"})
    log_in(client, acting.user)
    form = client.get(page).context["form"]

    assert not form["gives_support"].value()


def test_a_change_of_access_that_waited_can_be_saved(client):
    """Rule 17: what the page had shown of the access waits with what was typed, and is still what it was."""
    offers = world.make_catalogue()
    organisation, acting = world.make_client("Bäckerei Moser")
    products = [world.make_product(organisation, offers["office"]) for _ in range(2)]
    relationship = world.make_relationship(
        organisation, world.make_partner()[0], access="LIMITED", products=(products[0],)
    )
    client.force_login(acting.user, backend=BACKEND)
    page = reverse("clients:relationship_change", args=[relationship.pk])
    typed_in = {"access": "LIMITED", "products_see": [one.pk for one in products]}
    seen = client.get(page).context["form"]["seen"].value()
    sent_too_late(client, acting.user, organisation, page, typed_in | {"seen": seen})
    log_in(client, acting.user)

    form = client.get(page).context["form"]
    shown = client.post(page, typed_in | {"seen": form["seen"].value()})
    saved = client.post(page, typed_in | {"seen": form["seen"].value(), "confirm": shown.context["confirm"]})

    assert form["seen"].value() == seen
    assert set(form["products"].value()["see"]) == {str(one.pk) for one in products}
    assert saved.status_code == 302
    assert relationship.grants.count() == 2


def test_forms_are_kept_a_limited_number_of_times(client, person, settings):
    settings.ACCOUNT_RATE_LIMITS = {"keep_typed": "1/h/ip"}
    user, second = person
    page = reverse("accounts:member_invite")
    sent_too_late(client, user, second, page, TYPED)
    client.session.flush()

    sent_too_late(client, user, second, page, TYPED)

    assert typed.KEY not in client.session


def test_who_was_not_signed_in_gets_no_session_for_posting(client, person):
    client.post(reverse("accounts:member_invite"), TYPED)

    assert "sessionid" not in client.cookies


def test_a_button_without_a_page_leads_to_the_log_in_alone(client):
    answer = client.post(reverse("accounts:switch"), {"organisation": 1})

    assert answer.url == reverse("account_login")


def test_a_refused_token_offers_a_way_on(person):
    user, _second = person
    strict = Client(enforce_csrf_checks=True)
    page = reverse("accounts:member_invite")

    out = strict.post(page, TYPED).content.decode()
    strict.force_login(user, backend=BACKEND)
    signed_in = strict.post(page, TYPED).content.decode()

    assert f'href="{reverse("account_login")}?next=/account/members/invite/"' in out.replace("%2F", "/")
    assert f'href="{page}"' in signed_in
    assert "Back to the page" in signed_in
    assert not MemberInvitation.objects.exists()
    assert typed.KEY not in strict.session


@pytest.mark.parametrize("still_open", [True, False])
def test_who_was_in_a_clients_space_is_back_there_if_it_is_still_open(client, still_open):
    """Promise 1: the session holds a wish; what was taken back meanwhile shows nothing."""
    offers = world.make_catalogue()
    organisation, _acting = world.make_client("Bäckerei Moser")
    partner, acting = world.make_partner()
    relationship = world.make_relationship(organisation, partner, payer="PARTNER")
    client.force_login(acting.user, backend=BACKEND)
    client.post(reverse("clients:client_enter", args=[relationship.pk]))
    page = reverse("billing:order_place")
    drawn = client.get(page).content.decode()
    hidden = dict(re.findall(r'name="(drawn_\w+)" value="([^"]*)"', drawn))
    client.cookies.pop("sessionid")
    client.post(page, hidden | {"offer": offers["office"].pk, "quantity": "7", "name": "zufall.ch"})
    if not still_open:
        relationship.state, relationship.ended_at, relationship.ended_by = "ENDED", world.NOW, "CLIENT"
        relationship.save()

    log_in(client, acting.user)
    answer = client.get(page)

    assert (NOTICE in answer.content.decode()) is still_open
    assert ("zufall.ch" in answer.content.decode()) is still_open
    assert answer.context["request"].acting.relationship == (relationship if still_open else None)
    assert not Order.objects.exists()

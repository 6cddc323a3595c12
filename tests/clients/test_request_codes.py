"""A client shows a partner a code, and the partner asks with it. Rule 7, promise 2."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.urls import reverse

from clients import services
from clients.exceptions import AlreadyRelated, NotPossible
from clients.models import Relationship, RequestCode
from clients.notifications import answer_link
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.at_once import at_once
from tests.browsers import signed_in
from tests.clients.asking import invite, request
from tests.world import NOW

pytestmark = pytest.mark.django_db


def code_of(here, now=NOW):
    return services.make_request_code(organisation_id=here.client.pk, actor=here.acting, now=now)


def test_a_code_leads_to_the_client_that_shows_it(here):
    """Rule 7: and the partner may know its name from then on."""
    relationship = request(here, code=code_of(here).lower().replace("-", " "))

    assert (relationship.client, relationship.state, relationship.is_by_code) == (here.client, "PENDING", True)
    assert relationship.client_to_partner == here.client
    assert not RequestCode.objects.exists()
    assert not Relationship.objects.active().exists()


@pytest.mark.parametrize("later", [dt.timedelta(minutes=60), dt.timedelta(days=2)])
def test_a_code_lives_for_an_hour(here, later):
    code = code_of(here)

    with pytest.raises(NotPossible, match="not valid") as refused:
        request(here, code=code, now=NOW + later)

    assert refused.value.field == "code"
    assert not Relationship.objects.exists()


def test_a_code_is_used_once_and_replaced_by_the_next(here):
    first, second = code_of(here), code_of(here)
    other, _acting = world.make_partner("Atelier Nord")

    with pytest.raises(NotPossible, match="not valid"):
        request(here, code=first)
    request(here, code=second)
    with pytest.raises(NotPossible, match="not valid"):
        request(here, code=second, partner_id=other.pk)

    assert Relationship.objects.count() == 1


def test_a_code_of_ones_own_is_refused_and_stays(here):
    """Q14."""
    own = services.make_request_code(organisation_id=here.partner.pk, actor=here.partner_acting, now=NOW)

    with pytest.raises(NotPossible, match="its own partner"):
        request(here, code=own)

    assert not Relationship.objects.exists()
    assert RequestCode.objects.count() == 1


def test_who_has_a_relationship_already_is_told_and_the_code_stays(here):
    """Rule 13: no double."""
    world.make_relationship(here.client, here.partner)
    code = code_of(here)

    with pytest.raises(AlreadyRelated):
        request(here, code=code)

    assert Relationship.objects.count() == 1
    assert RequestCode.objects.count() == 1


def test_a_code_does_not_tell_whose_address_was_asked_before(here, run_jobs):
    """Promise 2: the request at the address goes on waiting as one of a stranger; the client answers the other."""
    email = here.acting.user.email
    by_mail = request(here, email)
    partner = signed_in(here.partner_acting.user)
    beforehand = partner.get(reverse("clients:client_list")).content.decode()

    by_code = request(here, code=code_of(here))
    run_jobs()

    afterwards = partner.get(reverse("clients:client_list")).content.decode()
    by_mail.refresh_from_db()
    assert (by_code.client, by_mail.client, by_mail.state) == (here.client, None, "PENDING")
    assert email in beforehand
    assert email in afterwards
    assert "Bäckerei Moser" not in beforehand
    assert partner.get(reverse("clients:client_list"), {"search": "moser"}).content.decode().count(email) == 0
    services.answer_request(
        relationship_id=by_code.pk,
        terms=services.Terms(access="LIMITED", products=(services.ProductRights(here.product.pk),)),
        actor=here.acting,
        now=NOW,
    )
    link = answer_link(by_mail).removeprefix("http://localhost:8000")
    answer = signed_in(here.acting.user).post(link, {"organisation": here.client.pk})
    assert answer.status_code == 409
    assert "already" in answer.content.decode()
    assert Relationship.objects.active().count() == 1


def test_an_invitation_that_waits_is_no_address(here):
    """Rule 13: the client has named itself there; the code is refused and stays."""
    invite(here)
    code = code_of(here)

    with pytest.raises(AlreadyRelated):
        request(here, code=code)

    assert Relationship.objects.get().client == here.client
    assert RequestCode.objects.count() == 1


def test_the_database_does_not_hold_the_code(here):
    letters = code_of(here).replace("-", "")

    assert letters not in str(list(RequestCode.objects.values()))
    assert letters not in str(list(AuditEvent.objects.values()))


@pytest.mark.django_db(transaction=True)
def test_two_partners_with_one_code_at_once(here):
    """One asks, the other is told."""
    code = code_of(here)
    other, other_acting = world.make_partner("Atelier Nord")

    outcomes = at_once(
        partial(request, here, code=code),
        partial(request, here, code=code, partner_id=other.pk, actor=other_acting),
    )

    assert outcomes == ["done", "refused"]
    assert Relationship.objects.count() == 1


def test_the_page_shows_the_code_once(here):
    browser = signed_in(here.acting.user)
    page = reverse("clients:request_code")

    shown = browser.post(page)
    again = browser.get(page).content.decode()

    code = shown.context["code"]
    assert code in shown.content.decode()
    assert code not in again
    assert request(here, code=code).client == here.client


def test_guessing_is_limited(here, settings):
    settings.ACCOUNT_RATE_LIMITS = {"try_request_code": "2/h/user", "ask_client": "9/h/user"}
    browser = signed_in(here.partner_acting.user)
    guess = {"code": "AAAA-AAAA", "access": "LIMITED"}

    answers = [browser.post(reverse("clients:client_request"), guess) for _try in range(3)]

    assert [answer.status_code for answer in answers] == [409] * 3
    assert "Too many codes" in answers[-1].content.decode()
    assert not Relationship.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Enter a code or an e-mail address."),
        ({"code": "AAAA-AAAA", "email": "a@b.ch"}, "Enter one of the two, not both."),
        ({"email": "a@b.ch", "access": "FULL"}, "Choose who pays what you order."),
    ],
)
def test_a_request_that_is_not_whole_is_told(here, typed, sentence):
    browser = signed_in(here.partner_acting.user)

    answer = browser.post(reverse("clients:client_request"), {"access": "LIMITED"} | typed)

    assert sentence in answer.content.decode()
    assert not Relationship.objects.exists()

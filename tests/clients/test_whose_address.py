"""Nobody learns whose an address is by asking twice, sending again, or showing a code. Promise 2, rules 7, 12, Q16."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse

from clients import services
from clients.models import Relationship
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.browsers import signed_in
from tests.clients.asking import FULL, request
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LONG = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.example"


def code_of(here):
    return services.make_request_code(organisation_id=here.client.pk, actor=here.acting, now=NOW)


def address(here, *, is_known):
    return here.acting.user.email if is_known else "stranger@nowhere.example"


def resent(here, relationship):
    page = reverse("clients:relationship_resend", args=[relationship.pk])
    return signed_in(here.partner_acting.user).post(page)


@pytest.mark.parametrize("is_known", [True, False])
def test_an_expired_request_is_sent_again_alike_beside_a_request_by_code(here, is_known):
    """Promise 2: a refusal only for a client's address would tell that it is that client's."""
    by_mail = request(here, address(here, is_known=is_known), now=NOW - 40 * DAY)
    services.expire_invitations(now=NOW)
    request(here, code=code_of(here))

    answer = resent(here, by_mail)

    assert answer.status_code == 302
    by_mail.refresh_from_db()
    assert (by_mail.state, by_mail.client) == ("PENDING", None)


@pytest.mark.parametrize("is_known", [True, False])
def test_an_address_is_asked_once_at_a_time_whoever_reads_it(here, is_known):
    email = address(here, is_known=is_known)
    first = request(here, email, now=NOW - 40 * DAY)
    services.expire_invitations(now=NOW)
    request(here, email)

    answer = resent(here, first)

    assert answer.status_code == 409
    assert "You have asked this address already" in answer.content.decode()
    assert sorted(Relationship.objects.values_list("state", flat=True)) == ["EXPIRED", "PENDING"]


def test_a_code_leaves_requests_to_other_addresses_as_they_are(here):
    """Rule 7: only what waits at an address of the client that shows the code."""
    other, other_acting = world.make_client("Rossi SA")
    elsewhere = request(here, other_acting.user.email)

    request(here, code=code_of(here))

    elsewhere.refresh_from_db()
    assert (elsewhere.client, elsewhere.state) == (other, "PENDING")


def test_the_client_reads_why_the_other_request_left_its_list_and_nothing_reminds_it(here, run_jobs):
    """Q43: a line; Q15: who has answered the code cannot answer the address, too, so no mail asks for it."""
    by_mail = request(here, here.acting.user.email)
    by_code = request(here, code=code_of(here))
    services.answer_request(relationship_id=by_code.pk, terms=FULL, actor=here.acting, now=NOW)
    run_jobs()
    mail.outbox.clear()

    services.remind_of_questions(now=NOW + 25 * DAY)
    run_jobs()

    line = AuditEvent.objects.get(action="clients.relationship.asked_by_code")
    assert (line.organisation_id, line.relationship_id) == (here.client.pk, by_mail.pk)
    assert not mail.outbox
    other = request(here, "stranger@nowhere.example")
    services.remind_of_questions(now=NOW + 25 * DAY)
    run_jobs()
    assert [message.to for message in mail.outbox if "waits for your answer" in message.subject] == [
        [other.invited_email]
    ]


def test_saying_for_which_organisation_a_request_is_leaves_a_line(here):
    """Q16, Q43."""
    asked = request(here, "stranger@nowhere.example")

    services.claim_request(relationship_id=asked.pk, client_id=here.client.pk, actor=here.acting, now=NOW)

    assert AuditEvent.objects.get(action="clients.relationship.claimed").organisation_id == here.client.pk


@pytest.mark.parametrize("page", ["clients:client_request", "clients:product_transfer", "accounts:member_invite"])
def test_an_address_that_no_column_holds_is_refused_beside_its_field(here, page):
    browser = signed_in((here.partner_acting if page == "clients:client_request" else here.acting).user)
    url = reverse(page, args=[here.product.pk] if page == "clients:product_transfer" else None)

    answer = browser.post(url, {"email": LONG, "access": "LIMITED", "role": "COLLABORATOR", "receiver": "mail"})

    assert answer.status_code == 200
    assert "email" in answer.context["form"].errors
    assert not Relationship.objects.exists()

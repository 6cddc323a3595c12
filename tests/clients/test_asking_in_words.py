"""What the pages and mails of an invitation or a request say. N1 to N3, rules 9 and 10."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from clients import services
from clients.models import Product
from clients.notifications import answer_link
from tests import world
from tests.clients.asking import FULL, invite, limited, request
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_answered", [False, True])
def test_a_mails_link_leads_out_of_a_clients_space(here, client, is_answered):
    """Rule 10: somebody who is in one client's space opens the invitation of another."""
    invited = invite(here)
    open_now = world.make_relationship(world.make_client("Rossi SA")[0], here.partner)
    link = answer_link(invited).removeprefix("http://localhost:8000")
    client.force_login(here.partner_acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    if is_answered:
        services.accept(relationship_id=invited.pk, actor=here.partner_acting, now=NOW)
    client.post(reverse("clients:client_enter", args=[open_now.pk]))

    answer = client.get(link, follow=True)
    client_page = client.get(reverse("clients:client_detail", args=[invited.pk]))

    assert (answer.status_code, client_page.status_code) == (200, 200)
    assert client_page.context["request"].acting.relationship is None
    assert "Your access to this client has ended" not in answer.content.decode()


def test_mails_name_both_sides_and_the_products(here, run_jobs):
    """N1, N3 and the answer."""
    world.make_product(here.client, here.offers["office"], name="Office")
    invited = invite(here, terms=limited(*Product.objects.all()))
    run_jobs()
    first = mail.outbox[-1]
    services.accept(relationship_id=invited.pk, actor=here.partner_acting, now=NOW)
    run_jobs()

    assert first.subject == "Bäckerei Moser invites Studio Lumen"
    assert "Bäckerei Moser invites Studio Lumen to look after its products." in first.body
    assert "Limited access to 2 products: Office, moser.ch." in first.body
    assert "Studio Lumen looks after products of Bäckerei Moser from now on." in mail.outbox[-1].body
    assert "Limited access to 2 products: Office, moser.ch." in mail.outbox[-1].body


def test_mail_of_a_request_says_what_is_asked_in_words(here, run_jobs):
    """N3; it names the client to the client alone."""
    request(here, here.acting.user.email)
    run_jobs()

    assert "Studio Lumen would like to look after the products of Bäckerei Moser." in mail.outbox[-1].body
    assert "It asks for: Full access; the partner pays." in mail.outbox[-1].body


@pytest.mark.parametrize(("answer", "words"), [("accept", "accepted"), ("refuse", "refused")])
def test_a_used_link_tells_who_has_used_it(here, client, answer, words):
    """Rule 10: and nobody else."""
    relationship = invite(here)
    link = answer_link(relationship).removeprefix("http://localhost:8000")
    getattr(services, answer)(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)
    backend = "allauth.account.auth_backends.AuthenticationBackend"

    client.force_login(here.partner_acting.user, backend=backend)
    own = client.get(link)
    client.force_login(world.make_client("Fremd AG")[1].user, backend=backend)
    foreign = client.get(link)

    assert own.status_code == 200
    assert f"You have {words} this invitation on 23 November 2026" in own.content.decode()
    assert reverse("clients:client_detail", args=[relationship.pk]) in own.content.decode()
    assert foreign.status_code == 404
    assert "Moser" not in foreign.content.decode()


@pytest.mark.parametrize(
    ("terms", "to_client", "to_partner"),
    [
        (FULL, "Full access; you pay.", "Full access; the client pays."),
        ("limited", "It manages it and reads its statistics.", "You manage it and read its statistics."),
    ],
)
def test_the_answer_speaks_to_the_side_that_reads_it(here, run_jobs, terms, to_client, to_partner):
    """Q20, rule 14: whoever asked reads what holds now, said to them."""
    terms = limited(here.product) if terms == "limited" else terms
    services.accept(relationship_id=invite(here, terms).pk, actor=here.partner_acting, now=NOW)
    run_jobs()
    client_reads = mail.outbox[-1]
    other, acting = world.make_client("Rossi SA")
    shop = world.make_product(other, here.offers["web-hosting"], name="rossi.ch")
    asked = request(here, acting.user.email)
    terms = limited(shop) if terms != FULL else FULL
    services.answer_request(relationship_id=asked.pk, terms=terms, actor=acting, now=NOW)
    run_jobs()
    partner_reads = mail.outbox[-1]

    assert client_reads.to == [here.acting.user.email]
    assert partner_reads.to == [here.partner_acting.user.email]
    for message, words in ((client_reads, to_client), (partner_reads, to_partner)):
        assert words in message.body
        assert words in message.alternatives[0][0]


@pytest.mark.parametrize("is_known", [True, False])
def test_the_mail_of_a_request_says_why_one_gets_it(here, run_jobs, is_known):
    """Q16: who represents an organisation that is known reads so; of a mere address nothing is known."""
    request(here, here.acting.user.email if is_known else "new@nowhere.example")
    run_jobs()

    for body in (mail.outbox[-1].body, mail.outbox[-1].alternatives[0][0]):
        assert ("somebody entered your address" in body) is not is_known
        assert ("an organisation that you represent" in body) is is_known

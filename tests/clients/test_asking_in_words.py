"""What the pages and mails of an invitation or a request say. N1 to N3, rules 9 and 10."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse

from clients import services
from clients.models import Product, Relationship
from clients.notifications import answer_link
from tests import world
from tests.clients.asking import invite, limited, request
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_products_to_choose_stand_in_families_with_their_day_and_tick_without_script(here, client):
    """Rule 9: nothing is sent by ticking."""
    here.product.renews_on = dt.date(2026, 12, 1)
    here.product.save()
    world.make_product(here.client, here.offers["office"], name="Office")
    mine = set(Product.objects.values_list("pk", flat=True))
    world.make_product(world.make_client("Fremd AG")[0], here.offers["office"])
    client.force_login(here.acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = reverse("clients:partner_invite", args=[here.partner.pk])
    typed = {"access": "LIMITED", "note": "Hello", "products": [here.product.pk]}

    drawn = client.get(page).content.decode()
    everything = client.post(page, typed | {"tick": "all"})
    nothing = client.post(page, typed | {"tick": "none"})

    assert "moser.ch · Web hosting · paid until 1 Dec 2026" in drawn
    assert drawn.index(">Web hosting</p>") < drawn.index("moser.ch ·")
    for answer, ticked in ((everything, mine), (nothing, set())):
        form = answer.context["form"]
        assert (answer.status_code, form.is_bound) == (200, False)
        assert set(form["products"].value()) == ticked
        assert (form["access"].value(), form["note"].value()) == ("LIMITED", "Hello")
    assert not Relationship.objects.exists()


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

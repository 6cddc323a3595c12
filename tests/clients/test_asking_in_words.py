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


def test_who_ticks_all_without_script_can_save_the_change(here, client):
    """Rule 17: what the page had shown of the access goes through the button and is still what it was."""
    world.make_product(here.client, here.offers["office"], name="Office")
    relationship = world.make_relationship(here.client, here.partner, access="LIMITED", products=(here.product,))
    client.force_login(here.acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = reverse("clients:relationship_change", args=[relationship.pk])

    sent = client.get(page).context["form"]
    for tick in ("none", "all"):
        sent = client.post(page, as_sent(sent) | {"tick": tick}).context["form"]
    saved = client.post(page, as_sent(sent))

    assert saved.status_code == 302
    assert relationship.grants.count() == 2


def as_sent(form):
    """What a browser sends of a form that was not filled in further."""
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value is not None}


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

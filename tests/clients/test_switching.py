"""A client moves from one partner to another in one act. Q13, Q19, rules 10, 12, 47 and 48."""

from __future__ import annotations

from functools import partial

import pytest
from django.core import mail
from django.urls import reverse

from billing import services as billing
from clients import selectors, services
from clients.choices import Payer, RenewalPayer
from clients.exceptions import NotPossible
from clients.models import EndReceipt, Product, Relationship
from partnerportal.accounts.acting import SYSTEM
from partnerportal.accounts.choices import Role
from partnerportal.audit.models import AuditEvent
from partnerportal.work.models import Job
from tests import world
from tests.at_once import at_once
from tests.browsers import signed_in
from tests.clients.asking import FULL, limited
from tests.clients.granting import look
from tests.world import NOW, PASSWORD

pytestmark = pytest.mark.django_db
PARTNER_PAYS = services.Terms("FULL", "PARTNER")


@pytest.fixture
def here(here):
    """Studio Lumen has full access and pays; Atelier Nord is to take over."""
    here.old = world.make_relationship(here.client, here.partner, payer=Payer.PARTNER)
    Product.objects.update(renewal_payer=RenewalPayer.PARTNER)
    here.nord, here.nord_acting = world.make_partner("Atelier Nord")
    return here


def switch(here, terms=PARTNER_PAYS, to=None):
    return services.invite_partner(
        client_id=here.client.pk,
        partner_id=(to or here.nord).pk,
        terms=terms,
        replaces_id=here.old.pk,
        actor=here.acting,
        now=NOW,
    )


def accept(here, invitation):
    return services.accept(relationship_id=invitation.pk, actor=here.nord_acting, now=NOW)


def states():
    return dict(Relationship.objects.order_by("pk").values_list("pk", "state"))


def reached(here, acting):
    return selectors.reach(membership=acting.membership, product_id=here.product.pk).rights


def test_until_it_is_accepted_everything_stays(here):
    """Rule 11."""
    invitation = switch(here)

    assert states() == {here.old.pk: "ACTIVE", invitation.pk: "PENDING"}
    assert reached(here, here.partner_acting)
    assert not reached(here, here.nord_acting)
    assert not EndReceipt.objects.exists()


def test_one_ends_in_the_moment_in_which_the_other_begins(here, run_jobs):
    """Q13, Q20: the renewals go on to the partner that pays next, and each side is told once."""
    invitation = switch(here)
    run_jobs()
    mail.outbox.clear()

    accept(here, invitation)
    run_jobs()

    assert states() == {here.old.pk: "ENDED", invitation.pk: "ACTIVE"}
    assert reached(here, here.nord_acting)
    assert not reached(here, here.partner_acting)
    assert Product.objects.get().renewal_payer == RenewalPayer.PARTNER
    receipt = EndReceipt.objects.get()
    assert (receipt.relationship, receipt.facts["renewals_without_payer"]) == (here.old, 0)
    assert not any(selectors.still_open(Relationship.objects.get(pk=here.old.pk)).values())
    told = sorted((message.to[0], message.subject) for message in mail.outbox)
    assert told == sorted(
        [
            (here.partner_acting.user.email, "The relationship of Bäckerei Moser and Studio Lumen has ended"),
            (here.acting.user.email, "Atelier Nord has accepted"),
        ]
    )


@pytest.mark.parametrize("terms", ["client pays", "limited"])
def test_renewals_that_nobody_takes_over_have_no_means(here, terms):
    """Q19."""
    invitation = switch(here, FULL if terms == "client pays" else limited(here.product))

    accept(here, invitation)

    assert Product.objects.get().renewal_payer == RenewalPayer.NOBODY


def test_the_partner_that_goes_does_not_read_who_comes(here):
    """Promise 2: not in its activity either."""
    accept(here, switch(here))

    read = AuditEvent.objects.visible_to(here.partner_acting)
    assert "Nord" not in str(list(read.values()))
    line = AuditEvent.objects.visible_to(here.acting).get(action="clients.relationship.ended")
    assert (line.actor_label, line.changes["by"]) == (SYSTEM.label, "CLIENT")


@pytest.mark.parametrize("what", ["refuse", "withdraw"])
def test_a_switch_that_does_not_come_about_changes_nothing(here, what):
    """Rules 10 and 12."""
    invitation = switch(here)

    getattr(services, what)(relationship_id=invitation.pk, actor=here.acting, now=NOW)

    assert Relationship.objects.get(pk=here.old.pk).state == "ACTIVE"
    assert reached(here, here.partner_acting)
    assert Product.objects.get().renewal_payer == RenewalPayer.PARTNER


def test_an_access_that_ended_meanwhile_is_no_obstacle(here):
    invitation = switch(here)
    services.end_relationship(relationship_id=here.old.pk, by="PARTNER", actor=here.partner_acting, now=NOW)

    accept(here, invitation)

    assert Relationship.objects.get(pk=invitation.pk).state == "ACTIVE"
    assert Relationship.objects.get(pk=here.old.pk).ended_by == "PARTNER"


def test_what_is_not_ones_own_or_over_is_not_handed_over(here):
    elsewhere = world.make_relationship(world.make_client("Zwei AG")[0], here.nord)
    ended = world.make_relationship(here.client, here.nord, state="ENDED")
    before = states()

    for other in (elsewhere, ended):
        here.old = other
        with pytest.raises(NotPossible, match="ended meanwhile"):
            switch(here, limited(here.product), to=world.make_partner("Werkstatt Süd")[0])

    assert states() == before


def test_a_third_partners_full_access_still_stands_in_the_way(here):
    """Q13: only the one that goes makes room."""
    Relationship.objects.filter(pk=here.old.pk).update(access="LIMITED", payer=None)
    third, _acting = world.make_partner("Werkstatt Süd")
    world.make_relationship(here.client, third)

    with pytest.raises(NotPossible, match="Werkstatt Süd has full access"):
        switch(here)

    assert Relationship.objects.pending().count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_switch_accepted_while_the_client_ends_it(here):
    """Whoever comes second finds the first done: one end, one receipt, one partner."""
    invitation = switch(here)
    end = partial(services.end_relationship, relationship_id=here.old.pk, by="CLIENT", actor=here.acting, now=NOW)

    outcomes = at_once(partial(accept, here, invitation), end)

    assert outcomes.count("done") >= 1
    assert states() == {here.old.pk: "ENDED", invitation.pk: "ACTIVE"}
    assert EndReceipt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_partners_take_over_at_once(here):
    """Q13: one has full access, the other is told."""
    south, south_acting = world.make_partner("Werkstatt Süd")
    first, second = switch(here), switch(here, to=south)

    outcomes = at_once(
        partial(accept, here, first),
        partial(services.accept, relationship_id=second.pk, actor=south_acting, now=NOW),
    )

    assert sorted(outcomes) == ["done", "refused"]
    assert Relationship.objects.active().filter(access="FULL").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_switch_accepted_while_the_client_renews(here):
    """The locks come in one order: nobody is thrown out of the ring."""
    for _try in range(3):
        invitation = switch(here)
        renew = partial(
            billing.renew,
            client_id=here.client.pk,
            product_ids=[here.product.pk],
            relationship_id=None,
            key=f"k{invitation.pk}",
            actor=here.acting,
            now=NOW,
        )

        assert at_once(partial(accept, here, invitation), renew) == ["done", "done"]

        services.end_relationship(relationship_id=invitation.pk, by="CLIENT", actor=here.acting, now=NOW)
        here.old = world.make_relationship(here.client, here.partner, payer=Payer.PARTNER)


# The pages


@pytest.fixture
def page(here):
    return reverse("clients:switch", args=[here.old.pk, here.nord.pk])


def typed(page, browser):
    form = browser.get(page).context["form"]
    return {"access": form["access"].value(), "payer": form["payer"].value()}


def test_the_page_begins_with_what_the_partner_has_and_says_what_ends(here, page):
    """Rule 47: first what will happen."""
    browser = signed_in(here.acting.user)

    shown = look(browser, page, typed(page, browser))
    body = shown.content.decode()

    assert typed(page, browser) == {"access": "FULL", "payer": "PARTNER"}
    assert "What ends for Studio Lumen in that moment" in body
    assert "Pays what it orders, and gets the invoices" in body
    assert not Relationship.objects.pending().exists()
    assert not EndReceipt.objects.exists()
    assert not Job.objects.exists()


def test_a_wrong_password_changes_nothing(here, page):
    """Rule 47."""
    browser = signed_in(here.acting.user)
    shown = look(browser, page, typed(page, browser))
    sent = typed(page, browser) | {"confirm": shown.context["confirm"]}

    wrong = browser.post(page, sent | {"password": "wrong"})
    right = browser.post(page, sent | {"password": PASSWORD}, follow=True)

    assert "This is not your password" in wrong.content.decode()
    assert "Atelier Nord is invited to take over" in right.content.decode()
    assert Relationship.objects.pending().get().replaces == here.old


def test_a_wrong_password_with_terms_that_a_rule_refuses_is_told(here, page):
    """Rule 18: beside the field, and nothing changed."""
    browser = signed_in(here.acting.user)
    sent = {"access": "FULL", "payer": "CLIENT", "last_day": "2020-01-01", "confirm": "x", "password": "wrong"}

    answer = browser.post(page, sent)

    assert answer.status_code == 409
    assert "cannot be in the past" in answer.content.decode()
    assert not Relationship.objects.pending().exists()


def test_the_new_partner_reads_what_it_takes_on_and_not_from_whom(here):
    invitation = switch(here)
    browser = signed_in(here.nord_acting.user)

    body = browser.get(reverse("clients:client_answer", args=[invitation.pk])).content.decode()

    assert "You take over from another partner" in body
    assert "You pay 1 renewal that it would have paid" in body
    assert "Lumen" not in body


def test_only_a_legal_representative_switches(here, page):
    """Rule 17."""
    browser = signed_in(world.make_member(here.client, Role.ADMINISTRATOR).user)

    assert browser.get(page).status_code == 403
    assert browser.post(page, {"access": "FULL", "payer": "CLIENT"}).status_code == 403
    assert not Relationship.objects.pending().exists()

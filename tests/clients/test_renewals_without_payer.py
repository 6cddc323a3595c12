"""Renewals that lost their payment means get a payer again: Q19."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from clients.choices import Payer, RenewalPayer
from clients.models import Product
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.browsers import signed_in

pytestmark = pytest.mark.django_db
PAGE = reverse("clients:renewals_pay")


def payers():
    return list(Product.objects.order_by("pk").values_list("renewal_payer", flat=True))


@pytest.fixture
def here(here):
    """Two products whose renewals the partner pays."""
    here.relationship = world.make_relationship(here.client, here.partner, payer=Payer.PARTNER)
    here.other = world.make_product(here.client, here.offers["office"], name="Office")
    Product.objects.update(renewal_payer=RenewalPayer.PARTNER)
    return here


def test_who_changes_the_payer_is_led_to_the_renewals_and_takes_them_on(here, run_jobs):
    """Q19, rule 19: the page, the list of products and the mail lead there."""
    browser = signed_in(here.acting.user)

    changed = browser.post(reverse("clients:relationship_payer", args=[here.relationship.pk]), {"payer": "CLIENT"})
    run_jobs()
    listed = browser.get(reverse("clients:product_list")).content.decode()
    shown = browser.get(PAGE)
    answer = browser.post(PAGE, {"shown": shown.context["form"]["shown"].value()}, follow=True)

    assert changed.url == PAGE
    assert PAGE in listed
    assert any(PAGE in message.body for message in mail.outbox)
    assert "Pay these 2 renewals from now on" in shown.content.decode()
    assert "You pay 2 renewals from now on." in answer.content.decode()
    assert payers() == [RenewalPayer.CLIENT] * 2
    assert AuditEvent.objects.get(action="clients.product.renewals_paid").changes["count"] == 2


@pytest.mark.parametrize("shown", ["", "1,2,3", "x", "9" * 30])
def test_what_the_page_did_not_show_is_not_taken_on(here, shown):
    """Told, and nothing changes."""
    Product.objects.update(renewal_payer=RenewalPayer.NOBODY)

    answer = signed_in(here.acting.user).post(PAGE, {"shown": shown})

    assert answer.status_code == 409
    assert payers() == [RenewalPayer.NOBODY] * 2
    assert not AuditEvent.objects.exists()


def test_a_payer_that_stays_is_told_as_such(here, run_jobs):
    """Rule 19: no mail, no line."""
    page = reverse("clients:relationship_payer", args=[here.relationship.pk])

    answer = signed_in(here.acting.user).post(page, {"payer": "PARTNER"}, follow=True)
    run_jobs()

    assert "Nothing has changed" in answer.content.decode()
    assert not mail.outbox
    assert not AuditEvent.objects.exists()


def test_who_ends_reads_that_renewals_have_no_means_today(here):
    """Rule 47: nobody pays them, so "as before" alone would be untrue."""
    here.relationship.payer = Payer.CLIENT
    here.relationship.save()
    Product.objects.update(renewal_payer=RenewalPayer.NOBODY)

    page = signed_in(here.acting.user).get(reverse("clients:relationship_end", args=[here.relationship.pk]))

    assert "2 renewals have no payment means today, and keep none." in page.context["consequences"]


def test_the_review_names_external_members(here):
    """Promise 7: who has access is everybody who has it."""
    user = world.make_user("Marco Rossi")
    world.make_member(here.client, "COLLABORATOR", user=user, is_external=True)

    page = signed_in(here.acting.user).get(reverse("clients:access_review")).content.decode()

    assert "Marco Rossi" in page
    assert "sees every product" in page

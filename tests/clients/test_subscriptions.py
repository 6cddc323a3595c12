"""A product renews itself or not, is cancelled, kept, and given another plan. Section 9, rule 29, promise 6."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from clients import services
from clients.choices import PRODUCT_TRANSITIONS, Payer, ProductState
from clients.exceptions import NotPossible
from clients.models import Product
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.browsers import signed_in
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()
        product = world.make_product(client, offers["office"])

    Here.whose = {
        "product_id": Here.product.pk,
        "organisation_id": Here.client.pk,
        "actor": Here.acting,
        "now": NOW,
    }
    return Here


def paid_for(days):
    Product.objects.update(renews_on=TODAY + dt.timedelta(days=days))


def state():
    columns = ("renews_automatically", "cancelled_at", "cancelled_by_label", "next_offer", "renews_on", "state")
    return list(Product.objects.values(*columns)), AuditEvent.objects.count()


def test_a_product_renews_itself_unless_somebody_switches_it_off(here):
    """Section 9: on by default; off and on again leave a line each, the same twice leaves one."""
    paid_for(30)
    assert here.product.renews_automatically
    for is_on in (False, False, True):
        assert services.set_automatic_renewal(is_on=is_on, **here.whose).renews_automatically is is_on

    assert list(AuditEvent.objects.order_by("pk").values_list("action", "organisation_id")) == [
        ("clients.product.automatic_off", here.client.pk),
        ("clients.product.automatic_on", here.client.pk),
    ]


@pytest.mark.parametrize(("days", "is_allowed"), [(15, True), (14, True), (13, False), (0, False), (-1, False)])
def test_it_cannot_be_switched_on_when_fewer_than_14_days_remain(here, days, is_allowed):
    """Section 9: renew first. Switching off is always possible."""
    paid_for(days)
    services.set_automatic_renewal(is_on=False, **here.whose)
    before = state()

    if is_allowed:
        assert services.set_automatic_renewal(is_on=True, **here.whose).renews_automatically
        return
    with pytest.raises(NotPossible, match="Fewer than 14 days remain"):
        services.set_automatic_renewal(is_on=True, **here.whose)
    assert state() == before


def test_cancelled_it_works_to_the_end_of_what_is_paid(here):
    """Section 9: the state stays, who did it and when is kept, the change of plan that waited is dropped."""
    Product.objects.update(next_offer=here.offers["domain-ch"])

    product = services.cancel_product(ends_on=here.product.renews_on, **here.whose)

    product.refresh_from_db()
    assert (product.state, product.cancelled_at, product.cancelled_by_label) == ("ACTIVE", NOW, here.acting.label)
    assert (product.next_offer, product.is_renewed_by_itself) == (None, False)
    event = AuditEvent.objects.get()
    assert (event.action, event.changes) == ("clients.product.cancelled", {"ends_on": "2026-12-01"})


def test_nobody_cancels_to_a_day_that_they_did_not_see(here):
    """The night may have renewed it: the page's day is another one by then, and nothing is cancelled."""
    paid_for(60)
    before = state()

    with pytest.raises(NotPossible, match="another day"):
        services.cancel_product(ends_on=here.product.renews_on, **here.whose)

    assert state() == before


@pytest.mark.parametrize(("days", "is_automatic"), [(14, True), (13, False)])
def test_a_cancellation_is_taken_back_before_it_ends(here, days, is_automatic):
    """With fewer than 14 days left it goes on, and is renewed by hand (section 9)."""
    paid_for(days)
    services.cancel_product(ends_on=TODAY + dt.timedelta(days=days), **here.whose)

    product = services.keep_product(**here.whose)

    assert (product.is_cancelled, product.cancelled_by_label, product.renews_automatically) == (False, "", is_automatic)
    with pytest.raises(NotPossible, match="not cancelled"):
        services.keep_product(**here.whose)


@pytest.mark.parametrize(
    "act",
    [
        lambda h: services.set_automatic_renewal(is_on=False, **h.whose),
        lambda h: services.cancel_product(ends_on=h.product.renews_on, **h.whose),
        lambda h: services.keep_product(**h.whose),
        lambda h: services.choose_next_offer(offer=h.offers["domain-ch"], **h.whose),
    ],
)
@pytest.mark.parametrize("how", ["ended", "given away"])
def test_what_has_ended_or_has_another_owner_is_left_alone(here, act, how):
    """Promise 6: only the owner's product, and only while it is there."""
    if how == "ended":
        Product.objects.update(state="TERMINATED", terminated_at=NOW)
    else:
        Product.objects.update(organisation=world.make_organisation("Other"))
    before = state()

    with pytest.raises(NotPossible):
        act(here)

    assert state() == before


def test_the_arrows_are_those_of_the_drawing():
    """Section 9: blocked, then terminated; paid, it works again; what has ended does not come back."""
    assert {
        ProductState.ACTIVE: {ProductState.BLOCKED, ProductState.TERMINATED},
        ProductState.BLOCKED: {ProductState.ACTIVE, ProductState.TERMINATED},
    } == PRODUCT_TRANSITIONS


@pytest.mark.parametrize("payer", Payer.values)
def test_a_partner_renews_but_never_cancels(here, payer):
    """Rule 29, promise 6: with full access it may order and set the renewal, and the product stays the client's."""
    partner, acting = world.make_partner()
    relationship = world.make_relationship(here.client, partner, payer=payer)
    browser = signed_in(acting.user)
    browser.post(reverse("clients:client_enter", args=[relationship.pk]))
    pages = {
        name: reverse(f"clients:product_{name}", args=[here.product.pk]) for name in ("automatic", "cancel", "keep")
    }

    assert browser.post(pages["automatic"], {}).status_code == 302
    assert browser.post(pages["cancel"], {"ends_on": here.product.renews_on}).status_code == 403
    assert browser.post(pages["keep"]).status_code == 403

    here.product.refresh_from_db()
    assert (here.product.renews_automatically, here.product.is_cancelled) == (False, False)
    assert AuditEvent.objects.get(action="clients.product.automatic_off").relationship_id == relationship.pk

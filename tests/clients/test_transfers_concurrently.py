"""Two at once on one offered product, and a renewal beside it: one wins, the other is told, nobody waits for ever."""

from __future__ import annotations

import pytest
from django.db import transaction

from billing import services as billing
from billing.models import Order
from clients import services
from clients.models import Grant, Product, ProductTransfer, Relationship
from partnerportal.accounts.models import Organisation
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.at_once import Waiting, at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def there():
    class There:
        offers = world.make_catalogue()
        client, acting = world.make_client()
        receiver, receiver_acting = world.make_client("Hotel Alpina")
        partner, partner_acting = world.make_partner()

    There.product = world.make_product(There.client, There.offers["web-hosting"])
    There.transfer = offer(There)
    return There


def offer(there):
    return services.offer_transfer(
        product_id=there.product.pk,
        from_organisation_id=there.client.pk,
        to_email=there.receiver_acting.user.email,
        actor=there.acting,
        now=NOW,
    )


def accept(there, receiver=None, actor=None):
    services.accept_transfer(
        transfer_id=there.transfer.pk,
        organisation_id=(receiver or there.receiver).pk,
        actor=actor or there.receiver_acting,
        now=NOW,
    )


def withdraw(there):
    services.withdraw_transfer(transfer_id=there.transfer.pk, actor=there.acting, now=NOW)


def renew(there, *, key="k"):
    billing.renew(
        client_id=there.client.pk,
        product_ids=[there.product.pk],
        relationship_id=None,
        key=key,
        actor=there.acting,
        now=NOW,
    )


def said(action):
    return AuditEvent.objects.filter(action=f"clients.transfer.{action}").count()


def test_of_two_who_accept_at_once_one_gets_it(there):
    """The addressee in two windows, for two organisations."""
    second = world.make_organisation("Zweites Haus")
    world.make_member(second, user=there.receiver_acting.user)

    outcomes = at_once(lambda: accept(there), lambda: accept(there, second))

    there.product.refresh_from_db()
    there.transfer.refresh_from_db()
    assert outcomes == ["done", "refused"]
    assert there.product.organisation_id == there.transfer.to_organisation_id
    accepted = AuditEvent.objects.filter(action="clients.transfer.accepted").order_by("pk")
    assert [line.organisation_id for line in accepted] == [there.client.pk, there.product.organisation_id]


def test_accepting_against_withdrawing(there):
    outcomes = at_once(lambda: accept(there), lambda: withdraw(there))

    there.product.refresh_from_db()
    there.transfer.refresh_from_db()
    assert outcomes == ["done", "refused"]
    is_accepted = there.transfer.state == "ACCEPTED"
    assert (there.product.organisation == there.receiver) is is_accepted
    assert (said("accepted"), said("withdrawn")) == ((2, 0) if is_accepted else (0, 1))


@pytest.mark.parametrize("first", ["accept", "withdraw"])
def test_who_waits_for_the_other_is_told(there, first):
    """Both orders, not left to chance."""
    acts = {"accept": lambda: accept(there), "withdraw": lambda: withdraw(there)}
    other = acts["withdraw" if first == "accept" else "accept"]

    with transaction.atomic():
        ProductTransfer.objects.select_for_update().get(pk=there.transfer.pk)
        with Waiting(other) as late:
            acts[first]()

    assert late.outcome() == "refused"
    there.product.refresh_from_db()
    assert (there.product.organisation == there.receiver) is (first == "accept")


def test_offered_twice_at_once_it_is_offered_once(there):
    withdraw(there)

    outcomes = at_once(lambda: offer(there), lambda: offer(there))

    assert outcomes == ["done", "refused"]
    assert ProductTransfer.objects.pending().count() == 1


def test_a_renewal_of_the_old_owner_waits_for_the_move_and_is_refused(there):
    """Rule 29: it would prolong what is somebody else's by then; nothing is ordered."""
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=there.client.pk)
        with Waiting(lambda: renew(there)) as renewal:
            accept(there)

    assert renewal.outcome() == "refused"
    assert not Order.objects.exists()


def test_a_move_waits_for_the_renewal_before_it(there):
    """Section 9: no interruption; what was prolonged goes with it, the invoice does not."""
    with transaction.atomic():
        renew(there)
        with Waiting(lambda: accept(there)) as move:
            pass

    assert move.outcome() == "done"
    there.product.refresh_from_db()
    assert there.product.organisation == there.receiver
    assert there.product.renews_on.isoformat() == "2027-01-01"
    assert Order.objects.get().client == there.client


@pytest.mark.parametrize("side", ["client", "receiver"])
def test_a_move_waits_for_an_order_of_either_side(there, side):
    """Q3: the orders of both count their products, so none comes or goes while they do."""
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=getattr(there, side).pk)
        with Waiting(lambda: accept(there)) as move:
            assert Product.objects.get().organisation == there.client

    assert move.outcome() == "done"


def test_moves_renewals_orders_and_changes_of_access_never_wait_for_one_another_in_a_circle(there):
    """Locks are taken in one order: organisation, partner, relationship, product, transfer."""
    spare = world.make_product(there.client, there.offers["web-hosting"], name="spare")
    back = world.make_product(there.receiver, there.offers["web-hosting"], name="back")
    relationship = world.make_relationship(
        there.client, there.partner, access="LIMITED", products=(there.product, spare)
    )
    returning = services.offer_transfer(
        product_id=back.pk,
        from_organisation_id=there.receiver.pk,
        to_email=there.acting.user.email,
        actor=there.receiver_acting,
        now=NOW,
    )

    def change(product):
        services.change_access(
            relationship_id=relationship.pk,
            terms=services.Terms(access="LIMITED", products=(services.ProductRights(product.pk),)),
            actor=there.acting,
            now=NOW,
        )

    outcomes = at_once(
        lambda: accept(there),
        lambda: services.accept_transfer(
            transfer_id=returning.pk, organisation_id=there.client.pk, actor=there.acting, now=NOW
        ),
        lambda: renew(there),
        lambda: change(spare),
        lambda: billing.place_order(
            client_id=there.receiver.pk,
            items=[billing.Item(there.offers["web-hosting"], 1)],
            relationship_id=None,
            key="o",
            actor=there.receiver_acting,
            now=NOW,
        ),
    )

    assert set(outcomes) <= {"done", "refused"}
    assert outcomes.count("done") >= 4  # the renewal alone may come too late
    owners = dict(Product.objects.filter(pk__in=[there.product.pk, back.pk]).values_list("pk", "organisation"))
    assert owners == {there.product.pk: there.receiver.pk, back.pk: there.client.pk}
    assert not Grant.objects.filter(product=there.product).exists()
    assert Relationship.objects.active().count() == 1

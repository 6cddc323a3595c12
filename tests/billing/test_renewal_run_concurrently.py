"""Two nightly runs at once, and a run beside a payment, a renewal by hand, and the end of a relationship."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest

from billing import selectors, services
from billing.models import Coverage, Invoice, Order
from billing.services import renewing
from clients import services as client_services
from clients.choices import EndedBy, Payer, RenewalPayer
from clients.models import Product
from partnerportal.accounts.acting import SYSTEM
from tests import world
from tests.at_once import at_once
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(transaction=True)
DUE = TODAY + dt.timedelta(days=14)


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        clients = [world.make_client(f"Client {number}") for number in range(6)]
        products = []

    for client, _acting in Here.clients:
        Here.products += [world.make_product(client, Here.offers["office"], renews_on=DUE) for _ in range(3)]
        services.top_up(
            organisation_id=client.pk, currency="CHF", amount=D(1000), reference=f"t{client.pk}", actor=SYSTEM, now=NOW
        )
    return Here


def run():
    after = 0
    while after is not None:
        after = renewing.renew_chunk(on=TODAY, after=after, now=NOW).after


def holds():
    return [(one.invariant.code, one.rows) for one in selectors.check_invariants() if not one.holds] == []


def test_two_runs_at_once_renew_once(here, settings):
    """Promise 4: they take turns at each client; each period is paid for once, without a gap in the numbers."""
    settings.RENEWAL_CHUNK = 4

    assert at_once(run, run) == ["done", "done"]

    assert (Order.objects.count(), Coverage.objects.count()) == (6, 18)
    assert set(Product.objects.values_list("renews_on", flat=True)) == {dt.date(2027, 1, 7)}
    assert sorted(Invoice.objects.values_list("number", flat=True)) == [f"2026-0000{n}" for n in range(1, 7)]
    assert holds()


def test_a_run_beside_renewals_by_hand_renews_once(here):
    """Whoever comes second finds the period renewed: by hand it is the next one then, or it was first."""

    def by_hand():
        for (client, acting), product in zip(here.clients, here.products[::3], strict=True):
            services.renew(
                client_id=client.pk, product_ids=[product.pk], relationship_id=None, key="k", actor=acting, now=NOW
            )

    assert at_once(run, by_hand) == ["done", "done"]

    assert not Product.objects.filter(renews_on=DUE).exists()
    ahead = Product.objects.filter(renews_on=dt.date(2027, 2, 7)).count()  # the run was first, then a person
    assert Coverage.objects.count() == 18 + ahead
    assert holds()


def test_a_run_beside_payments_waits_for_nobody_for_ever(here):
    """A payment holds an invoice, then products, then accounts; a run holds products, then accounts."""
    first = [
        services.renew(
            client_id=client.pk,
            product_ids=[product.pk],
            relationship_id=None,
            key="k",
            actor=acting,
            now=NOW - dt.timedelta(days=60),
            is_due_at_start=True,
        )
        for (client, acting), product in zip(here.clients, here.products[::3], strict=True)
    ]
    Product.objects.filter(pk__in=[one.pk for one in here.products[::3]]).update(overdue_since=TODAY)

    def pay():
        for order in first:
            services.pay_from_prepaid(invoice_id=order.invoice.pk, actor=SYSTEM, now=NOW)

    assert at_once(run, pay) == ["done", "done"]

    assert not Product.objects.filter(overdue_since__isnull=False).exists()
    assert holds()


def test_a_relationship_ends_before_a_run_or_after_it(here):
    """Q12, Q19: renewed on the partner's terms, or left without payment means; nothing in between."""
    partner, _ = world.make_partner()
    client, acting = here.clients[0]
    relationship = world.make_relationship(client, partner, payer=Payer.PARTNER)
    Product.objects.filter(organisation=client).update(renewal_payer=RenewalPayer.PARTNER)

    def end():
        client_services.end_relationship(relationship_id=relationship.pk, by=EndedBy.CLIENT, actor=acting, now=NOW)

    assert at_once(run, end) == ["done", "done"]

    mine = Product.objects.filter(organisation=client)
    was_renewed = Order.objects.filter(client=client).exists()
    assert set(mine.values_list("renewal_payer", flat=True)) == {RenewalPayer.NOBODY}
    assert set(mine.values_list("renews_on", flat=True)) == {dt.date(2027, 1, 7) if was_renewed else DUE}
    assert holds()

"""Many people at the same instant: numbers without gaps, nobody spends what is not there. Rule 43, promises 4, 5."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.db.models import Sum

from billing import services
from billing.exceptions import InsufficientBalance
from billing.models import Invoice, LedgerEntry, Order, PrepaidAccount
from tests import world
from tests.at_once import at_once
from tests.billing import scenes
from tests.chaos.conftest import PEOPLE
from tests.chaos.totals import broken
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def test_invoices_at_once_are_numbered_from_one_without_gap():
    """Promise 5: as many clients as people, each orders at the same instant."""
    offer = world.make_catalogue()["office"]
    clients = [world.make_client(f"Client {number}") for number in range(PEOPLE)]

    def order(client, acting):
        services.place_order(
            client_id=client.pk,
            items=[services.Item(offer, 1)],
            relationship_id=None,
            key="k",
            actor=acting,
            now=NOW,
        )

    outcomes = at_once(*[lambda one=one: order(*one) for one in clients])

    assert outcomes == ["done"] * PEOPLE
    assert sorted(Invoice.objects.values_list("number", flat=True)) == [
        f"2026-{number:05d}" for number in range(1, PEOPLE + 1)
    ]
    assert broken() == []


def test_orders_and_payments_at_once_never_spend_what_is_not_there():
    """Rule 43: everybody orders 108.10 and pays it from the one account, which holds a third of what that takes."""
    here = scenes.scene()
    affordable = PEOPLE // 3
    for part in range(affordable):
        scenes.top_up(here.client, "108.10", f"in-{part}")
    outcomes_of = []

    def order_and_pay(number):
        placed = services.place_order(
            client_id=here.client.pk,
            items=[services.Item(here.offers["office"], 1)],
            relationship_id=None,
            key=f"k{number}",
            actor=here.acting,
            now=NOW,
        )
        try:
            services.pay_from_prepaid(invoice_id=placed.invoice.pk, actor=here.acting, now=NOW)
        except InsufficientBalance:
            outcomes_of.append("too little")
            raise

    outcomes = at_once(*[lambda number=number: order_and_pay(number) for number in range(PEOPLE)])

    assert outcomes == ["done"] * affordable + ["refused"] * (PEOPLE - affordable)
    assert len(outcomes_of) == PEOPLE - affordable
    assert Order.objects.count() == PEOPLE
    assert scenes.balance(here.client) == 0
    assert scenes.balance(here.partner) == D(35) * affordable
    sums = LedgerEntry.objects.values("account").annotate(sum=Sum("amount"))
    assert {row["account"]: row["sum"] for row in sums} == dict(PrepaidAccount.objects.values_list("pk", "balance"))
    assert broken() == []


def test_two_partners_that_are_each_others_clients_pay_at_once():
    """Q14: each payment moves both accounts; both take them in one order, so none waits for the other for ever."""
    offer = world.make_catalogue()["office"]
    (lumen, ana), (nord, luc) = world.make_partner("Studio Lumen"), world.make_partner("Atelier Nord")
    world.make_relationship(lumen.organisation, nord)
    world.make_relationship(nord.organisation, lumen)
    for partner in (lumen, nord):
        scenes.top_up(partner.organisation, "5000", f"in-{partner.pk}")
    assert ana.home != luc.home

    def order_and_pay(partner, acting, number):
        placed = services.place_order(
            client_id=partner.pk,
            items=[services.Item(offer, 1)],
            relationship_id=None,
            key=f"k{number}",
            actor=acting,
            now=NOW,
        )
        services.pay_from_prepaid(invoice_id=placed.invoice.pk, actor=acting, now=NOW)

    acts = [
        lambda number=number, who=who: order_and_pay(*who, number)
        for number in range(10)
        for who in ((lumen, ana), (nord, luc))
    ]

    assert at_once(*acts) == ["done"] * 20
    assert broken() == []

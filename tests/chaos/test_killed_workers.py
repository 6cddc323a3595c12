"""Workers are killed at random instants; the run that goes on leaves what an undisturbed one does. Promise 4."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal as D

from django.db import transaction
from django.utils import timezone

from billing import services
from billing.jobs import book_payments, renew_due_products
from billing.models import Coverage, StatementLine
from clients.choices import Payer, RenewalPayer
from partnerportal.accounts.acting import SYSTEM
from tests import world
from tests.billing import scenes
from tests.chaos.conftest import IS_FULL, KILLS
from tests.chaos.totals import broken, totals, undisturbed
from tests.world import NOW, TODAY

TRANSFERS = 1_200 if IS_FULL else 60
CLIENTS = 300 if IS_FULL else 18
LONGEST = 1.2  # seconds that a worker lives once the job is its own


def lives():
    """Yield how long each worker lives."""
    chance = random.Random(20261127)  # noqa: S311 -- the same instants each time, nothing secret
    for _ in range(KILLS):
        yield chance.uniform(0.0, LONGEST if IS_FULL else 0.3)


def test_payments_that_come_in_are_booked_once_whoever_is_killed(survive):
    """The cashback run: transfers for invoices of three clients, two partners, and top-ups between them."""
    here = scenes.scene()
    other, _acting = world.make_client("Garage Rossi")
    nord, _acting = world.make_partner("Atelier Nord")
    world.make_relationship(other, nord)
    transfers = []
    for number in range(TRANSFERS):
        if number % 6 == 5:
            transfers.append((f"PP-{here.client.pk}", D("20.00")))
            continue
        client = here.client if number % 2 else other
        placed = services.place_order(
            client_id=client.pk,
            items=[services.Item(here.offers["office"], 1)],
            relationship_id=None,
            key=f"k{number}",
            actor=here.acting,
            now=NOW,
        )
        transfers.append((placed.invoice.number, placed.invoice.total))
    statement = [
        StatementLine(f"bank-{number}", purpose, amount, "CHF", TODAY)
        for number, (purpose, amount) in enumerate(transfers)
    ]
    _new, job = services.take_statement(lines=statement, actor=here.finance, now=timezone.now())

    def run():
        while services.book_waiting(most=500, actor=SYSTEM, now=NOW):
            pass

    expected = undisturbed(run)
    killed = survive(job, lives())

    assert totals() == expected
    assert broken() == []
    assert killed >= 1
    assert book_payments.name == job.kind


def test_what_falls_due_is_renewed_once_whoever_is_killed(survive):
    """The renewal run: clients with and without money, some looked after by a partner that pays or earns."""
    here = scenes.scene()
    offers = [here.offers[code] for code in ("office", "web-hosting", "mail-hosting")]
    today = timezone.localdate()
    for number in range(CLIENTS):
        client, _acting = world.make_client(f"Client {number}")
        if number % 3:
            payer = Payer.PARTNER if number % 3 == 1 else Payer.CLIENT
            world.make_relationship(client, here.partner, payer=payer)
        by_partner = number % 3 == 1
        for offer in offers:
            world.make_product(
                client,
                offer,
                name=f"{offer.code} {number}",
                renews_on=today + timedelta(days=number % 10),
                renewal_payer=RenewalPayer.PARTNER if by_partner else RenewalPayer.CLIENT,
            )
        if number % 2:
            scenes.top_up(client, "500", f"in-{number}")
    scenes.top_up(here.partner.organisation, "2000", "partner")
    now = timezone.now()

    def run():
        after = 0
        while after is not None:
            after = services.renew_chunk(on=today, after=after, now=now).after

    expected = undisturbed(run)
    with transaction.atomic():
        job = renew_due_products.start(now=now, on=today.isoformat())
    killed = survive(job, lives())

    assert totals() == expected
    assert broken() == []
    assert killed >= 1
    assert Coverage.objects.filter(is_extension=False).count() == CLIENTS * len(offers)

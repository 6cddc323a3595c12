"""PostgreSQL is restarted while people order and pay: plain errors, nothing lost, no money moved halfway. Promise 4."""

from __future__ import annotations

import time
from collections import Counter
from threading import Thread

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import Sum
from django.urls import reverse

from billing import services
from billing.models import Invoice, LedgerEntry, Payment, PrepaidAccount
from partnerportal.kernel.states import Refused
from partnerportal.stack import config, place, postgres
from tests.billing import scenes
from tests.browsers import signed_in
from tests.chaos.conftest import IS_FULL, ROOT
from tests.chaos.totals import broken
from tests.world import NOW

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not IS_FULL, reason="restarts the database that other tests use: make chaos"),
]
WORKERS, RESTARTS = 8, 4


def test_a_restart_under_load_leaves_everything_whole():
    here = scenes.scene()
    for part in range(40):
        scenes.top_up(here.client, "10000", f"in-{part}")
    answers: Counter[int] = Counter()
    outcomes: Counter[str] = Counter()
    over = []

    def order_and_pay(worker):
        for number in range(100_000):
            if over:
                break
            try:
                placed = services.place_order(
                    client_id=here.client.pk,
                    items=[services.Item(here.offers["office"], 1)],
                    relationship_id=None,
                    key=f"{worker}-{number}",
                    actor=here.acting,
                    now=NOW,
                )
                services.pay_from_prepaid(invoice_id=placed.invoice.pk, actor=here.acting, now=NOW)
                outcomes["done"] += 1
            except Refused:
                outcomes["refused"] += 1
            except (OperationalError, InterfaceError):
                outcomes["away"] += 1
                connection.close()
                time.sleep(0.05)
        connection.close()

    def read(browser):
        while not over:
            answers[browser.get(reverse("billing:prepaid")).status_code] += 1
            time.sleep(0.02)
        connection.close()

    browser = signed_in(here.acting.user)
    browser.raise_request_exception = False
    threads = [Thread(target=order_and_pay, args=[number]) for number in range(WORKERS)]
    threads.append(Thread(target=read, args=[browser]))
    for thread in threads:
        thread.start()
    for _ in range(RESTARTS):
        time.sleep(2)
        postgres.stop(config.socket_folder(ROOT))
        time.sleep(0.5)
        postgres.start(place.open_place(ROOT))
    time.sleep(2)
    over.append(True)
    for thread in threads:
        thread.join(60)
    _reconnect()

    assert outcomes["done"] > RESTARTS
    assert outcomes["away"] > 0
    assert set(answers) <= {200, 503}
    assert Payment.objects.count() == Invoice.objects.filter(state="PAID").count() >= outcomes["done"]
    sums = LedgerEntry.objects.values("account").annotate(sum=Sum("amount"))
    assert {row["account"]: row["sum"] for row in sums} == dict(PrepaidAccount.objects.values_list("pk", "balance"))
    assert broken() == []


def _reconnect() -> None:
    for _ in range(20):
        try:
            connection.close()
            connection.ensure_connection()
        except DatabaseError:
            time.sleep(0.2)
        else:
            return

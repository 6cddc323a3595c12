"""The renewal run and the cashback run beside the plainest SQL, and the memory that they take.

The data are made for it: clients with five products each, three of four looked after by a partner with full access,
which pays a third of them; half of those who pay have the money. For the cashback run nobody has any: every invoice is
open, and the bank has a transfer for each.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bench.plain import Changed, Figures, measure
from billing.services import book_waiting, renew_chunk
from partnerportal.accounts.acting import SYSTEM

PER_CLIENT, CLIENTS_OF_PARTNER = 5, 40
PRODUCTS = 10_000  # a few chunks
SIZES = (1_000, 10_000, 50_000)
_ADDED_BY_RENEWALS = (
    "billing_order",
    "billing_orderline",
    "billing_coverage",
    "billing_invoice",
    "billing_payment",
    "billing_prepaidaccount",
    "billing_ledgerentry",
    "billing_earning",
    "audit_auditevent",
    "work_job",
)
_CHANGED_BY_RENEWALS = (
    Changed("clients_product", {"renews_on": "date"}, "name LIKE 'renewing-%'"),
    Changed("billing_prepaidaccount", {"balance": "numeric(14, 2)"}),
)
_ADDED_BY_CASHBACK = (
    "billing_payment",
    "billing_prepaidaccount",
    "billing_ledgerentry",
    "billing_earning",
    "audit_auditevent",
    "work_job",
)
_CHANGED_BY_CASHBACK = (
    Changed("billing_invoice", {"paid": "numeric(14, 2)", "state": "text", "paid_at": "timestamptz"}),
    Changed("billing_prepaidaccount", {"balance": "numeric(14, 2)"}),
    Changed("billing_incomingpayment", {"payment_id": "bigint", "state": "text", "settled_at": "timestamptz"}),
)
# Organisation and partner at once: the first are the partners, the others the clients.
_MAKE = """
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
SELECT n, nextval(pg_get_serial_sequence('accounts_organisation', 'id')) AS id
FROM generate_series(1, %(partners)s + %(clients)s) n;

INSERT INTO accounts_organisation (id, kind, name, search_name, street, postcode, city, country, currency, vat_number,
                                   language, time_zone, created_at)
SELECT id, 'COMPANY', 'Renewing ' || n, 'renewing ' || n, 'Gasse 1', '3011', 'Bern', 'CH', 'CHF', '', 'en',
       'Europe/Zurich', %(now)s FROM made;

INSERT INTO partners_partner (organisation_id, state, register_country, register_number, website, contact_email,
                              joined_on, build_up_until, wants_tenders)
SELECT id, 'APPROVED', 'CH', 'R' || lpad(n::text, 9, '0'), 'https://renewing.example', 'a@renewing.example',
       '2024-03-14', '2025-03-14', false FROM made WHERE n <= %(partners)s;

INSERT INTO clients_relationship (client_id, partner_id, started_by, state, access, payer, note, invited_email,
                                  link_version, created_at, sent_at, expires_at, answered_at, access_since,
                                  asked_technical, asked_statistics, is_by_code, refusal_reason)
SELECT client.id, partner.id, 'CLIENT', 'ACTIVE', 'FULL', CASE WHEN client.n %% 4 = 0 THEN 'PARTNER' ELSE 'CLIENT' END,
       '', '', 1, %(now)s, %(now)s, %(now)s, %(now)s, %(now)s - interval '100 days', false, false, false, ''
FROM made client JOIN made partner ON partner.n = client.n %% %(partners)s + 1
WHERE client.n > %(partners)s AND client.n %% 4 <> 3;

INSERT INTO clients_product (organisation_id, offer_id, name, quantity, state, renewal_payer, technical_note,
                             created_at, renews_on)
SELECT client.id, offer.id, 'renewing-' || client.n || '-' || place, 1, 'ACTIVE',
       CASE WHEN client.n %% 4 = 0 THEN 'PARTNER' ELSE 'CLIENT' END, '', %(now)s, %(day)s::date + 14
FROM made client
CROSS JOIN generate_series(1, %(per_client)s) place
JOIN (SELECT offer.id, row_number() OVER (ORDER BY offer.id) - 1 AS n, count(*) OVER () AS count
      FROM catalogue_offer offer JOIN billing_price price ON price.offer_id = offer.id AND price.currency = 'CHF'
      WHERE offer.is_sold AND daterange(price.valid_from, price.valid_until) @> %(day)s::date) offer
     ON offer.n = (client.n + place) %% offer.count
WHERE client.n > %(partners)s
ORDER BY client.n, place;

INSERT INTO billing_prepaidaccount (organisation_id, currency, balance)
SELECT id, 'CHF', 50000 FROM made WHERE n %% 2 = 0 AND %(are_rich)s;

ANALYZE clients_product, clients_relationship, accounts_organisation, partners_partner, billing_prepaidaccount;
"""
_TRANSFERS = """
INSERT INTO billing_incomingpayment (reference, purpose, amount, currency, received_on, state, problem, resolution,
                                     entered_at, entered_by_label)
SELECT 'bank-' || invoice.id, 'Invoice ' || invoice.number, invoice.total, invoice.currency, %(day)s, 'WAITING', '', '',
       %(now)s, 'Bench'
FROM billing_invoice invoice JOIN made payer ON payer.id = invoice.payer_id WHERE invoice.state = 'OPEN';

ANALYZE billing_order, billing_orderline, billing_coverage, billing_invoice, billing_incomingpayment;
"""


def show(products: int) -> None:
    """Print both runs beside their floors, and what they take of memory at three sizes."""
    print(
        "\nRuns beside the plainest SQL that writes the same rows (medians of 3; foreign keys checked). Target 50 %.\n"
    )
    print(f"{'run':<38}{'rows':>9}{'seconds':>9}{'rows/s':>9}{'Python':>8}{'floor':>8}{'share':>7}")
    for name, figures in (
        (f"Renewal run, {products:,} products", renewals(products)),
        (f"Cashback run, {products // PER_CLIENT:,} transfers", cashback(products)),
    ):
        print(
            f"{name:<38}{figures.rows:>9,}{figures.run:>9.2f}{figures.rows / figures.run:>9,.0f}"
            f"{figures.python:>8.2f}{figures.floor:>8.2f}{figures.share:>7.0%}",
            flush=True,
        )
    print("\nThe most memory that a process of its own takes for it, MB; before it begins, and at its highest.\n")
    print(f"{'products renewed, or paid for':<38}" + "".join(f"{size:>16,}" for size in SIZES))
    for name in ("renewals", "cashback"):
        print(f"{name.capitalize():<38}" + "".join(f"{_memory(name, size):>16}" for size in SIZES), flush=True)


def renewals(products: int) -> Figures:
    """Measure the renewal run; all of it is taken back."""
    _sweep()
    now = timezone.now()
    with transaction.atomic():
        _make(products, now, are_rich=True)
        figures = measure(lambda: _renew(now), added=_ADDED_BY_RENEWALS, changed=_CHANGED_BY_RENEWALS)
        transaction.set_rollback(True)
    return figures


def cashback(products: int) -> Figures:
    """Measure the booking of a transfer for each invoice, with the cashback that it brings; all of it is taken back."""
    _sweep()
    now = timezone.now()
    with transaction.atomic():
        _make_open_invoices(products, now)
        figures = measure(lambda: _book(now), added=_ADDED_BY_CASHBACK, changed=_CHANGED_BY_CASHBACK)
        transaction.set_rollback(True)
    return figures


def peak(name: str, products: int) -> tuple[int, int]:
    """Do a run once, and return the highest memory of this process before it and after it, in kibibytes.

    Only of use in a process that has done nothing else.
    """
    now = timezone.now()
    with transaction.atomic():
        if name == "cashback":
            _make_open_invoices(products, now)
            _forget_peak()  # the invoices were made by the renewal run
        else:
            _make(products, now, are_rich=True)
        before = _status("VmRSS")
        (_book if name == "cashback" else _renew)(now)
        after = _status("VmHWM")
        transaction.set_rollback(True)
    return before, after


def _memory(name: str, products: int) -> str:
    asked = [sys.executable, "-m", "bench", "--memory", name, "--products", str(products)]
    told = subprocess.run(asked, check=True, capture_output=True, text=True, env=os.environ)  # noqa: S603 -- words of ours
    before, after = told.stdout.split()[-2:]
    return f"{int(before) // 1024} → {int(after) // 1024}"


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _status(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) if found else 0


def _make(products: int, now: datetime, *, are_rich: bool) -> None:
    clients = products // PER_CLIENT
    values: dict[str, Any] = {
        "partners": max(clients // CLIENTS_OF_PARTNER, 1),
        "clients": clients,
        "per_client": PER_CLIENT,
        "are_rich": are_rich,
        "now": now,
        "day": timezone.localdate(now),
    }
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, values)


def _make_open_invoices(products: int, now: datetime) -> None:
    _make(products, now, are_rich=False)
    _renew(now)
    with connection.cursor() as cursor:
        cursor.execute(_TRANSFERS, {"now": now, "day": timezone.localdate(now)})
    connection.check_constraints()


def _renew(now: datetime) -> None:
    after: int | None = 0
    while after is not None:
        after = renew_chunk(on=timezone.localdate(now), after=after, now=now).after


def _book(now: datetime) -> None:
    while book_waiting(most=settings.PAYMENT_BATCH, now=now, actor=SYSTEM):
        pass


def _sweep() -> None:
    """Take away what earlier runs wrote and took back: it makes every table long that is read or written next."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")

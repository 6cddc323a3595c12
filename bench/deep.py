"""Two partners, one with a million earnings and one with a thousand, and two clients with 10,000 invoices and with 10.

Everything else of them is alike, so that what a page takes more for the one is what grows. A partner's clients are
served in turn; its first client has the first orders to itself. An order has one line, and brings cashback; one in
eleven brings nothing, the last hundred are not paid yet.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from bench import large
from partnerportal.demo.catalogue import load_catalogue


@dataclass(frozen=True)
class Size:
    """How many earnings the two partners have, how many clients, and how many invoices the first client of each."""

    many_entries: int = 1_000_000
    few_entries: int = 1_000
    many_clients: int = 1_000
    few_clients: int = 10
    many_invoices: int = 10_000
    few_invoices: int = 10


_SIZE = Size()
PARTNERS = {1: _SIZE.many_entries, 2: _SIZE.few_entries}  # each is the organisation and the person of its number
CLIENTS = {3: _SIZE.many_invoices, 3 + _SIZE.many_clients: _SIZE.few_invoices}  # the first client of each partner
ANOTHER = {1: 4, 2: 4 + _SIZE.many_clients}  # a client of each partner that is like the others

_SIZES = """
CREATE TEMPORARY TABLE deep ON COMMIT DROP AS
SELECT * FROM (VALUES (1, %(many_entries)s, %(many_clients)s, 3, %(many_invoices)s),
                      (2, %(few_entries)s, %(few_clients)s, 3 + %(many_clients)s, %(few_invoices)s))
     AS size (partner_id, entries, clients, first_client, invoices)
"""
_PEOPLE = """
INSERT INTO accounts_organisation (id, kind, name, search_name, street, postcode, city, country, currency, vat_number,
                                   language, time_zone, created_at)
SELECT n, 'COMPANY', 'Deep ' || n, 'deep ' || n, 'Gasse 1', '3011', 'Bern', 'CH', 'CHF', '', 'en', 'Europe/Zurich',
       %(now)s - interval '3 years' FROM generate_series(1, 2 + %(many_clients)s + %(few_clients)s) n;

INSERT INTO accounts_user (id, password, email, name, language, staff_role, is_active, date_joined)
SELECT n, %(password)s, 'person' || n || '@bench.example', 'Person ' || n, 'en', '', true, %(now)s - interval '3 years'
FROM generate_series(1, 2 + %(many_clients)s + %(few_clients)s) n;

INSERT INTO accounts_membership (id, user_id, organisation_id, role, has_accounting, is_external, created_at)
SELECT n, n, n, 'LEGAL', false, false, %(now)s - interval '3 years'
FROM generate_series(1, 2 + %(many_clients)s + %(few_clients)s) n;

INSERT INTO partners_partner (organisation_id, state, register_country, register_number, website, contact_email,
                              joined_on, build_up_until, wants_tenders)
SELECT partner_id, 'APPROVED', 'CH', 'CHE' || lpad(partner_id::text, 9, '0'), 'https://deep.example',
       'a@deep.example', %(now)s::date - 1000, %(now)s::date - 635, false FROM deep;

INSERT INTO clients_relationship (id, client_id, partner_id, started_by, state, access, payer, note, invited_email,
                                  link_version, created_at, sent_at, expires_at, answered_at, access_since,
                                  asked_technical, asked_statistics, is_by_code, refusal_reason)
SELECT first_client + n, first_client + n, partner_id, 'CLIENT', 'ACTIVE', 'FULL', 'CLIENT', '', '', 1, at, at, at, at,
       at, false, false, false, ''
FROM deep, generate_series(0, clients - 1) n, (SELECT %(now)s - interval '1000 days' AS at) since;

INSERT INTO billing_prepaidaccount (id, organisation_id, currency, balance)
SELECT partner_id, partner_id, 'CHF', 0 FROM deep;
"""
# Over two years, evenly; the last hundred of each partner are open.
_ORDER_PLAN = """
CREATE TEMPORARY TABLE deep_order ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY number::numeric / wanted, partner_id) AS id, partner_id,
       first_client + CASE WHEN number <= invoices THEN 0 ELSE 1 + number %% (clients - 1) END AS client_id,
       %(now)s - interval '730 days' * (1 - number::float / wanted) AS placed_at,
       number > wanted - 100 AS is_open, number %% 11 = 0 AS is_nothing, offer.*, price - preferential AS cashback,
       round(price * 0.081, 2) AS vat
FROM (SELECT deep.*, entries * 11 / 10 + 100 AS wanted FROM deep) size
CROSS JOIN LATERAL generate_series(1, wanted) number
JOIN bench_offer offer ON offer.n = number %% (SELECT count(*) FROM bench_offer)
"""
_DOCUMENTS = """
INSERT INTO billing_order (id, kind, client_id, payer_id, currency, placed_at, placed_by_id, placed_by_label, key)
SELECT o.id, 'ORDER', client_id, client_id, 'CHF', placed_at, client_id, 'Person ' || client_id, 'deep-' || o.id
FROM deep_order o;

INSERT INTO billing_orderline (id, order_id, position, offer_id, offer_name, period, quantity, period_start, period_end,
                               public_unit, public_net, charged_net, client_degressive_rate, client_count, outcome,
                               reason, earner_id, earning_partner_id, after_partner_rate, preferential_net,
                               partner_rate, partner_degressive_rate, partner_count, cashback, rates, steps)
SELECT id, id, 1, offer_id, name, period, 1, placed_at::date, (placed_at::date + period_length)::date, price, price,
       price, 0, 1, CASE WHEN is_nothing THEN 'NOTHING' ELSE 'CASHBACK' END, '1',
       CASE WHEN NOT is_nothing THEN client_id END, CASE WHEN NOT is_nothing THEN partner_id END,
       preferential, preferential, rate, 0, 1, CASE WHEN is_nothing THEN 0 ELSE cashback END, '{}', '[]'
FROM deep_order;

INSERT INTO billing_invoice (id, number, order_id, payer_id, state, currency, issued_at, due_on, paid_at, net, vat_rate,
                             vat_treatment, vat, total, paid, issuer_snapshot, payer_snapshot, client_name, language)
SELECT id, to_char(placed_at, 'YYYY-') || lpad(id::text, 7, '0'), id, client_id,
       CASE WHEN is_open THEN 'OPEN' ELSE 'PAID' END, 'CHF', placed_at, placed_at::date + 30,
       CASE WHEN NOT is_open THEN placed_at END, price, 0.081, 'domestic', vat, price + vat,
       CASE WHEN is_open THEN 0 ELSE price + vat END, '{}', '{}', '', 'en'
FROM deep_order;
"""
_EARNINGS = """
INSERT INTO billing_ledgerentry (id, account_id, kind, amount, balance_after, line_id, relationship_id, reference,
                                 actor_label, created_at)
SELECT id, partner_id, 'CASHBACK', cashback, sum(cashback) OVER (PARTITION BY partner_id ORDER BY id), id, client_id,
       '', 'The portal', placed_at
FROM deep_order WHERE NOT is_open AND NOT is_nothing ORDER BY id;

UPDATE billing_prepaidaccount account SET balance = moved.amount
FROM (SELECT account_id, sum(amount) AS amount FROM billing_ledgerentry GROUP BY 1) moved
WHERE moved.account_id = account.id;

INSERT INTO billing_earning (id, partner_id, kind, currency, amount, earned_at, month, line_id, client_id, offer_id,
                             relationship_id, entry_id)
SELECT id, partner_id, 'CASHBACK', 'CHF', cashback, placed_at, date_trunc('month', placed_at)::date, id, client_id,
       offer_id, client_id, id
FROM deep_order WHERE NOT is_open AND NOT is_nothing ORDER BY id;
"""
_STEPS = (
    _SIZES,
    large.OFFERS,
    "ALTER TABLE bench_offer RENAME COLUMN id TO offer_id",
    _PEOPLE,
    _ORDER_PLAN,
    _DOCUMENTS,
    _EARNINGS,
)
_FILLED = [
    "accounts_organisation", "accounts_user", "accounts_membership", "partners_partner", "clients_relationship",
    "billing_order", "billing_orderline", "billing_invoice", "billing_prepaidaccount", "billing_ledgerentry",
    "billing_earning",
]  # fmt: skip
_NUMBERED = tuple(table for table in _FILLED if table != "partners_partner")


def load(*, now: datetime, size: Size = _SIZE) -> None:
    """Fill an empty, migrated database: all of it or nothing."""
    values = asdict(size) | {"now": now, "password": make_password(None)}
    with transaction.atomic(), connection.cursor() as cursor:
        load_catalogue()
        large.write(cursor, _STEPS, values, filled=_FILLED, numbered=_NUMBERED)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if not connection.in_atomic_block else "ANALYZE")

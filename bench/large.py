"""A programme of 2,000 partners and 100,000 clients, written set by set. The same figures give the same rows.

Who is what follows from the number of the row: partner p is organisation p, client c is organisation ``partners + c``,
order o is on product o. Moments lie in the year before ``now``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from bench import people
from billing.selectors import managed_totals
from partnerportal.accounts.choices import StaffRole
from partnerportal.accounts.models import User
from partnerportal.demo.catalogue import load_catalogue
from partners import services as partner_services
from partners.models import Partner


@dataclass(frozen=True)
class Size:
    """How many rows of each kind."""

    partners: int = 2_000
    clients: int = 100_000
    first_clients: int = 10_000  # of the first partner
    products: int = 500_000
    first_products: int = 5_000  # of the first client
    fourth_products: int = 1_020  # of the fourth client, whose access is limited; 20 of them are terminated
    orders: int = 400_000
    entries: int = 1_000_000
    events: int = 400_000


# Offers at one product a unit and with a partner rate, in a fixed order.
OFFERS = """
CREATE TEMPORARY TABLE bench_offer ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY o.code) - 1 AS n, o.id, o.name, o.period, r.rate, p.currency, p.public_unit AS price,
       round(p.public_unit * (1 - r.rate), 2) AS preferential,
       (CASE o.period WHEN 'MONTH' THEN interval '1 month' ELSE interval '1 year' END) AS period_length
FROM catalogue_offer o
JOIN billing_partnerrate r ON r.offer_id = o.id AND r.valid_until IS NULL AND r.rate > 0
JOIN billing_price p ON p.offer_id = o.id AND p.valid_until IS NULL AND p.currency = 'CHF'
WHERE o.is_per_unit
"""
_ORGANISATIONS = """
INSERT INTO accounts_organisation (id, kind, name, search_name, street, postcode, city, country, currency, vat_number,
                                   language, time_zone, created_at)
SELECT n, 'COMPANY', name, lower(name), 'Hauptstrasse ' || n %% 200 + 1, lpad((n %% 9000 + 1000)::text, 4, '0'), city,
       'CH', 'CHF', '', 'de', 'Europe/Zurich', %(now)s - interval '2 years'
FROM (
    SELECT n, (ARRAY['Studio', 'Atelier', 'Hotel', 'Garage', 'Weingut', 'Praxis', 'Verlag', 'Kontor'])[n %% 8 + 1]
              || ' ' || (ARRAY['Lumen', 'Nord', 'Alpina', 'Rossi', 'Horizon', 'Aare', 'Seeblick'])[n %% 7 + 1]
              || ' ' || n AS name,
           (ARRAY['Bern', 'Basel', 'Chur', 'Luzern', 'Lugano', 'Lausanne', 'Sion', 'Thun', 'Zug'])[n %% 9 + 1] AS city
    FROM generate_series(1, %(partners)s + %(clients)s) n
) named
"""
_USERS = """
INSERT INTO accounts_user (id, password, email, name, language, staff_role, is_active, date_joined)
SELECT n, %(password)s, 'person' || n || '@bench.example', 'Person ' || n, 'en', '', true, %(now)s - interval '2 years'
FROM generate_series(1, %(partners)s + %(clients)s) n
"""
_MEMBERSHIPS = """
INSERT INTO accounts_membership (id, user_id, organisation_id, role, has_accounting, is_external, created_at)
SELECT n, n, n, 'LEGAL', false, false, %(now)s - interval '2 years'
FROM generate_series(1, %(partners)s + %(clients)s) n
"""
_PARTNERS = """
INSERT INTO partners_partner (organisation_id, state, register_country, register_number, website, contact_email,
                              joined_on, build_up_until, wants_tenders)
SELECT n, 'APPROVED', 'CH', 'CHE' || lpad(n::text, 9, '0'), 'https://partner' || n || '.example',
       'hello' || n || '@partner.example', %(now)s::date - 720 - n %% 300, %(now)s::date - 355 - n %% 300, n %% 3 = 0
FROM generate_series(1, %(partners)s) n
"""
# c %% 5: 0 and 1 full access and the client pays, 2 full and the partner pays, 3 and 4 limited. One of fifty ends
# within ten months; one of a hundred was never looked through since it began.
_RELATIONSHIPS = """
INSERT INTO clients_relationship (id, client_id, partner_id, started_by, state, access, payer, note, invited_email,
                                  link_version, created_at, sent_at, expires_at, answered_at, access_since,
                                  ends_at, reviewed_at, asked_technical, asked_statistics, is_by_code, refusal_reason)
SELECT c, %(partners)s + c,
       CASE WHEN c <= %(first_clients)s THEN 1 ELSE 2 + c %% (%(partners)s - 1) END,
       'CLIENT', 'ACTIVE', CASE WHEN c %% 5 < 3 THEN 'FULL' ELSE 'LIMITED' END,
       CASE WHEN c %% 5 < 2 THEN 'CLIENT' WHEN c %% 5 = 2 THEN 'PARTNER' END, '', '', 1,
       since, since, since + interval '30 days', since, since,
       CASE WHEN c %% 50 = 7 THEN %(now)s + (c %% 300 + 1) * interval '1 day' END,
       CASE WHEN c %% 100 <> 8 THEN %(now)s - (95 + c %% 60) * interval '1 day' END, false, false, false, ''
FROM (
    SELECT c, %(now)s - interval '400 days' - c * interval '1 minute' AS since
    FROM generate_series(1, %(clients)s) c
) dated
"""
_PRODUCTS = """
INSERT INTO clients_product (id, organisation_id, offer_id, name, quantity, state, renewal_payer, technical_note,
                             created_at, renews_on, terminated_at)
SELECT number, %(partners)s + CASE WHEN number <= %(first_products)s THEN 1
                                   WHEN number <= %(first_products)s + %(fourth_products)s THEN 4
                                   ELSE number %% %(clients)s + 1 END,
       offer.id,
       'site-' || number || '.example', 1, CASE WHEN number %% 50 = 0 THEN 'TERMINATED' ELSE 'ACTIVE' END,
       CASE WHEN number %% 97 = 0 THEN 'NOBODY' ELSE 'CLIENT' END, '', %(now)s - interval '390 days',
       %(now)s::date + number %% 60, CASE WHEN number %% 50 = 0 THEN %(now)s END
FROM generate_series(1, %(products)s) AS product(number)
JOIN bench_offer offer ON offer.n = number %% (SELECT count(*) FROM bench_offer)
"""
_GRANTS = """
INSERT INTO clients_grant (relationship_id, product_id, has_technical, has_statistics, granted_at)
SELECT relationship.id, product.id, product.id %% 4 <> 0, product.id %% 5 <> 0, relationship.access_since
FROM clients_relationship relationship
JOIN clients_product product ON product.organisation_id = relationship.client_id
WHERE relationship.access = 'LIMITED' AND product.id %% 3 <> 0
"""
# Every other order with full access is the partner's. What it pays itself brings a rebate, what a client in its scope
# pays brings cashback.
_ORDER_PLAN = """
CREATE TEMPORARY TABLE bench_order ON COMMIT DROP AS
SELECT planned.*, CASE WHEN outcome = 'REBATE' THEN preferential ELSE price END AS charged,
       round(CASE WHEN outcome = 'REBATE' THEN preferential ELSE price END * 0.081, 2) AS vat,
       CASE WHEN outcome = 'CASHBACK' THEN price - preferential ELSE 0 END AS cashback
FROM (
    SELECT product.id, product.organisation_id AS client_id, relationship.id AS relationship_id,
           relationship.partner_id, is_partners, offer.id AS offer_id, offer.name, offer.period, offer.period_length,
           offer.rate, offer.price, offer.preferential, product.id %% 10 <> 0 AS is_paid,
           %(now)s - (product.id * 7919::bigint %% 525600) * interval '1 minute' AS placed_at,
           CASE WHEN is_partners AND relationship.payer = 'PARTNER' THEN relationship.partner_id
                ELSE product.organisation_id END AS payer_id,
           CASE WHEN is_partners AND relationship.payer = 'PARTNER' THEN 'REBATE'
                WHEN relationship.access = 'FULL' OR product.id %% 3 <> 0 THEN 'CASHBACK'
                ELSE 'NOTHING' END AS outcome
    FROM clients_product product
    JOIN clients_relationship relationship ON relationship.client_id = product.organisation_id
    JOIN bench_offer offer ON offer.id = product.offer_id
    CROSS JOIN LATERAL (SELECT relationship.access = 'FULL' AND product.id %% 2 = 0 AS is_partners) placed
    WHERE product.id <= %(orders)s
) planned
"""
_ORDERS = """
INSERT INTO billing_order (id, kind, client_id, payer_id, relationship_id, partner_id, currency, placed_at,
                           placed_by_id, placed_by_label, key)
SELECT id, CASE WHEN id %% 3 = 0 THEN 'ORDER' ELSE 'RENEWAL' END, client_id, payer_id,
       CASE WHEN is_partners THEN relationship_id END, CASE WHEN is_partners THEN partner_id END, 'CHF', placed_at,
       CASE WHEN is_partners THEN partner_id ELSE client_id END,
       'Person ' || CASE WHEN is_partners THEN partner_id ELSE client_id END, 'bench-' || id
FROM bench_order
"""
_LINES = """
INSERT INTO billing_orderline (id, order_id, position, offer_id, offer_name, period, quantity, period_start, period_end,
                               public_unit, public_net, charged_net, client_degressive_rate, client_count, outcome,
                               reason, earner_id, earning_partner_id, after_partner_rate, preferential_net,
                               partner_rate, partner_degressive_rate, partner_count, cashback, rates, steps)
SELECT id, id, 1, offer_id, name, period, 1, placed_at::date, (placed_at::date + period_length)::date,
       price, price, charged, 0, 1, outcome, CASE outcome WHEN 'REBATE' THEN '1' WHEN 'CASHBACK' THEN '2' ELSE '9' END,
       CASE WHEN outcome <> 'NOTHING' THEN relationship_id END, CASE WHEN outcome <> 'NOTHING' THEN partner_id END,
       preferential, preferential, rate, 0, 1, cashback, '{}', '[]'
FROM bench_order
"""
_COVERAGES = """
INSERT INTO billing_coverage (line_id, product_id, period_start, is_extension)
SELECT id, id, placed_at::date, false FROM bench_order
"""
_INVOICES = """
INSERT INTO billing_invoice (id, number, order_id, payer_id, state, currency, issued_at, due_on, paid_at, net, vat_rate,
                             vat_treatment, vat, total, paid, issuer_snapshot, payer_snapshot, client_name, language)
SELECT bench_order.id, to_char(placed_at, 'YYYY-') || lpad(bench_order.id::text, 6, '0'), bench_order.id, payer_id,
       CASE WHEN is_paid THEN 'PAID' ELSE 'OPEN' END, 'CHF', placed_at, placed_at::date + 30,
       CASE WHEN is_paid THEN placed_at END, charged, 0.081, 'domestic', vat, charged + vat,
       CASE WHEN is_paid THEN charged + vat ELSE 0 END, '{}', '{}',
       CASE WHEN payer_id = client_id THEN '' ELSE client.name END, 'de'
FROM bench_order JOIN accounts_organisation client ON client.id = client_id
"""
_SERIES = """
INSERT INTO billing_numberseries (issuer, kind, year, next_value)
SELECT DISTINCT 'provider', 'invoice', extract(year FROM placed_at)::int, 1000000 FROM bench_order
"""
_PAYMENTS = """
INSERT INTO billing_payment (id, invoice_id, means, reference, amount, received_at)
SELECT id, id, 'PREPAID', 'bench-' || id, charged + vat, placed_at FROM bench_order WHERE is_paid
"""
_ACCOUNTS = """
INSERT INTO billing_prepaidaccount (id, organisation_id, currency, balance)
SELECT n, n, 'CHF', 0 FROM generate_series(1, %(partners)s + %(clients)s) n
"""
# Payments and cashback, and top-ups for the rest: each covers all that its account pays, so none falls below zero.
_MOVEMENTS = """
CREATE TEMPORARY TABLE bench_movement ON COMMIT DROP AS
SELECT payer_id AS account_id, 'PAYMENT' AS kind, -(charged + vat) AS amount, NULL::bigint AS line_id,
       id AS payment_id, NULL::bigint AS relationship_id, '' AS reference, placed_at AS at
FROM bench_order WHERE is_paid
UNION ALL
SELECT partner_id, 'CASHBACK', cashback, id, NULL, relationship_id, '', placed_at
FROM bench_order WHERE is_paid AND outcome = 'CASHBACK';

INSERT INTO bench_movement (account_id, kind, amount, reference, at)
SELECT account.id, 'TOP_UP', coalesce(spent.amount, 0) + 100, 'bench-' || n,
       %(now)s - interval '380 days' + n / (%(partners)s + %(clients)s) * interval '30 days'
FROM generate_series(1, %(entries)s - (SELECT count(*) FROM bench_movement)) n
JOIN billing_prepaidaccount account ON account.id = n %% (%(partners)s + %(clients)s) + 1
LEFT JOIN (SELECT account_id, -sum(amount) AS amount FROM bench_movement WHERE amount < 0 GROUP BY 1) spent
     ON spent.account_id = account.id
"""
_ENTRIES = """
INSERT INTO billing_ledgerentry (id, account_id, kind, amount, balance_after, line_id, payment_id, relationship_id,
                                 reference, actor_label, created_at)
SELECT row_number() OVER w, account_id, kind, amount, sum(amount) OVER (PARTITION BY account_id ORDER BY at, kind DESC,
       coalesce(payment_id, line_id)), line_id, payment_id, relationship_id, reference, 'Person ' || account_id, at
FROM bench_movement
WINDOW w AS (ORDER BY at, kind DESC, account_id, coalesce(payment_id, line_id));

UPDATE billing_prepaidaccount account SET balance = moved.amount
FROM (SELECT account_id, sum(amount) AS amount FROM bench_movement GROUP BY 1) moved
WHERE moved.account_id = account.id
"""
# Rebates as they are ordered, cashback as it is credited; the trigger adds them up.
_EARNINGS = """
INSERT INTO billing_earning (partner_id, kind, currency, amount, earned_at, month, line_id, client_id, offer_id,
                             relationship_id)
SELECT partner_id, 'REBATE', 'CHF', price - charged, placed_at, date_trunc('month', placed_at)::date, id, client_id,
       offer_id, relationship_id
FROM bench_order WHERE outcome = 'REBATE' AND price > charged ORDER BY placed_at, id;

INSERT INTO billing_earning (partner_id, kind, currency, amount, earned_at, month, line_id, client_id, offer_id,
                             relationship_id, entry_id)
SELECT partner_id, 'CASHBACK', 'CHF', entry.amount, placed_at, date_trunc('month', placed_at)::date, bench_order.id,
       client_id, offer_id, bench_order.relationship_id, entry.id
FROM bench_order JOIN billing_ledgerentry entry ON entry.line_id = bench_order.id AND entry.kind = 'CASHBACK'
ORDER BY placed_at, bench_order.id;
"""
_EVENTS = """
INSERT INTO audit_auditevent (at, actor_id, actor_label, actor_organisation_id, actor_organisation_label,
                              organisation_id, organisation_label, relationship_id, action, subject_type, subject_id,
                              subject_label, changes, request_id)
SELECT placed_at, CASE WHEN is_partners THEN partner_id ELSE client_id END,
       'Person ' || CASE WHEN is_partners THEN partner_id ELSE client_id END,
       CASE WHEN is_partners THEN partner_id ELSE client_id END, organisation.name, client_id, client.name,
       CASE WHEN is_partners THEN relationship_id END, 'billing.order.placed', 'billing.order', bench_order.id,
       to_char(placed_at, 'YYYY-') || bench_order.id, '{}', ''
FROM bench_order
JOIN accounts_organisation client ON client.id = client_id
JOIN accounts_organisation organisation
     ON organisation.id = CASE WHEN is_partners THEN partner_id ELSE client_id END
WHERE bench_order.id <= %(events)s
"""
_STEPS = (
    OFFERS, _ORGANISATIONS, _USERS, _MEMBERSHIPS, _PARTNERS, _RELATIONSHIPS, _PRODUCTS, _GRANTS,
    "ANALYZE clients_relationship, clients_product, accounts_organisation",
    *people.STEPS,
    _ORDER_PLAN, _ORDERS, _LINES, _COVERAGES, _INVOICES, _SERIES, _PAYMENTS, _ACCOUNTS, _MOVEMENTS, _ENTRIES, _EARNINGS,
    _EVENTS,
)  # fmt: skip
_FILLED = [
    "accounts_organisation", "accounts_user", "accounts_membership", "partners_partner", "clients_relationship",
    "clients_product", "clients_grant", "billing_order", "billing_orderline", "billing_coverage", "billing_invoice",
    "billing_payment", "billing_prepaidaccount", "billing_ledgerentry", "billing_earning", "audit_auditevent",
    *people.FILLED,
]  # fmt: skip
# Foreign keys and indexes are checked and built once for all rows, which is several times faster than row by row.
_KEYS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%(filled)s::regclass[]) ORDER BY oid
"""
_INDEXES = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY(%(filled)s::regclass[])
     AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY indexrelid
"""
_NUMBERED = (
    "accounts_organisation", "accounts_user", "accounts_membership", "clients_relationship", "clients_product",
    *people.NUMBERED, "billing_order",
    "billing_orderline", "billing_invoice", "billing_payment", "billing_prepaidaccount", "billing_ledgerentry",
)  # fmt: skip


def load(*, now: datetime, size: Size | None = None) -> None:
    """Fill an empty, migrated database: all of it or nothing."""
    values = asdict(size or Size()) | {"now": now, "password": make_password(None)}
    with transaction.atomic():
        load_catalogue()
        with connection.cursor() as cursor:
            write(cursor, _STEPS, values, filled=_FILLED, numbered=_NUMBERED)
        staff = User.objects.create(email="staff@bench.example", name="Staff", staff_role=StaffRole.MANAGER)
        Authenticator.objects.create(user=staff, type=Authenticator.Type.TOTP, data={"secret": "A" * 32})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    partner_ids = list(Partner.objects.values_list("pk", flat=True))
    partner_services.note_volumes(volumes=managed_totals(partner_ids=partner_ids, on=timezone.localdate(now)), now=now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if not connection.in_atomic_block else "ANALYZE")


def write(
    cursor: Any, steps: Iterable[str], values: dict[str, Any], *, filled: list[str], numbered: Iterable[str]
) -> None:
    """Do ``steps``, which fill the tables ``filled``, without their keys and indexes; those come back at the end.

    ``numbered``: the tables whose next row, the portal's own, comes after these.
    """
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with _taken_away(cursor, _KEYS, filled), _taken_away(cursor, _INDEXES, filled):
        for statement in steps:
            cursor.execute(statement, values)
    for table in numbered:
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608 -- our own names


@contextmanager
def _taken_away(cursor: Any, wanted: str, filled: list[str]) -> Iterator[None]:
    """Do without these keys or indexes for a while; putting them back checks every row."""
    cursor.execute(wanted, {"filled": filled})
    pairs = cursor.fetchall()
    for removal, _definition in pairs:
        cursor.execute(removal)
    yield
    for _removal, definition in pairs:
        cursor.execute(definition)

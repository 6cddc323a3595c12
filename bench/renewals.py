"""The renewal run beside the plainest SQL that writes the same rows: INSERT … SELECT from tables that hold them.

Both are done for real in one transaction and taken back. The data are made for it: clients with five products each, of
which some are looked after by partners, who pay a part; half of the payers have the money.
"""

from __future__ import annotations

import io
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from billing.models import PrepaidAccount, Price
from billing.services import renew_chunk
from clients.choices import Access, Payer, RelationshipState, RenewalPayer, Side
from clients.models import Product, Relationship
from partnerportal.accounts.choices import OrganisationKind
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import Offer
from partners.choices import PartnerState
from partners.models import Partner

PER_CLIENT, CLIENTS_OF_PARTNER = 5, 40
# In the order in which their rows refer to one another.
TABLES = (
    "billing_order",
    "billing_orderline",
    "billing_coverage",
    "billing_invoice",
    "billing_payment",
    "billing_ledgerentry",
    "billing_earning",
    "audit_auditevent",
    "work_job",
)


@dataclass(frozen=True)
class Figures:
    """What was measured: seconds of both, and how many rows each wrote or changed."""

    products: int
    orders: int
    rows: int
    run: float
    floor: float
    memory: int  # kibibytes that the process grew by during the run

    @property
    def share(self) -> float:
        """How fast the run is, as a share of the plainest SQL."""
        return self.floor / self.run


def measure(products: int) -> Figures:
    """Renew so many products, then write the same rows by plain SQL; all of it is taken back."""
    now = timezone.now()
    with transaction.atomic():
        _make(products, now)
        _analyze()
        before = {table: _highest(table) for table in TABLES}
        kept = transaction.savepoint()
        grown = _memory()
        run, orders = _timed(lambda: _renew(timezone.localdate(now), now))
        grown = _memory() - grown
        written = {table: _copied_out(table, before[table]) for table in TABLES}
        changed = _changed_out()
        transaction.savepoint_rollback(kept)
        for table, rows in written.items():
            _copied_in(table, rows)
        _changed_in(changed)
        _analyze()
        floor, count = _timed(_write_plainly)
        transaction.set_rollback(True)
    return Figures(products, orders, count, run, floor, grown)


def show(products: int) -> None:
    """Print it."""
    found = measure(products)
    print(
        f"\nRenewal run, {found.products:,} products, {found.orders:,} orders, {found.rows:,} rows written or changed:"
    )
    print(f"{found.run:.2f} s, {found.rows / found.run:,.0f} rows/s; grew by {found.memory / 1024:.0f} MB.")
    print(f"INSERT … SELECT of the same rows: {found.floor:.2f} s. The run is {found.share:.0%} as fast (target 50 %).")


def _make(products: int, now: datetime) -> None:
    day = timezone.localdate(now)
    partners = _partners(max(products // PER_CLIENT // CLIENTS_OF_PARTNER, 1), now)
    clients = Organisation.objects.bulk_create(
        _organisation(f"Renewing {number}", now) for number in range(products // PER_CLIENT)
    )
    payers = [_relate(client, partners[number % len(partners)], number, now) for number, client in enumerate(clients)]
    Relationship.objects.bulk_create([one for one in payers if one is not None])
    sold = Price.objects.valid_on(day).filter(currency="CHF").values("offer")
    offers = list(Offer.objects.filter(pk__in=sold, is_sold=True).order_by("pk"))
    Product.objects.bulk_create(
        (
            Product(
                organisation=client,
                offer=offers[(number + place) % len(offers)],
                name=f"renewing-{number}-{place}",
                created_at=now,
                renews_on=day + timedelta(days=14),
                renewal_payer=_payer(payers[number]),
            )
            for number, client in enumerate(clients)
            for place in range(PER_CLIENT)
        ),
        batch_size=2_000,
    )
    rich = [*[partner.organisation for partner in partners[::2]], *clients[::2]]
    PrepaidAccount.objects.bulk_create(
        PrepaidAccount(organisation=one, currency="CHF", balance=Decimal(50_000)) for one in rich
    )


def _partners(count: int, now: datetime) -> list[Partner]:
    owners = Organisation.objects.bulk_create(
        _organisation(f"Renewing partner {number}", now) for number in range(count)
    )
    return Partner.objects.bulk_create(
        Partner(
            organisation=owner,
            state=PartnerState.APPROVED,
            register_country="CH",
            register_number=f"R{number:09d}",
            website="https://renewing.example",
            contact_email="a@renewing.example",
            joined_on=date(2024, 3, 14),
            build_up_until=date(2025, 3, 14),
        )
        for number, owner in enumerate(owners)
    )


def _organisation(name: str, now: datetime) -> Organisation:
    return Organisation(
        name=name,
        search_name=name.lower(),
        kind=OrganisationKind.COMPANY,
        country="CH",
        currency="CHF",
        street="Gasse 1",
        postcode="3011",
        city="Bern",
        created_at=now,
    )


def _relate(client: Organisation, partner: Partner, number: int, now: datetime) -> Relationship | None:
    """Three of four clients have a partner with full access; of these a third is paid by it."""
    if number % 4 == 3:
        return None
    return Relationship(
        client=client,
        partner=partner,
        started_by=Side.CLIENT,
        state=RelationshipState.ACTIVE,
        access=Access.FULL,
        payer=Payer.PARTNER if number % 4 == 0 else Payer.CLIENT,
        created_at=now,
        sent_at=now,
        expires_at=now,
        answered_at=now,
        access_since=now - timedelta(days=100),
    )


def _payer(relationship: Relationship | None) -> str:
    is_partner = relationship is not None and relationship.payer == Payer.PARTNER
    return RenewalPayer.PARTNER if is_partner else RenewalPayer.CLIENT


def _renew(on: date, now: datetime) -> int:
    after: int | None = 0
    orders = 0
    while after is not None:
        renewed = renew_chunk(on=on, after=after, now=now)
        orders, after = orders + renewed.orders, renewed.after
    return orders


def _timed(act: Callable[[], int]) -> tuple[float, int]:
    started = time.perf_counter()
    result = act()
    return time.perf_counter() - started, result


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE clients_product, clients_relationship, accounts_organisation, partners_partner")


def _highest(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 -- a name of ours
        return int(cursor.fetchone()[0])


def _copied_out(table: str, after: int) -> bytes:
    out = io.BytesIO()
    with connection.cursor() as cursor:
        query = f"SELECT * FROM {table} WHERE id > {after}"  # noqa: S608 -- a name and a number of ours
        cursor.copy_expert(f"COPY ({query}) TO STDOUT BINARY", out)
    return out.getvalue()


def _copied_in(table: str, rows: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE plain_{table} (LIKE {table}) ON COMMIT DROP")
        cursor.copy_expert(f"COPY plain_{table} FROM STDIN BINARY", io.BytesIO(rows))


_CHANGED = {
    "clients_product": "SELECT id, renews_on FROM clients_product WHERE name LIKE 'renewing-%'",
    "billing_prepaidaccount": "SELECT id, balance FROM billing_prepaidaccount",
}


def _changed_out() -> dict[str, bytes]:
    changed = {}
    for table, query in _CHANGED.items():
        out = io.BytesIO()
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY ({query}) TO STDOUT BINARY", out)
        changed[table] = out.getvalue()
    return changed


def _changed_in(changed: dict[str, bytes]) -> None:
    columns = {"clients_product": "id bigint, value date", "billing_prepaidaccount": "id bigint, value numeric(14, 2)"}
    with connection.cursor() as cursor:
        for table, rows in changed.items():
            cursor.execute(f"CREATE TEMP TABLE plain_{table} ({columns[table]}) ON COMMIT DROP")
            cursor.copy_expert(f"COPY plain_{table} FROM STDIN BINARY", io.BytesIO(rows))


def _write_plainly() -> int:
    """Write the rows without rules; the constraints, indexes and triggers of the tables are as they are for the run."""
    rows = 0
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM plain_{table}")  # noqa: S608 -- names of ours
            rows += cursor.rowcount
        for table, column in (("clients_product", "renews_on"), ("billing_prepaidaccount", "balance")):
            cursor.execute(
                f"UPDATE {table} SET {column} = plain.value FROM plain_{table} plain "  # noqa: S608 -- names of ours
                f"WHERE plain.id = {table}.id AND {table}.{column} IS DISTINCT FROM plain.value"
            )
            rows += cursor.rowcount
    return rows


def default_size() -> int:
    """How many products are renewed: a few chunks of them."""
    return 5 * int(settings.RENEWAL_CHUNK)

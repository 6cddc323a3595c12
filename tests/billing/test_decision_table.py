"""Rule 30: the eleven rows, for orders and for renewals, through the services.

Each asserts order, invoice, payer, who can read it, ledger entries, audit.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal as D

import pytest

from billing import services
from billing.exceptions import OrderRefused
from billing.models import Coverage, Invoice, LedgerEntry, Order, OrderLine
from clients import services as client_services
from clients.choices import Access, Payer, RelationshipState, Side
from clients.models import Product
from partnerportal.audit.models import AuditEvent
from partnerportal.catalogue.models import Offer
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db
EARLIER = NOW - dt.timedelta(days=30)
NEXT_MONTH = dt.date(2026, 12, 23)
PLACED = {"order": "billing.order.placed", "renew": "billing.renewal.placed"}


@dataclass
class Row:
    """What a row says: who orders, what comes out, who is charged, and the net amounts for 35 hostings."""

    number: str
    access: str | None
    payer: str | None
    by_partner: bool
    outcome: str | None  # None: refused
    charged: str = "0"
    cashback: str = "0"
    is_managed: bool = True
    state: str = RelationshipState.ACTIVE
    limited_first: bool = False
    own: bool = False


ROWS = [
    Row("1", Access.FULL, Payer.CLIENT, False, "CASHBACK", "260.40", "52.08"),
    Row("2", Access.FULL, Payer.CLIENT, True, "CASHBACK", "260.40", "52.08"),
    Row("3", Access.FULL, Payer.PARTNER, False, "CASHBACK", "260.40", "52.08"),
    Row("4", Access.FULL, Payer.PARTNER, True, "REBATE", "208.32"),
    Row("5", Access.LIMITED, None, False, "CASHBACK", "260.40", "52.08"),
    Row("6", Access.LIMITED, None, False, "NOTHING", "260.40", is_managed=False),
    Row("7", Access.LIMITED, None, True, None),
    Row("8", None, None, False, "NOTHING", "260.40"),
    Row("8", Access.FULL, Payer.CLIENT, False, "NOTHING", "260.40", state=RelationshipState.PENDING),
    Row("8", Access.FULL, Payer.CLIENT, False, "NOTHING", "260.40", state=RelationshipState.ENDED),
    Row("9", Access.FULL, Payer.PARTNER, True, None, state=RelationshipState.PENDING),
    Row("9", Access.FULL, Payer.PARTNER, True, None, state=RelationshipState.ENDED),
    Row("10", None, None, False, "REBATE", "208.32", own=True),
    Row("11", Access.FULL, Payer.CLIENT, False, "CASHBACK", "260.40", "52.08", limited_first=True),
    Row("11", Access.FULL, Payer.PARTNER, False, "CASHBACK", "260.40", "52.08", limited_first=True),
]


class World:
    """One client, one partner, one product of ``units`` hostings, and the relationship of a row."""

    def __init__(self, row: Row, units: int) -> None:
        self.offer = world.make_catalogue()["web-hosting"]
        self.partner, self.partner_acting = world.make_partner()
        if row.own:
            self.client, self.client_acting = self.partner.organisation, self.partner_acting
        else:
            self.client, self.client_acting = world.make_client()
        self.product = world.make_product(self.client, self.offer, quantity=units)
        self.earner = self.partner
        self.relationship = None
        if row.limited_first:
            self.earner, self.earner_acting = world.make_partner("Erste Hilfe IT")
            world.make_relationship(
                self.client, self.earner, access=Access.LIMITED, products=(self.product,), since=EARLIER
            )
        if row.access is not None:
            products = (self.product,) if row.access == Access.LIMITED and row.is_managed else ()
            self.relationship = world.make_relationship(
                self.client, self.partner, access=row.access, payer=row.payer, products=products, state=row.state
            )
        self.relationship_id = self.relationship.pk if row.by_partner else None
        self.actor = (
            world.acting(self.partner_acting.membership, self.relationship) if row.by_partner else self.client_acting
        )
        for organisation in (self.client, self.partner.organisation):
            services.top_up(
                organisation_id=organisation.pk,
                currency="CHF",
                amount=D(1000),
                reference=f"top-up-{organisation.pk}",
                actor=self.actor,
                now=NOW,
            )

    def order(self, row: Row) -> Order:
        """Order 35: added to the product where its scope matters (rows 5, 6, 11), else new."""
        asked = {
            "client_id": self.client.pk,
            "relationship_id": self.relationship_id,
            "key": "k1",
            "actor": self.actor,
            "now": NOW,
        }
        if row.access == Access.LIMITED or row.limited_first:
            Offer.objects.filter(pk=self.offer.pk).update(is_per_unit=False)
            # Its period begins today, so that units which join it are paid for the whole of it.
            Product.objects.filter(pk=self.product.pk).update(renews_on=NEXT_MONTH)
            return services.add_units(product_id=self.product.pk, units=34, **asked)
        return services.place_order(items=[services.Item(self.offer, 35)], **asked)

    def renew(self, _row: Row) -> Order:
        """Renew the product."""
        return services.renew(
            client_id=self.client.pk,
            product_ids=[self.product.pk],
            relationship_id=self.relationship_id,
            key="k1",
            actor=self.actor,
            now=NOW,
        )


def ids(row: Row) -> str:
    return f"row {row.number} {row.state.lower()} {(row.payer or '').lower()}"


def expected(row: Row, units: int) -> tuple[D, D]:
    """What 35 hostings cost and earn; with one hosting there before, 34 more make 35 of which 34 are charged."""
    if units == 35:
        return D(row.charged), D(row.cashback)
    charged = {"208.32": "202.37", "260.40": "252.96"}[row.charged]
    return D(charged), D("50.59") if D(row.cashback) else D(0)


@pytest.mark.parametrize("row", [row for row in ROWS if row.outcome], ids=ids)
@pytest.mark.parametrize("act", ["order", "renew"])
def test_row_earns_what_the_table_says(row, act):
    """Rules 23 to 25, 30, 31, 35, 36, 38, 41."""
    touches = act == "order" and (row.access == Access.LIMITED or row.limited_first)
    here = World(row, units=1 if touches else 35) if act == "renew" or touches else World(row, units=35)
    if act == "order" and not touches:
        Product.objects.all().delete()  # the example speaks of 35 as the whole count
    balance = LedgerEntry.objects.count()

    order = getattr(here, act)(row)

    charged, cashback = expected(row, 1 if touches else 35)
    line = order.lines.get()
    assert (line.reason, line.outcome, line.charged_net, line.cashback) == (row.number, row.outcome, charged, cashback)
    payer = here.partner.organisation if (row.by_partner and row.payer == Payer.PARTNER) or row.own else here.client
    assert (order.client, order.payer, order.invoice.payer) == (here.client, payer, payer)
    assert order.invoice.net == charged
    assert order.invoice.total == charged + order.invoice.vat
    # the product is the client's, whoever pays (rules 23, 29)
    assert {product.organisation_id for product in Product.objects.filter(coverages__line=line)} == {here.client.pk}
    # only the payer's organisation reads the invoice (rules 24, 25)
    actings = (here.client_acting, here.partner_acting)
    readers = {one.home.pk for one in actings if Invoice.objects.visible_to(one).exists()}
    assert readers == {payer.pk}
    if here.relationship is not None:  # never in the client's space (rule 24)
        in_space = world.acting(here.partner_acting.membership, here.relationship)
        assert not Invoice.objects.visible_to(in_space).exists()
    # nothing is credited before the invoice is paid (Q9); then once, to the one who earns
    assert LedgerEntry.objects.count() == balance
    services.pay_from_prepaid(invoice_id=order.invoice.pk, actor=here.actor, now=NOW)
    credited = list(LedgerEntry.objects.filter(kind="CASHBACK").values_list("account__organisation", "amount"))
    assert credited == ([(here.earner.pk, cashback)] if cashback else [])
    action = "billing.units.added" if touches else PLACED[act]
    event = AuditEvent.objects.get(action=action)
    assert (event.organisation_id, event.actor_id) == (here.client.pk, here.actor.user_id)
    assert event.relationship_id == here.relationship_id


@pytest.mark.parametrize("row", [row for row in ROWS if not row.outcome], ids=ids)
@pytest.mark.parametrize("act", ["order", "renew"])
def test_row_is_refused_and_nothing_changes(row, act):
    """Rules 11, 26, 30 (rows 7 and 9), 48."""
    here = World(row, units=35)
    events = AuditEvent.objects.count()

    with pytest.raises(OrderRefused):
        getattr(here, act)(row)

    assert not Order.objects.exists()
    assert not Invoice.objects.exists()
    assert Product.objects.get() == here.product
    assert AuditEvent.objects.count() == events


def test_every_row_is_here():
    """Rule 30 has eleven rows."""
    assert {int(row.number) for row in ROWS} == set(range(1, 12))


def test_second_order_of_35_moves_both_counts():
    """70 on both sides: the client pays 243.04, the partner earns 48.61."""
    here = World(Row("1", Access.FULL, Payer.CLIENT, False, "CASHBACK"), units=35)

    order = here.order(Row("1", Access.FULL, Payer.CLIENT, False, "CASHBACK"))

    line = order.lines.get()
    assert (line.client_count, line.partner_count) == (70, 70)
    assert (line.charged_net, line.preferential_net, line.cashback) == (D("243.04"), D("194.43"), D("48.61"))


def test_without_degressive_rate_for_clients(settings):
    """Q5 switched off: the client pays 347.20, the partner earns 138.88."""
    settings.PROGRAMME = settings.PROGRAMME | {"client_degressive": False}
    here = World(Row("1", Access.FULL, Payer.CLIENT, False, "CASHBACK"), units=35)
    Product.objects.all().delete()

    line = here.order(ROWS[0]).lines.get()

    assert (line.charged_net, line.cashback) == (D("347.20"), D("138.88"))


def test_vat_of_the_example():
    """Rule 37: 208.32 and 8.1 % make 16.87 and 225.19."""
    here = World(ROWS[3], units=35)
    Product.objects.all().delete()

    invoice = here.order(ROWS[3]).invoice

    assert (invoice.net, invoice.vat, invoice.total) == (D("208.32"), D("16.87"), D("225.19"))


def test_repeated_request_orders_once():
    """A double click finds the order that it placed."""
    here = World(ROWS[0], units=1)

    first, second = here.order(ROWS[0]), here.order(ROWS[0])

    assert first == second
    assert (Order.objects.count(), OrderLine.objects.count()) == (1, 1)


def test_repeated_payment_notice_credits_once():
    """Rule 41."""
    here = World(ROWS[0], units=35)
    order = here.renew(ROWS[0])
    notice = {
        "invoice_id": order.invoice.pk,
        "amount": order.invoice.total,
        "means": "TRANSFER",
        "reference": "bank-77",
        "actor": here.actor,
        "now": NOW,
    }

    first, second = services.settle_payment(**notice), services.settle_payment(**notice)

    assert first == second
    assert LedgerEntry.objects.filter(kind="CASHBACK").count() == 1
    assert AuditEvent.objects.filter(action="billing.payment.settled").count() == 1


def test_terms_of_the_order_hold_until_it_is_paid():
    """Q11, Q12, rule 48: the relationship ends between order and payment; the cashback is credited all the same."""
    here = World(ROWS[0], units=35)
    order = here.renew(ROWS[0])
    client_services.end_relationship(
        relationship_id=here.relationship.pk, by=Side.CLIENT, actor=here.client_acting, now=NOW
    )

    services.pay_from_prepaid(invoice_id=order.invoice.pk, actor=here.client_acting, now=NOW)

    entry = LedgerEntry.objects.get(kind="CASHBACK")
    assert (entry.account.organisation, entry.amount) == (here.partner.organisation, D("52.08"))


def test_suspended_partner_earns_nothing_from_then_on():
    """Rule 48, Q21."""
    here = World(ROWS[0], units=35)
    here.partner.state, here.partner.suspended_at = "SUSPENDED", NOW
    here.partner.save()

    line = here.renew(ROWS[0]).lines.get()

    assert (line.outcome, line.reason, line.earning_partner) == ("NOTHING", "8", None)


def test_nothing_is_renewed_twice_for_one_period():
    """A second renewal is the next period; the database refuses the same one."""
    here = World(ROWS[0], units=1)
    here.renew(ROWS[0])

    coverage = Coverage.objects.get()
    assert coverage.period_start == dt.date(2026, 12, 1)
    assert Product.objects.get().renews_on == dt.date(2027, 1, 1)

"""The nightly run renews what falls due: as one by one, once, whatever fails or dies. Section 9, promise 4."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal as D
from itertools import pairwise
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from billing import selectors, services
from billing.exceptions import NoPrice
from billing.models import Coverage, Earning, Invoice, LedgerEntry, Order, OrderLine, PartnerRate, RenewalFailure
from billing.services import batches, periods, renewing
from clients.choices import Access, Payer, RenewalPayer
from clients.models import Product
from partnerportal.accounts.acting import SYSTEM
from partnerportal.audit.models import AuditEvent
from partnerportal.work import services as work
from partnerportal.work.models import Job
from partners.choices import PartnerState
from tests import world
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db
DUE = TODAY + dt.timedelta(days=14)


def run(on: dt.date = TODAY) -> dict[str, Any]:
    """The job, as a worker runs it."""
    job = work.run_now(kind="billing.renew_due_products", parameters={"on": on.isoformat()}, now=NOW)
    assert not job.error
    return job.result


def top_up(organisation, amount, reference="t"):
    services.top_up(
        organisation_id=organisation.pk,
        currency=organisation.currency,
        amount=D(amount),
        reference=f"{reference}-{organisation.pk}",
        actor=SYSTEM,
        now=NOW,
    )


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()

    return Here


# --- When, from whom, for how much


@pytest.mark.parametrize(("days", "is_renewed"), [(15, False), (14, True), (13, True), (0, True), (-3, True)])
def test_what_ends_within_14_days_is_renewed(here, days, is_renewed):
    """Section 9: the first attempt is 14 days before expiry; what is late is caught up."""
    product = world.make_product(here.client, here.offers["office"], renews_on=TODAY + dt.timedelta(days=days))

    assert run()["products"] == is_renewed

    assert Order.objects.count() == is_renewed
    product.refresh_from_db()
    assert (product.renews_on > TODAY + dt.timedelta(days=days)) is is_renewed


def test_it_is_paid_from_the_prepaid_account_if_that_holds_the_whole_total(here):
    """Section 9: 100.00 and 8.10 VAT from 108.10; the partner's cashback follows the payment."""
    partner, _ = world.make_partner()
    world.make_relationship(here.client, partner)
    world.make_product(here.client, here.offers["office"], renews_on=DUE)
    top_up(here.client, "108.10")

    assert run() == {"on": "2026-11-23", "products": 1, "orders": 1, "paid": 1, "unpaid": 0, "failed": 0}

    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.total, invoice.paid) == ("PAID", D("108.10"), D("108.10"))
    assert list(LedgerEntry.objects.order_by("pk").values_list("kind", "amount")) == [
        ("TOP_UP", D("108.10")),
        ("PAYMENT", D("-108.10")),
        ("CASHBACK", D("35.00")),
    ]


def test_else_the_invoice_waits_until_the_new_period_begins(here):
    """A part of the money pays nothing: the invoice is due on the first day that it is for."""
    world.make_product(here.client, here.offers["office"], renews_on=DUE)
    top_up(here.client, "108.09")

    run()

    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.due_on, invoice.paid) == ("OPEN", DUE, D("0.00"))
    assert LedgerEntry.objects.count() == 1


def test_cashback_of_the_same_night_pays_for_the_partner(here):
    """What one renewal credits is there for the next: 40.00 and 35.00 of cashback pay the partner's own 70.27."""
    partner, _ = world.make_partner("Aaa")
    world.make_relationship(here.client, partner)
    own = world.make_product(partner.organisation, here.offers["office"], renews_on=DUE)
    world.make_product(here.client, here.offers["office"], renews_on=DUE)
    top_up(here.client, "150.00")
    top_up(partner.organisation, "40.00")
    assert services.quote_next_renewal(products=[own], now=NOW).total == D("70.27")

    assert run()["paid"] == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"renews_automatically": False},
        {"cancelled_at": NOW, "cancelled_by_label": "Ana"},
        {"renewal_payer": RenewalPayer.NOBODY},
        {"state": "BLOCKED"},
        {"state": "TERMINATED"},
        {"overdue_since": TODAY - dt.timedelta(days=5)},
    ],
)
def test_what_does_not_renew_itself_is_left_alone(here, changes):
    """Switched off, cancelled, without payer, blocked, ended, behind with a payment."""
    product = world.make_product(here.client, here.offers["office"], renews_on=DUE, **changes)

    assert run()["products"] == 0

    assert Product.objects.get() == product
    assert Product.objects.get().renews_on == DUE
    assert not Order.objects.exists()
    assert not RenewalFailure.objects.exists()


def test_the_partner_that_pays_pays_its_price(here):
    """Rule 25, row 4: 35 hostings for 208.32 on the partner's account, the product stays the client's."""
    partner, _ = world.make_partner()
    relationship = world.make_relationship(here.client, partner, payer=Payer.PARTNER)
    product = world.make_product(
        here.client, here.offers["web-hosting"], quantity=35, renews_on=DUE, renewal_payer=RenewalPayer.PARTNER
    )
    top_up(partner.organisation, "300")

    run()

    line, product = OrderLine.objects.get(), Product.objects.get(pk=product.pk)
    assert (line.outcome, line.charged_net, line.order.payer, line.order.relationship) == (
        "REBATE",
        D("208.32"),
        partner.organisation,
        relationship,
    )
    assert (product.organisation, product.renewal_payer) == (here.client, RenewalPayer.PARTNER)


@pytest.mark.parametrize("how", ["ended", "over", "mode", "suspended", "limited"])
def test_a_partner_that_pays_no_more_leaves_the_renewal_to_the_client(here, how, run_jobs):
    """Q19, rule 48: no payment means, a mail to the owner, the paid period untouched."""
    partner, _ = world.make_partner()
    relationship = world.make_relationship(here.client, partner, payer=Payer.PARTNER)
    product = world.make_product(here.client, here.offers["office"], renews_on=DUE, renewal_payer=RenewalPayer.PARTNER)
    rows = type(relationship).objects.filter(pk=relationship.pk)
    if how == "ended":
        rows.update(state="ENDED", ended_at=NOW, ended_by="CLIENT")
    elif how == "over":
        rows.update(ends_at=NOW + dt.timedelta(seconds=1))
    elif how == "mode":
        rows.update(payer=Payer.CLIENT)
    elif how == "limited":
        rows.update(access=Access.LIMITED, payer=None)
    else:
        type(partner).objects.update(state=PartnerState.SUSPENDED, suspended_at=NOW)

    assert run()["unpaid"] == 1
    run_jobs()

    product.refresh_from_db()
    assert (product.renewal_payer, product.renews_on, product.state) == (RenewalPayer.NOBODY, DUE, "ACTIVE")
    assert not Order.objects.exists()
    assert [one.to for one in mail.outbox if "nobody who pays its renewal" in one.subject] == [[here.acting.user.email]]
    assert AuditEvent.objects.filter(action="clients.product.renewal_unpaid").count() == 1


def test_a_plan_that_was_chosen_begins_with_the_renewal(here):
    """Section 9: the cheaper plan is what is renewed, and the product is it from then on."""
    small = here.offers["mail-hosting"]
    product = world.make_product(here.client, here.offers["office"], renews_on=DUE, next_offer=small)

    run()

    product.refresh_from_db()
    assert (product.offer, product.next_offer, OrderLine.objects.get().charged_net) == (small, None, D("1.50"))


def test_what_began_on_the_last_day_of_a_month_ends_there_again_after_a_shorter_one(here):
    """31 January, 28 February, 31 March: whoever pays by the month loses no days, and the year has twelve periods."""
    began = dt.datetime(2027, 1, 31, 10, tzinfo=dt.UTC)
    services.place_order(
        client_id=here.client.pk,
        items=[services.Item(here.offers["office"], 1)],
        relationship_id=None,
        key="on-the-31st",
        actor=here.acting,
        now=began,
    )
    product = Product.objects.latest("pk")
    days = [product.renews_on]

    for _month in range(12):
        run(days[-1] - dt.timedelta(days=14))
        product.refresh_from_db()
        days.append(product.renews_on)

    assert [f"{day:%d.%m.}" for day in days] == (
        "28.02. 31.03. 30.04. 31.05. 30.06. 31.07. 31.08. 30.09. 31.10. 30.11. 31.12. 31.01. 29.02.".split()
    )
    periods = OrderLine.objects.order_by("period_start").values_list("period_start", "period_end")
    assert all(end == start for (_start, end), (start, _end) in pairwise(periods))  # without a gap


@pytest.mark.parametrize("day", [29, 30, 31])
def test_several_periods_from_the_end_of_a_month_begin_where_they_would_one_by_one(here, day):
    """Section 9: paid at once or month by month, the same days."""
    anchored = dt.date(2027, 1, day)
    starts = [periods.shifted(anchored, "MONTH", number, day) for number in range(25)]
    one_by_one = [anchored]
    for _number in range(24):
        one_by_one.append(periods.shifted(one_by_one[-1], "MONTH", 1, day))

    assert starts == one_by_one
    assert [periods.shifted(starts[-1], "MONTH", -number, day) for number in range(25)] == starts[::-1]


@pytest.mark.parametrize(
    ("paid_until", "then"),
    [
        (dt.date(2027, 1, 31), dt.date(2027, 2, 28)),
        (dt.date(2028, 1, 31), dt.date(2028, 2, 29)),  # a leap year
        (dt.date(2028, 2, 29), dt.date(2028, 3, 29)),
        (dt.date(2026, 12, 1), dt.date(2027, 1, 1)),
    ],
)
def test_a_month_ends_where_the_calendar_says(here, paid_until, then):
    """Month ends and the leap day."""
    product = world.make_product(here.client, here.offers["office"], renews_on=paid_until)

    run(paid_until - dt.timedelta(days=14))

    product.refresh_from_db()
    assert product.renews_on == then


# --- As one by one


def random_world(seed: int) -> None:
    """Clients of every kind, with partners that pay, earn, or both, and products that fall due or do not."""
    choose = random.Random(seed)  # noqa: S311 -- a world, not a secret
    offers = list(world.make_catalogue().values())
    partners = [world.make_partner(f"Partner {number}", country=choose.choice(["CH", "DE"]))[0] for number in range(3)]
    owners = [partner.organisation for partner in partners]
    for number in range(choose.randint(2, 7)):
        client = world.make_organisation(f"Client {number}", country=choose.choice(["CH", "CH", "FR", "US"]))
        owners.append(client)
    for owner in owners:
        products = tuple(
            world.make_product(
                owner,
                choose.choice(offers),
                quantity=choose.choice([1, 1, 2, 35]),
                anchor_day=choose.choice([None, None, 30, 31]),
                renews_on=TODAY + dt.timedelta(days=choose.choice([-2, 3, 14, 14, 14, 15, 40])),
                state=choose.choice(["ACTIVE"] * 6 + ["BLOCKED", "TERMINATED"]),
            )
            for _ in range(choose.randint(1, 8))
        )
        _relate(choose, owner, partners, products)
    for owner in owners:
        if choose.random() < 0.5:
            top_up(owner, choose.choice(["20", "200", "5000"]))


def _relate(choose, owner, partners, products):
    has_full = False
    for partner in choose.sample(partners, choose.randint(0, 3)):
        if partner.pk == owner.pk:
            continue
        since = NOW - dt.timedelta(days=choose.randint(1, 99))
        is_full = not has_full and choose.random() < 0.5
        has_full |= is_full
        payer = choose.choice(Payer.values) if is_full else None
        granted = () if is_full else tuple(choose.sample(products, choose.randint(0, len(products))))
        access = Access.FULL if is_full else Access.LIMITED
        world.make_relationship(owner, partner, access=access, payer=payer, products=granted, since=since)
        if payer == Payer.PARTNER:
            Product.objects.filter(pk__in=[one.pk for one in products if choose.random() < 0.7]).update(
                renewal_payer=RenewalPayer.PARTNER
            )


def one_by_one() -> None:
    """What the run shall come to: each owner's and payer's products renewed by the service that people use."""
    groups: dict[tuple[int, str], list[Product]] = {}
    for product in renewing.due_products(on=TODAY).order_by("organisation", "offer", "pk"):
        groups.setdefault((product.organisation_id, product.renewal_payer), []).append(product)
    for _whose, products in sorted(groups.items()):
        renewing._renew_simply(products, now=NOW)


def everything() -> list[Any]:
    """All that renewals wrote, without the numbers that the order of writing gives."""
    lines = OrderLine.objects.exclude(order__kind="ORDER").order_by("order__key", "position")
    written: list[Any] = []
    for line in lines.select_related("order__invoice"):
        order, invoice = line.order, line.order.invoice
        own = {field.attname: getattr(line, field.attname) for field in line._meta.fields}
        written.append(
            {name: value for name, value in own.items() if name not in {"id", "order_id"}}
            | {
                "covers": sorted(line.coverages.values_list("product", "period_start", "is_extension")),
                "order": (order.key, order.client_id, order.payer_id, order.relationship_id, order.partner_id),
                "placed": (order.currency, order.placed_at, order.placed_by_label, order.kind),
                "invoice": (invoice.net, invoice.vat, invoice.total, invoice.due_on, invoice.vat_treatment),
            }
        )
    earned = Earning.objects.filter(kind="REBATE").order_by("partner", "amount", "line__offer_name", "line__quantity")
    columns = ("pk", "offer", "next_offer", "renews_on", "state", "renewal_payer", "overdue_since", "quantity")
    audit = AuditEvent.objects.filter(action="billing.renewal.placed").order_by("subject_label")
    return [
        written,
        list(Product.objects.order_by("pk").values_list(*columns)),
        list(earned.values_list("partner", "amount", "line__offer_name", "line__quantity", "earned_at")),
        sorted(map(str, audit.values_list("organisation_id", "relationship_id", "changes"))),
    ]


@pytest.mark.parametrize("chunk", [1, 500])
@pytest.mark.parametrize("seed", range(12))
def test_many_at_once_are_what_one_by_one_would_be(seed, chunk, settings):
    """Rules 30 to 37, Q3: the same lines, rates, counts, totals and cashback, in worlds by chance."""
    settings.RENEWAL_CHUNK = chunk
    random_world(seed)
    with transaction.atomic():
        one_by_one()
        expected = everything()
        transaction.set_rollback(True)

    after: int | None = 0
    while after is not None:
        renewed = renewing.renew_chunk(on=TODAY, after=after, now=NOW)
        assert not renewed.failures
        after = renewed.after

    assert everything() == expected
    assert all(finding.holds for finding in selectors.check_invariants())


def test_no_statement_is_added_by_more_clients(here):
    """Set-based: forty clients take as many statements as four."""

    def statements(clients: int) -> int:
        for number in range(clients):
            client, _ = world.make_client(f"Client {number}")
            world.make_product(client, here.offers["office"], renews_on=DUE)
            top_up(client, "500", "more")
        with CaptureQueriesContext(connection) as captured:
            renewing.renew_chunk(on=TODAY, after=0, now=NOW)
        return len(captured)

    statements(1)  # opens the year's series of numbers
    few = statements(4)

    assert statements(40) == few


# --- What fails, dies, or comes twice


def test_twice_renews_once(here):
    """Promise 4: the second run of a day finds nothing to do."""
    world.make_product(here.client, here.offers["office"], renews_on=DUE)

    assert (run()["products"], run()["products"]) == (1, 0)

    assert (Order.objects.count(), Invoice.objects.count(), Coverage.objects.count()) == (1, 1, 1)


def test_one_without_a_price_stops_nobody_else(here, settings):
    """One of 1,000: it waits for staff with its reason, is not renewed, and the other 999 are."""
    settings.RENEWAL_CHUNK = 300
    odd = here.offers["domain-ch"]
    world.rewrite_price(odd, valid_until=TODAY)
    clients = [world.make_client(f"Client {number}")[0] for number in range(20)]
    Product.objects.bulk_create(
        Product(
            organisation=clients[number % 20],
            offer=odd if number == 457 else here.offers["office"],
            name=f"product {number}",
            created_at=NOW,
            renews_on=DUE,
        )
        for number in range(1000)
    )

    assert run() == {"on": "2026-11-23", "products": 999, "orders": 20, "paid": 0, "unpaid": 0, "failed": 1}

    failure = RenewalFailure.objects.get()
    assert (failure.product.name, failure.period_start, failure.resolved_at) == ("product 457", DUE, None)
    assert failure.reason == "Domain ch has no price in CHF on this day."
    assert Product.objects.filter(renews_on=DUE).get() == failure.product


def test_one_that_cannot_be_written_stops_nobody_else(here):
    """A period that is paid for already is a fault of one product, not of its chunk."""
    odd = world.make_product(here.client, here.offers["office"], renews_on=DUE, name="odd")
    beside = world.make_product(here.client, here.offers["office"], renews_on=DUE)
    other, _ = world.make_client("Other")
    world.make_product(other, here.offers["office"], renews_on=DUE)
    order = services.renew(
        client_id=here.client.pk, product_ids=[odd.pk], relationship_id=None, key="k", actor=here.acting, now=NOW
    )
    Product.objects.filter(pk=odd.pk).update(renews_on=DUE)  # as a restored backup may have it

    assert (run()["products"], RenewalFailure.objects.get().product) == (2, odd)

    beside.refresh_from_db()
    assert beside.renews_on > DUE
    assert Coverage.objects.get(product=odd).line.order == order


def test_a_fault_costs_its_own_client_and_not_its_chunk(here):
    """Of 64 clients one cannot be written: the others are renewed and paid together, in halves and their halves."""

    def statements(clients: int) -> int:
        for number in range(clients):
            client, _ = world.make_client(f"Client {clients} {number}")
            product = world.make_product(client, here.offers["office"], renews_on=DUE)
            top_up(client, "500", f"of-{clients}")
        services.renew(
            client_id=client.pk,
            product_ids=[product.pk],
            relationship_id=None,
            key=f"k{clients}",
            actor=SYSTEM,
            now=NOW,
        )
        Product.objects.filter(pk=product.pk).update(renews_on=DUE)  # as a restored backup may have it
        with CaptureQueriesContext(connection) as captured:
            renewed = renewing.renew_chunk(on=TODAY, after=0, now=NOW)
        assert (renewed.products, renewed.orders, renewed.paid) == (clients - 1, clients - 1, clients - 1)
        assert [failure.product for failure in renewed.failures] == [product]
        Product.objects.filter(pk=product.pk).update(cancelled_at=NOW, cancelled_by_label="Ana")
        return len(captured)

    few = statements(16)

    assert statements(64) < 2 * few  # one by one it would be four times as many
    assert all(finding.holds for finding in selectors.check_invariants())


def test_what_failed_is_tried_each_night_and_leaves_the_queue(here):
    """The same row, seen again; renewed, it is resolved."""
    world.rewrite_price(here.offers["office"], valid_until=TODAY)
    world.make_product(here.client, here.offers["office"], renews_on=DUE)
    run()
    run()
    failure = RenewalFailure.objects.get()
    assert failure.last_seen_at > failure.first_seen_at
    world.rewrite_price(here.offers["office"], valid_until=None)

    run()

    failure.refresh_from_db()
    assert failure.resolved_at is not None
    assert Order.objects.count() == 1


def test_what_is_not_wanted_any_more_leaves_the_queue(here):
    """A failed renewal of a product that was cancelled meanwhile needs nobody."""
    world.rewrite_price(here.offers["office"], valid_until=TODAY)
    world.make_product(here.client, here.offers["office"], renews_on=DUE)
    run()
    Product.objects.update(cancelled_at=NOW, cancelled_by_label="Ana")

    run()

    assert RenewalFailure.objects.get().resolved_at is not None


def test_staff_tries_again(here):
    """The queue's button: renewed and resolved; refused as long as the reason holds, and nothing changes."""
    world.rewrite_price(here.offers["office"], valid_until=TODAY)
    product = world.make_product(here.client, here.offers["office"], renews_on=DUE)
    run()
    failure = RenewalFailure.objects.get()
    with pytest.raises(NoPrice):
        services.renew_failed(failure_id=failure.pk, actor=world.make_reviewer(), now=NOW)
    assert (Order.objects.count(), RenewalFailure.objects.get().resolved_at) == (0, None)
    world.rewrite_price(here.offers["office"], valid_until=None)

    services.renew_failed(failure_id=failure.pk, actor=world.make_reviewer(), now=NOW)

    product.refresh_from_db()
    assert (product.renews_on > DUE, RenewalFailure.objects.get().resolved_at) == (True, NOW)


def test_a_run_that_dies_in_a_chunk_goes_on(here, settings, monkeypatch):
    """Promise 4: what was written is whole, the rest follows; no double, no gap in the numbers."""
    settings.RENEWAL_CHUNK = 1
    for number in range(5):
        client, _ = world.make_client(f"Client {number}")
        world.make_product(client, here.offers["office"], renews_on=DUE)
        top_up(client, "500", "more")
    pay, calls = batches.pay, []

    def dies(*arguments, **named):
        calls.append(1)
        if len(calls) == 3:
            raise SystemExit
        return pay(*arguments, **named)

    monkeypatch.setattr(batches, "pay", dies)  # the process ends in the middle of the third chunk's transaction
    with transaction.atomic():
        job = work.start(kind="billing.renew_due_products", parameters={"on": TODAY.isoformat()}, now=NOW)
    with pytest.raises(SystemExit):
        work.run(job_id=job.pk, now=NOW)
    assert (Order.objects.count(), Job.objects.get(pk=job.pk).checkpoint["done"]["products"]) == (2, 2)
    Job.objects.filter(pk=job.pk).update(state="QUEUED", runner=None)  # as the sweeper does with a dead runner's job

    work.run(job_id=job.pk, now=NOW + dt.timedelta(days=1))

    job.refresh_from_db()
    assert (job.state, job.result["products"]) == ("DONE", 5)
    assert (Order.objects.count(), LedgerEntry.objects.filter(kind="PAYMENT").count()) == (5, 5)
    assert sorted(Invoice.objects.values_list("number", flat=True))[-1] == "2026-00005"
    assert all(finding.holds for finding in selectors.check_invariants())


def test_a_rate_of_the_day_is_kept_on_the_line(here):
    """Q11, promise 3: the terms are those of the night; a rate that changes later changes nothing."""
    partner, _ = world.make_partner()
    world.make_relationship(here.client, partner)
    world.make_product(here.client, here.offers["office"], renews_on=DUE)

    run()
    PartnerRate.objects.create(offer=here.offers["domain-ch"], rate=D("0.10"), valid_from=TODAY)
    PartnerRate.objects.filter(offer=here.offers["office"]).update(valid_until=dt.date(2030, 1, 1))

    line = OrderLine.objects.get()
    assert (line.partner_rate, line.cashback) == (D("0.35000"), D("35.00"))

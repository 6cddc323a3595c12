"""What is not renewed or paid: overdue, blocked, terminated, by date; paid, it works again. Section 9, promise 6."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from django.core import mail
from django.utils import timezone

from billing import selectors, services
from billing.models import CreditNote, Invoice
from clients import services as client_services
from clients.choices import Access, Payer, RenewalPayer
from clients.models import Product
from partnerportal.accounts.acting import SYSTEM
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
NOTHING = {"terminated": 0, "overdue": 0, "blocked": 0, "without_payer": 0}


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()
        product = world.make_product(client, offers["office"], renews_on=TODAY)

    return Here


def moment(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(2)))


def advance(day: dt.date) -> dict[str, int]:
    return services.advance_renewals(on=day, now=moment(day))


def standing(product=None):
    products = Product.objects.filter(pk=product.pk) if product else Product.objects
    return products.values_list("state", "overdue_since").get()


def renewed(here, *, paid_until=TODAY, means=None, **fields):
    """A renewal whose invoice is due on TODAY, as the nightly run has placed it."""
    Product.objects.filter(pk=here.product.pk).update(renews_on=paid_until)
    return services.renew(
        client_id=here.client.pk,
        product_ids=[here.product.pk],
        relationship_id=fields.get("relationship_id"),
        key="auto",
        actor=SYSTEM,
        now=NOW - 14 * DAY,
        is_due_at_start=True,
    )


def pay(order, amount):
    services.settle_payment(
        invoice_id=order.invoice.pk,
        amount=D(amount),
        means="TRANSFER",
        reference="b1",
        actor=SYSTEM,
        now=NOW + 20 * DAY,
    )


def test_what_nobody_renews_is_overdue_then_blocked_then_ends(here):
    """The first unpaid day; 15 days later; 30 days after that. A day before each nothing happens."""
    steps = {}
    for number in range(-1, 60):
        for what, count in advance(TODAY + number * DAY).items():
            if count:
                steps[number] = what

    assert steps == {0: "overdue", 15: "blocked", 45: "terminated"}
    product = Product.objects.get()
    assert (product.state, product.overdue_since) == ("TERMINATED", TODAY)
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "clients.product.overdue",
        "clients.product.blocked",
        "clients.product.terminated",
    ]


def test_a_run_that_comes_late_skips_no_notice(here):
    """Twenty days late, it is overdue and blocked at once; it still has the whole time before it ends."""
    assert advance(TODAY + 20 * DAY) == NOTHING | {"overdue": 1, "blocked": 1}
    assert advance(TODAY + 49 * DAY) == NOTHING
    assert advance(TODAY + 50 * DAY) == NOTHING | {"terminated": 1}


@pytest.mark.parametrize("days", [0, 15, 45])
def test_run_twice_on_a_day_changes_nothing_more(here, days, run_jobs):
    """Each product takes each step once, with one line and one mail."""
    for number in range(days + 1):
        advance(TODAY + number * DAY)
    run_jobs()
    before = (list(Product.objects.values()), AuditEvent.objects.count(), len(mail.outbox))

    assert advance(TODAY + days * DAY) == NOTHING

    run_jobs()
    assert (list(Product.objects.values()), AuditEvent.objects.count(), len(mail.outbox)) == before


def test_who_owns_and_who_looks_after_it_are_told_each_step_once(here, run_jobs):
    """Q41, promise 9: the owner what to do, the partner that there is a payment problem, without amounts."""
    partner, partner_acting = world.make_partner()
    world.make_relationship(here.client, partner, access=Access.LIMITED, products=(here.product,))
    for number in range(50):
        advance(TODAY + number * DAY)
    run_jobs()

    told = {
        person: [one.subject for one in mail.outbox if one.to == [person]]
        for person in (here.acting.user.email, partner_acting.user.email)
    }
    steps = ["moser.ch is not paid", "moser.ch is blocked", "moser.ch has ended"]
    assert told[here.acting.user.email] == steps
    assert told[partner_acting.user.email] == [f"{step} (Bäckerei Moser)" for step in steps]
    to_partner = " ".join(one.body for one in mail.outbox if one.to == [partner_acting.user.email])
    assert "payment problem" in to_partner
    assert "CHF" not in to_partner
    assert "before 8 December 2026: from then on this is blocked." in mail.outbox[0].body.replace("\xa0", " ")


def test_what_went_to_somebody_else_before_the_mail_is_told_to_whom_it_is_now(here, run_jobs):
    """Promise 2: neither owner reads what the other has, and no partner who took a product."""
    partner, partner_acting = world.make_partner()
    world.make_relationship(here.client, partner)
    gone = world.make_product(here.client, here.offers["office"], name="gone.ch", renews_on=TODAY)
    other, other_acting = world.make_client("Rossi")
    advance(TODAY)
    Product.objects.filter(pk=gone.pk).update(organisation=other)
    run_jobs()

    told = {one.to[0]: f"{one.subject} {one.body}" for one in mail.outbox}
    assert set(told) == {here.acting.user.email, partner_acting.user.email, other_acting.user.email}
    for person in (here.acting, partner_acting):
        assert "moser.ch" in told[person.user.email]
        assert "gone.ch" not in told[person.user.email]
        assert "Rossi" not in told[person.user.email]
    assert "gone.ch" in told[other_acting.user.email]
    assert "moser.ch" not in told[other_acting.user.email]


def test_a_renewal_whose_invoice_is_not_paid_takes_the_same_way(here):
    """The invoice is to be paid until the day on which the period begins, that day included."""
    order = renewed(here)
    assert order.invoice.due_on == TODAY
    steps = {}
    for number in range(-1, 60):
        for what, count in advance(TODAY + number * DAY).items():
            if count:
                steps[number] = what

    assert steps == {1: "overdue", 16: "blocked", 46: "terminated"}


def test_paid_it_works_again(here, run_jobs):
    """Blocked for an open invoice: the payment opens it at once, and the owner is told."""
    order = renewed(here)
    for number in range(20):
        advance(TODAY + number * DAY)
    assert standing() == ("BLOCKED", TODAY + DAY)

    pay(order, "108.10")

    run_jobs()
    assert standing() == ("ACTIVE", None)
    assert Product.objects.get().blocked_at is None
    assert [one.subject for one in mail.outbox][-1] == "moser.ch works again"
    assert advance(TODAY + 20 * DAY) == NOTHING


def test_a_part_of_the_payment_opens_nothing(here):
    """Rule 43: the rest is still open."""
    order = renewed(here)
    for number in range(20):
        advance(TODAY + number * DAY)

    pay(order, "8.10")

    assert standing() == ("BLOCKED", TODAY + DAY)


def test_renewed_it_works_again(here):
    """Blocked because nobody renewed it: two months by hand bring it past today."""
    for number in range(20):
        advance(TODAY + number * DAY)
    assert standing() == ("BLOCKED", TODAY)

    services.renew(
        client_id=here.client.pk,
        product_ids=[here.product.pk],
        relationship_id=None,
        key="k",
        actor=here.acting,
        now=moment(TODAY + 20 * DAY),
    )

    assert standing() == ("ACTIVE", None)


def test_another_renewal_does_not_open_what_an_old_invoice_blocks(here):
    """Nobody escapes an invoice by ordering the next period on account."""
    renewed(here)
    for number in range(20):
        advance(TODAY + number * DAY)

    services.renew(
        client_id=here.client.pk,
        product_ids=[here.product.pk],
        relationship_id=None,
        key="k",
        actor=here.acting,
        now=moment(TODAY + 20 * DAY),
    )

    assert standing() == ("BLOCKED", TODAY + DAY)


def test_what_has_ended_unpaid_is_not_owed(here):
    """Its open renewal invoice is taken back by a credit note; a paid one stays, and what has ended stays ended."""
    order = renewed(here)
    for number in range(60):
        advance(TODAY + number * DAY)

    invoice = Invoice.objects.get(pk=order.invoice.pk)
    assert (invoice.state, invoice.credited) == ("CANCELLED", D("108.10"))
    assert CreditNote.objects.get().reason == "What it renewed has ended unpaid."
    assert standing()[0] == "TERMINATED"
    broken = [(one.invariant.code, one.rows) for one in selectors.check_invariants() if not one.holds]
    assert broken == []


@pytest.mark.parametrize(
    ("days", "net", "credited", "state"),
    [
        (-6, "119.35", "100.00", "OPEN"),  # six of 31 days that had been paid for, and a month
        (2, "93.33", "93.33", "CANCELLED"),  # 28 days, all of the renewed period
    ],
)
@pytest.mark.parametrize("added", ["plan", "units"])
def test_what_was_added_to_a_period_that_is_never_paid_goes_with_it(here, added, days, net, credited, state):
    """Section 9: of a dearer plan and of more units, the days stay owed that lie in the period that was paid."""
    renewed(here)
    terms = {"client_id": here.client.pk, "product_id": here.product.pk, "relationship_id": None, "key": "added"}
    terms |= {"actor": here.acting, "now": moment(TODAY + days * DAY)}
    if added == "plan":
        family = here.offers["office"].family
        large = world.make_offer("office-l", family, "200", "200", rate="0.20", is_per_unit=False)
        order = services.change_plan(offer=large, **terms)
    else:
        order = services.add_units(units=1, **terms)
    for number in range(60):
        advance(TODAY + number * DAY)

    invoice = Invoice.objects.get(order=order)
    assert (invoice.net, invoice.state, standing()[0]) == (D(net), state, "TERMINATED")
    assert sum(CreditNote.objects.filter(invoice=invoice).values_list("net", flat=True)) == D(credited)
    assert [one.invariant.code for one in selectors.check_invariants() if not one.holds] == []


def test_a_period_that_it_had_stays_owed_by_the_partner_that_ordered_it(here):
    """Promise 6: a partner's debt takes nothing from the product, which had all of its period. It ends later, because
    nobody renews it; who ordered that period owes it as before.
    """
    partner, _acting = world.make_partner()
    relationship = world.make_relationship(here.client, partner, payer=Payer.PARTNER)
    Product.objects.update(renewal_payer=RenewalPayer.PARTNER)
    order = renewed(here, relationship_id=relationship.pk)
    for number in range(100):
        advance(TODAY + number * DAY)

    ended = Product.objects.get()
    assert (ended.state, ended.overdue_since) == ("TERMINATED", ended.renews_on)
    invoice = Invoice.objects.get(pk=order.invoice.pk)
    assert (invoice.state, invoice.credited) == ("OPEN", D("0.00"))
    assert not CreditNote.objects.exists()


def test_cancelled_or_not_nobody_owes_a_year_that_was_blocked(here):
    """It ends because it is not paid, long before the day to which it was cancelled: as if it were not cancelled."""
    yearly = world.make_offer("yearly", here.offers["office"].family, "900", "900", period="YEAR")
    Product.objects.update(offer=yearly)
    order = renewed(here)
    client_services.cancel_product(
        product_id=here.product.pk,
        organisation_id=here.client.pk,
        ends_on=Product.objects.get().renews_on,
        actor=here.acting,
        now=NOW - DAY,
    )
    for number in range(60):
        advance(TODAY + number * DAY)

    ended, invoice = Product.objects.get(), Invoice.objects.get(pk=order.invoice.pk)
    assert (ended.state, ended.is_cancelled, ended.renews_on > TODAY + 300 * DAY) == ("TERMINATED", True, True)
    assert (invoice.state, invoice.credited) == ("CANCELLED", invoice.total)


def test_what_is_cancelled_ends_with_its_period(here, run_jobs):
    """Never overdue, never blocked; ended on the first day that is not paid."""
    Product.objects.update(cancelled_at=NOW, cancelled_by_label="Ana")

    assert advance(TODAY - DAY) == NOTHING
    assert advance(TODAY) == NOTHING | {"terminated": 1}

    run_jobs()
    assert [one.subject for one in mail.outbox] == ["moser.ch has ended"]
    assert "This was cancelled" in mail.outbox[0].body


def test_a_partners_debt_never_blocks_its_clients_product(here, run_jobs):
    """Promise 6: what the partner has not paid only ends that it renews; the period stays the owner's."""
    partner, _ = world.make_partner()
    relationship = world.make_relationship(here.client, partner, payer=Payer.PARTNER)
    Product.objects.update(renewal_payer=RenewalPayer.PARTNER)
    renewed(here, relationship_id=relationship.pk)
    steps = {}
    for number in range(25):
        for what, count in advance(TODAY + number * DAY).items():
            if count:
                steps[number] = what

    assert steps == {16: "without_payer"}
    product = Product.objects.get()
    assert (product.state, product.overdue_since, product.renewal_payer) == ("ACTIVE", None, RenewalPayer.NOBODY)
    run_jobs()
    assert [one.to for one in mail.outbox if "nobody who pays" in one.subject] == [[here.acting.user.email]]


def test_many_at_once_in_chunks(here, settings):
    """Each step in transactions of a few; nobody is left out."""
    settings.RENEWAL_CHUNK = 3
    for _ in range(10):
        world.make_product(here.client, here.offers["office"], renews_on=TODAY)

    assert advance(TODAY + 15 * DAY) == NOTHING | {"overdue": 11, "blocked": 11}

"""What must hold of the money: each invariant broken on purpose, and told. Rules 36 and 41, promises 4 and 5."""

from __future__ import annotations

import io
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from billing import selectors
from billing import services as billing
from clients.choices import Access, Payer
from partnerportal.accounts.acting import SYSTEM
from partnerportal.work import services as work
from partnerportal.work.models import Job
from tests import world
from tests.browsers import signed_in
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    """A paid order with cashback, one with a rebate paid from the prepaid account, an open one, a re-invoiced line."""

    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()
        partner, partner_acting = world.make_partner()

    Here.relationship = world.make_relationship(Here.client, Here.partner, access=Access.FULL, payer=Payer.CLIENT)
    Here.cashback = order(Here, "first", Here.acting)
    pay(Here.cashback.invoice)
    Here.relationship.payer = Payer.PARTNER
    Here.relationship.save()
    billing.top_up(
        organisation_id=Here.partner.pk,
        currency="CHF",
        amount=D(500),
        reference="in-1",
        actor=Here.partner_acting,
        now=NOW,
    )
    Here.rebate = order(Here, "second", Here.partner_acting, Here.relationship)
    billing.pay_from_prepaid(invoice_id=Here.rebate.invoice.pk, actor=Here.partner_acting, now=NOW)
    Here.open = order(Here, "third", Here.acting)
    resale = billing.draft_resale(
        line_id=Here.rebate.lines.get().pk,
        partner_id=Here.partner.pk,
        markup_rate=D("0.1"),
        actor=Here.partner_acting,
        now=NOW,
    )
    billing.issue_resale(resale_id=resale.pk, actor=Here.partner_acting, now=NOW)
    credit_a_part(Here.cashback)
    withdraw(Here, "w1", taken_back=False)
    withdraw(Here, "w2", taken_back=True)
    billing.propose_correction(
        organisation_id=Here.partner.pk,
        currency="CHF",
        amount=D(-5),
        reason="Fee of the bank",
        actor=Here.partner_acting,
        now=NOW,
    )
    return Here


def credit_a_part(placed):
    """Half of the only line, refunded to the prepaid account."""
    line = placed.lines.get()
    billing.credit_invoice(
        invoice_id=placed.invoice.pk,
        nets={line.pk: D("9.92")},
        reason="Service was down",
        means="PREPAID",
        actor=SYSTEM,
        now=NOW,
    )


def withdraw(here, key, *, taken_back):
    asked = billing.request_withdrawal(
        organisation_id=here.partner.pk,
        currency="CHF",
        amount=D(60),
        iban="CH9300762011623852957",
        holder="Studio Lumen",
        key=key,
        actor=here.partner_acting,
        now=NOW,
    )
    if taken_back:
        billing.take_back_withdrawal(withdrawal_id=asked.pk, actor=here.partner_acting, now=NOW)


def order(here, key, actor, relationship=None):
    return billing.place_order(
        client_id=here.client.pk,
        items=[billing.Item(here.offers["web-hosting"], 2)],
        relationship_id=relationship.pk if relationship else None,
        key=key,
        actor=actor,
        now=NOW,
    )


def pay(invoice):
    billing.settle_payment(
        invoice_id=invoice.pk,
        amount=invoice.total,
        means="TRANSFER",
        reference=invoice.number,
        actor=SYSTEM,
        now=NOW,
    )


@contextmanager
def unguarded(*tables):
    """Nothing holds these tables for the length of a block: no trigger, no constraint of our own."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'x', 'u')",
                [table],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            cursor.execute(
                "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass AND indisunique "
                "AND NOT indisprimary",
                [table],
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP INDEX {name}")
        yield cursor


LINE, ENTRY, INVOICE = "billing_orderline", "billing_ledgerentry", "billing_invoice"
BREAKS = {
    "never credited": (
        "earned-once",
        [ENTRY],
        "UPDATE billing_ledgerentry SET kind = 'TOP_UP' WHERE kind = 'CASHBACK'",
    ),
    "credited twice": (
        "earned-once",
        [ENTRY],
        "INSERT INTO billing_ledgerentry (account_id, kind, amount, balance_after, line_id, reference, reason, "
        "actor_label, created_at) SELECT account_id, kind, amount, balance_after, line_id, reference, reason, "
        "actor_label, created_at FROM billing_ledgerentry WHERE kind = 'CASHBACK'",
    ),
    "credited before it was paid": ("earned-once", [INVOICE], "UPDATE billing_invoice SET state = 'OPEN'"),
    "taken back without a credit": (
        "taken-back",
        ["billing_creditnoteline"],
        "UPDATE billing_creditnoteline SET net = 0.01",
    ),
    "commission kept after a refund": (
        "taken-back",
        [ENTRY],
        "UPDATE billing_ledgerentry SET amount = -0.01 WHERE kind = 'REVERSAL'",
    ),
    "cashback that nobody reads": (
        "earnings",
        ["billing_earning"],
        "DELETE FROM billing_earning WHERE kind = 'CASHBACK'",
    ),
    "another rebate than was ordered": (
        "earnings",
        ["billing_earning"],
        "UPDATE billing_earning SET amount = amount + 1 WHERE kind = 'REBATE'",
    ),
    "sums of their own": (
        "earnings",
        ["billing_earningtotal"],
        "UPDATE billing_earningtotal SET amount = amount + 1 WHERE client_id IS NULL AND offer_id IS NULL",
    ),
    "sums by client that are others": (
        "earnings",
        ["billing_earningtotal"],
        "UPDATE billing_earningtotal SET amount = amount + 1 WHERE client_id IS NOT NULL",
    ),
    "credited without a document": ("credited", [INVOICE], "UPDATE billing_invoice SET credited = credited + 1"),
    "a credit note of other lines": (
        "credited",
        ["billing_creditnoteline"],
        "UPDATE billing_creditnoteline SET net = net + 1",
    ),
    "a refund that went nowhere": (
        "credited",
        [ENTRY],
        "UPDATE billing_ledgerentry SET credit_note_id = NULL WHERE kind = 'REFUND'",
    ),
    "a withdrawal that left nothing": (
        "moved-as-decided",
        [ENTRY],
        "UPDATE billing_ledgerentry SET withdrawal_id = NULL WHERE kind = 'WITHDRAWAL'",
    ),
    "a withdrawal whose money is back and gone": (
        "moved-as-decided",
        ["billing_withdrawal"],
        "UPDATE billing_withdrawal SET state = 'PAID_OUT' WHERE state = 'WITHDRAWN'",
    ),
    "a correction of another amount": (
        "moved-as-decided",
        ["billing_correction"],
        "UPDATE billing_correction SET amount = -6",
    ),
    "a reversal of nothing": (
        "reasons",
        [ENTRY],
        "UPDATE billing_ledgerentry SET counter_entry_id = NULL WHERE kind = 'REVERSAL'",
    ),
    "a credit note without a name": (
        "snapshots",
        ["billing_creditnote"],
        "UPDATE billing_creditnote SET payer_snapshot = '{}'",
    ),
    "a gap in the credit notes": (
        "numbers",
        ["billing_creditnote"],
        "UPDATE billing_creditnote SET number = 'C2026-00002'",
    ),
    "credited for a rebate": ("earned-once", [LINE], "UPDATE billing_orderline SET outcome = 'REBATE'"),
    "another preferential price": ("provider-keeps", [LINE], "UPDATE billing_orderline SET preferential_net = 1"),
    "a balance of its own": ("balance", ["billing_prepaidaccount"], "UPDATE billing_prepaidaccount SET balance = 1"),
    "an entry that says another balance": (
        "running-balance",
        [ENTRY],
        "UPDATE billing_ledgerentry SET balance_after = 1 WHERE kind = 'TOP_UP'",
    ),
    "an entry of nobody": ("reasons", [ENTRY], "UPDATE billing_ledgerentry SET actor_label = ''"),
    "a top-up from nowhere": (
        "reasons",
        [ENTRY],
        "UPDATE billing_ledgerentry SET reference = '' WHERE kind = 'TOP_UP'",
    ),
    "a gap": ("numbers", [INVOICE], "UPDATE billing_invoice SET number = '2026-00009' WHERE number = '2026-00003'"),
    "a double": ("numbers", [INVOICE], "UPDATE billing_invoice SET number = '2026-00001' WHERE number = '2026-00002'"),
    "a number that was taken and not used": (
        "numbers",
        ["billing_numberseries"],
        "UPDATE billing_numberseries SET next_value = next_value + 1 WHERE kind = 'resale'",
    ),
    "a document without a name": ("snapshots", [INVOICE], "UPDATE billing_invoice SET payer_snapshot = '{}'"),
    "a partner's document without a name": (
        "snapshots",
        ["billing_resale"],
        "UPDATE billing_resale SET client_snapshot = NULL",
    ),
    "an order without an invoice": (
        "invoiced",
        [INVOICE],
        "DELETE FROM billing_invoice WHERE state = 'OPEN'",
    ),
    "an invoice of another amount": ("invoiced", [INVOICE], "UPDATE billing_invoice SET net = net + 1"),
    "paid without a payment": ("paid-as-booked", [INVOICE], "UPDATE billing_invoice SET paid = paid + 1"),
    "a payment without its entry": (
        "paid-as-booked",
        [ENTRY],
        "UPDATE billing_ledgerentry SET payment_id = NULL WHERE kind = 'PAYMENT'",
    ),
    **{
        f"two rows of {table} at a time": (
            "validity",
            [f"billing_{table}"],
            f"INSERT INTO billing_{table} ({columns}) SELECT {columns} FROM billing_{table} LIMIT 1",  # noqa: S608
        )
        for table, columns in {
            "price": "offer_id, currency, public_unit, reseller_unit, valid_from, valid_until",
            "partnerrate": "offer_id, rate, valid_from, valid_until",
            "degressivestep": "family_id, from_units, rate, valid_from, valid_until",
            "vatrate": "country, rate, valid_from, valid_until",
        }.items()
    },
    "a step that falls": (
        "steps-rise",
        ["billing_degressivestep"],
        "UPDATE billing_degressivestep SET rate = 0.01 WHERE from_units = 30",
    ),
    "a period that is paid twice": (
        "renewed-once",
        ["billing_coverage"],
        "INSERT INTO billing_coverage (line_id, product_id, period_start, is_extension) "
        "SELECT line_id, product_id, period_start, false FROM billing_coverage LIMIT 1",
    ),
    "a period of other units than were ordered": (
        "units",
        ["billing_coverage"],
        "UPDATE billing_coverage SET units = 7 WHERE id = (SELECT min(id) FROM billing_coverage)",
    ),
    "a line whose periods are lost": (
        "units",
        ["billing_coverage"],
        "DELETE FROM billing_coverage WHERE line_id = (SELECT min(line_id) FROM billing_coverage)",
    ),
    "a period within another": (
        "renewed-once",
        ["billing_coverage"],
        "INSERT INTO billing_coverage (line_id, product_id, period_start, is_extension) "
        "SELECT line_id, product_id, period_start + 3, false FROM billing_coverage LIMIT 1",
    ),
}


def broken():
    return {one.invariant.code: one for one in selectors.check_invariants() if not one.holds}


def test_all_hold(here):
    assert broken() == {}


def test_all_hold_where_nothing_is():
    assert broken() == {}


@pytest.mark.parametrize("how", BREAKS)
def test_what_is_broken_is_told_with_its_row(here, how):
    code, tables, statement = BREAKS[how]
    with unguarded(*tables) as cursor:
        cursor.execute(statement)
        assert cursor.rowcount

    found = broken()

    assert code in found
    assert found[code].count >= 1
    assert all(": " in row for row in found[code].rows)


def test_a_rebate_that_is_kept_after_a_refund_is_told(here):
    """Rule 42 for rebates: the sums may agree with the lines, and the lines still say too much."""
    credit_a_part(here.rebate)
    assert broken() == {}
    with unguarded("billing_earning") as cursor:
        cursor.execute("UPDATE billing_earning SET amount = -0.01 WHERE kind = 'UNDONE'")

    assert any("0.01 of the rebate of" in row for row in broken()["earnings"].rows)


def test_each_invariant_is_broken_here():
    assert {code for code, _tables, _statement in BREAKS.values()} == {one.code for one in selectors.INVARIANTS}


def test_the_command_says_what_holds_and_ends_well(here):
    out = io.StringIO()

    call_command("check_invariants", stdout=out)

    assert out.getvalue().count("holds ") == len(selectors.INVARIANTS)


def test_the_command_names_what_is_broken_and_ends_with_1(here):
    with unguarded(ENTRY) as cursor:
        cursor.execute("UPDATE billing_ledgerentry SET actor_label = ''")
    out = io.StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("check_invariants", stdout=out)

    assert ended.value.code == 1
    assert "BROKEN  reasons" in out.getvalue()
    assert "ledger entry" in out.getvalue()


def test_the_nightly_check_fails_by_name(here, run_jobs):
    """Staff reads it among the jobs that have failed."""
    from billing.jobs import check_invariants

    check_invariants.start(now=NOW, on="2026-11-25")
    run_jobs()
    with unguarded(ENTRY) as cursor:
        cursor.execute("UPDATE billing_ledgerentry SET actor_label = ''")
    started = check_invariants.start(now=NOW, on="2026-11-26")
    work.run(job_id=started.pk, now=NOW)

    good, bad = Job.objects.filter(kind="billing.check_invariants").order_by("pk")
    assert (good.state, good.result) == ("DONE", {"on": "2026-11-25", "holding": len(selectors.INVARIANTS)})
    assert bad.state == "FAILED"
    assert "reasons" in bad.error


def test_staff_reads_what_the_last_run_found(here, run_jobs):
    """Promise 10: the page shows the night's answer and asks again when told to; it never asks all rows itself."""
    page, start = reverse("billing:staff_checks"), reverse("billing:staff_check_start")
    finance = signed_in(world.make_user("Finn Keel", staff_role="FINANCE"))

    assert "No run yet" in finance.get(page).content.decode()
    finance.post(start)
    run_jobs()
    good = finance.get(page).content.decode()
    with unguarded(ENTRY) as cursor:
        cursor.execute("UPDATE billing_ledgerentry SET actor_label = ''")
    unasked = finance.get(page).content.decode()
    billing.run_checks(now=NOW + timedelta(days=36_500))
    bad = finance.get(page).content.decode()

    assert "Everything holds" in good
    assert "Everything holds" in unasked
    assert "1 of them does not hold" in bad
    assert "ledger entry" in bad


def test_others_of_the_staff_neither_read_nor_start_checks(here):
    reviewer = signed_in(world.make_user(staff_role="REVIEWER"))

    assert reviewer.get(reverse("billing:staff_checks")).status_code == 403
    assert reviewer.post(reverse("billing:staff_check_start")).status_code == 403
    assert not Job.objects.filter(kind="billing.check_invariants").exists()

"""Every constraint of credit notes, withdrawals and corrections is tried with the row that it must refuse."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from django.db import IntegrityError, connection, transaction

from billing import models as billing
from billing import services
from tests.billing import scenes
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    """A paid invoice of 108.10 of which 10.81 is credited, an open one, and accounts that hold something."""
    found = scenes.scene()
    found.invoice = scenes.invoice_of(scenes.order(found, ("office", 1)))
    found.open = scenes.invoice_of(scenes.order(found, ("office", 1)))
    found.line = found.open.order.lines.get()
    scenes.pay(found.invoice)
    found.note = scenes.credit(found, found.invoice, "10")
    scenes.top_up(found.client, "500")
    found.account = billing.PrepaidAccount.objects.get(organisation=found.client)
    found.withdrawal = services.request_withdrawal(
        organisation_id=found.client.pk,
        currency="CHF",
        amount=D(60),
        iban="CH93 0076 2011 6238 5295 7",
        holder="Bäckerei Moser",
        key="w1",
        actor=found.acting,
        now=NOW,
    )
    return found


def settled(here, **changes):
    billing.Invoice.objects.filter(pk=here.open.pk).update(**changes)


def note(here, **changes):
    values = {
        "number": "C2026-09999",
        "invoice": here.open,
        "payer": here.client,
        "currency": "CHF",
        "issued_at": NOW,
        "reason": "Down",
        "net": D(10),
        "vat_rate": D("0.081"),
        "vat_treatment": "domestic",
        "vat": D("0.81"),
        "total": D("10.81"),
        "issuer_snapshot": {"name": "x"},
        "payer_snapshot": {"name": "y"},
        "language": "en",
    }
    return billing.CreditNote.objects.create(**values | changes)


def withdrawal(here, **changes):
    values = {
        "account": here.account,
        "amount": D(60),
        "iban": "CH9300762011623852957",
        "holder": "Moser",
        "key": "w2",
        "requested_at": NOW,
        "requested_by_label": "Ana",
    }
    return billing.Withdrawal.objects.create(**values | changes)


def correction(here, **changes):
    values = {
        "account": here.account,
        "amount": D(5),
        "reason": "Double booking",
        "state": "BOOKED",
        "is_for_two": False,
        "proposed_at": NOW,
        "proposed_by_id": 1,
        "proposed_by_label": "Finn",
        "decided_at": NOW,
        "decided_by_id": 1,
        "decided_by_label": "Finn",
    }
    return billing.Correction.objects.create(**values | changes)


def entry(here, **changes):
    values = {
        "account": here.account,
        "kind": "TOP_UP",
        "amount": D(1),
        "balance_after": D(1),
        "reference": "x",
        "actor_label": "x",
        "created_at": NOW,
    }
    return billing.LedgerEntry.objects.create(**values | changes)


def earning(here, **changes):
    values = {
        "partner": here.partner,
        "kind": "REBATE",
        "currency": "CHF",
        "amount": D(5),
        "earned_at": NOW,
        "month": NOW.date().replace(day=1),
        "line": here.line,
        "client": here.client,
        "offer": here.offers["office"],
    }
    return billing.Earning.objects.create(**values | changes)


def total(here, **changes):
    values = {
        "partner": here.partner,
        "currency": "CHF",
        "month": NOW.date().replace(day=1),
        "kind": "UNDONE",
        "amount": D(-1),
        "count": 1,
    }
    return billing.EarningTotal.objects.create(**values | changes)


def incoming(here, **changes):
    values = {
        "reference": "b9",
        "purpose": "x",
        "amount": D(5),
        "currency": "CHF",
        "received_on": NOW.date(),
        "entered_at": NOW,
        "entered_by_label": "Finn",
    }
    return billing.IncomingPayment.objects.create(**values | changes)


BAD_ROWS = {
    "incomingpayment_positive": lambda h: incoming(h, amount=D(0)),
    "incomingpayment_currency_known": lambda h: incoming(h, currency="USD"),
    "incomingpayment_settled_iff_state": lambda h: incoming(h, state="BOOKED"),
    "incomingpayment_unclear_has_problem": lambda h: incoming(h, state="UNCLEAR"),
    "earning_kind_known": lambda h: earning(h, kind="GIFT"),
    "earning_currency_known": lambda h: earning(h, currency="USD"),
    "earning_sign_follows_kind": lambda h: earning(h, amount=D(-5)),
    "earning_origin_known": lambda h: earning(h, kind="CASHBACK"),
    "earning_once_per_line": lambda h: [earning(h), earning(h)],
    "earning_lost_once_per_credit_line": lambda h: [
        earning(h, kind="UNDONE", amount=D(-1), credit_line=h.note.lines.get()) for _ in range(2)
    ],
    "earning_month_is_a_first": lambda h: earning(h, month=NOW.date()),
    "earningtotal_once": lambda h: [total(h), total(h)],
    "earningtotal_kind_known": lambda h: total(h, kind="GIFT"),
    "earningtotal_currency_known": lambda h: total(h, currency="USD"),
    "earningtotal_by_one": lambda h: total(h, client=h.client, offer=h.offers["office"]),
    "invoice_credited_within_total": lambda h: settled(h, credited=D(109)),
    "invoice_settled_iff_nothing_open": lambda h: settled(h, state="PAID", paid=D(5), paid_at=NOW),
    "invoice_credited_as_state_says": lambda h: settled(h, state="CANCELLED", paid=h.open.total, paid_at=NOW),
    "creditnote_currency_known": lambda h: note(h, currency="USD"),
    "creditnote_adds_up": lambda h: note(h, total=D(11)),
    "creditnote_positive": lambda h: note(h, net=D(0), total=D("0.81")),
    "creditnote_means_iff_refunded": lambda h: note(h, refunded=D(5)),
    "creditnote_has_reason": lambda h: note(h, reason=""),
    "creditnoteline_once_per_line": lambda h: [
        billing.CreditNoteLine.objects.create(credit_note=one, line=h.line, net=D(1)) for one in [note(h)] * 2
    ],
    "creditnoteline_positive": lambda h: billing.CreditNoteLine.objects.create(
        credit_note=note(h), line=h.line, net=D(0)
    ),
    "withdrawal_key_once_per_account": lambda h: withdrawal(h, key="w1"),
    "withdrawal_positive": lambda h: withdrawal(h, amount=D(0)),
    "withdrawal_state_known": lambda h: withdrawal(h, state="LOST", decided_at=NOW),
    "withdrawal_decided_iff_not_requested": lambda h: withdrawal(h, state="APPROVED"),
    "withdrawal_paid_out_iff_state": lambda h: withdrawal(h, state="PAID_OUT", decided_at=NOW),
    "withdrawal_rejected_with_reason": lambda h: withdrawal(h, state="REJECTED", decided_at=NOW),
    "correction_key_once_per_account": lambda h: [correction(h, key="c1") for _ in range(2)],
    "correction_state_known": lambda h: correction(h, state="LOST"),
    "correction_moves_something": lambda h: correction(h, amount=D(0)),
    "correction_has_reason": lambda h: correction(h, reason=""),
    "correction_decided_iff_not_proposed": lambda h: correction(h, decided_by_id=None),
    "correction_large_by_two_people": lambda h: correction(h, is_for_two=True),
    "ledgerentry_spending_not_below_zero": lambda h: entry(
        h, kind="WITHDRAWAL", amount=D(-1), balance_after=D(-1), withdrawal=withdrawal(h)
    ),
    "ledgerentry_origin_known": lambda h: entry(h, kind="REFUND"),
    "ledgerentry_withdrawal_once_each_way": lambda h: entry(
        h, kind="WITHDRAWAL", amount=D(-1), withdrawal=h.withdrawal
    ),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_constraint_refuses_the_bad_row(name, here):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BAD_ROWS[name](here)
        connection.check_constraints()


@pytest.mark.parametrize("kind", ["TOP_UP", "PAYMENT", "CASHBACK", "REVERSAL", "WITHDRAWAL", "RETURN", "CORRECTION"])
def test_no_entry_comes_from_nowhere(kind, here):
    """Promise 3: each kind names what moved the account."""
    amount = D(-1) if kind in {"PAYMENT", "REVERSAL", "WITHDRAWAL"} else D(1)

    with pytest.raises(IntegrityError, match="ledgerentry_"), transaction.atomic():
        entry(here, kind=kind, amount=amount, reference="", reason="x")


def test_no_line_is_credited_for_more_than_it_cost(here):
    """Rule 42: also not by somebody who writes to the table."""
    with pytest.raises(IntegrityError, match="more would be credited"), transaction.atomic():
        billing.CreditNoteLine.objects.create(credit_note=note(here), line=here.line, net=D("100.01"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_creditnote SET net = 9",
        "DELETE FROM billing_creditnoteline",
        "UPDATE billing_creditnoteline SET net = 9",
        "UPDATE billing_payment SET amount = 9",
        "UPDATE billing_withdrawal SET amount = 9",
        "UPDATE billing_withdrawal SET iban = 'CH00'",
        "UPDATE billing_correction SET amount = 9",
        "UPDATE billing_invoice SET client_name = 'x'",
    ],
)
def test_what_was_written_about_money_stays(statement, here):
    """Promises 4 and 5, also through SQL."""
    services.propose_correction(
        organisation_id=here.client.pk, currency="CHF", amount=D(5), reason="Fee", actor=here.finance, now=NOW
    )

    said = r"only added to|keeps what was written"
    with pytest.raises(IntegrityError, match=said), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_unused_names_are_gone():
    """A constraint that was renamed leaves no test behind."""
    from tests.architecture.test_models import constraints

    assert set(BAD_ROWS) <= set(constraints())

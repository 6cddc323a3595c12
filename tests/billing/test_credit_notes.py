"""Credit notes and refunds: rule 42, Q10, promise 5."""

from __future__ import annotations

from decimal import Decimal as D
from itertools import pairwise

import pytest
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from billing import services
from billing.exceptions import CreditRefused
from billing.models import CreditNote, Invoice, LedgerEntry, PrepaidAccount
from partnerportal.audit.models import AuditEvent
from partnerportal.work.models import Job
from tests.at_once import at_once
from tests.billing import scenes
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    """An office suite of 100.00 (35 % cashback) and 35 hostings (347.20 at the client's own 25 %: 260.40), paid."""
    found = scenes.scene()
    found.order = scenes.order(found, ("office", 1), ("web-hosting", 35))
    found.invoice = scenes.invoice_of(found.order)
    return found


def test_a_paid_invoice_is_credited_as_a_whole(here):
    """Rule 42: the money is on the payer's account, the partner's cashback is gone to the cent."""
    scenes.pay(here.invoice)
    assert scenes.balance(here.partner) == D("35.00") + D("52.08")

    note = scenes.credit(here, here.invoice, None, None)

    here.invoice.refresh_from_db()
    assert (note.net, note.vat, note.total, note.refunded) == (D("360.40"), D("29.19"), D("389.59"), D("389.59"))
    assert (here.invoice.state, here.invoice.open_amount) == ("REFUNDED", 0)
    assert scenes.balance(here.client) == here.invoice.total
    assert scenes.balance(here.partner) == 0
    assert scenes.movements(here.partner) == [
        ("CASHBACK", D("35.00")),
        ("CASHBACK", D("52.08")),
        ("REVERSAL", D("-35.00")),
        ("REVERSAL", D("-52.08")),
    ]


def test_a_part_takes_cashback_back_in_proportion_and_says_from_which_entry(here):
    """Rule 42: 40 of 100.00 takes 14.00 of 35.00 back."""
    scenes.pay(here.invoice)

    note = scenes.credit(here, here.invoice, "40")

    here.invoice.refresh_from_db()
    reversal = LedgerEntry.objects.get(kind="REVERSAL")
    assert (here.invoice.state, here.invoice.credited, here.invoice.refunded) == ("PAID", D("43.24"), D("43.24"))
    assert reversal.amount == D("-14.00")
    assert reversal.counter_entry == LedgerEntry.objects.get(kind="CASHBACK", line=reversal.line)
    assert (reversal.credit_line.credit_note, reversal.reason) == (note, "Service was down")
    assert reversal.relationship == here.relationship


def test_several_parts_end_at_exactly_nothing(here):
    """Rule 42: thirds of 35.00 do not lose a cent, and VAT adds up to the invoice's."""
    scenes.pay(here.invoice)

    for amount in ("33.33", "33.33", None):
        scenes.credit(here, here.invoice, amount)
    services.credit_invoice(
        invoice_id=here.invoice.pk,
        nets={here.order.lines.get(position=2).pk: D("260.40")},
        reason="All of it",
        means="PREPAID",
        actor=here.finance,
        now=NOW,
    )

    here.invoice.refresh_from_db()
    assert here.invoice.state == "REFUNDED"
    assert scenes.balance(here.partner) == 0
    assert scenes.balance(here.client) == here.invoice.total
    sums = CreditNote.objects.aggregate(net=Sum("net"), vat=Sum("vat"))
    assert (sums["net"], sums["vat"]) == (here.invoice.net, here.invoice.vat)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(min_value=1, max_value=9_999), max_size=6, unique=True))
def test_however_it_is_cut_the_last_credit_leaves_nothing(cuts):
    """Rule 42: any parts of 100.00, in any order of size."""
    from django.db import transaction

    with transaction.atomic():
        here = scenes.scene()
        invoice = scenes.invoice_of(scenes.order(here, ("office", 1)))
        scenes.pay(invoice)
        edges = [0, *sorted(cuts), 10_000]
        for start, end in pairwise(edges):
            scenes.credit(here, invoice, str(D(end - start) / 100))
            taken = LedgerEntry.objects.filter(kind="REVERSAL").aggregate(sum=Sum("amount"))["sum"] or D(0)
            assert -taken == (D(35) * end / 10_000).quantize(D("0.01"), rounding="ROUND_HALF_UP")
        invoice.refresh_from_db()
        assert (invoice.state, scenes.balance(here.partner)) == ("REFUNDED", 0)
        transaction.set_rollback(True)


def test_what_is_open_is_credited_before_anything_goes_back(here):
    """Partly paid: the credit takes the open part first, only the rest is refunded."""
    scenes.pay(here.invoice, "300")  # of 389.59: 89.59 is open

    note = scenes.credit(here, here.invoice, "100")  # 108.10 with VAT

    here.invoice.refresh_from_db()
    assert (note.total, note.refunded) == (D("108.10"), D("18.51"))
    assert (here.invoice.state, here.invoice.open_amount) == ("PAID", 0)
    assert scenes.balance(here.client) == D("18.51")


def test_a_credit_that_settles_an_invoice_lets_the_rest_earn(here):
    """Q9, rules 41 and 42: what is left of the lines is paid from then on, so it earns, and no more."""
    scenes.pay(here.invoice, "300")

    scenes.credit(here, here.invoice, "100")

    assert scenes.movements(here.partner) == [
        ("CASHBACK", D("35.00")),
        ("CASHBACK", D("52.08")),
        ("REVERSAL", D("-35.00")),
    ]


def test_an_unpaid_invoice_that_is_credited_is_cancelled_and_earns_nothing(here):
    """Rule 42: no money had come, so none goes back."""
    note = scenes.credit(here, here.invoice, None, None)

    here.invoice.refresh_from_db()
    assert (here.invoice.state, here.invoice.paid, note.refunded, note.refund_means) == ("CANCELLED", 0, 0, "")
    assert not LedgerEntry.objects.exists()


def test_what_was_credited_before_the_payment_never_earns(here):
    """Rule 42: the cashback of the payment is reversed at once for the part that was credited before."""
    scenes.credit(here, here.invoice, "40")

    here.invoice.refresh_from_db()
    assert here.invoice.open_amount == here.invoice.total - D("43.24")
    scenes.pay(here.invoice)

    here.invoice.refresh_from_db()
    assert here.invoice.state == "PAID"
    assert scenes.balance(here.partner) == D("87.08") - D("14.00")


def test_a_balance_may_go_below_zero_by_a_reversal_only(here):
    """Q10: the partner has spent its cashback; the refund still takes it back."""
    scenes.pay(here.invoice)
    own = services.place_order(
        client_id=here.partner.pk,
        items=[services.Item(here.offers["office"], 1)],
        relationship_id=None,
        key="own",
        actor=here.partner_acting,
        now=NOW,
    )
    services.pay_from_prepaid(invoice_id=own.invoice.pk, actor=here.partner_acting, now=NOW)

    scenes.credit(here, here.invoice, None, None)

    assert scenes.balance(here.partner) == -own.invoice.total


def test_by_transfer_no_balance_moves(here):
    scenes.pay(here.invoice)

    note = scenes.credit(here, here.invoice, "40", means="TRANSFER")

    assert (note.refunded, note.refund_means) == (D("43.24"), "TRANSFER")
    assert scenes.balance(here.client) is None
    assert scenes.balance(here.partner) == D("73.08")


@pytest.mark.parametrize(
    ("amounts", "reason", "said"),
    [
        (("100.01",), "Down", "At most CHF\u00a0100.00 is left of this line."),
        (("0",), "Down", "Credit at least 0.01 of at least one line."),
        (("-5",), "Down", "Credit at least 0.01 of at least one line."),
        ((), "Down", "Credit at least 0.01 of at least one line."),
        (("40",), " ", "Say why: the reason stands on the document."),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(here, amounts, reason, said):
    """Promise 5: nothing is half-written, no number is used up."""
    scenes.pay(here.invoice)
    before = scenes.movements(here.partner), AuditEvent.objects.count(), Job.objects.count()

    with pytest.raises(CreditRefused, match=said):
        scenes.credit(here, here.invoice, *amounts, reason=reason)

    here.invoice.refresh_from_db()
    assert (here.invoice.credited, CreditNote.objects.count()) == (0, 0)
    assert (scenes.movements(here.partner), AuditEvent.objects.count(), Job.objects.count()) == before


def test_amounts_that_are_not_those_that_were_shown_are_refused(here):
    """Promise 3: somebody else has credited a part between looking and pressing."""
    scenes.pay(here.invoice, "300")
    nets = {here.order.lines.get(position=1).pk: D(50)}
    shown = services.amounts_shown(services.credit_amounts(invoice=here.invoice, nets=nets))
    scenes.pay(here.invoice)

    with pytest.raises(CreditRefused, match="changed meanwhile"):
        services.credit_invoice(
            invoice_id=here.invoice.pk,
            nets=nets,
            reason="Down",
            means="PREPAID",
            actor=here.finance,
            now=NOW,
            shown=shown,
        )

    assert not CreditNote.objects.exists()


def test_a_credit_that_is_sent_twice_is_issued_once(here):
    """Promise 3: a double click, or the page of before once more, credits nothing again."""
    scenes.pay(here.invoice)
    here.invoice.refresh_from_db()
    nets = {here.order.lines.get(position=1).pk: D(10)}
    shown = services.amounts_shown(services.credit_amounts(invoice=here.invoice, nets=nets))

    def issue():
        return services.credit_invoice(
            invoice_id=here.invoice.pk,
            nets=nets,
            reason="Down",
            means="PREPAID",
            actor=here.finance,
            now=NOW,
            shown=shown,
        )

    issue()
    before = scenes.balance(here.client), scenes.movements(here.partner)
    with pytest.raises(CreditRefused, match="changed meanwhile"):
        issue()

    assert CreditNote.objects.count() == 1
    assert (scenes.balance(here.client), scenes.movements(here.partner)) == before


def test_a_credit_note_keeps_the_names_of_its_day_and_has_a_series_of_its_own(here):
    """Promise 5: its numbers begin with C and have no gap."""
    scenes.pay(here.invoice)
    notes = [scenes.credit(here, here.invoice, "10") for _ in range(3)]

    type(here.client).objects.filter(pk=here.client.pk).update(name="Renamed")

    assert [note.number for note in notes] == ["C2026-00001", "C2026-00002", "C2026-00003"]
    kept = CreditNote.objects.get(pk=notes[0].pk)
    assert (kept.payer_snapshot["name"], kept.language) == ("Bäckerei Moser", here.client.language)
    assert kept.issuer_snapshot["name"]


def test_payer_and_partner_are_told_once(here, run_jobs, mailoutbox):
    """N8, Q20: the payer of the document, the partner of what was taken back."""
    scenes.pay(here.invoice)
    run_jobs()
    mailoutbox.clear()

    scenes.credit(here, here.invoice, "40")
    run_jobs()

    said = {mail.to[0]: mail for mail in mailoutbox}
    assert len(mailoutbox) == 2
    payer, partner = said[here.acting.user.email], said[here.partner_acting.user.email]
    assert payer.subject == "Credit note C2026-00001: CHF 43.24"
    assert "CHF\u00a043.24 is on your prepaid account." in payer.body
    assert partner.subject == "CHF 14.00 of cashback was taken back"
    assert "Service was down" in partner.body


@pytest.mark.django_db(transaction=True)
def test_two_credits_of_one_line_at_once_never_credit_more_than_it_cost():
    """Promise 4: one of the two is told that less is left."""
    here = scenes.scene()
    invoice = scenes.invoice_of(scenes.order(here, ("office", 1)))
    scenes.pay(invoice)

    outcomes = at_once(*[lambda: scenes.credit(here, Invoice.objects.get(pk=invoice.pk), "60")] * 2)

    assert sorted(outcomes) == ["done", "refused"]
    invoice.refresh_from_db()
    assert invoice.credited == D("64.86")
    sums = LedgerEntry.objects.values("account").annotate(sum=Sum("amount"))
    assert {row["account"]: row["sum"] for row in sums} == dict(PrepaidAccount.objects.values_list("pk", "balance"))

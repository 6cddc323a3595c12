"""Withdrawals and corrections: Q10, Q35, Q42; promises 4 and 7."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D
from functools import partial

import pytest
from django.conf import settings

from billing import services
from billing.exceptions import CorrectionRefused, InsufficientBalance, WithdrawalRefused
from billing.models import Correction, LedgerEntry, Withdrawal
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.states import IllegalTransition
from tests.at_once import at_once
from tests.billing import scenes
from tests.world import NOW

pytestmark = pytest.mark.django_db
IBAN = "CH93 0076 2011 6238 5295 7"


@pytest.fixture
def here():
    found = scenes.scene()
    scenes.top_up(found.partner.organisation, "200")
    return found


def ask(here, amount="80", key="w1", **changes):
    values = {
        "organisation_id": here.partner.pk,
        "currency": "CHF",
        "amount": D(amount),
        "iban": IBAN,
        "holder": "Studio Lumen",
        "key": key,
        "actor": here.partner_acting,
        "now": NOW,
    }
    return services.request_withdrawal(**values | changes)


def below_zero(here):
    """Let a refund take back more cashback than the account holds."""
    invoice = scenes.invoice_of(scenes.order(here, ("office", 1)))
    scenes.pay(invoice)
    own = services.place_order(
        client_id=here.partner.pk,
        items=[services.Item(here.offers["office"], 3)],
        relationship_id=None,
        key="own",
        actor=here.partner_acting,
        now=NOW,
    )
    services.pay_from_prepaid(invoice_id=own.invoice.pk, actor=here.partner_acting, now=NOW)
    scenes.credit(here, invoice, None)
    assert scenes.balance(here.partner) < 0


def test_what_is_asked_for_leaves_the_balance_at_once(here):
    """Q35: nobody spends what is on its way to the bank."""
    withdrawal = ask(here)

    assert (withdrawal.state, withdrawal.iban) == ("REQUESTED", "CH9300762011623852957")
    assert scenes.balance(here.partner) == D(120)
    entry = LedgerEntry.objects.get(kind="WITHDRAWAL")
    assert (entry.amount, entry.withdrawal, entry.actor_label) == (D(-80), withdrawal, here.partner_acting.label)


def test_approved_then_paid_out_and_told_each_time(here, run_jobs, mailoutbox):
    """Q35, N8."""
    withdrawal = ask(here)

    services.approve_withdrawal(withdrawal_id=withdrawal.pk, actor=here.finance, now=NOW)
    services.pay_out_withdrawal(withdrawal_id=withdrawal.pk, actor=here.finance, now=NOW)
    run_jobs()

    withdrawal.refresh_from_db()
    assert (withdrawal.state, withdrawal.paid_out_at) == ("PAID_OUT", NOW)
    assert scenes.balance(here.partner) == D(120)
    assert [mail.subject for mail in mailoutbox] == [
        "Your withdrawal of CHF 80.00: Approved",
        "Your withdrawal of CHF 80.00: Paid out",
    ]
    assert "CH93 … 2957" in mailoutbox[1].body
    assert "762011" not in mailoutbox[1].body


@pytest.mark.parametrize("is_approved", [False, True])
def test_rejected_the_money_is_back_by_a_linked_entry(here, is_approved):
    """Promise 4: the first entry stays; also when the bank has sent the money back."""
    withdrawal = ask(here)
    if is_approved:
        services.approve_withdrawal(withdrawal_id=withdrawal.pk, actor=here.finance, now=NOW)

    services.reject_withdrawal(withdrawal_id=withdrawal.pk, reason="Account closed", actor=here.finance, now=NOW)

    back = LedgerEntry.objects.get(kind="RETURN")
    assert scenes.balance(here.partner) == D(200)
    assert (back.counter_entry.kind, back.amount, back.reason) == ("WITHDRAWAL", D(80), "Account closed")


def test_who_asked_takes_it_back_until_it_is_approved(here):
    first, second = ask(here), ask(here, "60", "w2")
    services.approve_withdrawal(withdrawal_id=second.pk, actor=here.finance, now=NOW)

    services.take_back_withdrawal(withdrawal_id=first.pk, actor=here.partner_acting, now=NOW)
    with pytest.raises(IllegalTransition):
        services.take_back_withdrawal(withdrawal_id=second.pk, actor=here.partner_acting, now=NOW)

    assert scenes.balance(here.partner) == D(140)
    assert sorted(Withdrawal.objects.values_list("state", flat=True)) == ["APPROVED", "WITHDRAWN"]


def test_asked_twice_under_one_key_it_is_one(here):
    """Promise 4."""
    assert ask(here) == ask(here)

    assert scenes.balance(here.partner) == D(120)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"amount": "49.99"}, "amount", "smallest withdrawal is CHF\u00a050.00"),
        ({"amount": "200.01"}, "amount", "holds CHF\u00a0200.00"),
        ({"iban": "CH93 0076 2011 6238 5295 8"}, "iban", "not a valid IBAN"),
        ({"iban": "moser"}, "iban", "not a valid IBAN"),
        ({"currency": "EUR"}, "amount", "holds EUR\u00a00.00"),
    ],
)
def test_what_cannot_be_withdrawn_is_refused_and_nothing_moves(here, changes, field, said):
    """Q35."""
    before = AuditEvent.objects.count()

    with pytest.raises(WithdrawalRefused, match=said) as refusal:
        ask(here, **changes)

    assert refusal.value.field == field
    assert not Withdrawal.objects.exists()
    assert scenes.balance(here.partner) == D(200)
    assert AuditEvent.objects.count() == before


def test_while_a_balance_is_below_zero_nothing_is_withdrawn(here):
    """Q10: neither from that account nor from one in another currency, and nothing that waits is approved."""
    scenes.top_up(here.partner.organisation, "100", "eur", currency="EUR")
    waiting = ask(here, "60", "early", currency="EUR")
    below_zero(here)

    with pytest.raises(WithdrawalRefused, match="below zero"):
        ask(here, "50", "late", currency="EUR")
    with pytest.raises(WithdrawalRefused, match="below zero"):
        services.approve_withdrawal(withdrawal_id=waiting.pk, actor=here.finance, now=NOW)

    waiting.refresh_from_db()
    assert waiting.state == "REQUESTED"
    assert scenes.balance(here.partner, "EUR") == D(40)


def test_a_setting_switches_withdrawals_off(here, settings):
    """Contradiction 5 of the sources."""
    settings.PROGRAMME = settings.PROGRAMME | {"withdrawals": False}

    with pytest.raises(WithdrawalRefused, match="switched off"):
        ask(here)

    assert scenes.balance(here.partner) == D(200)


@pytest.mark.django_db(transaction=True)
def test_withdrawn_and_spent_at_once_only_what_is_there_goes():
    """Rule 43: 200 on the account, five times 60 at once: three of them."""
    here = scenes.scene()
    scenes.top_up(here.partner.organisation, "200")

    outcomes = at_once(*[partial(ask, here, "60", f"k{number}") for number in range(5)])

    assert outcomes == ["done"] * 3 + ["refused"] * 2
    assert scenes.balance(here.partner) == D(20)


def correct(here, amount, actor=None, reason="Transfer booked twice", now=NOW):
    return services.propose_correction(
        organisation_id=here.partner.pk,
        currency="CHF",
        amount=D(amount),
        reason=reason,
        actor=actor or here.finance,
        now=now,
    )


@pytest.mark.parametrize("amount", ["100", "-100"])
def test_a_small_correction_is_booked_at_once_with_its_reason(here, amount):
    """Promise 7: the owner reads why and by whom."""
    correct(here, amount)

    entry = LedgerEntry.objects.get(kind="CORRECTION")
    assert (entry.amount, entry.reason, entry.actor_label) == (D(amount), "Transfer booked twice", "Finn Keel")
    assert scenes.balance(here.partner) == D(200) + D(amount)


def test_above_the_limit_a_second_person_decides(here):
    """Two people: whoever proposed it cannot approve it."""
    assert settings.PROGRAMME["correction_alone_up_to"] == 100
    proposed = correct(here, "-100.01")
    assert scenes.balance(here.partner) == D(200)

    with pytest.raises(CorrectionRefused, match="yourself"):
        services.approve_correction(correction_id=proposed.pk, actor=here.finance, now=NOW)
    assert scenes.balance(here.partner) == D(200)

    services.approve_correction(correction_id=proposed.pk, actor=scenes.finance("Nora Wolf"), now=NOW)
    assert scenes.balance(here.partner) == D("99.99")
    with pytest.raises(IllegalTransition):
        services.approve_correction(correction_id=proposed.pk, actor=scenes.finance("Nora Wolf"), now=NOW)
    assert scenes.balance(here.partner) == D("99.99")


def test_a_large_correction_is_not_cut_into_small_ones(here):
    """Two people: what one person corrects alone on an account adds up, whichever way; another person's does not."""
    first, second = correct(here, "-60"), correct(here, "50")

    assert (first.state, second.state) == ("BOOKED", "PROPOSED")
    assert scenes.balance(here.partner) == D(140)
    assert correct(here, "40").state == "BOOKED"
    assert correct(here, "50", actor=scenes.finance("Nora Wolf")).state == "BOOKED"
    assert correct(here, "100", now=NOW + dt.timedelta(days=30)).state == "BOOKED"


def test_a_rejected_correction_moves_nothing(here):
    proposed = correct(here, "500")

    services.reject_correction(correction_id=proposed.pk, actor=scenes.finance("Nora Wolf"), now=NOW)

    assert scenes.balance(here.partner) == D(200)
    assert not LedgerEntry.objects.filter(kind="CORRECTION").exists()


def test_a_correction_never_takes_a_balance_below_zero(here):
    """Q10: only cashback that is taken back may."""
    proposed = correct(here, "-200.01")

    with pytest.raises(InsufficientBalance):
        services.approve_correction(correction_id=proposed.pk, actor=scenes.finance("Nora Wolf"), now=NOW)

    proposed.refresh_from_db()
    assert (proposed.state, scenes.balance(here.partner)) == ("PROPOSED", D(200))


@pytest.mark.parametrize(("amount", "reason"), [("0", "Fee"), ("5", "  ")])
def test_a_correction_of_nothing_or_without_a_reason_is_refused(here, amount, reason):
    with pytest.raises(CorrectionRefused):
        correct(here, amount, reason=reason)

    assert not Correction.objects.exists()
    assert scenes.balance(here.partner) == D(200)


@pytest.mark.parametrize("amount", ["9.99", "10000.01"])
def test_a_top_up_has_limits(here, amount):
    """Q35."""
    from billing.exceptions import PaymentRefused

    with pytest.raises(PaymentRefused, match="between CHF"):
        scenes.top_up(here.partner.organisation, amount, "in-2")

    assert scenes.balance(here.partner) == D(200)

"""Credit notes, withdrawals and corrections through their pages: rule 42, Q10, Q35, promise 3."""

from __future__ import annotations

import html
import re
from decimal import Decimal as D

import pytest
from django.urls import reverse

from billing import services
from billing.models import Correction, CreditNote, LedgerEntry, PrepaidAccount, Withdrawal
from tests import world
from tests.billing import scenes
from tests.browsers import signed_in
from tests.world import NOW, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    found = scenes.scene()
    found.order = scenes.order(found, ("office", 1))
    found.invoice = scenes.invoice_of(found.order)
    scenes.pay(found.invoice)
    found.line = found.order.lines.get()
    found.finance_browser = signed_in(found.finance.user)
    found.url = reverse("billing:staff_credit", args=[found.invoice.pk])
    return found


def text(response):
    return html.unescape(response.content.decode()).replace("\u00a0", " ")


def shown(response):
    return re.search(r'name="shown" value="([^"]*)"', response.content.decode()).group(1)


def credit_form(here, amount="40", **more):
    return {f"line_{here.line.pk}": amount, "reason": "Service was down", "means": "PREPAID"} | more


def test_finance_sees_what_a_credit_does_before_it_is_issued(here):
    """Rule 42: amounts, where the money goes, whose cashback is taken back; nothing is done by looking."""
    seen = here.finance_browser.post(here.url, credit_form(here))

    assert seen.status_code == 200
    assert "CHF 43.24 goes to the prepaid account of Bäckerei Moser." in text(seen)
    assert "CHF 14.00 of cashback on 1 × Office is taken back from Studio Lumen." in text(seen)
    assert not CreditNote.objects.exists()

    done = here.finance_browser.post(here.url, credit_form(here, confirm="issue", shown=shown(seen)))

    note = CreditNote.objects.get()
    assert done["Location"] == reverse("billing:staff_credit_note_detail", args=[note.pk])
    assert (note.total, scenes.balance(here.client), scenes.balance(here.partner)) == (D("43.24"), D("43.24"), D(21))


def test_a_credit_that_would_be_another_one_by_now_is_shown_again(here):
    """Promise 3."""
    seen = here.finance_browser.post(here.url, credit_form(here, "60"))
    scenes.credit(here, here.invoice, "50")

    answer = here.finance_browser.post(here.url, credit_form(here, "60", confirm="issue", shown=shown(seen)))

    assert answer.status_code in {200, 409}
    assert "50.00" in text(answer)
    assert CreditNote.objects.count() == 1


def test_a_credit_of_what_was_paid_meanwhile_shows_what_goes_back_now(here):
    """Promise 3: shown while nothing was paid, sent after it was; the second look is what is issued."""
    order = scenes.order(here, ("office", 1))
    invoice, line = scenes.invoice_of(order), order.lines.get()
    url = reverse("billing:staff_credit", args=[invoice.pk])
    form = {f"line_{line.pk}": "40", "reason": "Service was down", "means": "PREPAID"}
    seen = here.finance_browser.post(url, form)
    assert "Nothing goes back" in text(seen)
    scenes.pay(invoice)

    again = here.finance_browser.post(url, form | {"confirm": "issue", "shown": shown(seen)})

    assert again.status_code == 409
    assert "The invoice has changed meanwhile" in text(again)
    assert "CHF 43.24 goes to the prepaid account" in text(again)
    assert not CreditNote.objects.exists()
    here.finance_browser.post(url, form | {"confirm": "issue", "shown": shown(again)})
    assert CreditNote.objects.get().refunded == D("43.24")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"reason": ""}, "reason"),
        ({"amount": ""}, "Enter how much to credit of at least one line."),
        ({"amount": "100.01"}, "100"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(here, sent, said):
    amount = sent.pop("amount", "40")
    answer = here.finance_browser.post(here.url, credit_form(here, amount, **sent))

    assert said in text(answer)
    assert f'value="{amount}"' in text(answer) or not amount
    assert not CreditNote.objects.exists()


def test_the_payer_reads_the_credit_note_and_the_partner_does_not(here):
    """Rules 24 and 27: the client's documents are the client's."""
    note = scenes.credit(here, here.invoice, "40")
    page = reverse("billing:credit_note_detail", args=[note.pk])
    payer = signed_in(here.acting.user)

    assert "C2026-00001" in text(payer.get(page))
    assert "C2026-00001" in text(payer.get(reverse("billing:invoice_detail", args=[here.invoice.pk])))
    assert payer.get(reverse("billing:credit_note_pdf", args=[note.pk])).content.startswith(b"%PDF")
    assert signed_in(here.partner_acting.user).get(page).status_code == 404


def test_the_ledger_leads_to_what_moved_it(here):
    """Promise 3: each movement names where it comes from, and why."""
    scenes.credit(here, here.invoice, "40")
    browser = signed_in(here.partner_acting.user)

    page = text(browser.get(reverse("billing:prepaid")))

    assert here.line.explanation in page
    assert "Cashback taken back" in page
    assert "Service was down" in page
    assert "Service was down" in text(browser.get(reverse("billing:prepaid"), {"download": "csv"}))


def withdrawal_form(**more):
    values = {"amount": "60", "iban": "CH93 0076 2011 6238 5295 7", "holder": "Studio Lumen", "key": "k1"}
    return values | {"password": PASSWORD} | more


@pytest.fixture
def rich(here):
    scenes.top_up(here.partner.organisation, "300")
    here.browser = signed_in(here.partner_acting.user)
    here.withdraw = reverse("billing:withdraw", args=["chf"])
    return here


def test_a_withdrawal_takes_the_password_and_is_approved_by_finance(rich):
    """Q35: asked for, approved with finance's password, noted as paid out."""
    rich.browser.post(rich.withdraw, withdrawal_form())
    asked = Withdrawal.objects.get()
    assert scenes.balance(rich.partner) == D(275)
    assert "asked for on" in text(rich.browser.get(reverse("billing:prepaid")))
    assert "Studio Lumen" in text(rich.finance_browser.get(reverse("home:staff")))

    approve, paid_out = (
        reverse(f"billing:staff_withdrawal_{name}", args=[asked.pk]) for name in ("approve", "pay_out")
    )
    rich.finance_browser.post(approve, {"password": "wrong"})
    asked.refresh_from_db()
    assert asked.state == "REQUESTED"
    rich.finance_browser.post(approve, {"password": PASSWORD})
    rich.finance_browser.post(paid_out)

    asked.refresh_from_db()
    assert asked.state == "PAID_OUT"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "wrong"}, "This is not your password. Nothing was changed."),
        ({"amount": "335.01"}, "holds CHF 335.00"),
        ({"amount": "49"}, "The smallest withdrawal is CHF 50.00."),
        ({"iban": "CH00"}, "This is not a valid IBAN."),
    ],
)
def test_a_refused_withdrawal_says_why_and_keeps_what_was_typed(rich, changes, said):
    answer = rich.browser.post(rich.withdraw, withdrawal_form(**changes))

    assert said in text(answer)
    assert f'value="{changes.get("amount", "60")}"' in text(answer)
    assert not Withdrawal.objects.exists()
    assert scenes.balance(rich.partner) == D(335)


def test_sent_twice_it_is_one_withdrawal(rich):
    """Promise 4: a double click."""
    for _ in range(2):
        rich.browser.post(rich.withdraw, withdrawal_form())

    assert Withdrawal.objects.count() == 1
    assert scenes.balance(rich.partner) == D(275)


def test_somebody_elses_withdrawal_is_not_taken_back(rich):
    """Promise 2."""
    rich.browser.post(rich.withdraw, withdrawal_form())
    page = reverse("billing:withdrawal_take_back", args=[Withdrawal.objects.get().pk])

    assert signed_in(rich.acting.user).post(page).status_code == 404
    assert scenes.balance(rich.partner) == D(275)
    rich.browser.post(page)
    assert scenes.balance(rich.partner) == D(335)


def test_a_large_correction_waits_for_somebody_else(rich):
    """Two people above a set amount; the owner reads the reason in the ledger."""
    account = PrepaidAccount.objects.get(organisation=rich.partner.pk)
    sent = {"amount": "-150", "reason": "Transfer booked twice", "password": PASSWORD, "key": "c1"}
    rich.finance_browser.post(reverse("billing:staff_correct", args=[account.pk]), sent)
    proposed = Correction.objects.get()
    detail, approve = (
        reverse(f"billing:staff_correction_{name}", args=[proposed.pk]) for name in ("detail", "approve")
    )

    own = rich.finance_browser.post(approve, {"password": PASSWORD})
    assert own.status_code == 409
    assert approve not in text(rich.finance_browser.get(detail))
    assert scenes.balance(rich.partner) == D(335)

    signed_in(world.make_user("Nora Wolf", staff_role="MANAGER")).post(approve, {"password": PASSWORD})
    assert scenes.balance(rich.partner) == D(185)
    assert "Transfer booked twice" in text(rich.browser.get(reverse("billing:prepaid")))


def test_a_correction_that_is_sent_twice_is_made_once(rich):
    """Promise 4: a double click moves the money once, alone and by two people."""
    account = PrepaidAccount.objects.get(organisation=rich.partner.pk)
    page = reverse("billing:staff_correct", args=[account.pk])
    small = {"amount": "-15", "reason": "Fee of the bank", "password": PASSWORD, "key": "c1"}

    for sent in (small, small, small | {"amount": "-150", "key": "c2"}, small | {"amount": "-150", "key": "c2"}):
        assert rich.finance_browser.post(page, sent).status_code == 302

    assert sorted(Correction.objects.values_list("amount", "state")) == [
        (D(-150), "PROPOSED"),
        (D(-15), "BOOKED"),
    ]
    assert scenes.balance(rich.partner) == D(320)


def test_a_top_up_is_booked_by_the_reference_of_its_transfer(here):
    """Q35: the reference that the prepaid account's page names leads to the account."""
    sent = {"account": f"PP-{here.client.pk:06d}", "currency": "CHF", "amount": "250", "reference": "camt-1"}
    page = reverse("billing:staff_top_up")

    for _ in range(2):
        here.finance_browser.post(page, sent)
    wrong = here.finance_browser.post(page, sent | {"account": "PP-999999999", "reference": "camt-2"})

    assert scenes.balance(here.client) == D(250)
    assert "No organisation has this reference." in text(wrong)
    assert LedgerEntry.objects.filter(kind="TOP_UP").count() == 1


def test_below_zero_the_page_says_why_nothing_can_be_withdrawn(here):
    """Q10."""
    own = services.place_order(
        client_id=here.partner.pk,
        items=[services.Item(here.offers["web-hosting"], 1)],
        relationship_id=None,
        key="own",
        actor=here.partner_acting,
        now=NOW,
    )
    services.pay_from_prepaid(invoice_id=own.invoice.pk, actor=here.partner_acting, now=NOW)
    scenes.credit(here, here.invoice, None)

    page = text(signed_in(here.partner_acting.user).get(reverse("billing:prepaid")))

    assert "A balance is below zero" in page
    assert reverse("billing:withdraw", args=["chf"]) not in page

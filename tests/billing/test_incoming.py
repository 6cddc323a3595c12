"""Transfers of bank statements: booked once, in chunks, and told where they fit nothing. Rules 41 and 43, promise 4."""

from __future__ import annotations

import datetime as dt
import html
import re
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse

from billing import services
from billing.exceptions import PaymentRefused
from billing.jobs import book_payments
from billing.models import Earning, IncomingPayment, Invoice, LedgerEntry, Payment, PrepaidAccount, StatementLine
from billing.services.ledger import lock_accounts
from partnerportal.accounts.acting import SYSTEM
from partnerportal.audit.models import AuditEvent
from partnerportal.work.models import Job
from tests.at_once import Waiting, at_once
from tests.billing import scenes
from tests.browsers import signed_in
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    found = scenes.scene()
    found.invoices = [scenes.invoice_of(scenes.order(found, ("office", 1))) for _ in range(3)]
    return found


def transfer(purpose, amount="108.10", reference=None, currency="CHF"):
    return StatementLine(reference or f"bank {purpose}", purpose, D(amount), currency, TODAY)


def take(here, *transfers):
    return services.take_statement(lines=transfers, actor=here.finance, now=NOW)


def wait(*transfers):
    """Let transfers wait, without the job that books them."""
    IncomingPayment.objects.bulk_create(
        IncomingPayment(
            reference=one.reference,
            purpose=one.purpose,
            amount=one.amount,
            currency=one.currency,
            received_on=one.received_on,
            entered_at=NOW,
            entered_by_label="Finn Keel",
        )
        for one in transfers
    )


def states():
    return dict(IncomingPayment.objects.order_by("pk").values_list("purpose", "state"))


def test_a_statement_settles_invoices_and_credits_their_cashback(here, run_jobs):
    """Rule 41, Q9: whatever the payer wrote around the number."""
    first, second, _third = here.invoices

    take(here, transfer(f"Rechnung {first.number}, danke"), transfer(second.number))
    run_jobs()

    assert sorted(Invoice.objects.values_list("state", flat=True)) == ["OPEN", "PAID", "PAID"]
    assert scenes.balance(here.partner) == D(70)
    assert set(states().values()) == {"BOOKED"}
    assert IncomingPayment.objects.filter(payment__invoice=first).count() == 1


def test_a_statement_that_comes_twice_adds_nothing(here, run_jobs):
    """Promise 4: the bank's number is the payment's."""
    for _ in range(2):
        new, _job = take(here, transfer(here.invoices[0].number))
        run_jobs()

    assert new == 0
    assert (Payment.objects.count(), Earning.objects.count(), scenes.balance(here.partner)) == (1, 1, D(35))


def test_a_reference_of_an_account_is_a_top_up(here, run_jobs):
    """Q35: the reference that the prepaid account's page names."""
    take(here, transfer(f"PP-{here.client.pk:06d}", "250"))
    run_jobs()

    assert scenes.balance(here.client) == D(250)
    assert states() == {f"PP-{here.client.pk:06d}": "BOOKED"}


@pytest.mark.parametrize("kind", ["account", "invoice"])
@pytest.mark.parametrize("before", ["x " * 80, "x" * 160 + " ", "x" * 160 + "/"])
def test_a_number_that_is_cut_off_is_no_other_number(here, run_jobs, kind, before):
    """Promise 4: of a long text a part is kept, and nobody else's account or invoice gets the money."""
    whole = f"PP-{here.client.pk}" if kind == "account" else here.invoices[0].number
    purpose = f"{before[-(140 - len(whole)) :]}{whole}99 and more"
    assert purpose[:140].endswith(whole)

    take(here, transfer(purpose, reference="b1"))
    run_jobs()

    kept = IncomingPayment.objects.get()
    assert (kept.state, whole in kept.purpose) == ("UNCLEAR", False)
    assert (Payment.objects.exists(), scenes.balance(here.client)) == (False, None)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"purpose": "2026-99999"}, "There is no invoice of this number."),
        ({"purpose": "thank you"}, "It names neither an invoice nor a prepaid account."),
        ({"purpose": "PP-999999999"}, "It names neither an invoice nor a prepaid account."),
        ({"purpose": "{number}", "amount": "108.11"}, "It is more than what is open on the invoice"),
        ({"purpose": "{number}", "currency": "EUR"}, "The invoice is in another currency."),
    ],
)
def test_what_fits_nothing_waits_for_finance_and_stops_nothing(here, run_jobs, given, problem):
    """Promise 4: no money is lost; the transfer beside it is booked."""
    wrong = given | {"purpose": given["purpose"].format(number=here.invoices[0].number), "reference": "b1"}
    take(here, transfer(**wrong), transfer(here.invoices[1].number))
    run_jobs()

    unclear = IncomingPayment.objects.get(reference="b1")
    assert (unclear.state, unclear.payment) == ("UNCLEAR", None)
    assert unclear.problem.startswith(problem)
    assert Invoice.objects.filter(state="PAID").get() == here.invoices[1]
    assert LedgerEntry.objects.count() == 1


def test_two_transfers_for_one_invoice_settle_it_together(here, run_jobs):
    """Rule 43."""
    number = here.invoices[0].number
    take(here, transfer(number, "100", "b1"), transfer(number, "8.10", "b2"), transfer(number, "1", "b3"))
    run_jobs()

    assert list(IncomingPayment.objects.order_by("pk").values_list("state", flat=True)) == [
        "BOOKED",
        "BOOKED",
        "UNCLEAR",
    ]
    assert Invoice.objects.get(number=number).state == "PAID"


def test_finance_tries_again_or_notes_that_it_is_clarified(here, run_jobs):
    take(here, transfer("2026-00009", reference="b1"), transfer("thanks", reference="b2"))
    run_jobs()
    again, done = IncomingPayment.objects.order_by("pk")
    for _ in range(6):
        scenes.order(here, ("office", 1))

    services.try_incoming_again(incoming_id=again.pk, actor=here.finance, now=NOW)
    run_jobs()
    services.clarify(incoming_id=done.pk, how="Sent back", actor=here.finance, now=NOW)

    again.refresh_from_db()
    done.refresh_from_db()
    assert (again.state, done.state) == ("BOOKED", "CLARIFIED")
    trail = AuditEvent.objects.filter(action__startswith="billing.incoming.", actor_label="Finn Keel").order_by("pk")
    assert [one.action.rpartition(".")[2] for one in trail] == ["tried_again", "clarified"]
    with pytest.raises(PaymentRefused):
        services.clarify(incoming_id=again.pk, how="x", actor=here.finance, now=NOW)
    with pytest.raises(PaymentRefused):
        services.try_incoming_again(incoming_id=again.pk, actor=here.finance, now=NOW)


def test_a_run_that_breaks_off_goes_on_where_it_stood(here, run_jobs, settings, monkeypatch):
    """Promise 4: chunks of one; the second fails, the next run books what still waits, nothing twice."""
    settings.PAYMENT_BATCH = 1
    take(here, *[transfer(invoice.number) for invoice in here.invoices])
    Job.objects.all().delete()
    original, calls = services.book_waiting, []

    def breaking(**arguments):
        calls.append(1)
        if len(calls) == 2:
            message = "the power is gone"
            raise RuntimeError(message)
        return original(**arguments)

    monkeypatch.setattr("billing.jobs.services.book_waiting", breaking)
    job = book_payments.start(now=NOW)
    from partnerportal.work import services as work

    work.run(job_id=job.pk, now=NOW)
    assert Payment.objects.count() == 1

    monkeypatch.setattr("billing.jobs.services.book_waiting", original)
    work.run(job_id=job.pk, now=NOW + dt.timedelta(days=3650))

    assert (Payment.objects.count(), scenes.balance(here.partner)) == (3, D(105))
    assert Job.objects.get(pk=job.pk).state == "DONE"


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_book_each_transfer_once():
    """Promise 4: each takes what the other does not hold."""
    here = scenes.scene()
    invoices = [scenes.invoice_of(scenes.order(here, ("office", 1))) for _ in range(12)]
    wait(*[transfer(invoice.number) for invoice in invoices])

    def run():
        while services.book_waiting(most=2, now=NOW, actor=SYSTEM):
            pass

    outcomes = at_once(run, run)

    assert outcomes == ["done", "done"]
    assert set(states().values()) == {"BOOKED"}
    assert scenes.balance(here.partner) == D(35) * 12
    sums = LedgerEntry.objects.values("account").annotate(sum=Sum("amount"))
    assert {row["account"]: row["sum"] for row in sums} == dict(PrepaidAccount.objects.values_list("pk", "balance"))


@pytest.mark.django_db(transaction=True)
def test_a_statement_and_a_payment_never_wait_for_each_other():
    """The account of a top-up and that of an earning partner are locked together, in the one order of all: whoever
    holds the first and wants the second gets it.
    """
    here = scenes.scene()
    scenes.top_up(here.client, "50")
    invoice = scenes.invoice_of(scenes.order(here, ("office", 1)))
    wait(transfer(invoice.number), transfer(f"PP-{here.client.pk:06d}"))

    with transaction.atomic():
        lock_accounts([(here.client.pk, "CHF")])
        with Waiting(lambda: services.book_waiting(most=9, now=NOW, actor=SYSTEM)) as run:
            lock_accounts([(here.partner.pk, "CHF")])

    assert run.outcome() == "done"
    assert (scenes.balance(here.client), scenes.balance(here.partner)) == (D("158.10"), D(35))


HEADING = "reference;purpose;amount;currency;received_on\n"


def browser(here):
    return signed_in(here.finance.user)


def text_of(response):
    return html.unescape(response.content.decode()).replace("\u00a0", " ")


def upload(here, body, **more):
    file = SimpleUploadedFile("statement.csv", (HEADING + body).encode(), "text/csv")
    return browser(here).post(reverse("billing:staff_statement"), {"file": file} | more)


def test_a_statement_is_shown_first_and_taken_by_the_second_button(here, run_jobs):
    """Nothing is kept by looking; a file that comes again says that it is known."""
    number = here.invoices[0].number
    seen = upload(here, f"b1;Invoice {number};108.10;CHF;2026-11-20\nb2;thanks;5.00;EUR;2026-11-20\n")
    assert "New payments" in text_of(seen)
    assert not IncomingPayment.objects.exists()

    carried = html.unescape(re.search(r'name="text" value="([^"]*)"', seen.content.decode()).group(1))
    page = reverse("billing:staff_statement")
    browser(here).post(page, {"text": carried, "confirm": "take"})
    run_jobs()

    assert sorted(IncomingPayment.objects.values_list("state", flat=True)) == ["BOOKED", "UNCLEAR"]
    again = text_of(upload(here, f"b1;Invoice {number};108.10;CHF;2026-11-20\n"))
    assert "Book them" not in again
    unclear = text_of(browser(here).get(reverse("billing:staff_incoming_list"), {"state": "UNCLEAR"}))
    assert "It names neither an invoice nor a prepaid account." in unclear
    assert "Incoming payments that fit nothing" in text_of(browser(here).get(reverse("home:staff")))


def test_every_bad_line_of_a_statement_is_named_and_nothing_is_taken(here):
    """Q32: a file with a bad line changes nothing."""
    body = (
        "b1;ok;5.00;CHF;2026-11-20\n"
        "b1;twice;5.00;CHF;2026-11-20\n"
        ";no number;5.00;CHF;2026-11-20\n"
        "b4;dollars;5.00;USD;2026-11-20\n"
        "b5;out;-5.00;CHF;2026-11-20\n"
        "b6;day;5.00;CHF;20.11.2026\n"
        "b7;cells;5.00;CHF\n"
    )
    answer = text_of(upload(here, body))

    assert "6 lines cannot stand" in answer
    for number in range(3, 9):
        assert f'<td class="end num">{number}</td>' in answer
    assert not IncomingPayment.objects.exists()


def test_finance_notes_what_became_of_a_transfer(here, run_jobs):
    take(here, transfer("thanks", reference="b2"))
    run_jobs()
    page = reverse("billing:staff_incoming_clarify", args=[IncomingPayment.objects.get().pk])

    refused = browser(here).post(page, {"how": " "})
    assert refused.status_code == 200
    assert IncomingPayment.objects.get().state == "UNCLEAR"
    browser(here).post(page, {"how": "Sent back to the payer"})

    noted = IncomingPayment.objects.get()
    assert (noted.state, noted.resolution) == ("CLARIFIED", "Sent back to the payer")

"""The prepaid account: rules 38, 41 and 43, Q34."""

from __future__ import annotations

from decimal import Decimal as D
from functools import partial

import pytest
from django.db.models import Sum
from django.urls import reverse

from billing import services
from billing.exceptions import InsufficientBalance, PaymentRefused
from billing.models import Invoice, LedgerEntry, Payment, PrepaidAccount
from tests import world
from tests.at_once import at_once
from tests.world import NOW

pytestmark = pytest.mark.django_db


def top_up(organisation, amount, reference, actor):
    return services.top_up(
        organisation_id=organisation.pk, currency="CHF", amount=D(amount), reference=reference, actor=actor, now=NOW
    )


def order(client, acting, offer, key="k"):
    placed = services.place_order(
        client_id=client.pk, items=[services.Item(offer, 1)], relationship_id=None, key=key, actor=acting, now=NOW
    )
    return placed.invoice


@pytest.fixture
def here():
    class Here:
        offer = world.make_catalogue()["office"]  # 100.00 and 8.1 % VAT: 108.10
        client, acting = world.make_client()

    return Here


def test_prepaid_pays_wholly(here):
    """Rule 43."""
    top_up(here.client, "200", "t1", here.acting)

    invoice = services.pay_from_prepaid(
        invoice_id=order(here.client, here.acting, here.offer).pk, actor=here.acting, now=NOW
    )

    assert (invoice.state, PrepaidAccount.objects.get().balance) == ("PAID", D("91.90"))


def test_prepaid_pays_a_part_and_a_transfer_the_rest(here):
    """Rule 43."""
    top_up(here.client, "50", "t1", here.acting)
    invoice = order(here.client, here.acting, here.offer)

    services.pay_from_prepaid(invoice_id=invoice.pk, amount=D(50), actor=here.acting, now=NOW)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.open_amount) == ("OPEN", D("58.10"))
    services.settle_payment(
        invoice_id=invoice.pk, amount=D("58.10"), means="TRANSFER", reference="bank-1", actor=here.acting, now=NOW
    )

    invoice.refresh_from_db()
    assert (invoice.state, invoice.paid) == ("PAID", D("108.10"))


def test_spending_never_goes_below_zero(here):
    """Rule 43."""
    top_up(here.client, "108.09", "t1", here.acting)
    invoice = order(here.client, here.acting, here.offer)

    with pytest.raises(InsufficientBalance):
        services.pay_from_prepaid(invoice_id=invoice.pk, actor=here.acting, now=NOW)

    assert PrepaidAccount.objects.get().balance == D("108.09")
    assert not Payment.objects.exists()
    invoice.refresh_from_db()
    assert invoice.paid == 0


@pytest.mark.parametrize("amount", ["0", "-1", "108.11"])
def test_amounts_that_do_not_fit_are_refused(here, amount):
    """Rule 43."""
    top_up(here.client, "500", "t1", here.acting)
    invoice = order(here.client, here.acting, here.offer)

    with pytest.raises(PaymentRefused):
        services.pay_from_prepaid(invoice_id=invoice.pk, amount=D(amount), actor=here.acting, now=NOW)

    assert PrepaidAccount.objects.get().balance == D(500)


def test_repeated_top_up_notice_counts_once(here):
    """Promise 4."""
    first, second = (top_up(here.client, "50", "bank-77", here.acting) for _ in range(2))

    assert first == second
    assert PrepaidAccount.objects.get().balance == D(50)


def test_reference_of_another_payment_is_refused(here):
    """Rule 41."""
    invoices = [order(here.client, here.acting, here.offer, key) for key in "ab"]
    notice = {"means": "CARD", "reference": "card-1", "actor": here.acting, "now": NOW}
    services.settle_payment(invoice_id=invoices[0].pk, amount=D("108.10"), **notice)

    with pytest.raises(PaymentRefused):
        services.settle_payment(invoice_id=invoices[1].pk, amount=D("108.10"), **notice)

    assert Invoice.objects.get(pk=invoices[1].pk).paid == 0


def test_cashback_is_in_the_invoices_currency():
    """Rule 38, Q34: a balance for each currency, no conversion."""
    offers = world.make_catalogue()
    lyon, acting = world.make_client("Maison Verte", country="FR")
    partner, _ = world.make_partner()
    world.make_relationship(lyon, partner)
    invoice = order(lyon, acting, offers["office"])

    services.settle_payment(
        invoice_id=invoice.pk, amount=invoice.total, means="CARD", reference="c", actor=acting, now=NOW
    )

    account = PrepaidAccount.objects.get(organisation=partner.pk)
    assert (account.currency, account.balance) == ("EUR", D("33.25"))


@pytest.mark.django_db(transaction=True)
def test_parallel_payments_never_spend_what_is_not_there():
    """Six invoices of 108.10 at once on 400: three are paid, and the balance is the sum of the entries."""
    offer = world.make_catalogue()["office"]
    client, acting = world.make_client()
    top_up(client, "400", "t1", acting)
    invoices = [order(client, acting, offer, f"k{number}") for number in range(6)]

    outcomes = at_once(
        *(partial(services.pay_from_prepaid, invoice_id=invoice.pk, actor=acting, now=NOW) for invoice in invoices)
    )

    assert outcomes == ["done"] * 3 + ["refused"] * 3
    balance = PrepaidAccount.objects.get().balance
    assert balance == LedgerEntry.objects.aggregate(sum=Sum("amount"))["sum"] == D("75.70")


def test_an_entry_without_a_reason_has_none(here):
    """Promise 7: what the owner reads beside a movement is a reason, or nothing."""
    invoice = order(here.client, here.acting, here.offer)
    top_up(here.client, "200", "t1", here.acting)
    services.pay_from_prepaid(invoice_id=invoice.pk, actor=here.acting, now=NOW)

    assert set(LedgerEntry.objects.values_list("kind", "reason")) == {("TOP_UP", ""), ("PAYMENT", "")}


def test_a_part_that_is_sent_twice_is_paid_once(here, client):
    """Rule 43: a double click, or the page of before once more, takes nothing again."""
    invoice = order(here.client, here.acting, here.offer)
    top_up(here.client, "100", "t1", here.acting)
    client.force_login(here.acting.user)
    page = reverse("billing:invoice_pay", args=[invoice.pk])

    for _ in range(2):
        assert client.post(page, {"amount": "30", "key": "a"}).status_code == 302
    other = client.post(page, {"amount": "31", "key": "a"})
    invoice.refresh_from_db()
    assert (other.status_code, invoice.paid) == (409, D(30))

    client.post(page, {"amount": "30", "key": "b"})
    invoice.refresh_from_db()
    assert invoice.paid == D(60)
    assert PrepaidAccount.objects.get().balance == D(40)


def test_an_empty_account_is_not_offered_as_means(here, client):
    """An open invoice offers the prepaid account when it holds something, and says what it lacks."""
    invoice = order(here.client, here.acting, here.offer)
    client.force_login(here.acting.user)
    detail, pay = (reverse(f"billing:{name}", args=[invoice.pk]) for name in ("invoice_detail", "invoice_pay"))

    text = client.get(detail).content.decode()
    assert pay not in text
    assert reverse("billing:prepaid") in text

    top_up(here.client, "100", "t1", here.acting)
    assert pay in client.get(detail).content.decode()
    assert "It lacks CHF\u00a08.10" in client.get(pay).content.decode()

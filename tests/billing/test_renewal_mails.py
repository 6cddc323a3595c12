"""Who is told of renewals, when, and of what. Section 9, N10, promise 9."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail

from billing import services
from clients.choices import Payer, RenewalPayer
from clients.models import Product
from partnerportal.accounts.acting import SYSTEM
from tests import world
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()

    return Here


def product(here, days, **fields):
    return world.make_product(here.client, here.offers["office"], renews_on=TODAY + dt.timedelta(days=days), **fields)


def remind(day=TODAY):
    return services.remind_of_renewals(on=day, now=NOW)


def read(one):
    return " ".join((one.subject + " " + one.body).replace("\xa0", " ").split())


@pytest.mark.parametrize(("days", "notices"), [(29, 0), (28, 1), (26, 1), (25, 0), (14, 0)])
def test_what_renews_itself_is_announced_14_days_before(here, days, notices):
    """N10: 28 days before the period ends, 14 before the renewal; a run that was missed is caught up for two days."""
    product(here, days)

    assert remind() == {"notices": notices, "reminders": 0, "invoices": 0}


def test_the_notice_names_the_amount_and_where_it_comes_from(here, run_jobs):
    """100.00 and VAT from an account that holds too little: an invoice; all of one day in one mail."""
    product(here, 28)
    product(here, 28, name="second")
    services.top_up(organisation_id=here.client.pk, currency="CHF", amount=50, reference="t", actor=SYSTEM, now=NOW)

    remind()
    run_jobs()

    (one,) = mail.outbox
    text = read(one)
    assert "2 products are renewed on 7 December 2026" in text
    assert "for CHF 216.20 with VAT" in text
    assert "holds CHF 50.00, CHF 166.20 too little: you get an invoice" in text


def test_the_owner_reads_no_amount_of_its_partner(here, run_jobs):
    """Rule 25, promise 2: the partner that pays reads its price, the owner only who pays."""
    partner, partner_acting = world.make_partner()
    world.make_relationship(here.client, partner, payer=Payer.PARTNER)
    product(here, 28, renewal_payer=RenewalPayer.PARTNER)

    remind()
    run_jobs()

    texts = {one.to[0]: read(one) for one in mail.outbox}
    assert "for CHF 70.27 with VAT" in texts[partner_acting.user.email]
    assert "Studio Lumen pays. There is nothing to do." in texts[here.acting.user.email]
    assert "CHF" not in texts[here.acting.user.email]


@pytest.mark.parametrize(
    ("days", "count"), [(61, 0), (60, 1), (30, 1), (14, 1), (7, 1), (1, 1), (0, 0), (-1, 0), (45, 0), (13, 1), (3, 0)]
)
def test_what_does_not_renew_itself_is_reminded_of(here, days, count):
    """60, 30, 14, 7 and 1 days before (a setting), never after."""
    product(here, days, renews_automatically=False)

    assert remind()["reminders"] == count


def test_each_reminder_goes_once(here, run_jobs):
    """The same day again, and the days after on which a missed run would be caught up, send nothing more."""
    product(here, 30, renews_automatically=False)
    for number in range(3):
        remind(TODAY + dt.timedelta(days=number))
    remind()
    run_jobs()

    (one,) = mail.outbox
    assert "moser.ch is paid until 23 December 2026" in read(one)
    assert "It does not renew by itself." in read(one)
    assert "A renewal costs CHF 108.10 with VAT." in read(one)


def test_who_has_nobody_to_pay_is_told_so(here, run_jobs):
    """Q19: it is on, and nobody would pay it."""
    product(here, 30, renewal_payer=RenewalPayer.NOBODY)
    remind()
    run_jobs()

    assert "Nobody pays the next renewal" in read(mail.outbox[0])


@pytest.mark.parametrize(
    "changes",
    [
        {"cancelled_at": NOW, "cancelled_by_label": "Ana"},
        {"renews_on": TODAY + dt.timedelta(days=90)},
        {"state": "TERMINATED", "terminated_at": NOW},
    ],
)
def test_what_was_renewed_or_cancelled_meanwhile_is_not_reminded_of(here, changes, run_jobs):
    """The mail asks again when it is written."""
    product(here, 30, renews_automatically=False)
    remind()
    Product.objects.update(**changes)
    run_jobs()

    assert not mail.outbox


@pytest.mark.parametrize(("days", "count"), [(8, 0), (7, 1), (1, 1), (0, 1), (-1, 0)])
def test_an_open_renewal_is_reminded_of_before_its_period_begins(here, days, count, run_jobs):
    """Who lacked the money on the day of the renewal: 7 days and 1 day before it is due; not once it is paid."""
    one = product(here, days)
    order = services.renew(
        client_id=here.client.pk,
        product_ids=[one.pk],
        relationship_id=None,
        key="k",
        actor=SYSTEM,
        now=NOW - dt.timedelta(days=14 - days),
        is_due_at_start=True,
    )
    assert remind()["invoices"] == count
    mail.outbox.clear()
    run_jobs()

    reminders = [read(one) for one in mail.outbox if "is to be paid by" in one.subject]
    assert len(reminders) == count
    assert all("CHF 108.10 are still open" in text for text in reminders)
    assert order.invoice.due_on == TODAY + dt.timedelta(days=days)


def test_what_went_to_somebody_else_before_the_mail_is_told_to_whom_it_is_now(here, run_jobs):
    """Promise 2: neither reads what the other has."""
    product(here, 28, name="kept.ch")
    gone = product(here, 28, name="gone.ch")
    other, other_acting = world.make_client("Rossi")
    remind()
    Product.objects.filter(pk=gone.pk).update(organisation=other)
    run_jobs()

    texts = {one.to[0]: read(one) for one in mail.outbox}
    assert set(texts) == {here.acting.user.email, other_acting.user.email}
    mine, theirs = texts[here.acting.user.email], texts[other_acting.user.email]
    assert ("kept.ch" in mine, "gone.ch" in mine) == (True, False)
    assert ("kept.ch" in theirs, "gone.ch" in theirs) == (False, True)
    assert "for CHF 108.10 with VAT" in mine

"""The yearly volume check: rule 2, Q21, Q22; as a job, twice, and two at once."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal as D
from functools import partial

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from billing import selectors
from clients.choices import Access
from clients.models import Product
from partnerportal.accounts.acting import SYSTEM
from partnerportal.work import services as work
from partnerportal.work.models import Job
from partners import services
from partners.models import ManagedVolume, Partner, VolumeReview
from tests import world
from tests.at_once import at_once
from tests.world import NOW

DAY = dt.date(2026, 3, 14)


@pytest.fixture
def here(db):
    class Here:
        offers = world.make_catalogue()
        partner, acting = world.make_partner()
        client, client_acting = world.make_client()

    world.make_thresholds()
    Here.relationship = world.make_relationship(Here.client, Here.partner)
    return Here


def review(here, total, on=DAY):
    return services.review_threshold(
        partner_id=here.partner.pk, managed={"CHF": D(total)}, on=on, actor=SYSTEM, now=NOW
    )


def test_reached_threshold_is_stored_with_its_figures(here):
    """Rule 2."""
    stored = review(here, "2000.00")

    assert (stored.outcome, stored.share, stored.managed["CHF"]) == ("REACHED", D("1.000000"), "2000.00")
    assert Partner.objects.get(pk=here.partner.pk).grace_until is None


def test_below_the_threshold_warns_with_a_grace_date(here, run_jobs):
    """Q21: 90 days, a mail with the figures."""
    stored = review(here, "1999.99")
    run_jobs()

    assert (stored.outcome, stored.grace_until) == ("WARNED", DAY + dt.timedelta(days=90))
    assert stored.share < 1
    assert "1’999.99" in mail.outbox[-1].body
    assert Partner.objects.get(pk=here.partner.pk).state == "APPROVED"


def test_still_below_after_the_grace_is_suspended(here, run_jobs):
    """Q21, rule 48: not on the last day of grace, but on the day after."""
    review(here, "1000")
    last = DAY + dt.timedelta(days=90)

    assert review(here, "1000", on=last) is None
    assert review(here, "1000", on=last + dt.timedelta(days=1)).outcome == "SUSPENDED"
    run_jobs()

    assert Partner.objects.get(pk=here.partner.pk).state == "SUSPENDED"
    in_space = world.acting(here.acting.membership, here.relationship)
    assert not Product.objects.visible_to(in_space).exists()


def test_reaching_it_during_the_grace_lifts_the_warning(here):
    """Q21."""
    review(here, "1000")

    review(here, "2000", on=DAY + dt.timedelta(days=91))

    partner = Partner.objects.get(pk=here.partner.pk)
    assert (partner.state, partner.grace_until) == ("APPROVED", None)


def test_build_up_is_left_alone(here):
    """Q22: twelve months."""
    Partner.objects.filter(pk=here.partner.pk).update(build_up_until=DAY + dt.timedelta(days=1))

    assert review(here, "0") is None
    assert not VolumeReview.objects.exists()


def test_volume_is_the_yearly_list_price_of_what_is_in_scope(here):
    """Q21: own products and clients' in scope, annualised, before any degressive rate; Q13 decides whose they are."""
    world.make_product(here.client, here.offers["web-hosting"], quantity=10)  # 10 × 9.92 × 12
    world.make_product(here.client, here.offers["domain-ch"])  # 8.90 a year
    world.make_product(here.partner.organisation, here.offers["mail-hosting"])  # 1.50 × 12
    earlier = world.make_product(here.client, here.offers["office"])
    nord, _ = world.make_partner("Atelier Nord")
    world.make_relationship(
        here.client, nord, access=Access.LIMITED, products=(earlier,), since=NOW - dt.timedelta(days=1)
    )
    world.make_product(here.client, here.offers["office"], state="TERMINATED")
    lyon, _ = world.make_client("Maison Verte", country="FR")
    world.make_product(lyon, here.offers["office"], quantity=2)  # 2 × 95.00 × 12 EUR
    world.make_relationship(lyon, here.partner)

    totals = selectors.managed_totals(partner_ids=[here.partner.pk, nord.pk], on=NOW.date())

    assert totals == {
        here.partner.pk: {"CHF": D("1190.40") + D("8.90") + D("18.00"), "EUR": D("2280.00")},
        nord.pk: {"CHF": D("1200.00")},
    }


def test_job_reviews_whose_day_it_is(here):
    """Q21, through the command; a dry run writes nothing; a second run does nothing."""
    world.make_partner("Anderer Tag AG", joined_on=dt.date(2025, 5, 1), build_up_until=dt.date(2026, 5, 1))

    call_command("run_job", "review_thresholds", "--on", "2026-03-14", "--dry-run")
    assert not VolumeReview.objects.exists()

    for _ in range(2):
        call_command("run_job", "review_thresholds", "--on", "2026-03-14")
    assert VolumeReview.objects.get().partner == here.partner


def test_command_prints_what_it_did(here, capsys):
    """The result is JSON."""
    call_command("run_job", "billing.review_thresholds", "--on", "2026-03-14")

    assert json.loads(capsys.readouterr().out)["outcomes"] == {"WARNED": 1}


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_review_once(run_jobs):
    """Run twice, or two at once, done once."""
    world.make_catalogue()
    world.make_thresholds()
    world.make_partner()

    jobs = [work.start(kind="billing.review_thresholds", parameters={"on": DAY.isoformat()}, now=NOW) for _ in range(2)]

    at_once(*(partial(work.run, job_id=job.pk, now=NOW) for job in jobs))
    run_jobs()

    assert VolumeReview.objects.count() == 1
    assert len(mail.outbox) == 1


def due(day):
    return [str(one) for one in Partner.objects.due_for_review(dt.date.fromisoformat(day))]


def test_a_check_that_was_missed_is_made_up_once(here):
    """Q21: the machine stood still on the fourteenth; nobody goes unchecked for a year, nobody is checked twice."""
    assert due("2026-03-13") == ["Studio Lumen"]  # the check of 2025, never made either
    review(here, "2000", on=dt.date(2026, 3, 13))
    assert due("2026-03-13") == []
    assert due("2026-03-14") == due("2026-03-16") == ["Studio Lumen"]

    review(here, "2000", on=dt.date(2026, 3, 16))

    assert due("2026-03-17") == due("2027-03-13") == []
    assert due("2027-03-14") == ["Studio Lumen"]


@pytest.mark.django_db
def test_who_joined_on_29_february_is_checked_on_the_28th():
    """Q21."""
    world.make_partner(joined_on=dt.date(2024, 2, 29), build_up_until=dt.date(2026, 2, 28))

    assert [day for day in ("2026-02-27", "2026-02-28") if due(day)] == ["2026-02-28"]


@pytest.mark.django_db
def test_nobody_is_checked_before_the_first_anniversary_after_the_build_up():
    """Q22."""
    world.make_partner(joined_on=dt.date(2025, 3, 14), build_up_until=dt.date(2026, 9, 14))

    assert due("2026-03-14") == due("2026-12-31") == []
    assert due("2027-03-14") == ["Studio Lumen"]


def test_figures_for_the_pages_are_measured_by_the_hour(here):
    world.make_product(here.client, here.offers["web-hosting"], quantity=10)

    for _ in range(2):
        call_command("run_job", "measure_volumes")

    assert ManagedVolume.objects.get().amounts == {"CHF": D("1190.40")}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["expire_invitations", "--dry-run"], "does not know --dry-run"),
        (["measure_volumes", "--on", "2026-03-14"], "does not know --on"),
        (["mail_volume_review"], "needs review_id"),
        (["nothing_like_this"], "No work is registered"),
    ],
)
def test_what_a_job_does_not_take_is_refused_before_it_is_written(db, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("run_job", *arguments)

    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_worker_takes_what_the_command_runs(here, monkeypatch):
    """The broker hears of the job the moment it is written: by then it has a runner."""
    taken = []
    monkeypatch.setattr(work, "tell", lambda job_id: taken.append(work.claim(job_id=job_id, now=timezone.now())))

    call_command("run_job", "review_thresholds", "--on", "2026-03-14")

    assert taken[0] is None  # then come the mails
    assert VolumeReview.objects.count() == 1


@pytest.mark.parametrize(("quantity", "words"), [(1, "is below the threshold"), (20, "is above the threshold again")])
def test_the_pages_never_say_below_and_reached_at_once(here, client, quantity, words):
    """Q21: a warning stands until the check after the grace, also when the volume has come back."""
    Partner.objects.update(grace_until=dt.date(2027, 2, 1))
    world.make_product(here.client, here.offers["office"], quantity=quantity)
    client.force_login(here.acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    overview = client.get("/partner/").content.decode()
    eligibility = client.get("/partner/eligibility/").content.decode()

    assert words in overview
    assert ("Above the threshold again" in eligibility) is (quantity == 20)
    assert ("is below the threshold" in overview) is (quantity == 1)

"""Access ends on its day, and people are told in time and once. Q15, Q20, rules 17 and 48."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from clients import selectors, services
from clients.exceptions import EndIncomplete, NotPossible
from clients.models import Product, Relationship
from clients.signals import relationship_checked
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.days import midnight
from partnerportal.kernel.states import IllegalTransition
from partnerportal.work.models import Job
from tests import world
from tests.browsers import signed_in
from tests.clients.asking import invite, request

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    """Sets are asked by the clock, so these tests live in the present."""
    return timezone.now()


def limited(here, **fields):
    return world.make_relationship(here.client, here.partner, access="LIMITED", products=(here.product,), **fields)


def sees(here, relationship):
    return list(Product.objects.visible_to(world.acting(here.partner_acting.membership, relationship)))


def subjects():
    return [(message.to[0], message.subject) for message in mail.outbox]


# The end


def test_access_is_gone_at_its_moment_before_any_job_has_run(here, now):
    """Rule 48, promise 1."""
    relationship = limited(here, since=now - 9 * DAY, ends_at=now + timedelta(seconds=60))
    assert sees(here, relationship) == [here.product]

    Relationship.objects.update(ends_at=now - timedelta(seconds=1))

    assert sees(here, relationship) == []
    assert not selectors.reach(membership=here.partner_acting.membership, product_id=here.product.pk).rights
    assert Product.objects.with_earner().get().earner_relationship is None


def test_the_job_writes_the_end_and_tells_both_sides_once(here, now, run_jobs):
    """Rule 48, Q20."""
    relationship = limited(here, since=now - 9 * DAY, ends_at=now - DAY)

    assert [services.end_agreed_access(now=now) for _run in range(2)] == [1, 0]
    run_jobs()

    relationship.refresh_from_db()
    assert (relationship.state, relationship.ended_by) == ("ENDED", "TERM")
    assert {to for to, _subject in subjects()} == {here.acting.user.email, here.partner_acting.user.email}
    assert len(mail.outbox) == 2
    for message in mail.outbox:
        for body in (message.body, message.alternatives[0][0]):
            assert "Access ended on its agreed day." in body
            assert "at once" not in body


def test_one_that_cannot_be_ended_stops_no_other(here, now):
    """Each end stands by itself; the run says at last what is open."""
    first = limited(here, since=now - 9 * DAY, ends_at=now - DAY)
    second = world.make_relationship(
        world.make_client("Zwei AG")[0], here.partner, since=now - 9 * DAY, ends_at=now - DAY
    )

    def forgotten(*, relationship, **_):
        return {"exports": int(relationship.pk == first.pk)}

    relationship_checked.connect(forgotten)
    try:
        with pytest.raises(EndIncomplete, match=str(first.pk)):
            services.end_agreed_access(now=now)
    finally:
        relationship_checked.disconnect(forgotten)

    assert dict(Relationship.objects.values_list("pk", "state")) == {first.pk: "ACTIVE", second.pk: "ENDED"}


def test_what_is_over_stands_in_nobodys_way(here, now):
    """Q13: between the moment and the job another partner gets full access, and the same one is invited anew."""
    over = world.make_relationship(here.client, here.partner, since=now - 9 * DAY, ends_at=now - DAY)
    other, _acting = world.make_partner("Atelier Nord")

    invite(here, partner_id=other.pk, now=now)
    invite(here, now=now)

    over.refresh_from_db()
    assert (over.state, over.ended_by) == ("ENDED", "TERM")
    assert Relationship.objects.pending().count() == 2


def test_both_sides_read_that_an_access_is_over(here, now):
    """And for the right reason."""
    relationship = limited(here, since=now - 9 * DAY, ends_at=now - timedelta(minutes=5))

    client_reads = signed_in(here.acting.user).get(reverse("clients:relationship_detail", args=[relationship.pk]))
    partner_reads = signed_in(here.partner_acting.user).get(reverse("clients:client_detail", args=[relationship.pk]))

    assert "as agreed" in client_reads.content.decode()
    assert "Change access" not in client_reads.content.decode()
    assert "as agreed" in partner_reads.content.decode()
    assert "status in the programme" not in partner_reads.content.decode()
    assert "moser.ch" not in partner_reads.content.decode()


def test_what_is_over_is_not_revived(here, now):
    """Rule 49: between the moment and the job, too."""
    relationship = limited(here, since=now - 9 * DAY, ends_at=now - DAY)

    for act in (
        partial(services.renew_access, shown=str(relationship.last_day)),
        services.confirm_access,
        partial(services.take_back_unused, shown="view"),
    ):
        with pytest.raises(IllegalTransition):
            act(relationship_id=relationship.pk, actor=here.acting, now=now)

    relationship.refresh_from_db()
    assert (relationship.state, relationship.reviewed_at) == ("ACTIVE", None)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(("left", "notices"), [(31, 0), (30, 1), (8, 1), (7, 1), (2, 1), (1, 1)])
def test_both_sides_are_told_before_access_ends(here, now, run_jobs, left, notices):
    """Q20."""
    limited(here, since=now - 9 * DAY, ends_at=now + left * DAY)

    services.announce_ends(now=now)
    services.announce_ends(now=now + timedelta(hours=1))
    run_jobs()

    expected = [here.acting.user.email, here.partner_acting.user.email] if notices else []
    assert sorted(to for to, _subject in subjects()) == sorted(expected)


def test_each_notice_comes_once_and_all_three_come(here, now):
    limited(here, since=now - 9 * DAY, ends_at=now + 31 * DAY)

    for day in range(31):
        services.announce_ends(now=now + day * DAY)

    assert Job.objects.filter(kind="clients.mail_ending").count() == 3


def test_a_notice_about_an_end_that_was_put_off_is_not_sent(here, now, run_jobs):
    relationship = limited(here, since=now - 9 * DAY, ends_at=now + 5 * DAY)
    services.announce_ends(now=now)

    services.renew_access(relationship_id=relationship.pk, shown=str(relationship.last_day), actor=here.acting, now=now)
    run_jobs()

    assert not [subject for _to, subject in subjects() if "ends after" in subject]


def test_renewing_keeps_midnight_and_happens_once(here, now):
    """One click by the client puts the end off by twelve months, to midnight by its clock; two clicks do no more."""
    zone = ZoneInfo(here.client.time_zone)
    last_day = now.astimezone(zone).date() + timedelta(days=9)
    relationship = limited(here, since=now - 9 * DAY, ends_at=midnight(last_day + DAY, zone))
    browser = signed_in(here.acting.user)
    page = reverse("clients:relationship_renew", args=[relationship.pk])

    answers = [browser.post(page, {"shown": last_day.isoformat()}, follow=True).content.decode() for _click in range(2)]

    relationship.refresh_from_db()
    assert relationship.ends_at == midnight(last_day + DAY, zone).astimezone(zone) + relativedelta(years=1)
    assert relationship.ends_at.astimezone(zone).hour == 0
    assert "is renewed until" in answers[0]
    assert "ends on another day by now" in answers[1]


def test_access_without_an_end_has_nothing_to_renew(here, now):
    relationship = limited(here)

    with pytest.raises(NotPossible, match="nothing to renew"):
        services.renew_access(relationship_id=relationship.pk, shown="", actor=here.acting, now=now)

    assert not AuditEvent.objects.exists()


def test_an_offer_whose_end_has_passed_cannot_be_accepted(here, now):
    terms = services.Terms("FULL", "CLIENT", ends_at=now + 2 * DAY)
    relationship = invite(here, terms=terms, now=now)

    with pytest.raises(NotPossible, match="would have ended by now"):
        services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=now + 3 * DAY)

    relationship.refresh_from_db()
    assert relationship.state == "PENDING"


# Questions that wait


def test_who_has_not_answered_is_reminded_once(here, now, run_jobs):
    """Q15."""
    request(here, here.acting.user.email, now=now)
    run_jobs()
    mail.outbox.clear()

    for day in (22, 24, 25):
        services.remind_of_questions(now=now + day * DAY)
    run_jobs()

    assert subjects() == [(here.acting.user.email, "Studio Lumen waits for your answer")]


def test_a_stranger_is_reminded_without_a_word_about_accounts(here, now, run_jobs):
    """Q16."""
    request(here, "new@nowhere.example", now=now)
    services.remind_of_questions(now=now + 24 * DAY)
    run_jobs()

    assert subjects()[-1] == ("new@nowhere.example", "Studio Lumen waits for your answer")


@pytest.mark.parametrize("kind", ["invited", "requested", "stranger"])
def test_a_reminder_says_what_is_asked_and_why_one_gets_it(here, now, run_jobs, kind):
    """Q15, Q16: who represents an organisation that is known reads so; of a mere address nothing is known."""
    if kind == "invited":
        invite(here, now=now)
    else:
        request(here, here.acting.user.email if kind == "requested" else "new@nowhere.example", now=now)
    run_jobs()
    mail.outbox.clear()

    services.remind_of_questions(now=now + 24 * DAY)
    run_jobs()

    (message,) = mail.outbox
    asked = "What is offered: Full access; the " if kind == "invited" else "It asks for: Full access; the partner pays."
    for body in (message.body, message.alternatives[0][0]):
        assert asked in body
        assert ("somebody entered your address" in body) is (kind == "stranger")
        assert ("an organisation that you represent" in body) is (kind != "stranger")


def test_a_client_reads_in_its_mails_that_it_pays_itself(here, now, run_jobs):
    """Rules 17 and 18: "you pay" to the client, "the client pays" to the partner."""
    world.make_relationship(here.client, here.partner, since=now - 200 * DAY, ends_at=now + 6 * DAY)
    services.ask_about_unused(now=now)
    services.ask_for_reviews(now=now)
    services.announce_ends(now=now)
    run_jobs()

    said = {"Full access; you pay": set(), "Full access; the client pays": set()}
    for message in mail.outbox:
        for words, readers in said.items():
            if words in message.body:
                readers.add((message.to[0], message.subject))
    to_client = {one for one in subjects() if one[0] == here.acting.user.email}
    assert len(to_client) == 3
    assert said == {
        "Full access; you pay": to_client,
        "Full access; the client pays": set(subjects()) - to_client,
    }


def test_an_answer_stops_the_reminder(here, now, run_jobs):
    relationship = invite(here, now=now)
    services.remind_of_questions(now=now + 24 * DAY)
    services.refuse(relationship_id=relationship.pk, reason="No time", actor=here.partner_acting, now=now + 24 * DAY)
    run_jobs()

    assert not [subject for _to, subject in subjects() if "waits for your answer" in subject]
    assert "“No time”" in mail.outbox[-1].body

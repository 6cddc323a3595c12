"""Access ends on its day, people are told in time and once, idle access is asked about. Q15, Q20, rules 17, 48."""

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
from clients.models import Product, Relationship, RightUse
from clients.signals import relationship_checked
from partnerportal.accounts.choices import Role
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


def state_of(relationship):
    """What a refusal must leave as it was."""
    return Relationship.objects.values().get(pk=relationship.pk), AuditEvent.objects.count(), Job.objects.count()


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


# Use


def test_use_is_noted_by_right_once_a_day(here):
    """A page that is read uses a right to read; a form that is only opened uses none to act."""
    relationship = world.make_relationship(here.client, here.partner)
    browser = signed_in(here.partner_acting.user)
    browser.post(reverse("clients:client_enter", args=[relationship.pk]))

    browser.get(reverse("clients:product_list"))
    browser.get(reverse("billing:order_place"))

    assert list(RightUse.objects.values_list("right", "last_used_on")) == [("view", timezone.localdate())]


def test_a_refused_page_uses_nothing(here):
    relationship = limited(here)
    browser = signed_in(here.partner_acting.user)
    browser.post(reverse("clients:client_enter", args=[relationship.pk]))

    assert browser.get(reverse("billing:order_place")).status_code == 403
    assert browser.get(reverse("clients:product_detail", args=[0])).status_code == 404

    assert not RightUse.objects.exists()


def idle(relationship, now):
    with_uses = Relationship.objects.with_uses().get(pk=relationship.pk)
    return {one.right.value for one in selectors.idle_rights(with_uses, today=timezone.localdate(now))}


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ({}, {"view"}),
        ({"view": 90}, {"view"}),
        ({"view": 89}, {"technical", "statistics"}),
        ({"view": 1, "technical": 1}, {"statistics"}),
        ({"view": 1, "technical": 89, "statistics": 90}, {"statistics"}),
        ({"view": 1, "technical": 1, "statistics": 1}, set()),
    ],
)
def test_what_was_not_used_for_ninety_days_is_idle(here, now, used, expected):
    relationship = limited(here, since=now - 200 * DAY)
    for right, days in used.items():
        services.note_use(
            relationship_id=relationship.pk, rights=frozenset({right}), on=timezone.localdate(now) - days * DAY
        )

    assert idle(relationship, now) == expected
    assert bool(list(selectors.idle_relationships(now=now))) == bool(expected)


def test_new_confirmed_or_newly_granted_access_is_not_idle(here, now):
    new = limited(here, since=now - 89 * DAY)
    assert idle(new, now) == set()

    Relationship.objects.update(access_since=now - 200 * DAY, answered_at=now - 200 * DAY, created_at=now - 200 * DAY)
    assert idle(new, now) == set()  # its one product was granted 89 days ago

    new.grants.update(granted_at=now - 200 * DAY)
    assert idle(new, now) == {"view"}

    services.confirm_access(relationship_id=new.pk, actor=here.acting, now=now - DAY)
    assert idle(new, now) == set()


def test_the_client_is_asked_once_and_takes_back_with_one_click(here, now, run_jobs):
    """Rule 17."""
    relationship = limited(here, since=now - 200 * DAY)
    services.note_use(
        relationship_id=relationship.pk, rights=frozenset({"view", "technical"}), on=timezone.localdate(now)
    )

    for _run in range(3):
        services.ask_about_unused(now=now)
    run_jobs()
    browser = signed_in(here.acting.user)
    page = browser.get(reverse("clients:relationship_detail", args=[relationship.pk])).content.decode()
    browser.post(reverse("clients:relationship_narrow", args=[relationship.pk]), {"shown": "statistics"})

    assert subjects() == [(here.acting.user.email, "Does Studio Lumen still need its access?")]
    assert "No statistics have been read since" in mail.outbox[0].body
    assert "Still needed?" in page
    assert list(relationship.grants.values_list("has_technical", "has_statistics")) == [(True, False)]


def test_full_access_that_never_orders_becomes_limited(here, now):
    """Rule 18: the selection is what there is."""
    relationship = world.make_relationship(here.client, here.partner, since=now - 200 * DAY)
    services.note_use(relationship_id=relationship.pk, rights=frozenset({"view"}), on=timezone.localdate(now))

    services.take_back_unused(relationship_id=relationship.pk, shown="order", actor=here.acting, now=now)

    relationship.refresh_from_db()
    assert (relationship.access, relationship.payer) == ("LIMITED", None)
    assert list(relationship.grants.values_list("product", "has_technical", "has_statistics")) == [
        (here.product.pk, True, True)
    ]


def test_full_access_of_which_nothing_is_used_keeps_seeing_and_the_page_says_so(here, now):
    """Rule 18: limited access needs a selection; taking everything is to end it, which stands beside it."""
    relationship = world.make_relationship(here.client, here.partner, since=now - 200 * DAY)
    browser, page = signed_in(here.acting.user), reverse("clients:relationship_detail", args=[relationship.pk])

    shown = browser.get(page).content.decode()
    browser.post(reverse("clients:relationship_narrow", args=[relationship.pk]), {"shown": "view"})

    assert "it goes on seeing the products that you have now, and may do nothing more" in shown
    assert reverse("clients:relationship_end", args=[relationship.pk]) in shown
    relationship.refresh_from_db()
    assert relationship.access == "LIMITED"
    assert list(relationship.grants.values_list("has_technical", "has_statistics")) == [(False, False)]


def test_full_access_to_no_product_is_ended_rather_than_narrowed(here, now):
    """Rule 18: there is nothing to select; told, and nothing changes."""
    relationship = world.make_relationship(here.client, here.partner, since=now - 200 * DAY)
    here.product.delete()
    before = state_of(relationship)

    with pytest.raises(NotPossible, match="End the access instead"):
        services.take_back_unused(relationship_id=relationship.pk, shown="view", actor=here.acting, now=now)

    assert state_of(relationship) == before


def test_used_access_is_not_taken_back_by_an_old_page(here, now):
    relationship = limited(here, since=now - 200 * DAY)
    everything = frozenset({"view", "technical", "statistics"})
    services.note_use(relationship_id=relationship.pk, rights=everything, on=timezone.localdate(now))

    with pytest.raises(NotPossible, match="nothing idle"):
        services.take_back_unused(relationship_id=relationship.pk, shown="order", actor=here.acting, now=now)

    assert relationship.grants.get().has_statistics


# Reviews


def test_a_review_is_asked_for_every_half_year_once(here, now, run_jobs):
    limited(here, since=now - 200 * DAY)

    for _run in range(2):
        services.ask_for_reviews(now=now)
    run_jobs()

    assert subjects() == [(here.acting.user.email, "Look through who has access")]
    for months in (3, 7, 13):
        services.ask_for_reviews(now=now + relativedelta(months=months))
    assert Job.objects.filter(kind="clients.mail_review").count() == 3  # asked again each half year
    assert "Studio Lumen: Limited access to 1 product: moser.ch." in mail.outbox[0].body


def test_the_review_shows_everybody_in_sentences_and_confirms(here, now, django_assert_max_num_queries):
    relationship = limited(here, since=now - 20 * DAY)
    other, _acting = world.make_partner("Atelier Nord")
    world.make_relationship(here.client, other, since=now - 20 * DAY)
    browser = signed_in(here.acting.user)
    page = reverse("clients:access_review")
    browser.get(page)  # the first page of a session notes it

    with django_assert_max_num_queries(12):
        body = browser.get(page).content.decode()
    browser.post(reverse("clients:relationship_confirm", args=[relationship.pk]), {"next": page})

    assert "Limited access to 1 product: moser.ch. It manages it and reads its statistics." in body
    assert "Full access; you pay." in body
    relationship.refresh_from_db()
    assert relationship.reviewed_at is not None
    assert AuditEvent.objects.filter(action="clients.relationship.confirmed").count() == 1


def test_an_administrator_reads_the_review_and_changes_nothing(here, now):
    """Rule 17."""
    relationship = limited(here, since=now - 200 * DAY)
    browser = signed_in(world.make_member(here.client, Role.ADMINISTRATOR).user)

    body = browser.get(reverse("clients:access_review")).content.decode()
    answers = [
        browser.post(reverse(f"clients:relationship_{act}", args=[relationship.pk])).status_code
        for act in ("confirm", "narrow", "renew")
    ]

    assert "Still needed?" in body
    assert "Take back what is not used" not in body
    assert answers == [403] * 3
    relationship.refresh_from_db()
    assert relationship.reviewed_at is None
    assert relationship.grants.get().has_technical

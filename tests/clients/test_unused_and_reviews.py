"""What a partner does not use is asked about and taken back; who has access is looked through. Rules 17 and 18."""

from __future__ import annotations

from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from clients import selectors, services
from clients.exceptions import NotPossible
from clients.models import Relationship, RightUse
from partnerportal.accounts.choices import Role
from partnerportal.audit.models import AuditEvent
from partnerportal.work.models import Job
from tests import world
from tests.browsers import signed_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    """Sets are asked by the clock, so these tests live in the present."""
    return timezone.now()


def limited(here, **fields):
    return world.make_relationship(here.client, here.partner, access="LIMITED", products=(here.product,), **fields)


def state_of(relationship):
    """What a refusal must leave as it was."""
    return Relationship.objects.values().get(pk=relationship.pk), AuditEvent.objects.count(), Job.objects.count()


def subjects():
    return [(message.to[0], message.subject) for message in mail.outbox]


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

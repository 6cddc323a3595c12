"""Giving access on the pages: shortcuts, what changes, what the partner would see, two windows. Rules 9, 10, 17."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from clients.models import Product, Relationship
from partnerportal.audit.models import AuditEvent
from partnerportal.work.models import Job
from tests import world
from tests.browsers import signed_in
from tests.clients.granting import give, look, ticked

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(here):
    here.office = world.make_product(here.client, here.offers["office"], name="Office")
    here.browser = signed_in(here.acting.user)
    return here


def granted(relationship):
    rows = relationship.grants.order_by("product").values_list("product", "has_technical", "has_statistics")
    return list(rows)


def lines(answer):
    return [(line.change, line.what, line.note) for line in answer.context["outcome"].changes]


def test_products_stand_in_families_with_their_day_and_shortcuts_tick_without_script(here):
    """Rule 9: nothing is sent by ticking."""
    Product.objects.filter(pk=here.product.pk).update(renews_on=dt.date(2026, 12, 1))
    mine = {here.product.pk, here.office.pk}
    world.make_product(world.make_client("Fremd AG")[0], here.offers["office"])
    page = reverse("clients:partner_invite", args=[here.partner.pk])
    typed = ticked(here.product) | {"note": "Hello"}

    drawn = here.browser.get(page).content.decode()
    answers = {name: here.browser.post(page, typed | {"preset": name}) for name in ("agency", "monitoring", "none")}

    assert "Web hosting, paid until 1 Dec 2026" in drawn
    assert drawn.index(">Web hosting</th>") < drawn.index("moser.ch")
    expected = {"agency": (mine, mine, mine), "monitoring": (mine, set(), mine), "none": (set(), set(), set())}
    for name, answer in answers.items():
        form = answer.context["form"]
        value = form["products"].value()
        assert (answer.status_code, form.is_bound) == (200, False)
        assert tuple(set(value[column]) for column in ("see", "technical", "statistics")) == expected[name]
        assert (form["access"].value(), form["note"].value()) == ("LIMITED", "Hello")
    assert not Relationship.objects.exists()


def test_an_invitation_shows_first_what_the_partner_would_see(here):
    """Rule 9, rule 15: looking leaves nothing behind, not even a mail."""
    page = reverse("clients:partner_invite", args=[here.partner.pk])
    typed = ticked(here.product, here.office, technical=[here.product])

    shown = look(here.browser, page, typed)

    assert lines(shown) == [
        ("added", "Sees 2 products", "Office, moser.ch"),
        ("added", "Manages 1 product", "moser.ch"),
    ]
    seen = shown.context["outcome"].sight
    assert [(one.product.name, set(one.rights)) for one in seen.products] == [
        ("Office", {"view"}),
        ("moser.ch", {"view", "technical"}),
    ]
    assert (seen.count, seen.hidden_count) == (2, 0)
    assert not Relationship.objects.exists()
    assert not AuditEvent.objects.exists()
    assert not Job.objects.exists()

    assert give(here.browser, page, typed).status_code == 302
    assert granted(Relationship.objects.get()) == [(here.product.pk, True, False), (here.office.pk, False, False)]


def test_narrowing_says_in_words_what_goes_and_what_stays(here):
    """Rule 17."""
    relationship = world.make_relationship(
        here.client, here.partner, access="LIMITED", products=(here.product, here.office)
    )
    page = reverse("clients:relationship_change", args=[relationship.pk])

    shown = look(here.browser, page, ticked(here.product, statistics=[here.product]))
    body = shown.content.decode()

    assert lines(shown) == [
        ("removed", "No longer sees 1 product", "Office"),
        ("removed", "No longer manages 1 product", "moser.ch"),
        ("", "Keeps the statistics of 1 product", "moser.ch"),
        ("", "Keeps seeing 1 product", "moser.ch"),
    ]
    assert "1 product of yours it does not see." in body
    assert len(granted(relationship)) == 2


def test_only_what_was_shown_is_saved(here):
    """Rule 17: other boxes than those that were looked at are shown first."""
    relationship = world.make_relationship(here.client, here.partner, access="LIMITED", products=(here.product,))
    page = reverse("clients:relationship_change", args=[relationship.pk])
    shown = look(here.browser, page, ticked(here.product, here.office))
    sent = {"seen": shown.context["form"]["seen"].value(), "confirm": shown.context["confirm"]}

    again = here.browser.post(page, ticked(here.office) | sent)

    assert again.status_code == 200
    assert again.context["confirm"] != shown.context["confirm"]
    assert granted(relationship) == [(here.product.pk, True, True)]


def test_the_second_window_is_told_with_the_difference_and_can_go_on(here):
    """Rule 17: two tabs save different grants."""
    relationship = world.make_relationship(here.client, here.partner, access="LIMITED", products=(here.product,))
    page = reverse("clients:relationship_change", args=[relationship.pk])
    mine = ticked(here.product)
    second = here.browser.get(page).context["form"]["seen"].value()
    assert give(here.browser, page, ticked(here.office, technical=[here.office])).status_code == 302

    told = here.browser.post(page, mine | {"seen": second})

    assert told.status_code == 409
    assert [(line.change, line.what) for line in told.context["meanwhile"]] == [
        ("removed", "No longer sees 1 product"),
        ("added", "Sees 1 more product"),
        ("added", "Manages 1 more product"),
    ]
    assert "was changed in another window meanwhile" in told.content.decode()
    assert granted(relationship) == [(here.office.pk, True, False)]

    seen = told.context["form"]["seen"].value()
    shown = here.browser.post(page, mine | {"seen": seen})
    saved = here.browser.post(page, mine | {"seen": seen, "confirm": shown.context["confirm"]})
    assert saved.status_code == 302
    assert granted(relationship) == [(here.product.pk, False, False)]


SOUND = {"access": "FULL", "payer": None, "ends_at": None, "last_day": None, "rights": {}}


@pytest.mark.parametrize(
    "seen",
    [
        "",
        "no json",
        "[]",
        '{"access": 1}',
        json.dumps(SOUND | {"rights": {"x": ""}}),
        json.dumps(SOUND | {"rights": {"1": 2}}),
        json.dumps(SOUND | {"rights": {"1" * 5000: ""}}),
        json.dumps(SOUND | {"ends_at": 1}),
    ],
)
def test_a_page_that_was_tampered_with_is_refused_in_words(here, seen):
    relationship = world.make_relationship(here.client, here.partner, access="LIMITED", products=(here.product,))
    page = reverse("clients:relationship_change", args=[relationship.pk])

    answer = here.browser.post(page, ticked(here.office) | {"seen": seen})

    assert answer.status_code == 200
    assert "This page has lost what it needs" in answer.content.decode()
    assert granted(relationship) == [(here.product.pk, True, True)]


def test_an_end_is_the_end_of_the_clients_day(here):
    """A last day in Zurich ends at Zurich's midnight."""
    page = reverse("clients:partner_invite", args=[here.partner.pk])
    day = timezone.localdate() + dt.timedelta(days=40)

    give(here.browser, page, ticked(here.product) | {"last_day": day.isoformat()})

    relationship = Relationship.objects.get()
    assert relationship.last_day == day
    assert relationship.ends_at.utcoffset() == dt.timedelta(0)
    assert relationship.ends_at.hour in {22, 23}


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("2020-01-01", "cannot be in the past"), ("9999-12-31", "before the year 2100"), ("soon", "day")],
)
def test_an_end_that_cannot_be_is_told_beside_its_field(here, day, sentence):
    page = reverse("clients:partner_invite", args=[here.partner.pk])

    answer = look(here.browser, page, ticked(here.product) | {"last_day": day})

    assert sentence in " ".join(answer.context["form"].errors["last_day"])
    assert not Relationship.objects.exists()


def test_a_request_is_answered_as_asked_by_a_shortcut(here):
    """Rule 10: least by default; what was asked is one button away, and less is possible."""
    relationship = world.make_relationship(
        here.client,
        here.partner,
        access="LIMITED",
        state="PENDING",
        started_by="PARTNER",
        asked_access="LIMITED",
        asked_statistics=True,
        invited_email=here.acting.user.email,
    )
    relationship.asked_families.add(here.office.offer.family)
    page = reverse("clients:relationship_answer", args=[relationship.pk])

    first = here.browser.get(page).context["form"]
    as_asked = here.browser.post(page, {"access": "LIMITED", "preset": "asked"}).context["form"]

    assert not first["products"].value()
    assert as_asked["products"].value() == {"see": [here.office.pk], "technical": [], "statistics": [here.office.pk]}


def test_a_preview_of_full_access_shows_all_and_says_who_pays(here):
    """Rule 16, rule 18."""
    relationship = world.make_relationship(here.client, here.partner, access="LIMITED", products=(here.product,))
    page = reverse("clients:relationship_change", args=[relationship.pk])

    shown = look(here.browser, page, {"access": "FULL", "payer": "PARTNER"})

    assert ("added", "Pays what it orders, and gets the invoices", "") in lines(shown)
    assert ("added", "Sees 1 more product", "Office") in lines(shown)
    assert shown.context["outcome"].sight.may_bill
    assert Relationship.objects.get().access == "LIMITED"


def test_what_a_partner_sees_is_what_its_own_page_shows(here):
    """Rule 15: the client's look through the partner's eyes and the partner's list are the same set."""
    relationship = world.make_relationship(here.client, here.partner, access="LIMITED", products=(here.office,))
    partner = signed_in(here.partner_acting.user)
    partner.post(reverse("clients:client_enter", args=[relationship.pk]))

    previewed = here.browser.get(reverse("clients:relationship_sight", args=[relationship.pk])).context["sight"]
    own_page = partner.get(reverse("clients:product_list")).context["table"].data.data

    assert [one.product for one in previewed.products] == list(own_page) == [here.office]


def test_seen_is_drawn_as_json(here):
    relationship = world.make_relationship(here.client, here.partner, access="LIMITED", products=(here.product,))
    page = reverse("clients:relationship_change", args=[relationship.pk])

    seen = here.browser.get(page).context["form"]["seen"].value()

    assert json.loads(seen)["rights"] == {str(here.product.pk): "ts"}


@pytest.mark.parametrize("terms", [{"access": "FULL", "payer": "CLIENT"}, "limited"])
def test_renewals_that_lose_their_means_are_told_before_and_after(here, terms, run_jobs):
    """Q19: in the preview, by mail to the client, in the trail."""
    relationship = world.make_relationship(here.client, here.partner, payer="PARTNER")
    Product.objects.filter(pk=here.office.pk).update(renewal_payer="PARTNER")
    page = reverse("clients:relationship_change", args=[relationship.pk])
    typed = ticked(here.product) if terms == "limited" else terms

    shown = look(here.browser, page, typed)
    payer_page = here.browser.get(reverse("clients:relationship_payer", args=[relationship.pk])).content.decode()
    give(here.browser, page, typed)
    run_jobs()

    assert ("removed", "1 renewal loses its payment means, due on 1 December 2026", "Office") in lines(shown)
    assert "1 renewal that the partner would have paid has no payment means" in payer_page
    told = [message for message in mail.outbox if message.to == [here.acting.user.email]]
    assert ["no longer renews 1 product for you" in message.subject for message in told] == [True]
    assert "suspended" not in told[0].body
    event = AuditEvent.objects.get(action="clients.relationship.renewals_unpaid")
    assert event.changes == {"renewals_without_payer": 1}


@pytest.mark.parametrize("state", ["ENDED", "REFUSED", "WITHDRAWN", "EXPIRED"])
def test_what_is_over_names_no_product_to_the_partner(here, state):
    """Promise 1: a name that has changed since is none of its business."""
    relationship = world.make_relationship(
        here.client, here.partner, access="LIMITED", products=(here.product,), state=state
    )
    Product.objects.filter(pk=here.product.pk).update(name="secret-project.ch")
    browser = signed_in(here.partner_acting.user)

    for page in ("client_detail", "client_answer"):
        body = browser.get(reverse(f"clients:{page}", args=[relationship.pk])).content.decode()
        assert "secret-project.ch" not in body

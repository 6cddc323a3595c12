"""The rights "technical" and "statistics" on one product: rules 15 and 21, Q18, rule 29 on its page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from clients import selectors, services
from clients.choices import Access, Payer, RenewalPayer
from clients.exceptions import NotPossible
from clients.models import Grant, Product, ProductUsage
from partnerportal.accounts.choices import Role
from partnerportal.accounts.middleware import CLIENT_SPACE_KEY
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.browsers import signed_in
from tests.world import NOW

pytestmark = pytest.mark.django_db
NOTE = "Runs on lac-17, ask Luc."
HIDDEN = ("Atelier Nord", "The partner")  # from another partner of the same client


def page(name, product):
    return reverse(f"clients:product_{name}", args=[product.pk])


def in_space(user, relationship):
    browser = signed_in(user)
    session = browser.session
    session[CLIENT_SPACE_KEY] = relationship.pk
    session.save()
    return browser


def describe(here, **changes):
    values = {"name": "moser.ch", "technical_note": NOTE, "actor": here.acting, "now": NOW}
    return services.describe_product(product_id=here.product.pk, organisation_id=here.client.pk, **values | changes)


@pytest.mark.parametrize("role", Role.values)
def test_every_member_describes_the_own_organisations_products(here, role):
    """Q18: roles decide in one's own organisation; the line says from what to what."""
    browser = signed_in(world.make_member(here.client, role).user)
    form = browser.get(page("describe", here.product)).context["form"]
    sent = {"name": "moser.swiss", "technical_note": "One\r\nTwo", "seen": form["seen"].value()}

    answer = browser.post(page("describe", here.product), sent, follow=True)

    here.product.refresh_from_db()
    assert (here.product.name, here.product.technical_note) == ("moser.swiss", "One\nTwo")
    assert "One<br>Two" in answer.content.decode()
    line = AuditEvent.objects.get()
    assert (line.action, line.organisation_id) == ("clients.product.described", here.client.pk)
    assert line.changes == {
        "from": {"name": "moser.ch", "technical_note": ""},
        "to": {"name": "moser.swiss", "technical_note": "One\nTwo"},
    }


@pytest.mark.parametrize(("technical", "statistics"), [(True, True), (True, False), (False, True), (False, False)])
def test_a_grant_opens_what_it_says_on_its_product_and_on_no_other(here, technical, statistics):
    """Rules 15 and 21, Q18: another product of the same client may have more; without the right 403, and no note."""
    Product.objects.update(technical_note=NOTE)
    other = world.make_product(here.client, here.offers["office"], name="office", technical_note="Other note")
    relationship = world.make_relationship(
        here.client, here.partner, access=Access.LIMITED, products=(here.product, other)
    )
    Grant.objects.filter(product=here.product).update(has_technical=technical, has_statistics=statistics)
    browser = in_space(here.partner_acting.user, relationship)
    before = Product.objects.order_by("pk").values()[0]

    codes = {
        "describe": browser.get(page("describe", here.product)).status_code,
        "statistics": browser.get(page("statistics", here.product)).status_code,
    }
    shown = browser.get(page("detail", here.product)).content.decode()

    assert codes == {"describe": 200 if technical else 403, "statistics": 200 if statistics else 403}
    assert (NOTE in shown) is technical
    assert (page("describe", here.product) in shown, page("statistics", here.product) in shown) == (
        technical,
        statistics,
    )
    if not technical:
        sent = {"name": "hacked", "technical_note": "hacked"}
        assert browser.post(page("describe", here.product), sent).status_code == 403
        assert Product.objects.order_by("pk").values()[0] == before
        assert not AuditEvent.objects.exists()
    assert browser.get(page("describe", other)).status_code == 200
    assert "Other note" in browser.get(page("detail", other)).content.decode()


@pytest.mark.parametrize("let_through", ["has_technical", "has_statistics"])
def test_a_collaborator_does_what_the_partner_lets_through(here, let_through):
    """Rule 21: the client granted all of it, the partner one."""
    relationship = world.make_relationship(here.client, here.partner)
    collaborator = world.make_member(here.partner.organisation, Role.COLLABORATOR)
    flags = dict.fromkeys(("has_technical", "has_statistics"), False) | {let_through: True}
    world.assign(relationship, collaborator, **flags)
    browser = in_space(collaborator.user, relationship)

    assert browser.get(page("describe", here.product)).status_code == (200 if flags["has_technical"] else 403)
    assert browser.get(page("statistics", here.product)).status_code == (200 if flags["has_statistics"] else 403)


def test_what_a_partner_changes_is_read_by_the_client_with_the_relationship(here):
    """Q43, promise 7."""
    relationship = world.make_relationship(here.client, here.partner)
    browser = in_space(here.partner_acting.user, relationship)

    answer = browser.post(page("describe", here.product), {"name": "moser.ch", "technical_note": NOTE})

    line = AuditEvent.objects.get()
    assert (answer.status_code, line.relationship_id, line.organisation_id) == (302, relationship.pk, here.client.pk)
    assert line.changes == {"from": {"technical_note": ""}, "to": {"technical_note": NOTE}}


def test_saving_without_a_change_leaves_no_line(here):
    describe(here, technical_note="")

    assert not AuditEvent.objects.exists()


def test_a_second_window_does_not_overwrite_the_first(here):
    seen = {"name": "moser.ch", "technical_note": ""}
    describe(here, seen=seen)

    with pytest.raises(NotPossible, match="meanwhile"):
        describe(here, technical_note="Mine", seen=seen)

    assert Product.objects.get().technical_note == NOTE
    assert AuditEvent.objects.count() == 1


def test_who_had_the_page_open_does_not_describe_what_has_gone_to_another_owner(here):
    """Rule 29."""
    Product.objects.update(organisation=world.make_organisation("Hotel Alpina"))

    with pytest.raises(NotPossible, match="another owner"):
        describe(here)

    assert Product.objects.get().technical_note == ""
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("payer", RenewalPayer.values)
def test_the_page_says_who_owns_and_who_pays(here, payer):
    """Rule 29: paying is not owning."""
    relationship = world.make_relationship(here.client, here.partner, payer=Payer.PARTNER)
    Product.objects.update(renewal_payer=payer)

    text = signed_in(here.acting.user).get(page("detail", here.product)).content.decode()

    assert "Paying is not owning" in text
    assert reverse("clients:relationship_detail", args=[relationship.pk]) in text
    paid = {"CLIENT": "belongs to Bäckerei Moser", "PARTNER": "Studio Lumen pays", "NOBODY": "No payment means"}
    assert paid[payer] in text
    collaborator = signed_in(world.make_member(here.client, Role.COLLABORATOR).user)
    own = collaborator.get(page("detail", here.product)).content.decode()
    assert "Studio Lumen" in own
    assert reverse("clients:relationship_detail", args=[relationship.pk]) not in own


@pytest.mark.parametrize("payer", RenewalPayer.values)
def test_a_partner_with_limited_access_does_not_learn_that_another_pays(here, payer):
    """Rules 14 and 29: in the list, in its file and on the page; who pays itself reads it, and the owner does."""
    full, full_acting = world.make_partner("Atelier Nord")
    paying = world.make_relationship(here.client, full, payer=Payer.PARTNER)
    limited = world.make_relationship(here.client, here.partner, access=Access.LIMITED, products=(here.product,))
    Product.objects.update(renewal_payer=payer)
    addresses = (
        reverse("clients:product_list"),
        reverse("clients:product_list") + "?download=csv",
        page("detail", here.product),
    )

    def read(browser):
        return [browser.get(address).content.decode() for address in addresses]

    words = {"CLIENT": "The owner", "PARTNER": "The partner", "NOBODY": "No payment means"}[payer]
    on_page = {"CLIENT": "Renewal paid by", "PARTNER": "Atelier Nord pays", "NOBODY": "No payment means"}[payer]
    to_owner = (">You</td>", "You") if payer == RenewalPayer.CLIENT else (words, words)
    for is_told, said, texts in (
        (payer == RenewalPayer.CLIENT, (words, words), read(in_space(here.partner_acting.user, limited))),
        (True, (words, words), read(in_space(full_acting.user, paying))),
        (True, to_owner, read(signed_in(here.acting.user))),
    ):
        assert [one in text for one, text in zip(said, texts[:2], strict=True)] == [is_told, is_told]
        assert (on_page in texts[2]) is is_told
        assert all("moser.ch" in text for text in texts)
    assert not any(name in text for text in read(in_space(here.partner_acting.user, limited)) for name in HIDDEN)
    overview = in_space(here.partner_acting.user, limited).get("/", follow=True).content.decode()
    assert "Bäckerei Moser" in overview
    assert "no payment means" not in overview


def test_weeks_begin_on_monday_and_the_twelfth_is_the_one_that_runs(here):
    monday = dt.date(2026, 11, 23)
    for day, visits in (
        (monday - dt.timedelta(weeks=11, days=1), 1000),  # a day too old
        (monday - dt.timedelta(weeks=11), 1),
        (monday - dt.timedelta(days=1), 20),
        (monday - dt.timedelta(days=7), 300),
        (monday, 4000),
        (monday + dt.timedelta(days=2), 50000),  # not yet
    ):
        ProductUsage.objects.create(product=here.product, day=day, visits=visits, traffic_mb=2, storage_mb=visits)
    foreign = world.make_product(here.client, here.offers["office"])
    ProductUsage.objects.create(product=foreign, day=monday, visits=7)

    weeks = selectors.usage_by_week(product_id=here.product.pk, on=monday + dt.timedelta(days=1))

    assert [week.visits for week in weeks] == [1, *[0] * 9, 320, 4000]
    assert [week.storage_mb for week in weeks][-2:] == [300, 4000]
    assert [week.has_figures for week in weeks] == [True, *[False] * 9, True, True]
    assert [week.is_now for week in weeks] == [False] * 11 + [True]


def test_statistics_are_drawn_and_told_in_a_table(here):
    today = timezone.localdate()
    ProductUsage.objects.create(
        product=here.product, day=today - dt.timedelta(weeks=1), visits=1234, traffic_mb=5600, storage_mb=900
    )

    text = signed_in(here.acting.user).get(page("statistics", here.product)).content.decode()

    assert text.count('<svg role="img"') == 3
    for words in ("1’234", "5.6", "Traffic, GB", "Storage, MB", "no figures"):
        assert words in text


def test_a_product_without_figures_says_what_comes_there(here):
    answer = signed_in(here.acting.user).get(page("statistics", here.product))

    assert "No figures in the last 12 weeks" in answer.content.decode()
    assert "<table" not in answer.content.decode()

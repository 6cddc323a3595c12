"""Fewer units of a product from the end of what is paid on. Section 9, promises 3 and 6, rule 29."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from django.urls import reverse

from billing import jobs, selectors, services
from billing.exceptions import OrderRefused, Rule, WayOut
from billing.models import Coverage, Order, OrderLine
from clients import services as client_services
from clients.choices import Payer
from clients.exceptions import NotPossible
from clients.models import Product
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.browsers import signed_in
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
END = dt.date(2026, 12, 1)  # until then the products of these tests are paid


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()

    Here.office = world.make_product(Here.client, Here.offers["office"], quantity=10)
    Here.whose = {"product_id": Here.office.pk, "organisation_id": Here.client.pk, "actor": Here.acting}
    return Here


def take(here, units, begins_on=END, now=NOW, **others):
    return client_services.choose_fewer_units(units=units, begins_on=begins_on, now=now, **here.whose | others)


def renew(here, key="r", now=NOW):
    return services.renew(
        client_id=here.client.pk,
        product_ids=[here.office.pk],
        relationship_id=None,
        key=key,
        actor=here.acting,
        now=now,
    )


def add(here, units, key="a", now=NOW):
    return services.add_units(
        client_id=here.client.pk,
        product_id=here.office.pk,
        units=units,
        relationship_id=None,
        key=key,
        actor=here.acting,
        now=now,
    )


def standing():
    return Product.objects.values_list("quantity", "next_quantity", "fewer_on").get()


def state():
    return list(Product.objects.order_by("pk").values()), Order.objects.count(), AuditEvent.objects.count()


def test_all_units_stay_until_the_end_of_what_is_paid_and_fewer_are_renewed(here):
    """10 until 1 December, renewed early for 8 at 100.00; the night of that day takes 2 off."""
    take(here, 8)

    line = renew(here).lines.get()

    assert (line.quantity, line.charged_net, line.coverages.get().units) == (8, D("800.00"), 8)
    assert standing() == (10, 8, END)  # renewed already, and all 10 are paid until then
    assert client_services.take_off_units(on=END - DAY, now=NOW) == []
    assert [one.pk for one in client_services.take_off_units(on=END, now=NOW)] == [here.office.pk]
    assert client_services.take_off_units(on=END, now=NOW) == []  # once
    assert standing() == (8, None, None)
    assert [one.invariant.code for one in selectors.check_invariants() if not one.holds] == []


def test_the_nightly_run_renews_what_a_person_would(here):
    """Set-based: 8 units, whose period says so; the job takes the others off on the day."""
    take(here, 8)
    services.renew_chunk(on=TODAY, after=0, now=NOW)

    line = OrderLine.objects.get()

    assert (line.quantity, line.charged_net) == (8, D("800.00"))
    assert Coverage.objects.get().units == 8
    done = jobs.advance_renewals.function(None, on=END.isoformat())
    assert (done["fewer_units"], standing()) == (1, (8, None, None))


def test_the_price_is_said_beforehand(here):
    """What the page says is what the renewal then costs."""
    said = services.quote_renewal_of_units(product_id=here.office.pk, units=8, now=NOW)
    take(here, 8)

    assert (said.charged_net, renew(here).lines.get().charged_net) == (D("800.00"), D("800.00"))


def test_another_number_replaces_the_one_that_waits_and_it_can_be_taken_back(here):
    """Until the renewal; a repeated choice writes nothing."""
    take(here, 8)
    take(here, 5)
    take(here, 5)
    assert standing() == (10, 5, END)
    assert AuditEvent.objects.filter(action="clients.product.fewer_chosen").count() == 2

    client_services.keep_units(now=NOW, **here.whose)

    assert standing() == (10, None, None)
    assert renew(here).lines.get().quantity == 10


@pytest.mark.parametrize("units", [0, -1, 10, 11])
def test_something_is_left_and_something_goes(here, units):
    """None at all is a cancellation; more is an order."""
    before = state()

    with pytest.raises(NotPossible, match="Keep at least one"):
        take(here, units)

    assert state() == before


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cancelled_at": NOW, "cancelled_by_label": "Ana"}, "cancelled"),
        ({"renews_on": TODAY}, "not paid"),
        ({"overdue_since": TODAY}, "not paid"),
        ({"state": "BLOCKED", "blocked_at": NOW, "overdue_since": TODAY}, "not paid"),
        ({"state": "TERMINATED", "terminated_at": NOW}, "has ended"),
        ({"renews_on": END + DAY}, "another day"),
    ],
)
def test_only_what_is_paid_and_goes_on_shrinks(here, changes, sentence):
    """And to the day that stood on the page."""
    Product.objects.update(**changes)
    before = state()

    with pytest.raises(NotPossible, match=sentence):
        take(here, 8)

    assert state() == before


def test_what_is_one_thing_and_what_is_somebody_elses_does_not_shrink(here):
    """A hosting is cancelled; rule 29: the owner says what happens to its product."""
    hosting = world.make_product(here.client, here.offers["web-hosting"])
    stranger, _ = world.make_client("Rossi")
    before = state()

    with pytest.raises(NotPossible, match="one thing"):
        take(here, 1, product_id=hosting.pk)
    with pytest.raises(NotPossible, match="another owner"):
        take(here, 8, organisation_id=stranger.pk)
    with pytest.raises(NotPossible, match="another owner"):
        client_services.keep_units(now=NOW, **here.whose | {"organisation_id": stranger.pk})

    assert state() == before


def test_once_it_is_renewed_for_fewer_nothing_is_changed_until_they_are_off(here):
    """The period that comes is paid for 8: no other number, no units more, no other plan until then."""
    large = world.make_offer("office-large", here.offers["office"].family, "130.00", "120.00", is_per_unit=False)
    take(here, 8)
    renew(here)
    paid_until = Product.objects.get().renews_on
    before = state()

    with pytest.raises(NotPossible, match="renewed for fewer"):
        take(here, 5, begins_on=paid_until)
    with pytest.raises(NotPossible, match="renewed for fewer"):
        client_services.keep_units(now=NOW, **here.whose)
    with pytest.raises(OrderRefused, match="renewed for fewer units: from 1"):
        add(here, 1)
    with pytest.raises(OrderRefused, match="renewed for fewer") as refused:
        services.change_plan(
            client_id=here.client.pk,
            product_id=here.office.pk,
            offer=large,
            relationship_id=None,
            key="p",
            actor=here.acting,
            now=NOW,
        )
    assert (refused.value.rule, refused.value.ways[0].kind) == (Rule.PLAN, WayOut.SEE_RENEWAL)
    assert state() == before

    client_services.take_off_units(on=END, now=NOW)
    assert add(here, 1, now=NOW + 8 * DAY).lines.get().rates["units"]["before"] == 8


def test_units_join_only_after_the_others_are_kept(here):
    """Both at once would contradict one another: take the one back first."""
    take(here, 8)
    before = state()

    with pytest.raises(OrderRefused, match="takes that back first") as refused:
        add(here, 1)

    assert (refused.value.rule, refused.value.ways[0].kind) == (Rule.JOINING, WayOut.SEE_RENEWAL)
    assert state() == before


def test_a_cheaper_plan_and_fewer_units_begin_together(here):
    """8 × 40.00; and a dearer plan before that is of all 10, for the days until then."""
    small = world.make_offer("office-small", here.offers["office"].family, "40.00", "38.00", is_per_unit=False)
    large = world.make_offer("office-large", here.offers["office"].family, "130.00", "120.00", is_per_unit=False)
    whose = {"client_id": here.client.pk, "product_id": here.office.pk, "actor": here.acting, "now": NOW}
    take(here, 8)

    dearer = services.change_plan(offer=large, relationship_id=None, key="p", **whose)
    services.choose_next_plan(offer=small, **whose)

    assert dearer.lines.get().charged_net == D("80.00")  # 30.00 × 10 × 8/30
    assert renew(here).lines.get().charged_net == D("320.00")


def test_what_is_not_renewed_in_time_is_renewed_for_fewer_later(here):
    """Overdue, it has its 8 units from that day on, whether or not it is renewed."""
    Product.objects.update(renews_automatically=False)
    take(here, 8)
    client_services.take_off_units(on=END + DAY, now=NOW + 9 * DAY)

    assert renew(here, now=NOW + 9 * DAY).lines.get().quantity == 8
    assert standing() == (8, None, None)


def test_units_that_leave_count_until_they_do(here):
    """Q3: what runs as the renewal is placed counts, as what is cancelled does until it ends."""
    mailboxes = world.make_offer(
        "mailboxes", here.offers["mail-hosting"].family, "9.92", "9.50", rate="0.20", is_per_unit=False
    )
    product = world.make_product(here.client, mailboxes, quantity=35)
    take(here, 34, product_id=product.pk)

    order = services.renew(
        client_id=here.client.pk,
        product_ids=[product.pk],
        relationship_id=None,
        key="m",
        actor=here.acting,
        now=NOW,
    )

    line = order.lines.get()
    assert (line.quantity, line.client_count, line.client_degressive_rate) == (34, 35, D("0.25"))


# --- On the page


def test_the_owner_takes_units_off_and_back_again(here):
    """What the renewal costs then is shown first; the page of the renewal says the day and the number."""
    end = dt.date(2100, 1, 1)
    Product.objects.update(renews_on=end)
    browser, args = signed_in(here.acting.user), [here.office.pk]
    url, back = reverse("billing:units_take", args=args), reverse("billing:product_renewal", args=args)

    shown = browser.post(url, {"units": "8", "begins_on": end.isoformat()})
    assert (shown.context["renewal"].charged_net, shown.context["taken"], standing()) == (
        D("800.00"),
        2,
        (10, None, None),
    )
    answer = browser.post(url, {"units": "8", "begins_on": end.isoformat(), "confirm": "yes"})

    assert (answer.url, standing()) == (back, (10, 8, end))
    assert reverse("billing:units_keep", args=args) in browser.get(back).content.decode()
    browser.post(reverse("billing:units_keep", args=args))
    assert standing() == (10, None, None)


def test_what_does_not_go_stands_beside_the_field(here):
    """Nothing typed is lost, and nothing is chosen by the look at it."""
    Product.objects.update(renews_on=dt.date(2100, 1, 1))
    browser = signed_in(here.acting.user)

    answer = browser.post(
        reverse("billing:units_take", args=[here.office.pk]), {"units": "12", "begins_on": "2100-01-01"}
    )

    assert (answer.status_code, answer.context["form"]["units"].value()) == (409, "12")
    assert "Keep at least one unit" in str(answer.context["form"].errors["units"])
    assert standing() == (10, None, None)


@pytest.mark.parametrize("name", ["billing:units_take", "clients:product_cancel"])
def test_renewed_meanwhile_the_page_shows_the_new_day_and_can_be_sent_again(here, name):
    """Nobody gives anything up to a day that they did not see; the page that says so leads on."""
    seen, end = dt.date(2100, 1, 1), dt.date(2100, 2, 1)
    Product.objects.update(renews_on=end)
    browser, url = signed_in(here.acting.user), reverse(name, args=[here.office.pk])
    field = "begins_on" if name == "billing:units_take" else "ends_on"

    refused = browser.post(url, {"units": "8", field: seen.isoformat(), "confirm": "yes"})
    assert (refused.status_code, standing(), Product.objects.get().is_cancelled) == (409, (10, None, None), False)
    carried = refused.context["form"][field].value()
    answer = browser.post(url, {"units": "8", field: carried, "confirm": "yes"})

    assert (carried, answer.status_code) == (end.isoformat(), 302)
    assert (standing()[1], Product.objects.get().is_cancelled) in [(8, False), (None, True)]


def test_a_partner_takes_nothing_off(here):
    """Promise 6: as with a cancellation, only the owner gives up what it has; its partner sees no way there."""
    Product.objects.update(renews_on=dt.date(2100, 1, 1))
    partner, acting = world.make_partner()
    relationship = world.make_relationship(here.client, partner, payer=Payer.PARTNER)
    browser = signed_in(acting.user)
    browser.post(reverse("clients:client_enter", args=[relationship.pk]))
    take_url = reverse("billing:units_take", args=[here.office.pk])

    assert browser.get(take_url).status_code == 403
    assert take_url not in browser.get(reverse("billing:product_renewal", args=[here.office.pk])).content.decode()

"""What a partner earned: by month, client and offer; pending; lost again; nothing, and why. Rules 20, 35, 42."""

from __future__ import annotations

import datetime as dt
import html
import re
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.urls import reverse

from billing import selectors, services
from billing.models import Earning, EarningTotal, LedgerEntry, OrderLine
from clients.choices import Access, Payer
from partnerportal.accounts.choices import Role
from tests import world
from tests.at_once import at_once
from tests.billing import scenes
from tests.browsers import signed_in
from tests.world import NOW

pytestmark = pytest.mark.django_db
NOVEMBER = dt.date(2026, 11, 1)


@pytest.fixture
def here():
    return scenes.scene()


def earnings(partner):
    return list(Earning.objects.filter(partner=partner).order_by("pk").values_list("kind", "amount"))


def totals(**filters):
    return {
        (row.kind, row.client and row.client.name, row.offer and row.offer.code): (row.amount, row.count)
        for row in EarningTotal.objects.filter(**filters).select_related("client", "offer")
    }


def text(response):
    return html.unescape(response.content.decode()).replace("\u00a0", " ")


def test_a_rebate_is_earned_as_it_is_ordered_and_cashback_as_it_is_paid():
    """Q9: the rebate with the order, the cashback with the payment of the client's invoice."""
    here = scenes.scene(payer=Payer.PARTNER)
    scenes.order(here, ("office", 1), by_partner=True)
    theirs = scenes.order(here, ("office", 1))
    assert earnings(here.partner) == [("REBATE", D("35.00"))]

    scenes.pay(scenes.invoice_of(theirs))

    assert earnings(here.partner) == [("REBATE", D("35.00")), ("CASHBACK", D("35.00"))]
    assert set(Earning.objects.values_list("month", "relationship")) == {(NOVEMBER, here.relationship.pk)}


def test_sums_are_kept_by_month_client_and_offer(here):
    """Promise 3: what a page sums is what the lines say."""
    other, _acting = world.make_client("Garage Rossi")
    world.make_relationship(other, here.partner)
    for client, offers in ((here.client, ["office", "web-hosting"]), (other, ["office"])):
        order = services.place_order(
            client_id=client.pk,
            items=[services.Item(here.offers[code], 1) for code in offers],
            relationship_id=None,
            key="k",
            actor=here.acting,
            now=NOW,
        )
        scenes.pay(order.invoice)

    assert totals() == {
        ("CASHBACK", None, None): (D("71.98"), 3),
        ("CASHBACK", "Bäckerei Moser", None): (D("36.98"), 2),
        ("CASHBACK", "Garage Rossi", None): (D("35.00"), 1),
        ("CASHBACK", None, "office"): (D("70.00"), 2),
        ("CASHBACK", None, "web-hosting"): (D("1.98"), 1),
    }


def test_what_is_credited_is_lost_again_in_proportion(here):
    """Rule 42: cashback by its reversal."""
    invoice = scenes.invoice_of(scenes.order(here, ("office", 1)))
    scenes.pay(invoice)

    scenes.credit(here, invoice, "33.33")
    scenes.credit(here, invoice, None)

    assert earnings(here.partner) == [("CASHBACK", D("35.00")), ("REVERSAL", D("-11.67")), ("REVERSAL", D("-23.33"))]
    assert Earning.objects.aggregate(sum=Sum("amount"))["sum"] == 0


def test_a_rebate_on_what_is_credited_is_undone_in_proportion():
    """Rule 42 for rebates: what is not paid any more was no saving."""
    here = scenes.scene(payer=Payer.PARTNER)
    invoice = scenes.invoice_of(scenes.order(here, ("office", 1), by_partner=True))

    scenes.credit(here, invoice, "21.67")
    scenes.credit(here, invoice, None)

    assert earnings(here.partner) == [("REBATE", D("35.00")), ("UNDONE", D("-11.67")), ("UNDONE", D("-23.33"))]
    assert not LedgerEntry.objects.exists()


def test_a_rebate_is_undone_too_where_the_credit_settles_the_invoice():
    """Rule 42 for rebates: partly paid, then credited by the rest; nothing is left open, and nothing is overlooked."""
    here = scenes.scene(payer=Payer.PARTNER)
    invoice = scenes.invoice_of(scenes.order(here, ("office", 1), by_partner=True))  # 65.00 instead of 100.00
    scenes.pay(invoice, "40")

    scenes.credit(here, invoice, "32.50")

    invoice.refresh_from_db()
    assert invoice.state == "PAID"
    assert earnings(here.partner) == [("REBATE", D("35.00")), ("UNDONE", D("-17.50"))]


def test_every_cashback_of_the_ledger_is_an_earning_of_the_same_amount(here):
    """Promise 4: the two cannot drift apart: each ledger entry has one earning, and a second is refused."""
    invoice = scenes.invoice_of(scenes.order(here, ("office", 1), ("web-hosting", 3)))
    scenes.pay(invoice)
    scenes.credit(here, invoice, "40", "3")

    of_ledger = LedgerEntry.objects.filter(kind__in=["CASHBACK", "REVERSAL"]).order_by("pk")
    assert [(one.pk, one.amount) for one in of_ledger] == list(
        Earning.objects.order_by("entry").values_list("entry", "amount")
    )


@pytest.mark.parametrize("statement", ["UPDATE billing_earning SET amount = 1", "DELETE FROM billing_earning"])
def test_earnings_are_only_added(here, statement):
    """Promise 4."""
    scenes.pay(scenes.invoice_of(scenes.order(here, ("office", 1))))

    with pytest.raises(IntegrityError, match="only added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert earnings(here.partner) == [("CASHBACK", D("35.00"))]


@pytest.mark.django_db(transaction=True)
def test_payments_at_once_add_up():
    """Promise 4: eight invoices paid at the same instant for one partner: the sum is that of the lines."""
    here = scenes.scene()
    invoices = [scenes.invoice_of(scenes.order(here, ("office", 1), ("web-hosting", 1))) for _ in range(8)]

    outcomes = at_once(*[lambda one=one: scenes.pay(one) for one in invoices])

    assert outcomes == ["done"] * 8
    whole = EarningTotal.objects.get(client=None, offer=None)
    assert (whole.amount, whole.count) == (Earning.objects.aggregate(sum=Sum("amount"))["sum"], 16)


def overview(browser, **asked):
    return browser.get(reverse("billing:earnings"), asked)


def rows_behind(browser, response, figure):
    """Follow the link of a figure; return the sum that the list behind it says."""
    address = re.search(rf'<a href="([^"]+)">(?:<strong>)?{re.escape(figure)}', response.content.decode()).group(1)
    behind = text(browser.get(html.unescape(address)))
    return re.search(r"Sum of these lines.*?</small>([^<]+)<", behind, re.DOTALL).group(1)


def test_each_figure_leads_to_the_lines_that_it_sums(here):
    """Promise 3: the sum of the list behind a figure is the figure."""
    first = scenes.invoice_of(scenes.order(here, ("office", 1), ("web-hosting", 1)))
    scenes.pay(first)
    scenes.credit(here, first, "40")
    open_order = scenes.order(here, ("office", 2))
    browser = signed_in(here.partner_acting.user)

    page = overview(browser, until="2026-11")

    assert "22.98" in text(page)
    for figure in ("36.98", "22.98", "35.00", "21.00", "1.98"):
        assert rows_behind(browser, page, figure) == figure
    assert "-14.00" in text(page) or "−14.00" in text(page)
    pending = text(browser.get(reverse("billing:pending_list")))
    assert "70.00" in text(page)
    assert "70.00" in pending
    assert open_order.lines.get().explanation in pending


def test_another_currency_is_a_picture_of_its_own(here):
    """Q34: no amount is converted."""
    lyon, _acting = world.make_client("Maison Verte", country="FR")
    world.make_relationship(lyon, here.partner)
    order = services.place_order(
        client_id=lyon.pk,
        items=[services.Item(here.offers["office"], 1)],
        relationship_id=None,
        key="fr",
        actor=here.acting,
        now=NOW,
    )
    scenes.pay(order.invoice)
    scenes.pay(scenes.invoice_of(scenes.order(here, ("office", 1))))
    browser = signed_in(here.partner_acting.user)

    swiss, euro = (text(overview(browser, until="2026-11", currency=code)) for code in ("CHF", "EUR"))

    assert "35.00" in swiss
    assert "33.25" not in swiss
    assert "33.25" in euro


def test_a_month_that_is_none_shows_the_last_twelve(here):
    browser = signed_in(here.partner_acting.user)

    for asked in ({"until": "2026-13"}, {"months": "7"}, {"until": "x", "currency": "USD"}):
        assert overview(browser, **asked).status_code == 200


def test_a_collaborator_reads_the_earnings_of_its_clients_only(here):
    """Rule 20: sums and lines of the clients that it was let in to."""
    other, _acting = world.make_client("Garage Rossi")
    theirs = world.make_relationship(other, here.partner)
    for client in (here.client, other):
        order = services.place_order(
            client_id=client.pk,
            items=[services.Item(here.offers["office"], 1 if client == here.client else 3)],
            relationship_id=None,
            key="k",
            actor=here.acting,
            now=NOW,
        )
        scenes.pay(order.invoice)
    member = world.make_member(here.partner.organisation, Role.COLLABORATOR, has_accounting=True)
    world.assign(theirs, member)
    browser = signed_in(member.user)

    page, lines = text(overview(browser, until="2026-11")), text(browser.get(reverse("billing:earning_list")))

    assert "105.00" in page
    assert "140.00" not in page
    assert "Bäckerei Moser" not in page + lines
    assert "Garage Rossi" in lines


def test_nothing_of_another_partner_is_read(here):
    """Promise 2."""
    scenes.pay(scenes.invoice_of(scenes.order(here, ("office", 1))))
    stranger = signed_in(world.make_partner("Atelier Nord")[1].user)

    assert "35.00" not in text(overview(stranger, until="2026-11"))
    assert "Bäckerei Moser" not in text(stranger.get(reverse("billing:earning_list")))


def unearned(acting):
    return {
        line.offer_name: selectors.why_nothing(line) for line in OrderLine.objects.unearned_for(acting).order_by("pk")
    }


def test_what_earned_nothing_says_why(here):
    """Rule 35: the client has so many units of its own that it pays no more than the partner would."""
    small, _acting = world.make_client("Garage Rossi")
    world.make_product(here.client, here.offers["web-hosting"], quantity=60)
    other = world.make_relationship(small, here.partner, access=Access.LIMITED)
    assert other.access == Access.LIMITED
    world.make_product(here.partner.organisation, here.offers["mail-hosting"])
    limited, _ = world.make_partner("Atelier Nord")
    product = world.make_product(here.client, here.offers["office"], name="shared")
    world.make_relationship(
        here.client, limited, access=Access.LIMITED, products=(product,), since=NOW - dt.timedelta(days=30)
    )
    services.renew(
        client_id=here.client.pk,
        product_ids=[product.pk],
        relationship_id=None,
        key="r",
        actor=here.acting,
        now=NOW + dt.timedelta(hours=1),
    )

    assert unearned(here.partner_acting) == {
        "Office": "It earns for another partner, to which the client granted it first."
    }
    page = text(signed_in(here.partner_acting.user).get(reverse("billing:unearned_list")))
    assert "It earns for another partner" in page
    assert "Atelier Nord" not in page
    assert "100.00" not in page


def test_with_limited_access_one_learns_nothing_of_what_was_not_granted():
    """Rule 15, promise 2: an order of something else is not told, not even that it earned nothing."""
    here = scenes.scene()
    type(here.relationship).objects.filter(pk=here.relationship.pk).update(access="LIMITED", payer=None)
    scenes.order(here, ("office", 1))

    assert unearned(here.partner_acting) == {}


def test_what_was_ordered_before_the_access_is_not_told():
    """Rule 16 opens products, not the past."""
    here = scenes.scene()
    type(here.relationship).objects.filter(pk=here.relationship.pk).update(access_since=NOW + dt.timedelta(days=1))
    scenes.order(here, ("domain-ch", 1))

    assert unearned(here.partner_acting) == {}

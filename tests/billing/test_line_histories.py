"""What became of an amount, and what staff reads about a line. Rules 3, 36, 41, 42, promises 2 and 3."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests import browsers, world
from tests.billing import scenes

pytestmark = pytest.mark.django_db


def read(acting, line, name="line_explain"):
    answer = browsers.signed_in(acting.user).get(reverse(f"billing:{name}", args=[line.pk]))
    assert answer.status_code == 200
    page = answer.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page[page.index("<main") : page.index("</main")]))


@pytest.fixture
def here():
    """35 hostings, 347.20 at the client's own 25 %: 260.40, cashback 52.08."""
    found = scenes.scene()
    found.order = scenes.order(found, ("web-hosting", 35))
    found.line = found.order.lines.get()
    found.invoice = scenes.invoice_of(found.order)
    return found


def test_cashback_says_that_it_waits_then_when_it_was_credited(here):
    """Q9, rule 41."""
    before = read(here.partner_acting, here.line)
    scenes.pay(here.invoice)
    after = read(here.partner_acting, here.line)

    assert "once the client has paid" in before
    assert "The client is to pay 260.40" in before
    assert "The client paid 260.40" in after
    assert "credited to the prepaid account" not in before
    assert "52.08 credited to the prepaid account" in after
    assert "once the client has paid" not in after


def test_each_reversal_is_written_out_and_what_is_left_is_said(here):
    """Rule 42: round(cashback × credited so far / paid), less what went before."""
    scenes.pay(here.invoice)
    scenes.credit(here, here.invoice, "100", reason="Two hostings were down")
    scenes.credit(here, here.invoice, "50", reason="And one more")

    page = read(here.partner_acting, here.line)

    assert "100.00 of 260.40 is credited: 52.08 × 100.00 / 260.40 = 20.00." in page
    assert "150.00 of 260.40 is credited so far: 52.08 × 150.00 / 260.40 = 30.00, of which 20.00 was taken" in page
    assert "Two hostings were down" in page
    assert "22.08 is left of it." in page


def test_cashback_that_can_never_come_does_not_wait(here):
    """Q9: the invoice was credited as a whole before it was paid."""
    scenes.credit(here, here.invoice, None)

    page = read(here.partner_acting, here.line)

    assert "never: the invoice was taken back before it was paid" in page
    assert "once the client has paid" not in page


def test_what_was_paid_in_part_and_taken_back_was_never_paid(here):
    """Q9: neither does its cashback wait any more, nor is the payer told that it had paid all of it."""
    scenes.pay(here.invoice, "100")
    scenes.credit(here, here.invoice, None)
    here.invoice.refresh_from_db()
    assert here.invoice.state == "REFUNDED"

    partners, payers = read(here.partner_acting, here.line), read(here.acting, here.line)

    assert "never: the invoice was taken back before it was paid" in partners
    assert "would have been your cashback" in partners
    assert "The invoice was paid." not in payers


def test_an_order_without_a_partner_rate_is_no_rebate():
    """Promise 3: the sentence says what the figures say."""
    here = scenes.scene(payer="PARTNER")
    here.offers["archive"] = world.make_offer("archive", here.offers["office"].family, "12.00", "11.00")
    line = scenes.order(here, ("archive", 1), by_partner=True).lines.get()
    assert line.charged_net == line.public_net

    page = read(here.partner_acting, line)

    assert "at the public price" in page
    assert "A rebate, taken off at once" not in page


def test_who_pays_reads_its_credit_notes_and_nothing_of_the_partners(here):
    """Rules 24 and 51: each side its own."""
    scenes.pay(here.invoice)
    note = scenes.credit(here, here.invoice, "100", reason="Two hostings were down")

    payers = read(here.acting, here.line)
    partners = read(here.partner_acting, here.line)

    assert f"Credit note {note.number}: 100.00 of 260.40 taken back" in payers
    assert "160.40 is left of it." in payers
    assert "cashback" not in payers
    assert f"Invoice {here.invoice.number}" in payers
    assert f"Invoice {here.invoice.number}" not in partners


def test_a_rebate_undone_is_said_with_what_is_left_of_it():
    """Rule 42 for rebates: half of the line credited, half of the saving gone."""
    here = scenes.scene(payer="PARTNER")
    order = scenes.order(here, ("web-hosting", 35), by_partner=True)
    invoice = scenes.invoice_of(order)
    scenes.pay(invoice)
    scenes.credit(here, invoice, "104.16", reason="Half a month")

    page = read(here.partner_acting, order.lines.get())

    assert "138.88 taken off the price" in page
    assert "69.44 of the rebate undone" in page
    assert "69.44 is left of it." in page
    assert "104.16 of 208.32 taken back" in page


def test_what_was_counted_is_said_to_each_side_of_its_own(here):
    """Q3: own, at clients, new; the other's number stays the other's (promise 2)."""
    world.make_product(here.partner.organisation, here.offers["web-hosting"], quantity=4)
    world.make_product(here.client, here.offers["web-hosting"], quantity=1)
    line = scenes.order(here, ("web-hosting", 2)).lines.get()

    partners, clients = read(here.partner_acting, line), read(here.acting, line)

    assert "42 units 4 in your own organisation, 36 at your clients, 2 new with this order" in partners
    assert "38 units 36 there already, 2 new with this order" in clients
    assert "42 units" not in clients
    assert "38 units" not in partners


def test_staff_reads_both_sides_the_row_and_the_rates(here):
    """Rules 30 and 36."""
    scenes.pay(here.invoice)
    scenes.credit(here, here.invoice, "100")

    page = read(here.finance, here.line, "staff_line_explain")

    assert "Full access, the client orders: cashback (row 1)." in page
    assert "260.40 charged − 52.08 cashback = 208.32, the preferential price" in page
    assert f"As {here.client} reads it" in page
    assert f"As {here.partner} reads it" in page
    assert "Cashback taken back: Service was down" in page
    assert here.invoice.number in page


def test_staff_reads_why_a_line_earned_nobody_anything():
    """Rule 30, row 8."""
    offers = world.make_catalogue()
    organisation, acting = world.make_client()
    here = scenes.SimpleNamespace(offers=offers, client=organisation, acting=acting)
    line = scenes.order(here, ("office", 1)).lines.get()

    page = read(scenes.finance(), line, "staff_line_explain")

    assert "No access: nothing (row 8)." in page
    assert "the preferential price" not in page
    assert page.count("reads it") == 1


def test_every_amount_on_documents_leads_to_its_explanation(here):
    """Promise 3: invoice, credit note, prepaid account, for the payer and for staff."""
    scenes.pay(here.invoice)
    note = scenes.credit(here, here.invoice, "100")
    line, invoice = [here.line.pk], [here.invoice.pk]
    account = here.partner.organisation.prepaid_accounts.get()
    wanted = [
        (here.acting, "invoice_detail", invoice, [("line_explain", line), ("invoice_vat", invoice)]),
        (here.acting, "credit_note_detail", [note.pk], [("line_explain", line), ("credit_note_vat", [note.pk])]),
        (here.acting, "order_detail", [here.order.pk], [("line_explain", line), ("invoice_vat", invoice)]),
        (here.acting, "line_explain", line, [("invoice_vat", invoice), ("invoice_detail", invoice)]),
        (here.partner_acting, "prepaid", [], [("line_explain", line)]),
        (here.finance, "staff_invoice_detail", invoice, [("staff_line_explain", line), ("staff_invoice_vat", invoice)]),
        (here.finance, "staff_credit_note_detail", [note.pk], [("staff_line_explain", line)]),
        (here.finance, "staff_account_detail", [account.pk], [("staff_line_explain", line)]),
    ]

    for acting, name, arguments, links in wanted:
        client = browsers.signed_in(acting.user)
        page = client.get(reverse(f"billing:{name}", args=arguments)).content.decode()
        for target, of in links:
            address = reverse(f"billing:{target}", args=of)
            assert f'href="{address}"' in page, (name, target)
            assert client.get(address).status_code == 200

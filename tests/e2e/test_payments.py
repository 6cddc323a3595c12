"""Money after the order: paid in parts, renewed by itself, given back, withdrawn; by client, partner and finance."""

from __future__ import annotations

import re
from decimal import Decimal as D

from partnerportal.kernel.money import round_cents
from tests.e2e.conftest import PASSWORD


def test_an_invoice_is_paid_in_parts(somebody):
    """Rule 43: what the prepaid account holds first, the rest by transfer; nobody spends what is not there."""
    claire = somebody("claire-pays")
    claire.sign_in("claire@verte.example")
    claire.go("/account/prepaid/")
    reference = re.search(r"PP-\d+", claire.page.inner_text("main"))
    assert reference is not None

    finn = somebody("finn-tops-up")
    finn.sign_in("finn@alpacloud.example")
    finn.go("/staff/accounts/")
    finn.press("Book a top-up")
    finn.page.fill("input[name=account]", reference[0])
    finn.choose("currency", "EUR")
    finn.page.fill("input[name=amount]", "60")
    finn.page.fill("input[name=reference]", "bank-e2e-1")
    finn.submit()
    finn.reads("60.00")

    claire.order("Office suite Business", 9)
    claire.reads("The invoice waits to be paid.")
    claire.press(re.compile("^Invoice"))
    invoice = claire.page.url
    claire.press("Pay from the prepaid account")
    claire.submit()
    claire.reads("holds")  # more than there is: refused beside the field, and nothing is lost
    claire.page.fill("input[name=amount]", "60")
    claire.submit()
    claire.reads("Paid from the prepaid account.", "Still open")
    claire.go("/account/prepaid/")
    claire.reads("0.00")

    number = re.search(r"\d{4}-\d{5}", _title(claire, invoice))
    assert number is not None
    finn.go(f"/staff/invoices/?search={number[0]}")
    finn.press(number[0])
    finn.press("Book a payment")
    finn.page.fill("input[name=reference]", "bank-e2e-2")
    finn.submit()
    finn.reads("The payment is booked.", "Paid")
    claire.page.goto(invoice)
    claire.reads("Paid")


def test_a_refund_takes_the_cashback_back(somebody):
    """Rule 42: half of a line credited, half of the cashback gone, and each side reads why."""
    jean = somebody("jean-refund")
    jean.sign_in("jean@horizon.example")
    jean.order("Office suite Business", 4)
    jean.reads("paid from the prepaid account")
    jean.press(re.compile("^Invoice"))
    number = re.search(r"\d{4}-\d{5}", jean.page.inner_text("h1"))
    net = re.search(r"Net\s+([\d.’]+)", jean.page.inner_text("main tfoot"))
    assert number is not None
    assert net is not None

    finn = somebody("finn-refunds")
    finn.sign_in("finn@alpacloud.example")
    finn.go(f"/staff/invoices/?search={number[0]}")
    finn.press(number[0])
    finn.press("Credit it")
    finn.page.fill("input[name=reason]", "Office was away for two weeks")
    half = str(round_cents(D(net[1].replace("’", "")) / 2))
    finn.page.fill("input[name^=line_]", half)
    finn.press("Show what it does")
    finn.reads(
        "What will happen", "goes to the prepaid account of Fondation Horizon", "is taken back from Studio Lumen"
    )
    finn.press("Issue the credit note")
    finn.reads("Office was away for two weeks")
    finn.press(re.compile("Explain.*Office"))
    finn.reads("What decided", "As Fondation Horizon reads it", "As Studio Lumen AG reads it", "Cashback taken back")

    jean.go("/account/credit-notes/")
    jean.follow(jean.page.locator("tbody a").first)
    jean.look("credit note")
    jean.reads("Office was away for two weeks", half)
    document = jean.context.request.get(jean.page.url + "pdf/")
    assert document.body().startswith(b"%PDF-")
    jean.press(re.compile("Explain.*VAT"))
    jean.reads("Invoices to Switzerland carry Swiss VAT", "rounded once")
    jean.go("/account/prepaid/?kind=REFUND")
    jean.reads("Office was away for two weeks")

    ana = somebody("ana-refund")
    ana.sign_in("ana@lumen.example")
    ana.go("/partner/earnings/lines/?kind=REVERSAL")
    ana.reads("Office was away for two weeks")
    ana.press(re.compile("Explain"))
    ana.reads("of the cashback taken back", "is left of it")


def test_what_is_due_renews_itself_at_night(somebody, portal):
    """Section 9: within 14 days of its end, from the prepaid account; read by the client and by the partner."""
    jean = somebody("jean-renews")
    jean.sign_in("jean@horizon.example")
    jean.go("/account/due/")
    jean.reads("By itself tonight", "Archive server")
    jean.press("Archive server")
    before = _paid_until(jean)

    portal.run("run_job", "renew_due_products")

    jean.page.reload()
    assert _paid_until(jean) != before
    jean.go("/account/orders/?kind=RENEWAL")
    jean.follow(jean.page.locator("tbody a").first)
    jean.look("renewal")
    jean.reads("automatic renewal", "nobody: it renews by itself", "Paid")
    portal.run("run_job", "renew_due_products")  # a second time the same night renews nothing twice
    jean.go("/account/due/")
    assert "By itself tonight" not in jean.page.inner_text("main")

    ana = somebody("ana-renewals")
    ana.sign_in("ana@lumen.example")
    ana.go("/partner/earnings/lines/?kind=CASHBACK")
    ana.reads("Fondation Horizon")


def test_a_withdrawal_is_asked_for_approved_and_paid_out(somebody):
    """Q35: at least 50.-, to an IBAN that is one, with the password; finance approves, then notes it as paid out."""
    ana = somebody("ana-withdraws")
    ana.sign_in("ana@lumen.example")
    ana.go("/account/prepaid/")
    ana.press(re.compile("^Withdraw"))
    for amount, iban, words in (("49.99", "CH9300762011623852957", "50"), ("60", "CH9300762011623852958", "IBAN")):
        ana.page.fill("input[name=amount]", amount)
        ana.page.fill("input[name=holder]", "Studio Lumen AG")
        ana.page.fill("input[name=iban]", iban)
        ana.page.fill("input[name=password]", PASSWORD)
        ana.submit()
        ana.reads(words)
        assert ana.page.input_value("input[name=holder]") == "Studio Lumen AG"
    ana.page.fill("input[name=iban]", "CH93 0076 2011 6238 5295 7")
    ana.page.fill("input[name=password]", PASSWORD)
    ana.submit()
    ana.reads("60.00", "Waiting for approval")

    finn = somebody("finn-approves")
    finn.sign_in("finn@alpacloud.example")
    finn.go("/staff/withdrawals/")
    finn.follow(finn.page.locator("tbody tr", has_text="60.00").locator("a").first)
    finn.look("withdrawal")
    finn.reads("CH93 0076 2011 6238 5295 7", "Studio Lumen AG")
    finn.press("Approve")
    finn.page.fill("input[name=password]", PASSWORD)
    finn.press("Approve it")
    finn.press("Note as paid out")
    finn.submit()
    finn.reads("Paid out")

    ana.go("/account/prepaid/")
    ana.reads("Paid out")
    ana.page.goto(ana.portal.url + ana.last_mail_link("ana@lumen.example", "withdrawal"))
    ana.reads("Prepaid account")


def _title(person, address):
    person.page.goto(address)
    return person.page.inner_text("h1")


def _paid_until(person):
    found = re.search(r"Paid until\s+(\d+ \w+ \d{4})", person.page.inner_text("main"))
    assert found is not None
    return found[1]

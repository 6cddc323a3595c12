"""Orders with their prices, invoices and earnings; the published worked example."""

from __future__ import annotations

import re


def test_partner_orders_on_its_own_means(somebody):
    """Row 4: 347.20 → 277.76 → 208.32, VAT 16.87, total 225.19; as an invoice and as PDF."""
    ana = somebody("ana-orders")
    ana.sign_in("ana@lumen.example")
    ana.go("/partner/clients/?search=clinique")
    ana.press("Clinique du Lac")
    ana.press("Enter the client's space")
    ana.reads("You act for", "Clinique du Lac")
    ana.press("Order")
    ana.choose("offer", "Web hosting,")
    ana.page.fill("input[name=quantity]", "35")
    ana.press("Show the price")
    ana.reads("347.20", "277.76", "208.32")
    ana.press("Order and pay")
    ana.reads("Ordered, and paid from the prepaid account", "35 × Web hosting")
    ordered = ana.page.url
    ana.press(re.compile("Explain"))
    ana.reads("Why 208.32?", "277.76", "25", "16.87", "225.19")

    ana.follow(ana.page.get_by_role("button", name=re.compile("Leave")))
    ana.go("/account/invoices/")
    ana.follow(ana.page.locator("tbody a").first)
    ana.look("invoice")
    ana.reads("208.32", "16.87", "225.19", "Paid")
    document = ana.context.request.get(ana.page.url + "pdf/")
    assert document.body().startswith(b"%PDF-")

    # Q39: the partner invoices its client itself, ten per cent on top.
    ana.page.goto(ordered)
    ana.press(re.compile("Re-invoice"), nth=-1)
    ana.page.fill("input[name=markup]", "10")
    ana.press("Draft the document")
    ana.reads("229.15")
    ana.press("Issue")
    ana.press("Issue it")
    document = ana.context.request.get(ana.page.url + "pdf/")
    assert document.body().startswith(b"%PDF-")

    nadia = somebody("nadia")
    nadia.sign_in("nadia@clinique.example")
    nadia.go("/account/invoices/")
    nadia.reads("No invoice yet")


def test_client_orders_itself_and_the_partner_earns(somebody):
    """Row 1: 260.40 and cashback 52.08; the second order of 35: 243.04, and 48.61."""
    marco = somebody("marco")
    marco.sign_in("marco@rossi.example")
    for price in ("260.40", "243.04"):
        marco.go("/account/orders/new/")
        marco.choose("offer", "Web hosting,")
        marco.page.fill("input[name=quantity]", "35")
        marco.press("Show the price")
        marco.reads(price)
        marco.press("Order and pay")
        marco.reads("paid from the prepaid account")

    luc = somebody("luc")
    luc.sign_in("luc@nord.example")
    luc.go("/partner/earnings/lines/")
    luc.reads("52.08", "48.61")
    luc.press(re.compile("Explain"), nth=1)
    luc.reads("The client paid 260.40", "208.32", "52.08")


def test_third_world_without_degressive_rate_for_clients(somebody, third_world):
    """Q5, D2: the client pays 347.20, and the whole difference of 138.88 is the partner's cashback."""
    marco = somebody("marco-third", at=third_world)
    marco.sign_in("marco@rossi.example")
    marco.go("/account/orders/new/")
    marco.choose("offer", "Web hosting,")
    marco.page.fill("input[name=quantity]", "35")
    marco.press("Show the price")
    marco.reads("347.20")
    marco.press("Order and pay")
    marco.reads("paid from the prepaid account")

    luc = somebody("luc-third", at=third_world)
    luc.sign_in("luc@nord.example")
    luc.go("/partner/earnings/lines/")
    luc.reads("138.88")


def test_a_renewal_says_what_it_costs_and_that_the_money_does_not_suffice(somebody):
    """Promise 3: the price with VAT before anything is charged; without enough money an invoice, said beforehand."""
    urs = somebody("urs-renews")
    urs.sign_in("urs@weingut.example")
    urs.go("/account/orders/renew/?due=all")
    urs.press("Show the price")
    urs.reads("Web hosting", "Mail hosting", "VAT 8.1 %", "too little", "an invoice that is due on")
    urs.press("Renew by invoice")
    urs.reads("Renewed. The invoice waits to be paid.")
    urs.press(re.compile("^Invoice"))
    urs.reads("Still open", "Pay by transfer", "CH93 0076 2011 6238 5295 7")
    urs.reads("The prepaid account could pay it, too, but holds nothing.")
    urs.press("Top it up")
    urs.reads("Balance in CHF", "Reference", "CH93 0076 2011 6238 5295 7")

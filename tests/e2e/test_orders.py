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


def put(somebody, offer, quantity, name=""):
    """Put an offer into the cart, on its page."""
    somebody.go("/account/cart/add/")
    somebody.choose("offer", offer)
    somebody.page.fill("#add-form input[name=quantity]", str(quantity))
    somebody.page.fill("#add-form input[name=name]", name)
    somebody.press("Put it into the cart")
    somebody.reads("In your cart:")


def test_a_client_orders_two_offers_from_its_cart(somebody):
    """The price follows the quantity without a new page; the order is placed once, however often it is sent."""
    marco = somebody("marco-cart")
    marco.sign_in("marco@rossi.example")
    marco.go("/account/cart/")
    marco.reads("Your cart is empty")
    put(marco, "Domain .ch", 1, "garage-rossi.ch")
    put(marco, "Certificate DV", 1)
    marco.reads("57.90", "VAT 8.1 %", "62.59")
    quantity = marco.page.get_by_label(re.compile("Quantity of Certificate DV"))
    quantity.fill("2")
    quantity.press("Tab")
    marco.page.locator(".cart-sum", has_text="115.56").wait_for()  # 8.90 + 98.00 and VAT
    marco.page.locator("summary", has_text="Why 98.00?").click()
    marco.reads("2 × Certificate DV for one year at 49.00 a year")
    first, second = marco.page, marco.context.new_page()
    second.goto(first.url)
    marco.press("Order by invoice")
    marco.reads("Ordered. The invoice waits to be paid.", "1 × Domain .ch", "2 × Certificate DV", "115.56")
    placed = first.url

    marco.page = second
    marco.press("Order by invoice")
    assert second.url == placed
    marco.reads("You had ordered this already")
    marco.go("/account/cart/")
    marco.reads("Your cart is empty")


def test_the_cart_works_without_script(somebody):
    """A quantity that was typed is priced before it is ordered, whatever button is pressed."""
    marco = somebody("marco-plain", java_script_enabled=False)
    marco.page.goto(marco.portal.url + "/auth/login/")
    marco.page.fill("input[name=login]", "marco@rossi.example")
    marco.page.fill("input[name=password]", "alpine-demo-2026")
    marco.page.locator("main form button[type=submit]").first.click()
    marco.page.goto(marco.portal.url + "/account/cart/add/")
    offers = marco.page.locator("select[name=offer] option").all()
    value = next(one.get_attribute("value") for one in offers if (one.text_content() or "").startswith("Backup"))
    marco.page.locator("select[name=offer]").select_option(value=value)
    marco.page.locator("#add-form button[type=submit]").click()
    marco.page.get_by_label(re.compile("Quantity of Backup")).fill("3")
    marco.page.get_by_role("button", name="Order by invoice").click()
    marco.reads("Nothing was ordered yet", "28.50", "30.81")
    marco.page.get_by_role("button", name="Take out").click()
    marco.reads("Taken out: 3 × Backup, 500 GB.", "Your cart is empty")


def test_a_partner_orders_two_offers_on_its_own_means(somebody):
    """Row 4: 290.00 less 25 %, and a domain at the fixed partner price: 285.50 as one order, paid with the rebate."""
    ana = somebody("ana-cart")
    ana.sign_in("ana@lumen.example")
    ana.go("/partner/clients/?search=clinique")
    ana.press("Clinique du Lac")
    ana.press("Enter the client's space")
    put(ana, "Certificate EV", 1)
    put(ana, "Domain .swiss", 1, "clinique.swiss")
    ana.reads("You act for", "Studio Lumen AG pays", "217.50", "68.00", "285.50", "308.63")
    ana.press(re.compile("^Order (and pay|by invoice)$"))
    ana.reads("1 × Certificate EV", "1 × Domain .swiss", "308.63", "Clinique du Lac", "Studio Lumen AG")


def test_a_partner_orders_two_offers_on_its_clients_means(somebody):
    """Row 2: the client pays 128.00; the partner earns 11.00 and 12.25, and is not told what the account holds."""
    ana = somebody("ana-horizon")
    ana.sign_in("ana@lumen.example")
    ana.go("/partner/clients/?search=horizon")
    ana.press("Fondation Horizon")
    ana.press("Enter the client's space")
    put(ana, "Domain .swiss", 1, "horizon.swiss")
    put(ana, "Certificate DV", 1)
    ana.reads("128.00", "Your cashback: CHF 23.25")
    ana.reads("Paid from the prepaid account of Fondation Horizon if it holds enough")
    ana.press("Order and pay")
    ana.reads("1 × Domain .swiss", "1 × Certificate DV")

    jean = somebody("jean")
    jean.sign_in("jean@horizon.example")
    jean.go("/account/orders/")
    jean.reads("1 × Domain .swiss and 1 more", "128.00")


def test_who_may_not_order_reads_why_and_what_is_possible(somebody):
    """Rules 20 and 21: a collaborator's refusal names the rule and leads on."""
    noemi = somebody("noemi-cart")
    noemi.sign_in("noemi@lumen.example")
    noemi.go("/partner/clients/?search=clinique")
    noemi.press("Clinique du Lac")
    noemi.press("Enter the client's space")
    response = noemi.page.goto(noemi.portal.url + "/account/cart/")
    assert response.status == 403
    noemi.look("refused")
    noemi.reads("Your company has not given you the right to order for this client.", "What is possible instead")
    noemi.press("Back to your own space")
    assert "/partner/" in noemi.page.url

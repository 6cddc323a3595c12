"""Browsing what is sold, and more units of what is there: with script, without it, and in a client's space."""

from __future__ import annotations

import re


def test_seats_join_an_office_suite_from_the_page_of_offers(somebody):
    """The price follows the number; what it says is ordered and explained by days; fewer begin with the renewal."""
    claire = somebody("claire-seats")
    claire.sign_in("claire@verte.example")
    claire.go("/account/offers/?search=office+suite+standard")
    claire.press("Order Office suite Standard")
    claire.page.fill("input[name=quantity]", "4")
    claire.page.fill("input[name=name]", "Bureau Marseille")
    claire.press("Show the price")
    claire.reads("22.00", "VAT 20 %", "26.40")
    claire.follow(claire.page.locator("main button[name=confirm]"))
    claire.reads("4 × Office suite Standard")

    claire.go("/account/offers/?search=office")
    claire.press("Add units to Bureau Marseille")
    claire.reads("4 × Office suite Standard", "5 × Office suite Standard", "5.50")
    claire.page.fill("input[name=quantity]", "3")
    claire.page.locator("#price", has_text="16.50").wait_for()  # a whole month is left on the first day
    claire.reads("7 × Office suite Standard", "38.50 net")
    claire.follow(claire.page.locator("main button[name=confirm]"))
    claire.reads("More units", "3 × Office suite Standard", "19.80")
    claire.press(re.compile("^Explain"))
    claire.reads("Why 16.50?", "They join 4 units that are there.")

    claire.go("/account/products/?search=Bureau+Marseille")
    claire.follow(claire.page.locator("tbody a").first)
    claire.press("Renewal and plan")
    claire.reads("7 × Office suite Standard", "46.20")

    claire.press("Take units off")
    claire.page.fill("input[name=units]", "5")
    claire.press("Show what it costs then")
    claire.reads("5 × Office suite Standard", "27.50 net")
    claire.press(re.compile("^Take 2 units off on"))
    claire.reads("it has 5 units", "Take back", "33.00")


def test_without_script_a_new_number_is_priced_before_it_is_ordered(somebody):
    """Promise 3: the button of one unit does not order five."""
    jean = somebody("jean-plain", java_script_enabled=False)
    jean.page.goto(jean.portal.url + "/auth/login/")
    jean.page.fill("input[name=login]", "jean@horizon.example")
    jean.page.fill("input[name=password]", "alpine-demo-2026")
    jean.page.locator("main form button[type=submit]").first.click()
    jean.page.goto(jean.portal.url + "/account/products/?search=Office+for+the+team")
    jean.page.locator("tbody a").first.click()
    jean.page.get_by_role("link", name="Add units").click()
    jean.reads("24 × Office suite Education", "25 × Office suite Education")
    jean.page.fill("input[name=quantity]", "5")
    jean.page.locator("main button[name=confirm]").click()
    jean.reads("Look at the price below before you order", "29 × Office suite Education")


def test_a_partner_browses_for_its_client_and_for_itself(somebody):
    """Row 2 and row 10: the client's price with the partner's cashback, and its own preferential price."""
    ana = somebody("ana-browses")
    ana.sign_in("ana@lumen.example")
    ana.go("/account/offers/?search=certificate+dv")
    ana.reads("36.75", "49.00", "partner rate 25 %")
    ana.go("/account/offers/?search=domain+.swiss")
    ana.reads("68.00", "79.00", "fixed partner price")
    ana.go("/partner/clients/?search=horizon")
    ana.press("Fondation Horizon")
    ana.press("Enter the client's space")
    ana.go("/account/offers/?search=certificate+dv")
    ana.reads("For Fondation Horizon", "49.00", "your cashback 12.25 · your price 36.75")
    ana.press(re.compile("^Put it into the cart"))
    chosen = ana.page.locator("#add-form select[name=offer] option:checked")
    assert chosen.inner_text().startswith("Certificate DV")

"""Clients and partners find each other, give and change access, and part."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD


def test_client_invites_a_partner_with_limited_access(somebody):
    """Rules 6 to 10, 15: found by name, products chosen, accepted by the link of the mail."""
    sofia = somebody("sofia-client")
    sofia.sign_in("sofia@meier.example")
    sofia.go("/account/partners/invite/?q=lumen")
    sofia.press("Choose")
    sofia.page.get_by_label(re.compile("Limited:")).check()
    sofia.page.get_by_label("Manage: sofiameier.ch").check()
    assert sofia.page.get_by_label("See: sofiameier.ch").is_checked()  # implied
    sofia.press("Look at what changes")
    sofia.reads("Sees 1 product", "Manages 1 product")
    sofia.press("Send the invitation")
    sofia.reads("is invited and gets a mail", "Waiting for an answer")

    ana = somebody("ana")
    ana.sign_in("ana@lumen.example")
    ana.go(ana.last_mail_link("ana@lumen.example", "Sofia Meier invites Studio Lumen AG"))
    ana.press("Accept the invitation")
    ana.reads("Sofia Meier is your client now", "sofiameier.ch")


def test_client_gives_full_access_and_says_who_pays(somebody):
    """Rules 9, 16 and 18: the whole account, and the client pays."""
    lena = somebody("lena-invites")
    lena.sign_in("lena@moser.example")
    lena.go("/account/partners/invite/?q=nord")
    lena.press("Choose")
    lena.page.get_by_label(re.compile("Full:")).check()
    lena.press("Look at what changes")
    lena.reads("Choose who pays")
    lena.page.locator("input[name=payer]").first.check()
    lena.press("Look at what changes")
    lena.reads("Has full access: every product", "You pay what it orders")
    lena.press("Send the invitation")
    lena.reads("is invited and gets a mail")

    luc = somebody("luc-accepts")
    luc.sign_in("luc@nord.example")
    luc.go(luc.last_mail_link("luc@nord.example", "Bäckerei Moser invites"))
    luc.press("Accept the invitation")
    luc.reads("Bäckerei Moser is your client now", "Full access", "moser.ch website")
    lena.go("/account/partners/")
    lena.reads("Atelier Nord Sàrl", "Active")


def test_partner_asks_and_client_grants_something_else(somebody):
    """Rule 10: asked for full access, granted two products."""
    urs = somebody("urs")
    urs.sign_in("urs@weingut.example")
    urs.reads("Studio Lumen AG asks for access")
    urs.press("Answer")
    urs.page.get_by_label(re.compile("Limited:")).check()
    urs.page.get_by_label("Statistics: weingut-am-hang.ch").check()
    urs.press("Look at what changes")
    urs.press("Give access to 1 product")
    urs.reads("Access is given", "Limited access to 1 product: weingut-am-hang.ch", "changes nothing")


def test_whole_journey_without_java_script(somebody):
    """Every page works with JavaScript off: find, narrow, read."""
    jean = somebody("jean", java_script_enabled=False)
    page = jean.page
    page.goto(jean.portal.url + "/auth/login/")
    page.fill("input[name=login]", "jean@horizon.example")
    page.fill("input[name=password]", PASSWORD)
    jean.submit()
    page.goto(jean.portal.url + "/account/products/")
    page.fill("input[name=search]", "Archive")
    jean.submit("form[role=search]")
    jean.follow(page.locator("tbody a").first)
    assert "Atelier Nord" in page.inner_text("main")
    page.goto(jean.portal.url + "/account/partners/")
    jean.follow(page.get_by_role("link", name="Atelier Nord Sàrl"))
    jean.follow(page.get_by_role("link", name="Change access"))
    jean.follow(page.get_by_role("button", name="Monitoring only"))
    page.uncheck(
        "input[name=products_statistics][value='" + page.get_attribute("input[name=products_see]", "value") + "']"
    )
    jean.follow(page.get_by_role("button", name="Look at what changes"))
    assert "No longer manages 1 product" in page.inner_text("main")
    jean.follow(page.get_by_role("button", name="Save the change"))
    assert "The access is changed" in page.inner_text("body")


def test_either_side_ends_and_access_is_gone_at_the_next_request(somebody):
    """Rules 46 to 49, promise 1: two confirmations; a wrong password changes nothing."""
    ana = somebody("ana-loses")
    ana.sign_in("ana@lumen.example")
    ana.go("/partner/clients/?search=moser")
    ana.press("Bäckerei Moser")
    ana.press("Enter the client's space")
    ana.reads("moser.ch mail")

    lena = somebody("lena")
    lena.sign_in("lena@moser.example")
    lena.go("/account/partners/")
    lena.press("Studio Lumen AG")
    lena.press("End the relationship")
    lena.reads("What will happen", "Every product stays with")
    lena.press("Go on to the password")
    lena.page.fill("input[name=password]", "wrong")
    lena.press("End it now")
    lena.reads("This is not your password")
    lena.page.fill("input[name=password]", PASSWORD)
    lena.press("End it now")
    lena.reads("The relationship has ended", "Receipt E-", "Everything is cut")

    ana.page.reload()
    ana.reads("Your access to this client has ended")
    assert "moser.ch mail" not in ana.page.inner_text("main")


def test_partner_asks_with_a_code_and_gets_what_it_asked_for(somebody):
    """Rule 7: the client reads a code out, the partner asks with it, one shortcut grants as asked."""
    marco = somebody("marco-code")
    marco.sign_in("marco@rossi.example")
    marco.go("/account/partners/code/")
    marco.press("Make a code")
    code = marco.page.locator("main code").inner_text()

    ana = somebody("ana-asks")
    ana.sign_in("ana@lumen.example")
    ana.go("/partner/clients/add/")
    ana.page.fill("input[name=code]", code)
    ana.page.get_by_label(re.compile("Limited:")).check()
    ana.page.get_by_label("Mail hosting").check()
    ana.page.get_by_label("Read their statistics").check()
    ana.press("Send the request")
    ana.reads("Your request is on its way", "Garage Rossi")

    marco.go("/account/")
    marco.press("Answer")
    marco.reads("Mail hosting", "It would read their statistics")
    marco.press("As asked")
    marco.press("Look at what changes")
    marco.press("Give access to 3 products")
    marco.reads("Access is given", "It reads their statistics and changes nothing")


def test_client_switches_partners_in_one_act(somebody):
    """Q13, rule 47: the old access lasts until the new partner accepts, and ends in that moment."""
    claire = somebody("claire-switches")
    claire.sign_in("claire@verte.example")
    claire.go("/account/partners/")
    claire.press("Studio Lumen AG")
    claire.press("Switch to another partner")
    claire.page.fill("input[name=q]", "nord")
    claire.press("Search")
    claire.press("Choose")
    claire.press("Look at what changes")
    claire.reads("Sees 2 products", "What ends for Studio Lumen AG in that moment")
    claire.page.fill("input[name=password]", PASSWORD)
    claire.press("Send the invitation")
    claire.reads("Atelier Nord Sàrl is invited to take over", "Active")

    luc = somebody("luc-takes-over")
    luc.sign_in("luc@nord.example")
    luc.go(luc.last_mail_link("luc@nord.example", "Maison Verte"))
    luc.reads("You take over from another partner")
    luc.press("Accept the invitation")
    luc.reads("Maison Verte SARL is your client now")

    claire.page.reload()
    claire.reads("Ended", "The receipt of the end")
    claire.press("The receipt of the end")
    claire.reads("Everything is cut")


def test_a_collaborator_sees_why_and_only_what_the_team_lets_through(somebody):
    """Rules 20 and 21: from the person to the right, as a chain."""
    mia = somebody("mia-why")
    mia.sign_in("mia@lumen.example")
    mia.go("/partner/clients/?search=clinique")
    mia.press("Clinique du Lac")
    mia.press("Enter the client's space")
    mia.go("/account/products/?search=Patient")  # the first page shows only what is due next, others order more
    mia.press("Patient portal")
    mia.press("Why?")
    mia.reads("Team Web", "manage")


def test_a_list_is_searched_sorted_and_shown_whole_again_with_script(somebody):
    """The table alone comes, the address follows, and what fits nothing leads back."""
    nadia = somebody("nadia-searches")
    nadia.sign_in("nadia@clinique.example")
    nadia.go("/account/products/")
    page = nadia.page
    rows = page.locator("#table tbody tr")
    everything = rows.count()
    page.evaluate("window.isSamePage = true")

    page.get_by_role("searchbox").fill("Patient")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("search=Patient"))
    page.get_by_role("searchbox").fill("nothing-like-it")
    expect(page.locator("#table")).to_contain_text("Nothing fits")
    assert page.evaluate("window.isSamePage")
    page.locator("#filters-clear a").click()
    expect(rows).to_have_count(everything)
    page.get_by_role("columnheader", name="Product").get_by_role("link").click()
    expect(page).to_have_url(re.compile("sort="))
    expect(rows).to_have_count(everything)

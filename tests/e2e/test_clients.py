"""Clients and partners find each other, give and change access, and part."""

from __future__ import annotations

import re

from tests.e2e.conftest import PASSWORD


def test_client_invites_a_partner_with_limited_access(somebody):
    """Rules 6 to 10, 15: found by name, products chosen, accepted by the link of the mail."""
    sofia = somebody("sofia-client")
    sofia.sign_in("sofia@meier.example")
    sofia.go("/account/partners/invite/?q=lumen")
    sofia.press("Choose")
    sofia.page.get_by_label(re.compile("Limited:")).check()
    sofia.page.get_by_label(re.compile("sofiameier.ch")).check()
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
    lena.press("Send the invitation")
    lena.reads("Choose who pays")
    lena.page.locator("input[name=payer]").first.check()
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
    urs.page.get_by_label(re.compile("weingut-am-hang.ch")).check()
    urs.press("Give this access")
    urs.reads("Access is given", "Limited access to chosen products")


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
    page.uncheck("input[name=products]:checked")
    jean.follow(page.get_by_role("button", name="Save the access"))
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
    lena.reads("The relationship has ended")

    ana.page.reload()
    ana.reads("Your access to this client has ended")
    assert "moser.ch mail" not in ana.page.inner_text("main")

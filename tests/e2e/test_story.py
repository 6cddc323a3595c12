"""The story of the portal in a real browser, with the demo's people."""

from __future__ import annotations

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.e2e.conftest import HeldExport

PASSWORD = "alpine-demo-2026"
NEW_PASSWORD = "a-long-pass-phrase-7"


def test_company_applies_and_staff_approves(somebody):
    """Sign-up by mail, the wizard, the queue with its checks, the decision by mail. Rules 1 to 5."""
    applicant = somebody("applicant")
    applicant.go("/auth/signup/")
    page = applicant.page
    page.fill("input[name=email]", "petra@bergwerk.example")
    page.fill("input[name=password1]", NEW_PASSWORD)
    page.fill("input[name=password2]", NEW_PASSWORD)
    page.fill("input[name=name]", "Petra Berg")
    page.fill("input[name=organisation_name]", "Bergwerk IT AG")
    page.select_option("select[name=country]", "CH")
    page.click("main button[type=submit]")
    applicant.go(applicant.last_mail_link("petra@bergwerk.example", "[Cc]onfirm|[Vv]erify|address"))
    page.click("main button[type=submit]")
    applicant.sign_in("petra@bergwerk.example", NEW_PASSWORD)

    applicant.go("/apply/")
    applicant.press("Start the application")
    page.fill("input[name=register_number]", "CHE-100.155.213")
    applicant.press("Save and go on")
    applicant.reads("This is not a UID number")
    page.fill("input[name=register_number]", "CHE-116.320.853")
    applicant.press("Save and go on")
    page.fill("input[name=website]", "https://bergwerk.example")
    page.fill("input[name=estimated_yearly_net]", "2400")
    applicant.press("Save and go on")
    for name in ("gives_support", "answers_for_invoices", "is_exclusive_for_tenders"):
        page.check(f"input[name={name}]")
    applicant.press("Save and go on")
    page.check("input[name=accepts]")
    applicant.press("Send the application")
    applicant.reads("Your application", "In review", "To be reached in twelve months")

    reviewer = somebody("reviewer")
    reviewer.sign_in("rita@alpacloud.example")
    reviewer.go("/staff/applications/")
    reviewer.press("Bergwerk IT AG")
    reviewer.reads("Its register number is sound", "Passed")
    reviewer.press("Approve")
    reviewer.press("Approve")
    reviewer.reads("is a partner now")
    applicant.last_mail_link("petra@bergwerk.example", "is a partner now")


def test_individual_and_affiliate_are_shown_the_way_out(somebody):
    """Rules 3 and 4."""
    for mail, words in (("sofia@meier.example", "as an affiliate"), ("ben@blitz.example", "end the affiliation")):
        person = somebody(mail.split("@", maxsplit=1)[0])
        person.sign_in(mail)
        response = person.page.goto(person.portal.url + "/apply/company/")
        assert response.status == 409
        person.look("refused")
        person.reads("This organisation cannot apply", words)


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
    ana.go(ana.last_mail_link("ana@lumen.example", "Sofia Meier wants to give you access"))
    ana.press("Accept")
    ana.reads("Sofia Meier is your client now", "sofiameier.ch")


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


def test_partner_orders_on_its_own_means(somebody):
    """Row 4: 347.20 → 277.76 → 208.32, VAT 16.87, total 225.19; as an invoice and as PDF."""
    ana = somebody("ana-orders")
    ana.sign_in("ana@lumen.example")
    ana.go("/partner/clients/?search=clinique")
    ana.press("Clinique du Lac")
    ana.press("Enter the client's space")
    ana.reads("You act for", "Clinique du Lac")
    ana.press("Order")
    ana.page.select_option("select[name=offer]", label="Web hosting")
    ana.page.fill("input[name=quantity]", "35")
    ana.press("Show the price")
    ana.reads("347.20", "277.76", "208.32")
    ana.press("Order and pay")
    ana.reads("Ordered, and paid from the prepaid account", "35 × Web hosting")
    ordered = ana.page.url
    ana.page.get_by_role("link", name=re.compile("Explain")).first.click()
    ana.look("explain")
    ana.reads("Why 208.32?", "277.76", "25", "16.87", "225.19")

    ana.page.get_by_role("button", name=re.compile("Leave")).click()
    ana.go("/account/invoices/")
    ana.page.locator("tbody a").first.click()
    ana.look("invoice")
    ana.reads("208.32", "16.87", "225.19", "Paid")
    document = ana.context.request.get(ana.page.url + "pdf/")
    assert document.body().startswith(b"%PDF-")

    # Q39: the partner invoices its client itself, ten per cent on top.
    ana.page.goto(ordered)
    ana.page.get_by_role("link", name=re.compile("Re-invoice")).last.click()
    ana.look("re-invoice")
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
        marco.page.select_option("select[name=offer]", label="Web hosting")
        marco.page.fill("input[name=quantity]", "35")
        marco.press("Show the price")
        marco.reads(price)
        marco.press("Order and pay")
        marco.reads("paid from the prepaid account")

    luc = somebody("luc")
    luc.sign_in("luc@nord.example")
    luc.go("/partner/earnings/")
    luc.reads("52.08", "48.61")
    luc.page.get_by_role("link", name=re.compile("Explain")).nth(1).click()
    luc.look("explain")
    luc.reads("The client paid 260.40", "208.32", "52.08")


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
    lena.press("End")
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


def test_export_shows_progress_and_hands_over_a_file(somebody):
    """Rules 50 to 52."""
    tom = somebody("tom")
    tom.sign_in("tom@lumen.example")
    tom.go("/partner/clients/?search=horizon")
    tom.press("Fondation Horizon")
    tom.press("Export billing data")
    tom.press("Start the export")
    tom.page.get_by_role("link", name="Download the file").wait_for()
    tom.look("export done")
    link = tom.page.get_by_role("link", name="Download the file").get_attribute("href")
    text = tom.context.request.get(tom.portal.url + link).body().decode("utf-8-sig")
    assert text.startswith("client;client_id;document;")
    assert "cashback" in text


def test_whole_journey_without_java_script(somebody):
    """Every page works with JavaScript off: find, narrow, read."""
    jean = somebody("jean", java_script_enabled=False)
    page = jean.page
    page.goto(jean.portal.url + "/auth/login/")
    page.fill("input[name=login]", "jean@horizon.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(jean.portal.url + "/account/products/")
    page.fill("input[name=search]", "Archive")
    page.click("form[role=search] button")
    page.locator("tbody a").first.click()
    assert "Atelier Nord" in page.inner_text("main")
    page.goto(jean.portal.url + "/account/partners/")
    page.get_by_role("link", name="Atelier Nord Sàrl").click()
    page.get_by_role("link", name="Change access").click()
    page.uncheck("input[name=products]:checked")
    page.get_by_role("button", name="Save the access").click()
    assert "The access is changed" in page.inner_text("body")


def test_second_factor_and_passkey(somebody):
    """TOTP by its secret, then a passkey on Chromium's virtual authenticator, and signing in with it alone."""
    claire = somebody("claire")
    claire.sign_in("claire@verte.example")
    client = claire.context.new_cdp_session(claire.page)
    client.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    client.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page = claire.page
    page.goto(claire.portal.url + "/auth/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
    page.fill("input[name=name]", "Laptop")
    if page.locator("input[name=passwordless]").count():
        page.check("input[name=passwordless]")
    page.locator("#mfa_webauthn_add, main button[type=submit], main button").first.click()
    page.wait_for_url(re.compile("recovery|webauthn/$|2fa/$"))
    claire.look("passkey added")

    claire.context.clear_cookies()
    page.goto(claire.portal.url + "/auth/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url(re.compile("/account/"))
    claire.reads("Maison Verte SARL")


def test_export_survives_a_killed_worker(somebody, portal):
    """Kill -9: the page that started it is not hurt, and the work is done once a worker is there."""
    portal.stop("worker", signal=9)
    tom = somebody("tom-waits")
    tom.sign_in("tom@lumen.example")
    tom.go("/partner/clients/?search=clinique")
    tom.press("Clinique du Lac")
    tom.press("Export billing data")
    tom.press("Start the export")
    tom.reads("Waiting")

    portal.start_worker()

    tom.page.get_by_role("link", name="Download the file").wait_for(timeout=90_000)


def test_visitor_posts_a_tender_and_awards_it(somebody):
    """Rules 53 to 56: confirmed by mail, on the board as an extract, answered, awarded by the secret page."""
    visitor = somebody("visitor")
    visitor.go("/tenders/")
    visitor.press("Post a call")
    page = visitor.page
    page.fill("input[name=title]", "A site for our choir")
    page.select_option("select[name=category]", "SITE")
    page.fill(
        "textarea[name=description]",
        "We are forty people who sing. The site should show concerts, let friends sign up for news and be easy to keep "
        "up by two of us who are not technical. We have photographs and texts. The choir rehearses on Tuesdays in the "
        "old school house, and that secret place stands at the very end of this text: Zeughausgasse.",
    )
    page.fill("input[name=place]", "Thun")
    page.locator("input[name=languages][value=de]").check()
    page.fill("input[name=contact_name]", "Doris Chor")
    page.fill("input[name=contact_email]", "doris@chor.example")
    page.check("input[name=consents]")
    page.locator("main form.form button[type=submit]").last.click()
    visitor.go(visitor.last_mail_link("doris@chor.example", "[Cc]onfirm"))
    page.locator("main form button[type=submit]").first.click()
    visitor.go("/tenders/")
    visitor.reads("A site for our choir", "We are forty people who sing")
    assert "Zeughausgasse" not in page.inner_text("main")
    assert "doris@chor.example" not in page.inner_text("main")

    luc = somebody("luc-answers")
    luc.sign_in("luc@nord.example")
    luc.last_mail_link("luc@nord.example", "A site for our choir")
    luc.go("/partner/tenders/")
    luc.press("A site for our choir")
    luc.reads("Zeughausgasse")
    assert "doris@chor.example" not in luc.page.inner_text("main")
    luc.page.get_by_role("link", name=re.compile("Answer|answer")).first.click()
    luc.page.fill("textarea[name=text]", "We would like to do this, and sing ourselves on Thursdays. Shall we meet?")
    luc.page.locator("main form.form button[type=submit]").last.click()
    luc.look("answered")
    luc.reads("doris@chor.example")

    visitor.go(visitor.last_mail_link("doris@chor.example", "answer"))
    visitor.reads("Atelier Nord", "sing ourselves on Thursdays")
    page.get_by_role("link", name=re.compile("Choose")).first.click()
    visitor.look("award")
    page.locator("main form button[type=submit]").last.click()
    visitor.look("awarded")
    visitor.reads("Atelier Nord")
    luc.go(luc.last_mail_link("luc@nord.example", "You have won"))
    luc.page.get_by_role("link", name=re.compile("Record the contract")).first.click()
    luc.look("record")
    luc.page.get_by_label("Web hosting", exact=True).check()
    luc.page.fill("input[name=value_net]", "2400")
    luc.page.fill("input[name=begins_on]", "2027-01-11")
    luc.press("Record the contract")
    luc.page.check("input[name=acknowledges_exclusivity]")
    luc.press("Record the contract")
    luc.go("/partner/tenders/won/")
    luc.reads("A site for our choir", "2’400.00")


def test_directory_shows_and_verifies_partners(somebody):
    """Rule 58: search, a partner's page, and the live answer."""
    visitor = somebody("visitor-directory")
    visitor.go("/directory/")
    visitor.page.get_by_role("searchbox").first.fill("accessibility")
    visitor.page.get_by_role("button", name="Search").click()
    visitor.reads("Atelier Nord")
    visitor.page.get_by_role("link", name=re.compile("Atelier Nord")).first.click()
    visitor.look("partner page")
    visitor.go("/directory/atelier-nord-sarl/verify/")
    visitor.reads("erified partner")
    visitor.go("/directory/nobody-of-that-name/verify/")
    visitor.reads("ot a partner")


def test_an_export_is_seen_to_go_on_and_is_cancelled(somebody, portal):
    """A partial count, then the button that stops it: there is no file."""
    tom = somebody("tom-cancels")
    tom.sign_in("tom@lumen.example")
    tom.go("/partner/clients/?search=horizon")
    tom.press("Fondation Horizon")
    with HeldExport(portal) as export:
        tom.press("Export billing data")
        tom.press("Start the export")
        done, total = export.rows()
        assert 0 < done < total
        tom.page.get_by_text(f"{done} of {total} rows").wait_for()
        tom.press("Cancel")
        tom.reads("The export is being stopped")
    tom.page.get_by_text("Cancelled").first.wait_for()
    assert not tom.page.get_by_role("link", name="Download the file").count()


def test_an_export_goes_on_after_the_row_where_its_worker_was_killed(somebody, portal):
    """Kill -9 in the middle: another worker takes over, and every row is there once."""
    tom = somebody("tom-resumes")
    tom.sign_in("tom@lumen.example")
    tom.go("/partner/clients/?search=horizon")
    tom.press("Fondation Horizon")
    with HeldExport(portal) as export:
        tom.press("Export billing data")
        tom.press("Start the export")
        done, total = export.rows()
        portal.stop("worker", signal=9)
    tom.page.get_by_text(f"{done} of {total} rows").wait_for()

    portal.start_worker()

    link = tom.page.get_by_role("link", name="Download the file")
    link.wait_for(timeout=120_000)
    text = tom.context.request.get(tom.portal.url + str(link.get_attribute("href"))).body().decode("utf-8-sig")
    lines = text.strip().splitlines()[1:]
    assert len(lines) == len(set(lines)) == total


def test_a_member_is_invited_joins_and_sets_up_a_second_factor(somebody):
    """Somebody new at Studio Lumen: the link, the sign-up, the authenticator app, and signing in with its code."""
    ana = somebody("ana-invites")
    ana.sign_in("ana@lumen.example")
    ana.go("/account/members/")
    ana.press("Invite a member")
    ana.page.fill("input[name=email]", "eva@lumen.example")
    ana.press("Send the invitation")
    ana.reads("eva@lumen.example")

    eva = somebody("eva")
    page = eva.page
    page.goto(eva.portal.url + eva.last_mail_link("eva@lumen.example", "Studio Lumen"))
    eva.look("welcome")
    page.fill("input[name=email]", "eva@lumen.example")
    page.fill("input[name=password1]", NEW_PASSWORD)
    page.fill("input[name=password2]", NEW_PASSWORD)
    page.fill("input[name=name]", "Eva Lang")
    page.click("main button[type=submit]")
    eva.go(eva.last_mail_link("eva@lumen.example", "[Cc]onfirm|[Vv]erify|address"))
    page.click("main button[type=submit]")
    page.goto(eva.portal.url + "/auth/login/")
    page.fill("input[name=login]", "eva@lumen.example")
    page.fill("input[name=password]", NEW_PASSWORD)
    page.click("main button[type=submit]")
    page.goto(eva.portal.url + eva.last_mail_link("eva@lumen.example", "Studio Lumen"))
    eva.look("join")
    page.locator("main form button[type=submit]").first.click()
    eva.reads("Studio Lumen AG")

    page.goto(eva.portal.url + "/auth/2fa/totp/activate/")
    if "reauthenticate" in page.url:
        page.fill("input[name=password]", NEW_PASSWORD)
        page.click("main button[type=submit]")
    eva.look("totp")
    secret = re.search(r"\b[A-Z2-7]{32}\b", page.inner_text("main"))
    assert secret is not None
    page.fill("input[name=code]", _code(secret[0]))
    eva.press("Switch it on")
    eva.look("switched on")

    eva.context.clear_cookies()
    eva.sign_in("eva@lumen.example", NEW_PASSWORD)
    eva.reads("Studio Lumen AG")


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_third_world_without_degressive_rate_for_clients(somebody, third_world):
    """Q5, D2: the client pays 347.20, and the whole difference of 138.88 is the partner's cashback."""
    marco = somebody("marco-third", at=third_world)
    marco.sign_in("marco@rossi.example")
    marco.go("/account/orders/new/")
    marco.page.select_option("select[name=offer]", label="Web hosting")
    marco.page.fill("input[name=quantity]", "35")
    marco.press("Show the price")
    marco.reads("347.20")
    marco.press("Order and pay")
    marco.reads("paid from the prepaid account")

    luc = somebody("luc-third", at=third_world)
    luc.sign_in("luc@nord.example")
    luc.go("/partner/earnings/")
    luc.reads("138.88")


def test_status_perks_and_volume(somebody, portal):
    """Rule 2, 59, Q21: the picture, the licence; a suspension takes both, and its end gives them back."""
    luc, manager = somebody("luc-status"), somebody("manager")
    luc.sign_in("luc@nord.example")
    luc.go("/partner/eligibility/")
    luc.reads("Volume under management", "Past checks", "Below the threshold")
    luc.go("/partner/perks/")
    luc.reads("Elegant Themes", "Licence")

    manager.sign_in("paul@alpacloud.example")
    manager.go("/staff/partners/?search=nord")
    manager.press("Atelier Nord Sàrl")
    manager.press("Suspend")
    manager.page.fill("textarea[name=reason]", "Two invoices are overdue since summer.")
    manager.press("Suspend and send the reason")
    luc.go("/partner/perks/")
    luc.reads("Your status does not hold")
    luc.last_mail_link("luc@nord.example", "suspended")
    manager.press("Lift the suspension")
    manager.page.fill("textarea[name=reason]", "Both are paid.")
    manager.press("Lift it and send the reason")
    luc.go("/partner/perks/")
    luc.reads("Elegant Themes")

"""Becoming a partner, joining an organisation, and signing in with a second factor."""

from __future__ import annotations

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.e2e.conftest import NEW_PASSWORD, PASSWORD


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
    applicant.submit()
    applicant.go(applicant.last_mail_link("petra@bergwerk.example", "[Cc]onfirm|[Vv]erify|address"))
    applicant.submit()
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
    applicant.reads("Your application", "In review", "To be reached within 12 months")

    reviewer = somebody("reviewer")
    reviewer.sign_in("rita@alpacloud.example")
    reviewer.go("/staff/applications/")
    reviewer.press("Bergwerk IT AG")
    reviewer.reads("Its register number is sound", "Passed")
    reviewer.press("Approve")
    reviewer.press("Approve")
    reviewer.reads("is a partner now")
    applicant.last_mail_link("petra@bergwerk.example", "is a partner now")


def test_a_number_of_the_programme_is_refused_and_a_rejection_says_why(somebody):
    """Rules 1 and 2: nobody takes another's register number; staff's reason arrives, and one may try again."""
    eva = somebody("eva-applies")
    eva.sign_in("eva@alpina.example")
    eva.go("/apply/company/")
    eva.page.fill("input[name=register_number]", "CHE-116.281.710")
    eva.press("Save and go on")
    eva.reads("in the programme")
    eva.page.fill("input[name=register_number]", "CHE-100.300.000")
    eva.press("Save and go on")
    eva.page.fill("input[name=website]", "https://alpina.example")
    eva.page.fill("input[name=estimated_yearly_net]", "1999")
    eva.press("Save and go on")
    eva.reads("2’000.00")
    eva.page.fill("input[name=estimated_yearly_net]", "2000")
    eva.press("Save and go on")
    for name in ("gives_support", "answers_for_invoices", "is_exclusive_for_tenders"):
        eva.page.check(f"input[name={name}]")
    eva.press("Save and go on")
    eva.page.check("input[name=accepts]")
    eva.press("Send the application")

    reviewer = somebody("reviewer-rejects")
    reviewer.sign_in("rita@alpacloud.example")
    reviewer.go("/staff/applications/")
    reviewer.press("Hotel Alpina")
    reviewer.press("Reject")
    reviewer.page.fill("textarea[name=reason]", "A hotel is not an agency, as far as we can see.")
    reviewer.press("Reject and send the reason")

    eva.last_mail_link("eva@alpina.example", "[Aa]pplication")
    eva.go("/apply/status/")
    eva.reads("A hotel is not an agency", "Apply again")


def test_individual_and_affiliate_are_shown_the_way_out(somebody):
    """Rules 3 and 4."""
    for mail, words in (("sofia@meier.example", "as an affiliate"), ("ben@blitz.example", "end the affiliation")):
        person = somebody(mail.split("@", maxsplit=1)[0])
        person.sign_in(mail)
        response = person.page.goto(person.portal.url + "/apply/company/")
        assert response.status == 409
        person.look("refused")
        person.reads("This organisation cannot apply", words)


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
    eva.submit()
    eva.go(eva.last_mail_link("eva@lumen.example", "[Cc]onfirm|[Vv]erify|address"))
    eva.submit()
    page.goto(eva.portal.url + "/auth/login/")
    page.fill("input[name=login]", "eva@lumen.example")
    page.fill("input[name=password]", NEW_PASSWORD)
    eva.submit()
    page.goto(eva.portal.url + eva.last_mail_link("eva@lumen.example", "Studio Lumen"))
    eva.look("join")
    eva.submit()
    eva.reads("Studio Lumen AG")

    page.goto(eva.portal.url + "/auth/2fa/totp/activate/")
    if "reauthenticate" in page.url:
        page.fill("input[name=password]", NEW_PASSWORD)
        eva.submit()
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


def test_second_factor_and_passkey(somebody):
    """TOTP by its secret, then a passkey on Chromium's virtual authenticator, and signing in with it alone."""
    jan = somebody("jan")
    jan.sign_in("jan@lumen.example")
    client = jan.context.new_cdp_session(jan.page)
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
    page = jan.page
    page.goto(jan.portal.url + "/auth/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.fill("input[name=password]", PASSWORD)
        jan.submit()
    page.fill("input[name=name]", "Laptop")
    if page.locator("input[name=passwordless]").count():
        page.check("input[name=passwordless]")
    page.locator("#mfa_webauthn_add, main button[type=submit], main button").first.click()
    page.wait_for_url(re.compile("recovery|webauthn/$|2fa/$"))
    jan.look("passkey added")

    jan.context.clear_cookies()
    page.goto(jan.portal.url + "/auth/login/")
    page.locator("#passkey_login").click()
    page.wait_for_url(re.compile("/partner/"))
    jan.reads("Studio Lumen AG")


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

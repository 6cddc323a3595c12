"""The tender board and the directory, from a visitor to the won contract."""

from __future__ import annotations

import re


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
    visitor.submit("form.form", nth=-1)
    visitor.go(visitor.last_mail_link("doris@chor.example", "[Cc]onfirm"))
    visitor.submit()
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
    luc.press(re.compile("Answer|answer"))
    luc.page.fill("textarea[name=text]", "We would like to do this, and sing ourselves on Thursdays. Shall we meet?")
    luc.submit("form.form", nth=-1)
    luc.look("answered")
    luc.reads("doris@chor.example")

    visitor.go(visitor.last_mail_link("doris@chor.example", "answer"))
    visitor.reads("Atelier Nord", "sing ourselves on Thursdays")
    visitor.press(re.compile("Choose"))
    visitor.submit(nth=-1)
    visitor.look("awarded")
    visitor.reads("Atelier Nord")
    luc.go(luc.last_mail_link("luc@nord.example", "You have won"))
    luc.press(re.compile("Record the contract"))
    luc.page.get_by_label("Web hosting", exact=True).check()
    luc.page.fill("input[name=value_net]", "2400")
    luc.page.fill("input[name=begins_on]", "2027-01-11")
    luc.press("Record the contract")
    luc.page.check("input[name=acknowledges_exclusivity]")
    luc.press("Record the contract")
    luc.go("/partner/tenders/won/")
    luc.reads("A site for our choir", "2’400.00")


def test_client_posts_a_tender_from_its_space(somebody):
    """Rule 53: on the board at once, as an extract; a day that is over is refused, and nothing typed is lost."""
    jean = somebody("jean-posts")
    jean.sign_in("jean@horizon.example")
    jean.go("/account/tenders/new/")
    page = jean.page
    page.fill("input[name=title]", "An archive that opens itself")
    page.select_option("select[name=category]", "SITE")
    page.fill(
        "textarea[name=description]",
        "Our foundation has forty years of letters and photographs. They are scanned and lie on a server; we want "
        "people to find them by year, by place and by name, and to leave a memory of their own beside what they find.",
    )
    page.fill("input[name=place]", "Neuchâtel")
    page.locator("input[name=languages][value=fr]").check()
    page.fill("input[name=wished_on]", "2020-01-01")
    page.check("input[name=consents]")
    jean.press("Put it on the board")
    jean.reads("Wished date")
    assert page.input_value("input[name=title]") == "An archive that opens itself"
    page.fill("input[name=wished_on]", "2030-01-01")
    page.check("input[name=consents]")
    jean.press("Put it on the board")
    jean.go("/tenders/")
    jean.reads("An archive that opens itself")


def test_directory_shows_and_verifies_partners(somebody):
    """Rule 58: search, a partner's page, and the live answer."""
    visitor = somebody("visitor-directory")
    visitor.go("/directory/")
    visitor.page.get_by_role("searchbox").first.fill("accessibility")
    visitor.press("Search")
    visitor.reads("Atelier Nord")
    visitor.press(re.compile("Atelier Nord"))
    visitor.look("partner page")
    visitor.go("/directory/atelier-nord-sarl/verify/")
    visitor.reads("erified partner")
    visitor.go("/directory/nobody-of-that-name/verify/")
    visitor.reads("ot a partner")

"""Staff changes a price after a look at its effect; a partner simulates, also without script."""

from __future__ import annotations

from tests.e2e.conftest import PASSWORD


def test_staff_plans_a_price_and_withdraws_it(somebody):
    """From a day on; what held stays (rule 39, Q11)."""
    paul = somebody("paul-prices")
    paul.sign_in("paul@alpacloud.example")
    for page in ("partner-rates", "steps", "vat"):
        paul.go(f"/staff/prices/{page}/")
    paul.go("/staff/prices/?currency=CHF&q=domain")
    paul.press("Domain .ch")
    paul.press("Change from a day on")
    paul.page.fill("input[name=public_unit]", "9.40")
    paul.press("Show the effect")
    paul.reads("CHF 8.90, for partners 7.10", "CHF 9.40, for partners 7.10", "more a year")
    paul.press("Save")
    paul.reads("Saved. It holds from", "Planned", "Paul Iten")
    paul.press("Withdraw it")
    paul.press("Withdraw it")
    paul.reads("Withdrawn. What held before goes on.")
    assert "Planned" not in paul.page.inner_text("main")


def test_staff_imports_a_list(somebody):
    """A bad line is named; the list's own file changes nothing."""
    finn = somebody("finn-import")
    finn.sign_in("finn@alpacloud.example")
    finn.go("/staff/prices/vat/")
    file = finn.context.request.get(finn.page.url + "?download=csv").body()
    finn.press("Import")
    for content, words in ((file, "Nothing to change"), (file + b"XX;0.1;2030-01-01;\r\n", "1 line cannot stand")):
        upload = {"name": "vat.csv", "mimeType": "text/csv", "buffer": content}
        finn.page.set_input_files("input[name=file]", upload)
        finn.submit()
        finn.look(words)
        finn.reads(words)
    finn.go("/staff/catalogue/")
    finn.press("Add an offer")


def test_a_partner_simulates_without_script(somebody):
    """Q3: what more would cost, and where the partner would stand; looked at with script, asked without."""
    ana = somebody("ana-simulator")
    ana.sign_in("ana@lumen.example")
    ana.go("/partner/simulator/")

    tom = somebody("tom-simulator", java_script_enabled=False)
    page = tom.page
    page.goto(tom.portal.url + "/auth/login/")
    page.fill("input[name=login]", "tom@lumen.example")
    page.fill("input[name=password]", PASSWORD)
    tom.submit()
    page.goto(tom.portal.url + "/partner/simulator/")
    page.select_option("select[name=offer]", "web-hosting")
    page.fill("input[name=quantity]", "35")
    tom.submit("form[role=search]")
    tom.reads("Units under management", "Where you would stand", "instead of CHF 347.20")

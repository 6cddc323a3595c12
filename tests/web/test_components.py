"""Components render with everything and with nothing, and carry neither inline style nor inline script."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.http import Http404
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from partnerportal.kernel.money import Money
from partnerportal.web import specimens, tones
from partnerportal.web.styleguide import styleguide

ROOT = Path(settings.ROOT) / "templates"
COMPONENTS = sorted(path.name for path in (ROOT / "components").glob("*.html"))
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.*") if path.suffix in {".html", ".txt"})
NEEDS_A_FORM = {"field.html", "filters.html"}


class ApplicationForm(forms.Form):
    name = forms.CharField(label="Company name", help_text="As in the register.")
    payer = forms.ChoiceField(widget=forms.RadioSelect, choices=[("C", "Client"), ("P", "Partner")])
    terms = forms.BooleanField(label="We accept the terms")
    note = forms.CharField(required=False)


def draw(source: str, **context) -> str:
    return engines["django"].from_string("{% load portal %}" + source).render(context)


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("name", [name for name in COMPONENTS if name not in NEEDS_A_FORM])
def test_component_renders_with_nothing(name):
    render_to_string(f"components/{name}", {})


@pytest.mark.parametrize("name", [name for name in COMPONENTS if not name.startswith("_")])
def test_component_names_its_arguments(name):
    assert re.match(r"\{#|\{% comment %\}", (ROOT / "components" / name).read_text())


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.endswith(".html")])
def test_template_has_no_inline_style_or_script(name):
    source = re.sub(r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}", "", (ROOT / name).read_text(), flags=re.DOTALL)

    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", source)
    for script in re.findall(r"<script[^>]*>", source):
        assert "src=" in script or 'type="application/json"' in script


def test_style_sheets_hold_colours_in_tokens_only():
    for sheet in (Path(settings.ROOT) / "static/css").glob("*.css"):
        if sheet.name != "tokens.css":
            values = re.findall(r"oklch\([^)]*\)|#[0-9a-f]{3,8}\b(?=[;\s,)])", sheet.read_text())
            assert set(values) <= {"oklch(1 0 0)"}, sheet.name  # the white ground of a QR code, in the dark too


def test_the_style_page_shows_everything(settings):
    settings.DEMO = True

    page = styleguide(RequestFactory().get("/_styleguide/")).content.decode()

    for sign in ("Why 208.32?", specimens.LONG, "No client yet", "6 things to correct", "One product", "12’040.05"):
        assert sign in page


def test_the_style_page_is_for_development_and_demo_only(settings):
    settings.DEMO = settings.DEBUG = False

    with pytest.raises(Http404):
        styleguide(RequestFactory().get("/_styleguide/"))


def test_a_field_ties_label_help_and_error_together():
    form = ApplicationForm({"payer": "X"})

    html = draw("{{ form.name.as_field_group }}", form=form)

    assert '<label for="id_name">Company name' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_error"' in html
    assert "Fill this in: it is needed to go on." in html


def test_the_summary_links_to_each_field_in_its_order():
    form = ApplicationForm({})
    form.add_error(None, "You have applied already.")

    html = draw('{% include "components/form_errors.html" with form=form only %}', form=form)

    assert re.findall(r'href="#([a-z_]+)"', html) == ["id_name", "id_payer", "id_terms"]
    assert html.index("You have applied already.") < html.index("Company name")
    assert "4 things to correct" in html
    assert "autofocus" in html


def test_a_form_without_errors_has_no_summary():
    assert "form-errors" not in draw(
        '{% include "components/form.html" with form=form submit="Send" only %}', form=ApplicationForm()
    )


def test_only_what_is_optional_says_so():
    html = draw("{{ form }}", form=ApplicationForm())

    assert html.count('class="optional"') == 1


def test_a_form_block_carries_the_token():
    html = draw('{% form_block submit="Give access" %}<p>x</p>{% endform_block %}', csrf_token="t0ken")

    assert 'value="t0ken"' in html
    assert "<p>x</p>" in html
    assert "Give access" in html


def test_what_people_typed_is_escaped():
    hostile = "<script>alert(1)</script>"

    for source in (
        '{% include "components/card.html" with title=text text=text tags=list only %}',
        '{% include "components/facts.html" with facts=facts only %}',
        "{% pageheader text subtitle=text %}{{ text }}{% endpageheader %}",
        "{% panel title=text %}{{ text }}{% endpanel %}",
        '{% badge text "good" %}',
    ):
        html = draw(source, text=hostile, list=[hostile], facts=[{"label": hostile, "value": hostile}])
        assert "<script>" not in html
        assert "&lt;script&gt;" in html


def test_figures_set_the_currency_small_and_the_amount_large():
    figures = [{"label": "Earned", "value": Money(Decimal("412.6"), "CHF")}]

    html = draw('{% include "components/figures.html" with figures=figures only %}', figures=figures)

    assert "<small>CHF</small>412.60" in html


def test_a_progress_asks_again_only_while_it_runs():
    source = '{% include "components/progress.html" with job=job poll_url="/jobs/1/" only %}'

    assert 'hx-trigger="every 2s"' in draw(source, job={"label": "Export", "percent": 3, "is_running": True})
    assert "hx-trigger" not in draw(source, job={"label": "Export", "percent": 100})


@pytest.mark.parametrize(
    ("state", "tone"),
    [("ACTIVE", "good"), ("PENDING", "hollow"), ("FAILED", "bad"), ("ENDED", ""), ("LATER", "hollow")],
)
def test_a_state_has_its_tone(state, tone):
    assert tones.tone_of(state) == tone


def test_a_choices_class_may_say_its_own_tone():
    class State(str):
        tone = "warn"

    assert tones.tone_of(State("ACTIVE")) == "warn"


class ActivityFilter(forms.Form):
    text = forms.CharField(label="Person or act", required=False)
    since = forms.DateField(label="From", required=False)
    state = forms.ChoiceField(label="State", choices=[("", "Any state")], required=False)


def test_a_filter_names_its_days_and_searches_by_a_search_box():
    html = draw('{% include "components/filters.html" with form=form path="/x/" only %}', form=ActivityFilter({}))

    assert '<input type="search" name="text"' in html
    assert '<input type="date" name="since"' in html
    assert '<label for="id_since">From</label>' in html
    assert '<label class="visually-hidden" for="id_state">State</label>' in html
    assert 'type="submit"' in html


def test_a_long_address_wraps_in_a_mail_and_reads_the_same():
    url = "https://portal.example/join/WzEsMV0:1xWA1L:zOWb3UiUUKqfX9PGEVIc?a=1&b=2"

    drawn = draw("{{ url|breakable }}", url=url)

    assert drawn.replace("<wbr>", "") == url.replace("&", "&amp;")
    assert max(len(part) for part in drawn.replace("&amp;", "&").split("<wbr>")) <= 16

"""Filters and tags of every page: figures, states, links, pictures, and blocks that wrap the page's own markup."""

from __future__ import annotations

import copy
import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, DateInput, RadioSelect, Select
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_countries import countries

from partnerportal.kernel.money import Money
from partnerportal.web import devices, grids, paging, tones, writing

register = template.Library()
SEARCH_FIELDS = {"q", "search", "query", "text"}


# Figures and times. Empty in, empty out, so that a column may hold nothing.
@register.filter
def money(value: Money | Decimal | None, currency: str | None = None) -> str:
    """Write an amount with its currency: ``{{ total|money }}`` or ``{{ order.total|money:order.currency }}``."""
    if value is None or value == "":
        return ""
    if not isinstance(value, Money):
        value = Money(Decimal(value), currency or "CHF")
    return writing.money(value)


@register.filter
def amount(value: Money | Decimal | None, currency: str | None = None) -> str:
    """Write an amount without its currency, for columns whose heading says it."""
    return "" if value is None or value == "" else writing.amount(value, currency=currency)


@register.filter
def signed(value: Money | Decimal | None, currency: str | None = None) -> str:
    """Write an amount with + or − before it, without its currency."""
    return "" if value is None or value == "" else writing.amount(value, currency=currency, signed=True)


@register.filter
def number(value: Decimal | int | None) -> str:
    """Write a count: 10’000."""
    return "" if value is None or value == "" else writing.number(value)


@register.filter
def percent(rate: Decimal | None) -> str:
    """Write a rate, stored as a fraction, as per cent."""
    return "" if rate is None or rate == "" else writing.percent(rate)


@register.filter
def currency(value: object) -> str:
    """Return the currency's short name of a Money, for the small letters beside a large figure."""
    return value.currency if isinstance(value, Money) else ""


@register.filter
def figure(value: object) -> str:
    """Write a key figure: a Money without its currency, a number grouped, a text as it is."""
    if isinstance(value, Money):
        return writing.amount(value)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return writing.number(value)
    return str(value)


@register.filter
def written(value: object) -> object:
    """Write whatever a list of facts holds: money, a number, a moment, a day, a yes or no, a text."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Money):
        return writing.money(value)
    if isinstance(value, datetime.datetime):
        return writing.moment(value)
    if isinstance(value, datetime.date):
        return writing.day(value)
    if value is None or value == "":
        return "–"
    return value


@register.filter
def share(part: Decimal | None) -> str:
    """Write how much of a whole is reached."""
    return "" if part is None else writing.share(part)


@register.filter
def day(value: datetime.date | None) -> str:
    """Write a day in full."""
    return writing.day(value) if value else ""


@register.filter
def short_day(value: datetime.date | None) -> str:
    """Write a day for a column."""
    return writing.short_day(value) if value else ""


@register.filter
def month(value: datetime.date | None) -> str:
    """Write a month: November 2026."""
    return writing.month(value) if value else ""


@register.filter
def moment(value: datetime.datetime | None) -> str:
    """Write a day and a time."""
    return writing.moment(value) if value else ""


@register.filter
def device(user_agent: str) -> str:
    """Name a browser and its system in two words."""
    return devices.name(user_agent)


@register.filter
def asked(field: Any) -> str:
    """Say beside a field's label when it may stay empty, or under which condition it may not."""
    return "" if field.field.required else getattr(field.field, "needed_when", _("optional"))


# States.
@register.inclusion_tag("components/badge.html")
def badge(label: str, tone: str = "", title: str = "") -> dict[str, str]:
    """Draw a dot and a word: ``{% badge _("Ends in 7 days") "warn" %}``."""
    return {"label": label, "tone": tone, "title": title}


@register.inclusion_tag("components/badge.html")
def state(thing: Any, field: str = "state", tone: str | None = None) -> dict[str, str]:
    """Draw the state of a row (``{% state order %}``) or of a choice (``{% state order.state %}``)."""
    value = getattr(thing, field) if hasattr(thing, f"get_{field}_display") else thing
    label = getattr(thing, f"get_{field}_display", None)
    words = str(label()) if label else str(getattr(thing, "label", thing))
    return {"label": words, "tone": tones.tone_of(value) if tone is None else tone}


# Links.
@register.simple_tag(takes_context=True)
def current(context: template.Context, url: str, *, prefix: bool = False) -> SafeString:
    """Mark the link that leads to the page one is on: ``<a href="…"{% current url %}>``."""
    request = context.get("request")
    path = request.path if request else ""
    is_here = path == url or (prefix and url != "/" and path.startswith(url))
    return SafeString(' aria-current="page"' if is_here else "")


@register.inclusion_tag("components/pagination.html", takes_context=True)
def paginate(context: template.Context, page: Page[Any], noun: Any = None, param: str = "page") -> dict[str, Any]:
    """Draw the pages of a page object; ``noun`` is an ngettext_lazy with ``%(count)s``."""
    return paging.pager(page, query=context["request"].GET, noun=noun, param=param)


@register.filter
def table_pager(table: Any, request: HttpRequest) -> dict[str, Any]:
    """Lay out the pages of a django-tables2 table."""
    return paging.pager(
        table.page, query=request.GET, noun=getattr(table, "noun", None), param=table.prefixed_page_field
    )


@register.filter
def breakable(url: str) -> SafeString:
    """Let a long address wrap in a mail, which has no style sheet that could say so."""
    parts = [str(url)[start : start + 16] for start in range(0, len(str(url)), 16)]
    return format_html_join(SafeString("<wbr>"), "{}", ((part,) for part in parts))


# Fields.
@register.filter
def is_check(field: BoundField) -> bool:
    """Is this a single check box, whose label stands beside it?"""
    widget = field.field.widget
    return isinstance(widget, CheckboxInput) and not isinstance(widget, CheckboxSelectMultiple | RadioSelect)


@register.filter
def is_search(field: BoundField) -> bool:
    """Tell whether a filter's field is its search box."""
    return field.name in SEARCH_FIELDS


@register.filter
def says_itself(field: BoundField) -> bool:
    """Tell whether a filter's field names itself: a search box by its placeholder, a list by its first choice."""
    return field.name in SEARCH_FIELDS or isinstance(field.field.widget, Select)


@register.filter
def filter_widget(field: BoundField) -> SafeString:
    """Draw a field of a filter: a search box carries its label as placeholder, a day gets the browser's calendar."""
    widget = copy.copy(field.field.widget)
    if isinstance(widget, DateInput):
        widget.input_type = "date"
        return field.as_widget(widget=widget)
    if field.name in SEARCH_FIELDS:
        widget.input_type = "search"
        return field.as_widget(widget=widget, attrs={"placeholder": str(field.field.help_text or field.label)})
    return field.as_widget()


@register.filter
def problems(form: BaseForm) -> list[dict[str, str]]:
    """List what is wrong in a form: first what concerns the whole, then field by field in their order."""
    if not form or not form.is_bound or not form.errors:
        return []
    found: list[dict[str, str]] = [{"id": "", "label": "", "text": str(text)} for text in form.non_field_errors()]
    for field in form:
        target = field.auto_id if field.use_fieldset else field.id_for_label
        found += [
            {"id": str(target), "label": str(field.label).rstrip(".:?"), "text": str(text)} for text in field.errors
        ]
    return found


# Pictures.
@register.inclusion_tag("components/bar_chart.html")
def bar_chart(chart: dict[str, Any], **labels: Any) -> dict[str, Any]:
    """Draw what charts.bars() or charts.counts() laid out."""
    return {"chart": chart, **labels}


@register.inclusion_tag("components/meter.html")
def meter(meter: dict[str, Any]) -> dict[str, Any]:
    """Draw what charts.meter() laid out."""
    return {"meter": meter}


@register.inclusion_tag("components/chain.html")
def chain(chain: dict[str, Any]) -> dict[str, Any]:
    """Draw what charts.chain() laid out."""
    return {"chain": chain}


@register.inclusion_tag("components/step_curve.html")
def step_curve(curve: dict[str, Any], **labels: Any) -> dict[str, Any]:
    """Draw what charts.steps() laid out."""
    return {"curve": curve, **labels}


@register.filter
def country(code: str) -> str:
    """Write the name of a country from its two letters."""
    return str(countries.name(code))


# Blocks around the page's own markup.
@register.simple_block_tag(end_name="endpageheader")
def pageheader(content: str, title: str, subtitle: str = "", eyebrow: str = "", eyebrow_url: str = "") -> SafeString:
    """Draw a page's header; the content is its actions."""
    return _draw(
        "components/page_header.html",
        actions_html=SafeString(content.strip()),
        title=title,
        subtitle=subtitle,
        eyebrow=eyebrow,
        eyebrow_url=eyebrow_url,
    )


@register.simple_block_tag
def panel(content: str, title: str = "", note: str = "") -> SafeString:
    """Draw a panel around the content."""
    return _draw("components/panel.html", body=content, title=title, note=note)


@register.simple_block_tag(takes_context=True)
def form_block(context: template.Context, content: str, form: BaseForm | None = None, **arguments: Any) -> SafeString:
    """Draw a form around the page's own fields, with token, summary of errors and actions; arguments of form.html."""
    return _draw(
        "components/form.html",
        after=content,
        form=form,
        fields_given=True,
        csrf_token=context.get("csrf_token"),
        **arguments,
    )


def _draw(name: str, **values: Any) -> SafeString:
    return render_to_string(name, values)


@register.filter
def grid_rows(rows: Any, columns: Any) -> SafeString:
    """Draw the rows of a grid of check boxes under these columns: see ``components/grid_choice.html``."""
    return grids.drawn(rows, columns=len(columns))

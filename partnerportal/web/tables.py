"""Lists: one base for all of them, and columns that set figures, states and days the one way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from django_tables2.rows import BoundRows
from django_tables2.utils import AttributeDict

from partnerportal.kernel.money import Money
from partnerportal.web import tones, writing
from partnerportal.web.paging import SeekPage

END = {"th": {"class": "end"}, "td": {"class": "end"}}


class Place(StrEnum):
    """Where a column stands on a narrow screen, on which a row is two or three lines instead of columns."""

    MAIN = "main"  # begins the first line: what the row is about
    ASIDE = "aside"  # ends the first line: the amount, or what else one looks for first
    STATE = "state"  # begins the second line
    NOTE = "note"  # in the second line, understood without its heading
    NAMED = "named"  # in the second line, after its heading
    ACT = "act"  # ends the row: a link that does something
    HIDDEN = "hidden"  # stays on the row's own page


class PortalTable(tables.Table):
    """Base of every list.

    ``phone`` says for each column where it stands on a narrow screen.
    ``noun`` counts the rows (an ngettext_lazy with ``%(count)s``), ``caption`` names the list for screen readers,
    ``empty_title``, ``empty_hint`` and ``empty_action`` (label, address) say what to do while there is nothing.
    """

    phone: ClassVar[Mapping[str, Place]] = {}
    noun: ClassVar[Any] = None
    caption: Any = gettext_lazy("List")
    empty_title: Any = gettext_lazy("Nothing here yet")
    empty_hint: Any = ""
    empty_action: tuple[Any, str] | None = None
    is_narrowed = False  # by filters; the view says so
    only_on_page: ClassVar[frozenset[str]] = frozenset()  # columns that a file of the list has no use for: links

    class Meta:
        template_name = "tables/table.html"
        order_by_field = "sort"

    @property
    def order_by(self) -> Any:
        """The columns that the rows are sorted by."""
        return self._order_by

    @order_by.setter
    def order_by(self, value: Any) -> None:
        """Sort, and let equal rows keep one order: else one would stand on two pages, and another on none."""
        tables.Table.order_by.fset(self, value)
        rows = self.data.data
        keys = rows.query.order_by if isinstance(rows, QuerySet) else ()
        if keys and str(keys[-1]).removeprefix("-") not in {"pk", "id"}:
            self.data.data = rows.order_by(*keys, "-pk" if str(keys[-1]).startswith("-") else "pk")

    @property
    def paginated_rows(self) -> Any:
        """The rows of this page, also where a page holds plain records."""
        page = getattr(self, "page", None)
        return BoundRows(page.object_list, self) if isinstance(page, SeekPage) else super().paginated_rows

    @property
    def body(self) -> SafeString:
        """Draw the rows of this page in one go.

        A cell's attributes are the same down a column: worked out once, a list takes half the time that it takes with
        ``row.items``, which works them out for each cell.
        """
        columns = list(self._cells())
        return format_html_join(
            "\n",
            '<tr role="row">{}</tr>',
            (
                (format_html_join("", "<td {}>{}</td>", ((attrs, row.get_cell(name)) for name, attrs in columns)),)
                for row in self.paginated_rows
            ),
        )

    def _cells(self) -> Iterator[tuple[str, SafeString]]:
        """Yield each column's name and its cells' attributes, with the place on a narrow screen."""
        for column in self.columns:
            place = self.phone.get(column.name, Place.NAMED)
            attrs = AttributeDict(column.attrs["td"])
            attrs["class"] = f"{attrs.get('class') or ''} at-{place}".strip()
            attrs["role"] = "cell"
            if place is Place.NAMED:
                attrs["data-label"] = column.header
            yield column.name, SafeString(attrs.as_html())


class MoneyColumn(tables.Column):
    """An amount, right-aligned, two places. Say the currency in the heading, or show it with ``with_currency``.

    The value is a Money, or a Decimal whose currency is in ``currency`` or in the record's field ``currency_field``.
    """

    attrs = END

    def __init__(
        self,
        *arguments: Any,
        currency: str | None = None,
        currency_field: str | None = None,
        with_currency: bool = False,
        signed: bool = False,
        **options: Any,
    ) -> None:
        options.setdefault("attrs", END)
        options.setdefault("default", "")
        super().__init__(*arguments, **options)
        self.currency, self.currency_field = currency, currency_field
        self.with_currency, self.signed = with_currency, signed

    def currency_of(self, value: Any, record: Any) -> str | None:
        """Return the currency of a cell, if the column knows it."""
        if isinstance(value, Money):
            return value.currency
        return self.currency or (str(tables.A(self.currency_field).resolve(record)) if self.currency_field else None)

    def render(self, value: Any, record: Any) -> SafeString | str:
        """Write the amount."""
        code = self.currency_of(value, record)
        text = writing.amount(value, currency=code, signed=self.signed)
        return format_html('<span class="unit">{}</span>{}', code, text) if self.with_currency and code else text

    def value(self, value: Any) -> Any:
        """Give files the exact amount."""
        return value


class NumberColumn(tables.Column):
    """A count, right-aligned, grouped."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault("attrs", END)
        options.setdefault("default", "")
        super().__init__(*arguments, **options)

    def render(self, value: Any) -> str:
        """Write the count."""
        return writing.number(value)

    def value(self, value: Any) -> Any:
        """Give files the figure."""
        return value


class StateColumn(tables.Column):
    """A dot and a word: ``tones`` overrides the tone of a stored state, ``words`` makes the word from the record."""

    def __init__(
        self,
        *arguments: Any,
        tones: Mapping[str, str] | None = None,
        words: Callable[[Any], Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.tones, self.words = tones or {}, words

    def render(self, value: Any, record: Any, bound_column: Any) -> SafeString:
        """Draw the state; django-tables2 has already put the choice's label in ``value``."""
        try:
            stored = bound_column.accessor.resolve(record)
        except (ValueError, AttributeError):
            stored = value
        tone = self.tones.get(str(stored), tones.tone_of(stored))
        label = self.words(record) if self.words else getattr(value, "label", value)
        return format_html('<span class="badge {}">{}</span>', tone, label)


class DateColumn(tables.Column):
    """A day (23 Nov 2026), or a moment with ``with_time``."""

    def __init__(self, *arguments: Any, with_time: bool = False, **options: Any) -> None:
        options.setdefault("attrs", {"td": {"class": "num"}})
        options.setdefault("default", "")
        super().__init__(*arguments, **options)
        self.with_time = with_time

    def render(self, value: Any) -> SafeString:
        """Write the day."""
        text = writing.moment(value) if self.with_time else writing.short_day(value)
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)

    def value(self, value: Any) -> Any:
        """Give files the day or the moment."""
        return value


class LinkColumn(tables.Column):
    """The row's name as a link, with a quiet second line: ``url`` and ``sub`` take the record."""

    def __init__(
        self,
        *arguments: Any,
        url: Callable[[Any], str] | None = None,
        sub: Callable[[Any], Any] | None = None,
        **options: Any,
    ) -> None:
        options.setdefault("attrs", {"td": {"class": "wide"}})
        super().__init__(*arguments, **options)
        self.url, self.sub = url, sub

    def render(self, value: Any, record: Any) -> SafeString:
        """Draw the link and its second line."""
        address = self.url(record) if self.url else record.get_absolute_url()
        link = format_html('<a href="{}">{}</a>', address, value) if address else format_html("{}", value)
        second = self.sub(record) if self.sub else None
        return format_html('{}<span class="sub">{}</span>', link, second) if second else link


class SubColumn(tables.Column):
    """A value with a quiet second line under it: ``sub`` takes the record."""

    def __init__(self, *arguments: Any, sub: Callable[[Any], Any], **options: Any) -> None:
        options.setdefault("default", "")
        super().__init__(*arguments, **options)
        self.sub = sub

    def render(self, value: Any, record: Any) -> SafeString:
        """Draw the value and its second line."""
        second = self.sub(record)
        return format_html('{}<span class="sub">{}</span>', value, second) if second else format_html("{}", value)

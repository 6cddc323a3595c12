"""The line under a list: which rows these are, and where the others stand."""

from __future__ import annotations

import json
from typing import Any

from django.core import signing
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy
from django_tables2.rows import BoundRows

from partnerportal.web import writing

COUNTED = 10_000  # the most that a list counts, and pages through
ENTRIES = ngettext_lazy("%(count)s entry", "%(count)s entries", "count")


class CappedPaginator(Paginator):
    """Counts the rows of a list up to a limit and pages no further: both take the same time however long the list is.

    Who looks for something beyond narrows the list by its filters.
    """

    limit = COUNTED

    @cached_property
    def count(self) -> int:
        """Number of rows, at most ``limit``."""
        return min(self._counted, self.limit)

    @property
    def capped(self) -> bool:
        """Whether there are more than are counted."""
        return self._counted > self.limit

    @cached_property
    def _counted(self) -> int:
        rows = _queryset(self.object_list)
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by().values("pk")[: self.limit + 1].count()

    def page(self, number: Any) -> Page[Any]:
        """Return one page. A later one is found by its keys alone first: what is counted or looked up for each row
        (annotations) is then asked for the rows that are shown, not also for all those before them.
        """
        rows, number = _queryset(self.object_list), self.validate_number(number)
        if number == 1 or not _has_keys(rows):
            return super().page(number)
        first = (number - 1) * self.per_page
        last = min(first + self.per_page, self.count)
        shown = rows.filter(pk__in=list(rows.values_list("pk", flat=True)[first:last]))
        as_table = getattr(self.object_list, "table", None)
        page_rows = BoundRows(list(shown), as_table) if as_table is not None else list(shown)
        return self._get_page(page_rows, number, self)  # type: ignore[attr-defined]  # Django's hook for own pages


class NearPaginator(CappedPaginator):
    """For lists whose rows no index holds: counts and pages through the first few hundred in the list's own order.

    Those are found on the way through an index, whatever stands behind them; to count more would be to read everything.
    """

    limit = 500

    @cached_property
    def _counted(self) -> int:
        rows = _queryset(self.object_list)
        return len(rows.values_list("pk")[: self.limit + 1]) if isinstance(rows, QuerySet) else len(rows)


class SeekPaginator(CappedPaginator):
    """Pages by the last row that was seen, not by a number: the thousandth page costs what the first one does.

    ``page`` takes what a page's ``next_page_number`` or ``previous_page_number`` gave (signed, so that nobody can hand
    values to the database), or anything else for the first page. The rows' order must rest on columns without nulls;
    the primary key is added to it, so that no row is passed over. Rows that come or go meanwhile shift nothing.
    """

    def __init__(self, object_list: Any, per_page: int, **options: Any) -> None:
        super().__init__(object_list, per_page, **options)
        rows = _queryset(object_list)
        keys = [str(key) for key in rows.query.order_by]
        if not keys or keys[-1].removeprefix("-") not in {"pk", "id"}:
            keys.append("-pk" if keys and keys[-1].startswith("-") else "pk")
        self.keys, self._rows = keys, rows

    def page(self, number: Any) -> SeekPage:
        """Return the page that ``number`` names."""
        back, values = self._place(number)
        if back:  # read from there to the beginning, then turned round
            found = self._read(values, back=True)
            if len(found) > self.per_page:
                return SeekPage(found[: self.per_page][::-1], self, has_previous=True, has_next=True)
            values = None  # fewer rows than a page stand before it: the first page, which is full
        found = self._read(values)
        has_next = len(found) > self.per_page
        return SeekPage(found[: self.per_page], self, has_previous=values is not None, has_next=has_next)

    def token(self, row: Any, *, back: bool = False) -> str:
        """Name the page after ``row`` (the one before it with ``back``)."""
        values = [_value(row, key) for key in self.keys]
        return signing.dumps([back, values], salt=self._salt, serializer=_Serializer)

    @property
    def _salt(self) -> str:
        return f"{__name__}:{','.join(self.keys)}"  # a place in another order is no place in this one

    def _place(self, number: Any) -> tuple[bool, list[Any] | None]:
        try:
            back, values = signing.loads(str(number), salt=self._salt, serializer=_Serializer)
        except signing.BadSignature:
            return False, None
        return back, values

    def _read(self, values: list[Any] | None, *, back: bool = False) -> list[Any]:
        rows = self._rows if values is None else self._rows.filter(_beyond(self.keys, values, back=back))
        order = [_turned(key) for key in self.keys] if back else self.keys
        return list(rows.order_by(*order)[: self.per_page + 1])


class SeekPage(Page[Any]):
    """A page that knows its neighbours by the rows at its edges."""

    paginator: SeekPaginator

    def __init__(self, rows: list[Any], paginator: SeekPaginator, *, has_previous: bool, has_next: bool) -> None:
        super().__init__(rows, 0, paginator)
        self._has_previous, self._has_next = has_previous, has_next

    def has_next(self) -> bool:
        """Tell whether rows come after these."""
        return self._has_next

    def has_previous(self) -> bool:
        """Tell whether rows come before these."""
        return self._has_previous

    def next_page_number(self) -> Any:
        """Name the page after this one."""
        return self.paginator.token(self.object_list[-1])

    def previous_page_number(self) -> Any:
        """Name the page before this one."""
        return self.paginator.token(self.object_list[0], back=True)


class _Serializer(signing.JSONSerializer):
    """Writes moments to the microsecond, days and amounts, as the database reads them."""

    def dumps(self, obj: Any) -> bytes:
        return json.dumps(obj, default=str, separators=(",", ":")).encode()


def _turned(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _beyond(keys: list[str], values: list[Any], *, back: bool) -> Q:
    """Return what holds for the rows after the one with ``values``, or before it."""
    beyond, equal = Q(), Q()
    for key, value in zip(keys, values, strict=True):
        name, falls = key.removeprefix("-"), key.startswith("-") != back
        beyond |= equal & Q(**{f"{name}__{'lt' if falls else 'gt'}": value})
        equal &= Q(**{name: value})
    first, falls = keys[0].removeprefix("-"), keys[0].startswith("-") != back
    return Q(**{f"{first}__{'lte' if falls else 'gte'}": values[0]}) & beyond  # the first part is what an index finds


def _value(row: Any, key: str) -> Any:
    for name in key.removeprefix("-").split("__"):
        row = getattr(row, name)
    return row


def _has_keys(rows: Any) -> bool:
    """Tell whether rows are a model's, each with its own key, and carry something beside their columns."""
    if not isinstance(rows, QuerySet) or rows.query.combinator or rows.query.distinct or rows.query.is_sliced:
        return False
    return bool(rows.query.annotations) and rows.query.default_cols and not rows.query.group_by


def _queryset(rows: Any) -> Any:
    return getattr(getattr(rows, "data", None), "data", rows)  # a table's rows know their queryset


class Count(int):
    """A count that writes itself with its groups, so that plural forms may print it with ``%(count)s``."""

    capped = False

    def __str__(self) -> str:
        return writing.number(int(self)) + ("+" if self.capped else "")


def counted(noun: Any, total: int, *, capped: bool = False) -> str:
    """Write a count with its noun; ``capped`` says that there are more than were counted."""
    count = Count(total)
    count.capped = capped
    return str((ENTRIES if noun is None else noun) % {"count": count})


def window(number: int, last: int) -> list[int | None]:
    """Return the page numbers worth showing, None where some are left out."""
    near = {1, 2, last - 1, last, number - 1, number, number + 1} if last > 7 else set(range(1, last + 1))
    shown: list[int | None] = []
    for page in sorted(n for n in near if 1 <= n <= last):
        if shown and shown[-1] is not None and page - shown[-1] == 2:
            shown.append(page - 1)
        elif shown and shown[-1] is not None and page - shown[-1] > 2:
            shown.append(None)
        shown.append(page)
    return shown


def pager(page: Page[Any], *, query: QueryDict, noun: Any = None, param: str = "page") -> dict[str, Any]:
    """Lay out the line under a page of rows. A paginator with ``capped`` stops counting there and says so."""
    paginator = page.paginator
    total = counted(noun, paginator.count, capped=getattr(paginator, "capped", False))

    def url(to: int | str) -> str:
        changed = query.copy()
        changed[param] = str(to)
        return f"?{changed.urlencode()}"

    steps = {
        "previous_url": url(page.previous_page_number()) if page.has_previous() else "",
        "next_url": url(page.next_page_number()) if page.has_next() else "",
    }
    if isinstance(page, SeekPage) or paginator.num_pages <= 1:
        return {"summary": total, "pages": [], **steps}
    numbers = window(page.number, paginator.num_pages)
    return {
        "summary": _("%(first)s–%(last)s of %(total)s")
        % {
            "first": writing.number(page.start_index()),
            "last": writing.number(page.end_index()),
            "total": total,
        },
        "pages": [
            {"number": n, "url": url(n) if n else "", "is_current": n == page.number, "is_gap": n is None}
            for n in numbers
        ],
        **steps,
    }

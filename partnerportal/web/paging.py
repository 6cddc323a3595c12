"""The line under a list: which rows these are, and where the others stand."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

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
        rows = getattr(getattr(self.object_list, "data", None), "data", self.object_list)  # a table's queryset
        if not isinstance(rows, QuerySet):
            return len(rows)
        return rows.order_by().values("pk")[: self.limit + 1].count()


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

    def url(to: int) -> str:
        changed = query.copy()
        changed[param] = str(to)
        return f"?{changed.urlencode()}"

    if paginator.num_pages <= 1:
        return {"summary": total, "pages": [], "previous_url": "", "next_url": ""}
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
        "previous_url": url(page.previous_page_number()) if page.has_previous() else "",
        "next_url": url(page.next_page_number()) if page.has_next() else "",
    }

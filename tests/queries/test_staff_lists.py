"""Staff's lists run over everybody's rows: they page by the last row that was seen, never by a number."""

from __future__ import annotations

import html
import re
from typing import Any

import django_tables2 as tables
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnerportal.checks import views
from partnerportal.web.views import StaffTableView
from tests.access import visitors
from tests.queries.test_lists_do_not_grow import add_rows

pytestmark = pytest.mark.django_db

STAFF_LISTS: dict[str, Any] = {
    name: callback.view_class
    for name, callback in views()
    if issubclass(getattr(callback, "view_class", object), StaffTableView)
}
# Columns that may be empty, but not in the list: drafts of applications are not in it.
NEVER_EMPTY_HERE = {("partners:staff_application_list", "submitted_at")}


@pytest.mark.parametrize("name", STAFF_LISTS)
def test_they_sort_by_columns_that_always_hold_a_value(name: str):
    """Seeking passes over rows without a value."""
    table = STAFF_LISTS[name].table_class([])
    sortable = [column for column in table.columns if column.orderable]

    assert sortable
    for column in sortable:
        for key in set(column.order_by) - {"pk", "-pk"}:
            field = tables.A(key.removeprefix("-")).get_field(table._meta.model)
            assert not field.null or (name, field.name) in NEVER_EMPTY_HERE, column.name


@pytest.mark.parametrize("name", STAFF_LISTS)
def test_they_page_by_the_last_row(name: str, monkeypatch):
    site = visitors.build()
    add_rows(site)
    monkeypatch.setitem(STAFF_LISTS[name].table_pagination, "per_page", 1)
    browser, url = site.browser("staff"), reverse(name, args=site.arguments.get(name))

    first = browser.get(url)
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
    assert following is not None
    with CaptureQueriesContext(connection) as captured:
        second = browser.get(url + html.unescape(following.group(1)))

    assert not [query["sql"] for query in captured.captured_queries if "OFFSET" in query["sql"]]
    assert second.context["table"].page.has_previous()
    shown, shown_before = ({row.pk for row in answer.context["table"].page} for answer in (second, first))
    assert len(shown) == len(shown_before) == 1
    assert shown != shown_before

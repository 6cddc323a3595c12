"""Lists that may be long come from an index in their order, so that their time does not grow with what stands behind.

On few rows the planner would rather read them all: what it may not do here, it need not do for a million.
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.filters import EarningFilter
from billing.models import Earning
from partnerportal.web.paging import NearPaginator
from tests.access import visitors

pytestmark = pytest.mark.django_db


def plan_of(rows: QuerySet) -> str:
    """Return how the database would find the first rows of a list, without reading or sorting everything."""
    with connection.cursor() as cursor:
        for way in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
            cursor.execute(f"SET LOCAL {way} = off")
        return rows[:25].explain()


@pytest.mark.parametrize(
    ("asked", "order", "index"),
    [
        ({}, ("-earned_at", "-pk"), "earning_newest"),
        ({"kind": "LOST"}, ("-earned_at", "-pk"), "earning_lost"),
        ({"kind": "REBATE"}, ("-earned_at", "-pk"), "earning_by_kind"),
        ({"client": "7"}, ("-earned_at", "-pk"), "earning_by_client"),
        ({}, ("-amount", "-pk"), "earning_by_amount"),
        ({}, ("amount", "pk"), "earning_by_amount"),
    ],
)
def test_the_list_of_earnings_is_read_from_an_index_in_its_order(asked, order, index):
    rows = EarningFilter(asked, queryset=Earning.objects.filter(partner=1).order_by(*order)).qs
    plan = plan_of(rows)
    assert index in plan
    assert "Sort" not in plan


def test_a_clients_orders_come_from_its_own_index():
    """Who is no partner sees the orders on its own organisation only: nobody else's are passed on the way."""
    site = visitors.build()
    with CaptureQueriesContext(connection) as captured:
        assert site.browser("client_legal").get(reverse("billing:order_list")).status_code == 200
    in_order = 'ORDER BY "billing_order"."placed_at" DESC'
    listed = next(one["sql"] for one in captured if in_order in one["sql"])
    with connection.cursor() as cursor:
        for way in ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
            cursor.execute(f"SET LOCAL {way} = off")
        cursor.execute("EXPLAIN " + listed.replace("%", "%%"), [])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "order_by_client" in plan
    assert "order_newest" not in plan


def test_a_list_that_no_index_holds_counts_a_few_hundred_in_its_own_order():
    with CaptureQueriesContext(connection) as captured:
        NearPaginator(Earning.objects.order_by("-pk"), 25).count  # noqa: B018 -- asked for its query
    (counted,) = [one["sql"] for one in captured]
    assert counted.endswith("ORDER BY 1 DESC LIMIT 501")

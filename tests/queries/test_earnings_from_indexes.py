"""Lists that may be long come from an index in their order, so that their time does not grow with what stands behind.

On a few thousand rows already the planner takes the index that it takes for a million.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench import deep
from billing.filters import EarningFilter
from billing.models import Earning
from partnerportal.web.paging import NearPaginator
from tests.access import visitors
from tests.world import NOW

pytestmark = pytest.mark.django_db


LISTS = [  # what is asked for, in which order, from which index
    ({}, ("-earned_at", "-pk"), "earning_newest"),
    ({"kind": "LOST"}, ("-earned_at", "-pk"), "earning_lost"),
    ({"kind": "REBATE"}, ("-earned_at", "-pk"), "earning_by_kind"),
    ({"currency": "EUR"}, ("-earned_at", "-pk"), "earning_by_currency"),  # in which nothing was ever earned
    ({"client": "7"}, ("-earned_at", "-pk"), "earning_by_client"),
    ({}, ("-amount", "-pk"), "earning_by_amount"),
    ({}, ("amount", "pk"), "earning_by_amount"),
]


@pytest.mark.django_db(transaction=True)
def test_the_list_of_earnings_is_read_from_an_index_in_its_order():
    size = deep.Size(
        many_entries=3_000, few_entries=200, many_clients=30, few_clients=5, many_invoices=90, few_invoices=10
    )
    deep.load(now=NOW, size=size)
    for asked, order, index in LISTS:
        rows = EarningFilter(asked, queryset=Earning.objects.filter(partner=1).order_by(*order)).qs
        plan = rows[:25].explain()
        assert index in plan, (asked, plan)
        assert "Sort" not in plan, (asked, plan)


def test_who_is_no_partner_asks_for_the_orders_on_its_own_organisation_alone():
    """One index then has them in their order: nobody else's are passed on the way."""
    site = visitors.build()
    with CaptureQueriesContext(connection) as captured:
        assert site.browser("client_legal").get(reverse("billing:order_list")).status_code == 200
    listed = next(one["sql"] for one in captured if 'ORDER BY "billing_order"."placed_at" DESC' in one["sql"])
    assert re.search(r'\) AND "billing_order"."client_id" = \d+\) ORDER BY', listed)


def test_a_list_that_no_index_holds_counts_a_few_hundred_in_its_own_order():
    with CaptureQueriesContext(connection) as captured:
        NearPaginator(Earning.objects.order_by("-pk"), 25).count  # noqa: B018 -- asked for its query
    (counted,) = [one["sql"] for one in captured]
    assert counted.endswith("ORDER BY 1 DESC LIMIT 501")

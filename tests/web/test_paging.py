"""The line under a list."""

import pytest
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import ngettext_lazy

from partnerportal.catalogue.models import Family
from partnerportal.web import paging

CLIENTS = ngettext_lazy("%(count)s client", "%(count)s clients", "count")


def test_few_pages_are_all_shown():
    assert paging.window(2, 5) == [1, 2, 3, 4, 5]


def test_many_pages_leave_gaps_but_never_a_gap_of_one():
    assert paging.window(247, 494) == [1, 2, None, 246, 247, 248, None, 493, 494]
    assert paging.window(5, 20) == [1, 2, 3, 4, 5, 6, None, 19, 20]


def test_a_count_is_grouped_and_takes_the_right_plural():
    assert paging.counted(CLIENTS, 1) == "1 client"
    assert paging.counted(CLIENTS, 12_345) == "12’345 clients"
    assert paging.counted(None, 2) == "2 entries"


def test_a_capped_count_says_that_there_are_more():
    assert paging.counted(CLIENTS, 10_000, capped=True) == "10’000+ clients"


def test_pages_keep_the_filters():
    page = Paginator(range(100), 10).page(2)

    pager = paging.pager(page, query=QueryDict("q=moser&page=2"), noun=CLIENTS)

    assert pager["summary"] == "11–20 of 100 clients"
    assert pager["next_url"] == "?q=moser&page=3"
    assert pager["previous_url"] == "?q=moser&page=1"


def test_a_single_page_has_a_count_and_no_links():
    pager = paging.pager(Paginator(range(3), 10).page(1), query=QueryDict(), noun=CLIENTS)

    assert (pager["summary"], pager["next_url"], pager["previous_url"]) == ("3 clients", "", "")


@pytest.mark.django_db
@pytest.mark.parametrize(("limit", "count", "is_capped"), [(3, 3, False), (2, 2, True)])
def test_a_long_list_is_counted_up_to_a_limit(monkeypatch, limit: int, count: int, is_capped: bool):
    monkeypatch.setattr(paging.CappedPaginator, "limit", limit)
    Family.objects.bulk_create(Family(code=f"family-{number}", name="Hosting") for number in range(3))

    paginator = paging.CappedPaginator(Family.objects.order_by("code"), 1)

    assert (paginator.count, paginator.num_pages, paginator.capped) == (count, count, is_capped)

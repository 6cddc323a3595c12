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


def _families(*names: str) -> None:
    Family.objects.bulk_create(Family(code=f"family-{number}", name=name) for number, name in enumerate(names))


def _walk(order: tuple[str, ...], per_page: int) -> tuple[list[list[str]], list[list[str]]]:
    """Return the pages on the way to the end, and those on the way back."""
    paginator = paging.SeekPaginator(Family.objects.order_by(*order), per_page)
    page = paginator.page(None)
    there = [[one.code for one in page]]
    while page.has_next():
        page = paginator.page(page.next_page_number())
        there.append([one.code for one in page])
    back = [there[-1]]
    while page.has_previous():
        page = paginator.page(page.previous_page_number())
        back.append([one.code for one in page])
    return there, back


@pytest.mark.django_db
@pytest.mark.parametrize("order", [("name",), ("-name",), ("name", "-code"), ("-pk",), ("-name", "code", "pk")])
@pytest.mark.parametrize("per_page", [1, 2, 3, 7])
def test_seeking_shows_every_row_once_in_order_however_many_are_alike(order: tuple[str, ...], per_page: int):
    _families("Mail", "Web", "Mail", "Cloud", "Mail", "Web", "Web")

    there, _back = _walk(order, per_page)

    seen = [code for page in there for code in page]
    keys = [one.lstrip("-") for one in order]
    assert sorted(seen) == [f"family-{number}" for number in range(7)]
    in_order = Family.objects.order_by(*order).values_list(*keys)
    assert [Family.objects.filter(code=code).values_list(*keys).get() for code in seen] == list(in_order)


@pytest.mark.django_db
def test_seeking_back_shows_the_same_pages_and_a_full_first_one():
    _families(*"abcdefg")

    there, back = _walk(("name",), 3)

    assert there == [[f"family-{n}" for n in page] for page in [(0, 1, 2), (3, 4, 5), (6,)]]
    assert back == list(reversed(there))


@pytest.mark.django_db
def test_rows_that_come_meanwhile_shift_nothing():
    _families(*"bdfh")
    paginator = paging.SeekPaginator(Family.objects.order_by("name"), 2)
    first = paginator.page(None)

    Family.objects.create(code="new", name="a")

    assert [one.name for one in paginator.page(first.next_page_number())] == ["f", "h"]


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["", "2", "[false,[1]]", "eyJ9:tampered", None])
def test_a_place_that_is_not_ours_is_the_first_page(number: str | None):
    _families(*"abc")

    page = paging.SeekPaginator(Family.objects.order_by("name"), 2).page(number)

    assert [one.name for one in page] == ["a", "b"]
    assert not page.has_previous()


@pytest.mark.django_db
def test_a_place_in_another_order_is_the_first_page():
    _families(*"abc")
    other = paging.SeekPaginator(Family.objects.order_by("code"), 2)

    page = paging.SeekPaginator(Family.objects.order_by("name"), 2).page(other.page(None).next_page_number())

    assert [one.name for one in page] == ["a", "b"]


@pytest.mark.django_db
def test_the_line_under_a_sought_page_counts_and_has_no_numbers():
    _families(*"abc")

    pager = paging.pager(
        paging.SeekPaginator(Family.objects.order_by("name"), 2).page(None), query=QueryDict("q=moser&page=x")
    )

    assert (pager["summary"], pager["pages"], pager["previous_url"]) == ("3 entries", [], "")
    assert pager["next_url"].startswith("?q=moser&page=")

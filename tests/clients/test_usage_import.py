"""Figures of use come from a file: all of it or nothing, and twice is once."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from clients.models import ProductUsage
from partnerportal.demo.usage import DAYS, load_usage
from tests import world
from tests.world import TODAY

pytestmark = pytest.mark.django_db
NAMES = "product,day,visits,traffic_mb,storage_mb"


@pytest.fixture
def imported(here, tmp_path):
    def run(*lines, encoding="utf-8"):
        file = tmp_path / "usage.csv"
        file.write_text("\n".join(lines), encoding=encoding)
        out = StringIO()
        call_command("import_usage", str(file), stdout=out)
        return out.getvalue().strip()

    return run


def rows():
    return list(ProductUsage.objects.order_by("day").values_list("day", "visits", "traffic_mb", "storage_mb"))


def test_a_file_is_imported_and_twice_is_once(here, imported):
    lines = [NAMES, f"{here.product.pk},2026-11-01,10,20,30", "", f"{here.product.pk},2026-11-02,11,21,31"]

    assert imported(*lines) == "2 figures imported."
    once = rows()
    assert imported(*lines) == "2 figures imported."

    assert [row[1:] for row in once] == [(10, 20, 30), (11, 21, 31)]
    assert rows() == once


def test_a_later_file_has_the_newer_figures(here, imported):
    imported(NAMES, f"{here.product.pk},2026-11-01,10,20,30")

    imported(NAMES.replace(",", ";"), f"{here.product.pk};2026-11-01;99;20;30", encoding="utf-8-sig")

    assert [row[1:] for row in rows()] == [(99, 20, 30)]


def test_a_bad_line_changes_nothing_and_every_bad_line_is_named(here, imported):
    good = here.product.pk
    imported(NAMES, f"{good},2026-11-01,10,20,30")
    before = rows()

    with pytest.raises(CommandError) as refusal:
        imported(
            NAMES,
            f"{good},2026-11-02,1,1,1",
            f"{good + 1000},2026-11-02,1,1,1",
            f"{good},02.11.2026,1,1,1",
            f"{good},2126-11-02,1,1,1",
            f"{good},2026-11-03,-1,1,1",
            f"{good},2026-11-03,1,1.5,1",
            f"{good},2026-11-03,1,1,2147483648",
            f"{good},2026-11-03,1,1",
            f"{good},2026-11-02,2,2,2",
        )

    told = str(refusal.value).splitlines()
    assert told[0] == "Nothing was imported: 8 bad lines."
    assert [line.partition(":")[0] for line in told[1:]] == [f"Line {number}" for number in range(3, 11)]
    assert refusal.value.returncode == 2
    assert rows() == before


@pytest.mark.parametrize("lines", [[], ["product,visits"], ["1,2026-11-01,1,1,1"]])
def test_a_file_without_its_names_is_refused(imported, lines):
    with pytest.raises(CommandError, match="begin with the names"):
        imported(*lines)

    assert rows() == []


def test_a_file_that_is_not_there_or_no_text_is_told(here, tmp_path):
    file = tmp_path / "usage.csv"
    file.write_bytes(b"\xff\xfe\x00")

    for path in (file, tmp_path / "none.csv"):
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("import_usage", str(path))


def test_the_demo_has_the_same_figures_at_each_start(here):
    """84 days up to yesterday for what is used; a domain has none."""
    world.make_product(here.client, here.offers["domain-ch"], name="moser.swiss")
    type(here.product).objects.update(created_at="2026-01-01T00:00Z")

    load_usage(TODAY)
    first = rows()
    load_usage(TODAY)

    assert len(first) == DAYS
    assert rows() == first
    assert all(visits > 0 and storage > 0 for _day, visits, _traffic, storage in first)
    assert set(ProductUsage.objects.values_list("product", flat=True)) == {here.product.pk}

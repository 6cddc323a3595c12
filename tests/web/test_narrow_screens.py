"""Lists on a narrow screen: each column has its place, and what is drawn as lines is still a table."""

import importlib
import re

import pytest
from django.test import RequestFactory

from clients.tables import ProductTable
from partnerportal.web.tables import Place, PortalTable
from tests import world

for app in ("partnerportal.accounts", "partnerportal.catalogue", "partners", "clients", "billing", "tenders"):
    importlib.import_module(f"{app}.tables")


def tables_below(table: type[PortalTable]) -> set[type[PortalTable]]:
    """Every list that pages show; a base of two lists (with an underscore) is none."""
    below = {one for child in table.__subclasses__() for one in {child} | tables_below(child)}
    return {one for one in below if not one.__name__.startswith("_")}


TABLES = sorted(tables_below(PortalTable), key=lambda one: one.__name__)


def test_the_lists_are_found():
    assert len(TABLES) >= 17


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.__name__)
def test_each_column_has_a_place(table):
    columns, places = set(table.base_columns), table.phone

    assert columns <= set(places)
    assert [places[name] for name in columns].count(Place.MAIN) == 1
    assert [places[name] for name in columns].count(Place.ASIDE) == 1
    assert [places[name] for name in columns].count(Place.STATE) <= 1


@pytest.mark.django_db
def test_rows_say_where_their_cells_stand_and_stay_a_table():

    organisation, _acting = world.make_client()
    product = world.make_product(organisation, world.make_catalogue()["web-hosting"], name="moser.ch")
    request = RequestFactory().get("/")

    drawn = ProductTable([product]).as_html(request)

    assert re.search(r'<td (?=[^>]*class="at-main")(?=[^>]*role="cell")[^>]*><a [^>]*>moser.ch</a></td>', drawn)
    assert 'data-label="Paid until"' in drawn
    assert drawn.count('role="row"') == 2
    assert drawn.count('role="columnheader"') == len(ProductTable.base_columns)
    assert re.search(r'<table[^>]* role="table"', drawn)
    assert 'data-sort="Sort by"' in drawn

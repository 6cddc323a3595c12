"""Lists of clients, of partners with access, of products, of teams and people."""

from clients.tables.people import (
    ClientPersonTable,
    PersonTable,
    ReachedClientTable,
    ReachedProductTable,
    TeamClientTable,
    TeamTable,
)
from clients.tables.products import ProductTable, TransferTable
from clients.tables.relationships import ClientTable, PartnerAccessTable

__all__ = [
    "ClientPersonTable",
    "ClientTable",
    "PartnerAccessTable",
    "PersonTable",
    "ProductTable",
    "ReachedClientTable",
    "ReachedProductTable",
    "TeamClientTable",
    "TeamTable",
    "TransferTable",
]

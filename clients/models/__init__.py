"""Products, relationships, what they grant, and who of a partner's people reaches which client. Rules 6 to 22."""

from clients.models.people import ClientAssignment, Team, TeamClient, TeamMember
from clients.models.products import Product, ProductTransfer, ProductUsage
from clients.models.relationships import (
    EndReceipt,
    Grant,
    Relationship,
    RequestCode,
    RightUse,
    access_sentence,
    rights_of,
)

__all__ = [
    "ClientAssignment",
    "EndReceipt",
    "Grant",
    "Product",
    "ProductTransfer",
    "ProductUsage",
    "Relationship",
    "RequestCode",
    "RightUse",
    "Team",
    "TeamClient",
    "TeamMember",
    "access_sentence",
    "rights_of",
]

"""Who lets which partner do what: rules 6 to 22 and 46 to 49."""

from clients.services.access import change_access, change_payer
from clients.services.assignments import assign_member, change_assignment, unassign_member
from clients.services.ending import end_relationship, stop_renewals
from clients.services.products import add_products, extend_product, renew_product
from clients.services.starting import (
    accept,
    answer_request,
    claim_request,
    expire_invitations,
    invite_partner,
    refuse,
    request_client,
    resend,
    withdraw,
)
from clients.services.teams import (
    change_team,
    delete_team,
    give_clients,
    make_team,
    set_team_members,
    take_clients,
)
from clients.services.terms import ProductRights, Terms

__all__ = [
    "ProductRights",
    "Terms",
    "accept",
    "add_products",
    "answer_request",
    "assign_member",
    "change_access",
    "change_assignment",
    "change_payer",
    "change_team",
    "claim_request",
    "delete_team",
    "end_relationship",
    "expire_invitations",
    "extend_product",
    "give_clients",
    "invite_partner",
    "make_team",
    "refuse",
    "renew_product",
    "request_client",
    "resend",
    "set_team_members",
    "stop_renewals",
    "take_clients",
    "unassign_member",
    "withdraw",
]

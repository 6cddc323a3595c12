"""Who lets which partner do what: rules 6 to 22 and 46 to 49."""

from clients.services.access import change_access, change_payer
from clients.services.assignments import assign_member, unassign_member
from clients.services.ending import end_relationship, stop_renewals
from clients.services.products import add_products, extend_product, renew_product
from clients.services.simulating import Outcome, simulate
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
from clients.services.terms import ProductRights, Terms

__all__ = [
    "Outcome",
    "ProductRights",
    "Terms",
    "accept",
    "add_products",
    "answer_request",
    "assign_member",
    "change_access",
    "change_payer",
    "claim_request",
    "end_relationship",
    "expire_invitations",
    "extend_product",
    "invite_partner",
    "refuse",
    "renew_product",
    "request_client",
    "resend",
    "simulate",
    "stop_renewals",
    "unassign_member",
    "withdraw",
]

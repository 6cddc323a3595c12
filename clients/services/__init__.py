"""Who lets which partner do what: rules 6 to 22 and 46 to 49."""

from clients.services.access import change_access, change_payer
from clients.services.assignments import assign_member, unassign_member
from clients.services.ending import end_relationship, stop_renewals
from clients.services.products import add_products, describe_product, extend_product, renew_product
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
from clients.services.transfers import (
    accept_transfer,
    expire_transfers,
    offer_transfer,
    refuse_transfer,
    withdraw_transfer,
)
from clients.services.usage import record_usage

__all__ = [
    "ProductRights",
    "Terms",
    "accept",
    "accept_transfer",
    "add_products",
    "answer_request",
    "assign_member",
    "change_access",
    "change_payer",
    "claim_request",
    "describe_product",
    "end_relationship",
    "expire_invitations",
    "expire_transfers",
    "extend_product",
    "invite_partner",
    "offer_transfer",
    "record_usage",
    "refuse",
    "refuse_transfer",
    "renew_product",
    "request_client",
    "resend",
    "stop_renewals",
    "unassign_member",
    "withdraw",
    "withdraw_transfer",
]

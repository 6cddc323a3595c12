"""Who lets which partner do what: rules 6 to 22 and 46 to 49."""

from clients.services.access import change_access, change_payer
from clients.services.assignments import assign_member, change_assignment, unassign_member
from clients.services.codes import code_lifetime, make_request_code
from clients.services.dates import (
    announce_ends,
    ask_about_unused,
    ask_for_reviews,
    end_agreed_access,
    expire_invitations,
    remind_of_questions,
)
from clients.services.ending import end_relationship, stop_renewals
from clients.services.joining import take_over_all_ties, take_over_ties, write_leaving
from clients.services.products import add_products, describe_product, extend_product, pay_renewals, renew_product
from clients.services.reviewing import confirm_access, idle_mark, narrowed, note_use, renew_access, take_back_unused
from clients.services.simulating import Outcome, simulate
from clients.services.starting import (
    Ask,
    accept,
    answer_request,
    claim_request,
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
from clients.services.transfers import (
    accept_transfer,
    expire_transfers,
    offer_transfer,
    refuse_transfer,
    resend_transfer,
    withdraw_transfer,
)
from clients.services.usage import record_usage

__all__ = [
    "Ask",
    "Outcome",
    "ProductRights",
    "Terms",
    "accept",
    "accept_transfer",
    "add_products",
    "announce_ends",
    "answer_request",
    "ask_about_unused",
    "ask_for_reviews",
    "assign_member",
    "change_access",
    "change_assignment",
    "change_payer",
    "change_team",
    "claim_request",
    "code_lifetime",
    "confirm_access",
    "delete_team",
    "describe_product",
    "end_agreed_access",
    "end_relationship",
    "expire_invitations",
    "expire_transfers",
    "extend_product",
    "give_clients",
    "idle_mark",
    "invite_partner",
    "make_request_code",
    "make_team",
    "narrowed",
    "note_use",
    "offer_transfer",
    "pay_renewals",
    "record_usage",
    "refuse",
    "refuse_transfer",
    "remind_of_questions",
    "renew_access",
    "renew_product",
    "request_client",
    "resend",
    "resend_transfer",
    "set_team_members",
    "simulate",
    "stop_renewals",
    "take_back_unused",
    "take_clients",
    "take_over_all_ties",
    "take_over_ties",
    "unassign_member",
    "withdraw",
    "withdraw_transfer",
    "write_leaving",
]

"""Questions about relationships, rights and products."""

from clients.selectors.endings import consequences, renewals_paid_by_partner, still_open
from clients.selectors.lists import (
    asked_products,
    clients_of,
    full_access_of,
    partners_of,
    products_of,
    units_of_family,
    who_has_access,
)
from clients.selectors.reach import Reach, Way, reach, rights_in_space
from clients.selectors.sight import Sight, sight
from clients.selectors.terms import Change, all_terms_in_words, asked_in_words, difference, snapshot, terms_in_words
from clients.selectors.transfers import (
    led_by,
    managers_of,
    transfer_waiting,
    what_the_receiver_takes,
    what_the_sender_gives,
)
from clients.selectors.usage import Week, usage_by_week
from clients.selectors.uses import Idle, idle_relationships, idle_rights, uses_in_order

__all__ = [
    "Change",
    "Idle",
    "Reach",
    "Sight",
    "Way",
    "Week",
    "all_terms_in_words",
    "asked_in_words",
    "asked_products",
    "clients_of",
    "consequences",
    "difference",
    "full_access_of",
    "idle_relationships",
    "idle_rights",
    "led_by",
    "managers_of",
    "partners_of",
    "products_of",
    "reach",
    "renewals_paid_by_partner",
    "rights_in_space",
    "sight",
    "snapshot",
    "still_open",
    "terms_in_words",
    "transfer_waiting",
    "units_of_family",
    "usage_by_week",
    "uses_in_order",
    "what_the_receiver_takes",
    "what_the_sender_gives",
    "who_has_access",
]

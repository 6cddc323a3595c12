"""Questions about relationships, rights and products."""

from clients.selectors.lists import (
    clients_of,
    full_access_of,
    partners_of,
    terms_in_words,
    units_of_family,
    who_has_access,
)
from clients.selectors.reach import Reach, Way, reach, rights_in_space
from clients.selectors.transfers import (
    led_by,
    managers_of,
    transfer_waiting,
    what_the_receiver_takes,
    what_the_sender_gives,
)
from clients.selectors.usage import Week, usage_by_week

__all__ = [
    "Reach",
    "Way",
    "Week",
    "clients_of",
    "full_access_of",
    "led_by",
    "managers_of",
    "partners_of",
    "reach",
    "rights_in_space",
    "terms_in_words",
    "transfer_waiting",
    "units_of_family",
    "usage_by_week",
    "what_the_receiver_takes",
    "what_the_sender_gives",
    "who_has_access",
]

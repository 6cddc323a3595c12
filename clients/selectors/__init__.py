"""Questions about relationships, rights and products."""

from clients.selectors.lists import (
    asked_products,
    clients_of,
    full_access_of,
    partners_of,
    units_of_family,
    who_has_access,
)
from clients.selectors.reach import Reach, Way, reach, rights_in_space
from clients.selectors.sight import Sight, sight
from clients.selectors.terms import Change, difference, snapshot, terms_in_words

__all__ = [
    "Change",
    "Reach",
    "Sight",
    "Way",
    "asked_products",
    "clients_of",
    "difference",
    "full_access_of",
    "partners_of",
    "reach",
    "rights_in_space",
    "sight",
    "snapshot",
    "terms_in_words",
    "units_of_family",
    "who_has_access",
]

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

__all__ = [
    "Reach",
    "Way",
    "clients_of",
    "full_access_of",
    "partners_of",
    "reach",
    "rights_in_space",
    "terms_in_words",
    "units_of_family",
    "who_has_access",
]

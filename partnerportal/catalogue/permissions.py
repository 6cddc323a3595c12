"""Who may what about the catalogue."""

from partnerportal.accounts.choices import StaffRole
from partnerportal.accounts.permissions import ALL_STAFF, Holding, Permission


class CataloguePermission(Permission):
    """Families and offers; their prices are billing's."""

    STAFF_VIEW = Holding("catalogue.offer.staff_view", staff=ALL_STAFF)
    STAFF_CHANGE = Holding("catalogue.offer.change", staff=frozenset({StaffRole.MANAGER, StaffRole.FINANCE}))

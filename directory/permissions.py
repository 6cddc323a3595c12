"""Who may what about the directory. Reading it asks nobody."""

from partnerportal.accounts.choices import WHOLE
from partnerportal.accounts.permissions import Holding, Permission


class DirectoryPermission(Permission):
    """One's own listing. Never held in a client's space."""

    LISTING_CHANGE = Holding("directory.listing.change", roles=WHOLE)
    LISTING_PUBLISH = Holding("directory.listing.publish", roles=WHOLE)

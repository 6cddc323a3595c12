"""Who may see the overviews."""

from clients.choices import Right
from partnerportal.accounts.choices import WHOLE
from partnerportal.accounts.permissions import ALL_STAFF, EVERYONE, Holding, Permission


class HomePermission(Permission):
    """Overviews of the three spaces."""

    ACCOUNT = Holding("home.account.view", roles=EVERYONE, right=Right.VIEW)
    PARTNER = Holding("home.partner.view", roles=EVERYONE)
    ELIGIBILITY = Holding("home.eligibility.view", roles=WHOLE)
    STAFF = Holding("home.staff.view", staff=ALL_STAFF)

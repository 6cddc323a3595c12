"""Who may what about partnership."""

from partnerportal.accounts.choices import WHOLE, StaffRole
from partnerportal.accounts.permissions import ALL_STAFF, EVERYONE, LEGAL, Holding, Permission


class PartnerPermission(Permission):
    """Application, status, eligibility."""

    APPLICATION_SEND = Holding("partners.application.send", roles=LEGAL)
    APPLICATION_REVIEW = Holding("partners.application.review", staff=ALL_STAFF)
    APPLICATION_DECIDE = Holding(
        "partners.application.decide", staff=frozenset({StaffRole.REVIEWER, StaffRole.MANAGER})
    )
    SPACE_VIEW = Holding("partners.space.view", roles=EVERYONE)
    ELIGIBILITY_VIEW = Holding("partners.eligibility.view", roles=WHOLE)
    PERK_VIEW = Holding("partners.perk.view", roles=EVERYONE)
    PARTNER_LEAVE = Holding("partners.partner.leave", roles=LEGAL)
    PARTNER_STATUS_CHANGE = Holding("partners.partner.change_status", staff=frozenset({StaffRole.MANAGER}))
    AFFILIATION_VIEW = Holding("partners.affiliation.view", staff=ALL_STAFF)
    AFFILIATION_CHANGE = Holding(
        "partners.affiliation.change", staff=frozenset({StaffRole.REVIEWER, StaffRole.MANAGER})
    )
    STAFF_PARTNER_VIEW = Holding("partners.partner.staff_view", staff=ALL_STAFF)

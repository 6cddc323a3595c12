"""Who may what about calls for tenders. Posting as a visitor and the secret page ask nobody (rule 53, Q28)."""

from partnerportal.accounts.choices import WHOLE
from partnerportal.accounts.permissions import ALL_STAFF, EVERYONE, Holding, Permission


class TenderPermission(Permission):
    """Calls, answers, contracts. Never held in a client's space."""

    # The author's side
    TENDER_POST = Holding("tenders.tender.post", roles=WHOLE)
    TENDER_MANAGE = Holding("tenders.tender.manage", roles=WHOLE)
    # The partner's side
    TENDER_READ = Holding("tenders.tender.read", roles=EVERYONE)
    PROPOSAL_SEND = Holding("tenders.proposal.send", roles=WHOLE)
    CONTRACT_VIEW = Holding("tenders.contract.view", roles=WHOLE)
    CONTRACT_RECORD = Holding("tenders.contract.record", roles=WHOLE)
    # The provider's side
    STAFF_TENDER_VIEW = Holding("tenders.tender.staff_view", staff=ALL_STAFF)

"""How a company becomes a partner, stays one, and leaves. Rules 1 to 5, Q21 to Q23, Q42."""

from partners.services.affiliations import end_affiliation, start_affiliation
from partners.services.applying import (
    DRAFT_FIELDS,
    apply_to_programme,
    approve_application,
    check_may_apply,
    reject_application,
    save_draft,
)
from partners.services.standing import (
    leave_programme,
    note_volumes,
    reinstate_partner,
    review_threshold,
    set_tender_mails,
    suspend_partner,
)

__all__ = [
    "DRAFT_FIELDS",
    "apply_to_programme",
    "approve_application",
    "check_may_apply",
    "end_affiliation",
    "leave_programme",
    "note_volumes",
    "reinstate_partner",
    "reject_application",
    "review_threshold",
    "save_draft",
    "set_tender_mails",
    "start_affiliation",
    "suspend_partner",
]

"""Acts of the audit trail in words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

ACTS = {
    "accounts.organisation.created": _("created the organisation"),
    "accounts.organisation.changed": _("changed the details"),
    "accounts.member.invited": _("invited a member"),
    "accounts.member.invitation_withdrawn": _("withdrew an invitation"),
    "accounts.member.joined": _("joined"),
    "accounts.member.role_changed": _("changed a role"),
    "accounts.member.removed": _("removed a member"),
    "accounts.member.external_replaced": _("became part of the partnership"),
    "partners.application.submitted": _("applied for the programme"),
    "partners.application.approved": _("approved the application"),
    "partners.application.rejected": _("rejected the application"),
    "partners.affiliation.started": _("started an affiliation"),
    "partners.affiliation.ended": _("ended an affiliation"),
    "partners.volume.reviewed": _("reviewed the volume"),
    "partners.partner.suspended": _("suspended the partner"),
    "partners.partner.reinstated": _("lifted the suspension"),
    "partners.partner.left": _("left the programme"),
    "partners.partner.tender_mails_changed": _("changed the tender mails"),
    "clients.relationship.invited": _("invited a partner"),
    "clients.relationship.requested": _("asked for access"),
    "clients.relationship.accepted": _("accepted the partnership"),
    "clients.relationship.refused": _("refused the partnership"),
    "clients.relationship.withdrawn": _("withdrew the request or the invitation"),
    "clients.relationship.resent": _("sent the request or the invitation again"),
    "clients.relationship.expired": _("let the request or the invitation expire"),
    "clients.relationship.access_changed": _("changed the access"),
    "clients.relationship.payer_changed": _("changed who pays"),
    "clients.relationship.ended": _("ended the relationship"),
    "clients.relationship.renewals_stopped": _("stopped the renewals that a suspended partner paid"),
    "clients.assignment.made": _("assigned a collaborator"),
    "clients.assignment.changed": _("changed the rights of a collaborator"),
    "clients.assignment.removed": _("took a collaborator off"),
    "clients.team.made": _("made a team"),
    "clients.team.changed": _("changed a team"),
    "clients.team.members_changed": _("changed the people of a team"),
    "clients.team.clients_given": _("gave clients to a team"),
    "clients.team.clients_taken": _("took clients from a team"),
    "clients.team.client_given": _("put a team in charge"),
    "clients.team.client_taken": _("took a team off"),
    "clients.team.deleted": _("deleted a team"),
    "billing.order.placed": _("ordered"),
    "billing.renewal.placed": _("renewed"),
    "billing.invoice.issued": _("had an invoice issued"),
    "billing.payment.settled": _("paid an invoice"),
    "billing.prepaid.topped_up": _("topped up the prepaid account"),
    "billing.cashback.credited": _("credited cashback"),
    "billing.resale.issued": _("issued a re-invoicing document"),
    "billing.export.started": _("exported billing data"),
    "tenders.tender.posted": _("posted a tender"),
    "tenders.tender.opened": _("opened a tender"),
    "tenders.tender.deleted": _("deleted a tender"),
    "tenders.tender.awarded": _("awarded a tender"),
    "tenders.tender.expired": _("let a tender expire"),
    "tenders.proposal.sent": _("answered a tender"),
    "tenders.proposal.changed": _("changed the answer to a tender"),
    "tenders.contract.recorded": _("recorded a won contract"),
    "directory.listing.changed": _("changed the directory listing"),
    "directory.listing.published": _("published the directory listing"),
    "directory.listing.hidden": _("hid the directory listing"),
}


@register.filter
def act_in_words(action: str) -> str:
    """Return what was done in words; an act without words shows its code."""
    return str(ACTS.get(action, action))

"""Acts of the audit trail in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from partnerportal.audit.models import AuditEvent

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
    "clients.relationship.claimed": _("said for which organisation the request is"),
    "clients.relationship.asked_by_code": _("closed a request that a request by code has replaced"),
    "clients.relationship.resent": _("sent the request or the invitation again"),
    "clients.relationship.expired": _("let the request or the invitation expire"),
    "clients.relationship.access_changed": _("changed the access"),
    "clients.relationship.product_gone": _("took away a product that has a new owner"),
    "clients.relationship.payer_changed": _("changed who pays"),
    "clients.relationship.confirmed": _("confirmed the access"),
    "clients.code.made": _("made a request code"),
    "clients.relationship.ended": _("ended the relationship"),
    "clients.relationship.renewals_unpaid": _("left renewals without payment means"),
    "clients.relationship.renewals_stopped": _("stopped the renewals that a suspended partner paid"),
    "clients.assignment.made": _("assigned a collaborator"),
    "clients.assignment.changed": _("changed the rights of a collaborator"),
    "clients.assignment.removed": _("took a collaborator off"),
    "clients.assignment.left": _("left the partner, and so this client"),
    "clients.product.described": _("changed a product’s name or technical note"),
    "clients.product.renewals_paid": _("took on renewals that had no payment means"),
    "clients.product.automatic_on": _("let the product renew by itself"),
    "clients.product.automatic_off": _("stopped the automatic renewal"),
    "clients.product.cancelled": _("cancelled the product to the end of its period"),
    "clients.product.kept": _("took the cancellation back"),
    "clients.product.plan_chosen": _("chose another plan from the next renewal on"),
    "clients.product.plan_kept": _("kept the plan"),
    "clients.product.fewer_chosen": _("chose fewer units from the next renewal on"),
    "clients.product.units_kept": _("kept all units"),
    "clients.product.units_taken_off": _("took units off as they had been chosen"),
    "clients.product.overdue": _("found the product unpaid"),
    "clients.product.blocked": _("blocked the unpaid product"),
    "clients.product.unblocked": _("let the paid product work again"),
    "clients.product.terminated": _("ended the product"),
    "clients.product.renewal_unpaid": _("left a renewal without payment means"),
    "clients.transfer.offered": _("offered the product to another organisation"),
    "clients.transfer.accepted": _("took over the product"),
    "clients.transfer.refused": _("refused the product"),
    "clients.transfer.resent": _("sent the offer of the product again"),
    "clients.transfer.withdrawn": _("withdrew the offer of the product"),
    "clients.transfer.expired": _("let the offer of the product expire"),
    "clients.team.made": _("made a team"),
    "clients.team.changed": _("changed a team"),
    "clients.team.members_changed": _("changed the people of a team"),
    "clients.team.clients_given": _("gave clients to a team"),
    "clients.team.clients_taken": _("took clients from a team"),
    "clients.team.client_given": _("put a team in charge"),
    "clients.team.client_taken": _("took a team off"),
    "clients.team.client_changed": _("changed the people or the rights of a team in charge"),
    "clients.team.deleted": _("deleted a team"),
    "billing.order.placed": _("ordered"),
    "billing.renewal.retried": _("tried a failed renewal again"),
    "billing.plan.changed": _("changed the plan"),
    "billing.units.added": _("added units to a product"),
    "billing.renewal.placed": _("renewed"),
    "billing.invoice.issued": _("had an invoice issued"),
    "billing.payment.settled": _("paid an invoice"),
    "billing.prepaid.topped_up": _("topped up the prepaid account"),
    "billing.withdrawal.requested": _("asked for a withdrawal"),
    "billing.withdrawal.approved": _("approved the withdrawal"),
    "billing.withdrawal.paid_out": _("paid the withdrawal out"),
    "billing.withdrawal.rejected": _("rejected the withdrawal"),
    "billing.withdrawal.taken_back": _("took the withdrawal back"),
    "billing.correction.proposed": _("proposed a correction of the prepaid account"),
    "billing.correction.booked": _("corrected the prepaid account"),
    "billing.correction.rejected": _("rejected a correction of the prepaid account"),
    "billing.statement.taken": _("brought a bank statement in"),
    "billing.incoming.tried_again": _("tried an incoming payment again"),
    "billing.incoming.clarified": _("clarified an incoming payment"),
    "billing.credit_note.issued": _("issued a credit note"),
    "billing.cashback.credited": _("credited cashback"),
    "billing.cashback.taken_back": _("took cashback back"),
    "billing.resale.issued": _("issued a re-invoicing document"),
    "billing.export.started": _("exported billing data"),
    "catalogue.family.created": _("added a family of offers"),
    "catalogue.family.changed": _("renamed a family of offers"),
    "catalogue.offer.created": _("added an offer"),
    "catalogue.offer.changed": _("changed an offer"),
    "billing.price.changed": _("changed a price"),
    "billing.partner_rate.changed": _("changed a partner rate"),
    "billing.steps.changed": _("changed degressive steps"),
    "billing.vat.changed": _("changed a VAT rate"),
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

# Kinds of acts for whoever looks for some of them; each group by how its actions begin.
GROUPS = (
    (_("Organisation and members"), ("accounts.",)),
    (_("Programme"), ("partners.", "catalogue.")),
    (_("Access"), ("clients.relationship.",)),
    (_("Teams and assignments"), ("clients.assignment.", "clients.team.")),
    (_("Other acts of clients"), ("clients.",)),
    (_("Money"), ("billing.",)),
    (_("Tenders"), ("tenders.",)),
    (_("Directory"), ("directory.",)),
)


BETWEEN = ("clients.relationship.", "clients.assignment.", "clients.team.", "accounts.")


def kinds_of_acts() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Return the acts in their groups, as a list of choices takes them; an act stands in the first that fits."""
    groups: list[tuple[Any, list[tuple[str, Any]]]] = [(label, []) for label, _prefixes in GROUPS]
    for action, words in ACTS.items():
        place = next(number for number, (_label, prefixes) in enumerate(GROUPS) if action.startswith(prefixes))
        groups[place][1].append((action, words))
    return [(label, acts) for label, acts in groups if acts]


def by_whom(event: AuditEvent) -> str:
    """Return "Ana Keller (Studio Lumen)"; the portal itself is of nobody."""
    if not event.actor_organisation_label:
        return event.actor_label
    return f"{event.actor_label} ({event.actor_organisation_label})"


def for_whom(event: AuditEvent) -> str:
    """Return "for Bäckerei Moser, through relationship 12"; nothing for whoever acted for their own organisation.

    Who changes a relationship acts with the other side, not for it. The labels are compared, not the ids: a request to
    an address reads alike whether or not there is an account.
    """
    number = {"number": event.relationship_id}
    if event.organisation_label in {"", event.actor_organisation_label}:
        return _now("relationship %(number)s") % number if event.relationship_id else ""
    if event.relationship_id is None:
        return _now("concerning %(organisation)s") % {"organisation": event.organisation_label}
    if event.action.startswith(BETWEEN):
        return _now("with %(organisation)s, relationship %(number)s") % (
            number | {"organisation": event.organisation_label}
        )
    return _now("for %(organisation)s, through relationship %(number)s") % (
        number | {"organisation": event.organisation_label}
    )


@register.filter
def act_in_words(action: str) -> str:
    """Return what was done in words; an act without words shows its code."""
    return str(ACTS.get(action, action))

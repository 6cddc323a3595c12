"""Kinds of work in words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

KINDS = {
    "accounts.mail_member_invited": _("Mail: invitation of a member"),
    "accounts.mail_role_changed": _("Mail: role of a member changed"),
    "accounts.mail_organisation_changed": _("Mail: details of an organisation changed"),
    "partners.mail_application_received": _("Mail: application received"),
    "partners.mail_application_decided": _("Mail: application decided"),
    "partners.mail_volume_review": _("Mail: yearly check of the volume"),
    "partners.mail_partner_left": _("Mail: partner has left"),
    "partners.mail_status_changed": _("Mail: partner suspended or back"),
    "clients.end_agreed_access": _("Hourly: end access whose day has come"),
    "clients.remind_of_access": _("Daily: remind of access that waits, ends or is not used"),
    "clients.mail_waiting": _("Mail: a question waits for its answer"),
    "clients.mail_ending": _("Mail: access ends soon"),
    "clients.mail_unused": _("Mail: is access still needed?"),
    "clients.mail_review": _("Mail: look through who has access"),
    "clients.expire_invitations": _("Nightly: expire invitations, requests and offered products"),
    "clients.mail_asked": _("Mail: invitation or request"),
    "clients.mail_answered": _("Mail: answer to an invitation or a request"),
    "clients.take_over_ties": _("Let people of a partner that is back reach its clients through it"),
    "clients.mail_tie_replaced": _("Mail: an external member reaches the client through its partner"),
    "clients.mail_access_changed": _("Mail: access changed"),
    "clients.mail_product_gone": _("Mail: a product has left the client"),
    "clients.mail_payer_changed": _("Mail: who pays has changed"),
    "clients.mail_ended": _("Mail: relationship ended"),
    "clients.mail_renewals_stopped": _("Mail: renewals without payment means"),
    "clients.mail_transfer_offered": _("Mail: product offered"),
    "clients.mail_transfer_answered": _("Mail: answer to an offered product"),
    "billing.client_export": _("Export of a client's billing data"),
    "billing.review_thresholds": _("Nightly: yearly check of the volumes"),
    "billing.book_payments": _("Book the transfers of bank statements"),
    "billing.check_invariants": _("Nightly: check what must hold of the money"),
    "billing.measure_volumes": _("Hourly: measure the volumes"),
    "billing.renew_due_products": _("Nightly: renew what falls due"),
    "billing.advance_renewals": _("Nightly: overdue, blocked, ended by date"),
    "billing.remind_of_renewals": _("Daily: remind of renewals"),
    "billing.clear_carts": _("Nightly: put away old carts"),
    "billing.mail_renewal_ahead": _("Mail: a renewal comes"),
    "billing.mail_standing": _("Mail: products overdue, blocked or ended"),
    "billing.mail_invoice_due": _("Mail: a renewal is not paid yet"),
    "billing.mail_invoice_issued": _("Mail: invoice"),
    "billing.mail_cashback_credited": _("Mail: cashback credited"),
    "billing.mail_cashback_taken_back": _("Mail: cashback taken back"),
    "billing.mail_credit_note_issued": _("Mail: credit note"),
    "billing.mail_withdrawal": _("Mail: what became of a withdrawal"),
    "tenders.expire_tenders": _("Nightly: close calls whose time is over"),
    "tenders.mail_confirm": _("Mail: confirm a call"),
    "tenders.mail_opened": _("Mail: call is on the board"),
    "tenders.tell_partners": _("Tell partners of a new call"),
    "tenders.mail_extract": _("Mail: extract of a call"),
    "tenders.mail_answered": _("Mail: answer to a call"),
    "tenders.mail_decided": _("Mail: call decided"),
    "tenders.mail_expired": _("Mail: call no longer on the board"),
}


@register.filter
def kind_in_words(kind: str) -> str:
    """Return what a kind of work does; one without words shows its code."""
    return str(KINDS.get(kind, kind))

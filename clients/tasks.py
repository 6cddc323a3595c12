"""What happens after a relationship or a product's owner has changed: one mail to the other side each (Q20)."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from clients import notifications, selectors
from clients.models import ProductTransfer, Relationship
from partnerportal.accounts.models import Membership, Organisation
from partnerportal.work.registry import register
from partnerportal.work.running import Running


def _relationship(relationship_id: int) -> Relationship:
    return Relationship.objects.select_related("client", "partner__organisation").get(pk=relationship_id)


@register("clients.mail_asked")
def mail_asked(_run: Running, *, relationship_id: int, link_version: int) -> None:
    """Mail a request or an invitation, unless it was answered, withdrawn or sent again meanwhile (N1, N2, N3)."""
    relationship = _relationship(relationship_id)
    if relationship.state == "PENDING" and relationship.link_version == link_version:
        notifications.asked(relationship)


@register("clients.mail_answered")
def mail_answered(_run: Running, *, relationship_id: int, replaced_ties: int = 0) -> None:
    """Mail the side that asked what the answer is, and how many external members it has replaced (rule 13)."""
    notifications.answered(_relationship(relationship_id), replaced_ties)


@register("clients.mail_tie_replaced")
def mail_tie_replaced(_run: Running, *, relationship_id: int, membership_id: int) -> None:
    """Mail somebody who was an external member of a client how they reach it now, unless they do not (rule 13)."""
    membership = Membership.objects.select_related("user", "organisation").filter(pk=membership_id).first()
    if membership is None:
        return
    if Relationship.objects.reachable_by(membership).filter(pk=relationship_id).exists():
        notifications.tie_replaced(_relationship(relationship_id), membership)


@register("clients.mail_access_changed")
def mail_access_changed(_run: Running, *, relationship_id: int, before: str) -> None:
    """Mail the partner that the client has changed what it may reach (Q20), unless it reaches nothing any more."""
    if Relationship.objects.accepted().filter(pk=relationship_id).exists():
        notifications.access_changed(_relationship(relationship_id), before)


@register("clients.mail_product_gone")
def mail_product_gone(_run: Running, *, relationship_id: int, product: str, was_payer: bool) -> None:
    """Mail a partner that a product has left the client, unless it reaches nothing there any more."""
    if Relationship.objects.accepted().filter(pk=relationship_id).exists():
        notifications.product_gone(_relationship(relationship_id), product, was_payer=was_payer)


@register("clients.mail_payer_changed")
def mail_payer_changed(_run: Running, *, relationship_id: int) -> None:
    """Mail the partner that the client has changed who pays (N4, rule 19), unless nobody pays any more."""
    if Relationship.objects.accepted().filter(pk=relationship_id).exists():
        notifications.payer_changed(_relationship(relationship_id))


@register("clients.mail_ended")
def mail_ended(_run: Running, *, relationship_id: int, unpaid_products: int) -> None:
    """Mail the other side that the relationship has ended; the client reads which renewals lost their payer (Q19)."""
    notifications.ended(_relationship(relationship_id), unpaid_products)


@register("clients.mail_renewals_stopped")
def mail_renewals_stopped(_run: Running, *, relationship_id: int, unpaid_products: int) -> None:
    """Mail the client that its partner is suspended and renews nothing any more (Q19)."""
    notifications.renewals_stopped(_relationship(relationship_id), unpaid_products)


@register("clients.mail_waiting")
def mail_waiting(_run: Running, *, relationship_id: int, link_version: int) -> None:
    """Remind whoever was asked that the question expires soon, unless it was answered, withdrawn or sent again."""
    relationship = _relationship(relationship_id)
    if relationship.state == "PENDING" and relationship.link_version == link_version:
        notifications.waiting(relationship)


@register("clients.mail_ending")
def mail_ending(_run: Running, *, relationship_id: int, ends_at: str) -> None:
    """Tell both sides that access ends soon, unless it has ended, or ends at another time by now."""
    relationship = Relationship.objects.active().select_related("client", "partner__organisation")
    found = relationship.filter(pk=relationship_id, ends_at=datetime.fromisoformat(ends_at)).first()
    if found is not None:
        notifications.ending(found)


@register("clients.mail_unused")
def mail_unused(_run: Running, *, relationship_id: int) -> None:
    """Ask the client whether what was not used for long is still needed, if it still is idle."""
    active = Relationship.objects.active().with_uses().select_related("client", "partner__organisation")
    found = active.filter(pk=relationship_id).first()
    idle = selectors.idle_rights(found, today=timezone.localdate()) if found is not None else []
    if found is not None and idle:
        notifications.unused(found, idle)


@register("clients.mail_review")
def mail_review(_run: Running, *, client_id: int) -> None:
    """Ask a client to look through who has access, if anybody has."""
    partners = list(selectors.who_has_access(organisation_id=client_id))
    if partners:
        notifications.review(Organisation.objects.get(pk=client_id), partners)


def _transfer(transfer_id: int) -> ProductTransfer:
    related = ("product__offer", "from_organisation", "to_organisation")
    return ProductTransfer.objects.select_related(*related).get(pk=transfer_id)


@register("clients.mail_transfer_offered")
def mail_transfer_offered(_run: Running, *, transfer_id: int, link_version: int) -> None:
    """Mail the receiver of a product, unless the offer was answered or withdrawn meanwhile."""
    transfer = _transfer(transfer_id)
    if transfer.state == "PENDING" and transfer.link_version == link_version:
        notifications.transfer_offered(transfer)


@register("clients.mail_transfer_answered")
def mail_transfer_answered(_run: Running, *, transfer_id: int) -> None:
    """Mail the old owner whether its product was taken."""
    notifications.transfer_answered(_transfer(transfer_id))

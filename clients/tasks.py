"""What happens after a relationship or a product's owner has changed: one mail to the other side each (Q20)."""

from __future__ import annotations

from clients import notifications
from clients.models import ProductTransfer, Relationship
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
def mail_answered(_run: Running, *, relationship_id: int) -> None:
    """Mail the side that asked what the answer is."""
    notifications.answered(_relationship(relationship_id))


@register("clients.mail_access_changed")
def mail_access_changed(_run: Running, *, relationship_id: int, before: str) -> None:
    """Mail the partner that the client has changed what it may reach (Q20)."""
    notifications.access_changed(_relationship(relationship_id), before)


@register("clients.mail_payer_changed")
def mail_payer_changed(_run: Running, *, relationship_id: int) -> None:
    """Mail the partner that the client has changed who pays (N4, rule 19)."""
    notifications.payer_changed(_relationship(relationship_id))


@register("clients.mail_ended")
def mail_ended(_run: Running, *, relationship_id: int, unpaid_products: int) -> None:
    """Mail the other side that the relationship has ended; the client reads which renewals lost their payer (Q19)."""
    notifications.ended(_relationship(relationship_id), unpaid_products)


@register("clients.mail_renewals_stopped")
def mail_renewals_stopped(_run: Running, *, relationship_id: int, unpaid_products: int) -> None:
    """Mail the client that its partner is suspended and renews nothing any more (Q19)."""
    notifications.renewals_stopped(_relationship(relationship_id), unpaid_products)


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

"""A product goes to another organisation: offered, then accepted or refused there. Section 9, rules 23, 27, 29, Q19.

Invoices and orders are not touched: they stay whose they were (rule 27).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from clients import tasks
from clients.choices import TRANSFER_TRANSITIONS, Access, ProductState, RenewalPayer, TransferState
from clients.exceptions import LinkUnusable, NotPossible
from clients.models import Grant, Product, ProductTransfer, Relationship
from clients.services.terms import words
from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.accounts.choices import WHOLE
from partnerportal.accounts.models import Membership, Organisation
from partnerportal.audit import log
from partnerportal.kernel.states import check_transition


@dataclass(frozen=True)
class _Addressee:
    """Who refused at a mail address, as the sender may know them: by that address alone (promise 2)."""

    label: str
    user_id: int | None = None
    home: Organisation | None = None
    relationship_id: int | None = None


@transaction.atomic
def offer_transfer(
    *,
    product_id: int,
    from_organisation_id: int,
    to_email: str,
    to_organisation_id: int | None = None,
    actor: Acting,
    now: datetime,
) -> ProductTransfer:
    """Offer a product to whoever reads ``to_email``, or to an organisation that the person leads, too.

    Nothing moves before it is accepted; the receiver gets a mail. Raises :class:`NotPossible` for a product that is not
    the organisation's any more, was terminated or is offered already, and for a receiver that cannot be.
    """
    product = _product_locked(product_id)
    _check_may_move(product, from_organisation_id)
    to_email = to_email.strip().lower()
    _check_receiver(to_email, to_organisation_id, from_organisation_id, actor)
    for over in ProductTransfer.objects.expired_by(now).filter(product=product):  # before the nightly job was there
        _expire(_locked(over.pk), now)
    transfer = ProductTransfer(
        product=product,
        from_organisation_id=from_organisation_id,
        to_organisation_id=to_organisation_id,
        to_email=to_email,
        created_at=now,
        expires_at=now + _waiting_time(),
    )
    try:
        with transaction.atomic():
            transfer.save()
    except IntegrityError as refusal:
        if "producttransfer_one_pending_per_product" not in str(refusal):
            raise
        raise NotPossible(
            _("This product is offered already. Withdraw that offer before you make another.")
        ) from refusal
    _record(transfer, "clients.transfer.offered", actor=actor, now=now)
    tasks.mail_transfer_offered.start(now=now, transfer_id=transfer.pk, link_version=transfer.link_version)
    return transfer


@transaction.atomic
def accept_transfer(*, transfer_id: int, organisation_id: int, actor: Acting, now: datetime) -> ProductTransfer:
    """Move the product to ``organisation_id``, at once and wholly; what it is paid for and its state stay (section 9).

    The old owner's partners lose it, and a partner that paid its renewals leaves them without payment means (Q19).
    Raises IllegalTransition, :class:`LinkUnusable`, :class:`NotPossible`.
    """
    offered = ProductTransfer.objects.get(pk=transfer_id)
    product = _scope_locked(offered, organisation_id)
    transfer = _locked(transfer_id)
    check_transition(TRANSFER_TRANSITIONS, transfer.state, TransferState.ACCEPTED)
    if transfer.expires_at <= now:
        raise LinkUnusable(_("This offer has expired. Ask the owner to make it again."))
    if transfer.to_organisation_id not in {None, organisation_id}:
        raise LinkUnusable(_("This link is no longer valid, or it was meant for somebody else."))
    if transfer.from_organisation_id == organisation_id:
        raise NotPossible(_("The product is this organisation’s already. Act for another one to accept it."))
    _check_may_move(product, transfer.from_organisation_id)
    _take_from_partners(product, now=now)
    if product.renewal_payer == RenewalPayer.PARTNER:
        product.renewal_payer = RenewalPayer.NOBODY
    product.organisation_id = organisation_id
    product.save(update_fields=["organisation", "renewal_payer"])
    transfer.to_organisation = Organisation.objects.get(pk=organisation_id)
    _move(transfer, TransferState.ACCEPTED, now=now)
    _record(transfer, "clients.transfer.accepted", actor=actor, now=now, changes={"payer": product.renewal_payer})
    tasks.mail_transfer_answered.start(now=now, transfer_id=transfer.pk)
    return transfer


@transaction.atomic
def refuse_transfer(*, transfer_id: int, actor: Acting, now: datetime) -> ProductTransfer:
    """The receiver does not want it; nothing has moved, the sender gets a mail. Raises IllegalTransition."""
    transfer = _locked(transfer_id)
    _move(transfer, TransferState.REFUSED, now=now)
    if transfer.to_organisation is not None:
        _record(transfer, "clients.transfer.refused", actor=actor, now=now)
    else:
        _record(transfer, "clients.transfer.refused", actor=_Addressee(transfer.to_email), now=now)
        if actor.home is not None:  # the person's own organisation reads who did it; the sender does not
            _record_for(actor.home, transfer, "clients.transfer.refused", actor=actor, now=now)
    tasks.mail_transfer_answered.start(now=now, transfer_id=transfer.pk)
    return transfer


@transaction.atomic
def withdraw_transfer(*, transfer_id: int, actor: Acting, now: datetime) -> ProductTransfer:
    """The sender keeps the product; the link stops working. Raises IllegalTransition."""
    transfer = _locked(transfer_id)
    transfer.link_version += 1
    _move(transfer, TransferState.WITHDRAWN, now=now)
    _record(transfer, "clients.transfer.withdrawn", actor=actor, now=now)
    return transfer


@transaction.atomic
def resend_transfer(*, transfer_id: int, actor: Acting, now: datetime) -> ProductTransfer:
    """Send the offer again with a new link; it waits another full time.

    Raises IllegalTransition and :class:`NotPossible`, as the offer itself.
    """
    offered = ProductTransfer.objects.get(pk=transfer_id)
    product = _product_locked(offered.product_id)
    transfer = _locked(transfer_id)
    check_transition(TRANSFER_TRANSITIONS, transfer.state, TransferState.PENDING)
    _check_may_move(product, transfer.from_organisation_id)
    transfer.link_version += 1
    transfer.expires_at = now + _waiting_time()
    transfer.save(update_fields=["link_version", "expires_at"])
    _record(transfer, "clients.transfer.resent", actor=actor, now=now)
    tasks.mail_transfer_offered.start(now=now, transfer_id=transfer.pk, link_version=transfer.link_version)
    return transfer


@transaction.atomic
def expire_transfers(*, now: datetime) -> int:
    """Expire every offer of a product whose time is over; return how many."""
    over = ProductTransfer.objects.expired_by(now).select_related("from_organisation", "to_organisation", "product")
    expired = list(over.select_for_update(skip_locked=True, of=("self",)).order_by("pk"))
    for transfer in expired:
        _expire(transfer, now)
    return len(expired)


def _expire(transfer: ProductTransfer, now: datetime) -> None:
    if transfer.state != TransferState.PENDING:  # answered while we waited for its lock
        return
    transfer.state = TransferState.EXPIRED
    transfer.save(update_fields=["state"])
    _record(transfer, "clients.transfer.expired", actor=SYSTEM, now=now)


def _scope_locked(transfer: ProductTransfer, organisation_id: int) -> Product:
    """Take the locks in the one order that all services keep: organisations, relationships, product, then the transfer.

    So an order or a renewal of either side comes before the move or after it, and so does whatever changes what the old
    owner's partners reach.
    """
    sides = Organisation.objects.filter(pk__in={transfer.from_organisation_id, organisation_id}).order_by("pk")
    list(sides.select_for_update(no_key=True).values_list("pk"))
    reached = Relationship.objects.live().filter(client=transfer.from_organisation_id).order_by("pk")
    list(reached.select_for_update(no_key=True).values_list("pk"))
    return _product_locked(transfer.product_id)


def _waiting_time() -> timedelta:
    return timedelta(days=settings.PROGRAMME["invitation_days"])


def _product_locked(product_id: int) -> Product:
    return Product.objects.select_for_update(of=("self",)).get(pk=product_id)


def _locked(transfer_id: int) -> ProductTransfer:
    related = ("from_organisation", "to_organisation", "product")
    return ProductTransfer.objects.select_for_update(of=("self",)).select_related(*related).get(pk=transfer_id)


def _check_may_move(product: Product, from_organisation_id: int) -> None:
    if product.organisation_id != from_organisation_id:
        raise NotPossible(_("This product has another owner meanwhile."))
    if product.state == ProductState.TERMINATED:
        raise NotPossible(_("A terminated product cannot go to another organisation."))


def _check_receiver(to_email: str, to_organisation_id: int | None, from_organisation_id: int, actor: Acting) -> None:
    if to_organisation_id is None:
        if actor.user is not None and to_email == actor.user.email.lower():
            raise NotPossible(
                _("This is your own address. Choose one of your organisations, or the address of somebody else."),
                field="email",
            )
        return
    leads = Membership.objects.filter(user=actor.user_id, organisation=to_organisation_id, role__in=WHOLE)
    if to_organisation_id == from_organisation_id or not leads.exists():
        raise NotPossible(
            _("Choose an organisation that you lead, too: others get the product by mail."), field="receiver"
        )


def _take_from_partners(product: Product, *, now: datetime) -> None:
    """Delete the grants on the product, and tell every partner that reached it.

    The line is the portal's own: what the old owner grants is not the new one's to read, nor is a partner told who took
    the product (promise 2).
    """
    reached = Q(access=Access.FULL) | Exists(Grant.objects.filter(relationship=OuterRef("pk"), product=product))
    told = Relationship.objects.accepted(now).filter(reached, client=product.organisation_id).order_by("pk")
    before = [(one, words(one)) for one in told.select_related("client", "partner__organisation")]
    Grant.objects.filter(product=product).delete()
    was_payer = product.renewal_payer == RenewalPayer.PARTNER
    for relationship, had in before:
        log.record(
            at=now,
            actor=SYSTEM,
            action="clients.relationship.product_gone",
            subject=relationship,
            organisation=relationship.client,
            relationship_id=relationship.pk,
            changes={"product": product.name, "from": had, "to": words(relationship)},
        )
        tasks.mail_product_gone.start(
            now=now,
            relationship_id=relationship.pk,
            product=product.name,
            was_payer=was_payer and relationship.is_paid_by_partner,
        )


def _move(transfer: ProductTransfer, state: str, *, now: datetime) -> None:
    check_transition(TRANSFER_TRANSITIONS, transfer.state, state)
    transfer.state, transfer.answered_at = state, now
    transfer.save(update_fields=["state", "answered_at", "to_organisation", "link_version"])


def _record(
    transfer: ProductTransfer,
    action: str,
    *,
    actor: log.Actor,
    now: datetime,
    changes: dict[str, object] | None = None,
) -> None:
    """Write a line for each organisation concerned, so that each can read it (promise 7)."""
    for organisation in (transfer.from_organisation, transfer.to_organisation):
        if organisation is not None:
            _record_for(organisation, transfer, action, actor=actor, now=now, changes=changes)


def _record_for(
    organisation: Organisation,
    transfer: ProductTransfer,
    action: str,
    *,
    actor: log.Actor,
    now: datetime,
    changes: dict[str, object] | None = None,
) -> None:
    sides = {"from": str(transfer.from_organisation), "to": str(transfer.receiver)}
    log.record(
        at=now,
        actor=actor,
        action=action,
        subject=transfer,
        organisation=organisation,
        changes=sides | (changes or {}),
    )

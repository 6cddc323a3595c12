"""Noting what a partner uses, and what a client does about what is not used."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import selectors
from clients.choices import Access, Right
from clients.exceptions import NotPossible
from clients.models import Product, Relationship, RightUse
from clients.selectors import Idle
from clients.services.access import active_locked, change_access, record
from clients.services.terms import ProductRights, Terms
from partnerportal.accounts.acting import Acting


def note_use(*, relationship_id: int, rights: frozenset[str], on: date) -> None:
    """Note the day on which rights were used last; run twice, it is noted once."""
    RightUse.objects.bulk_create(
        [RightUse(relationship_id=relationship_id, right=right, last_used_on=on) for right in sorted(rights)],
        update_conflicts=True,
        unique_fields=["relationship", "right"],
        update_fields=["last_used_on"],
    )


@transaction.atomic
def confirm_access(*, relationship_id: int, actor: Acting, now: datetime) -> Relationship:
    """The client has looked at an access and keeps it; the times after which it is asked again begin anew.

    Raises IllegalTransition.
    """
    relationship = active_locked(relationship_id, now=now)
    relationship.reviewed_at = now
    relationship.save(update_fields=["reviewed_at"])
    record(relationship, "clients.relationship.confirmed", {}, actor=actor, now=now)
    return relationship


def narrowed(relationship: Relationship, idle: list[Idle]) -> Terms:
    """Return the terms without what is ``idle``: what one click on "take back" saves.

    Full access becomes limited: seeing every product, with the rights that are in use. If a limited partner has used
    nothing, it keeps nothing. Pure but for reading the products.
    """
    unused = {one.right for one in idle}
    if relationship.access == Access.FULL:
        keeps = Right.VIEW not in unused
        owned = Product.objects.in_use().filter(organisation=relationship.client_id).order_by("pk")
        rights = tuple(ProductRights(pk, keeps, keeps) for pk in owned.values_list("pk", flat=True))
        return Terms(Access.LIMITED, None, rights, relationship.ends_at)
    if Right.VIEW in unused:
        return Terms(Access.LIMITED, None, (), relationship.ends_at)
    rights = tuple(
        ProductRights(
            one.product_id,
            one.has_technical and Right.TECHNICAL not in unused,
            one.has_statistics and Right.STATISTICS not in unused,
        )
        for one in Terms.of(relationship).products
    )
    return Terms(Access.LIMITED, None, rights, relationship.ends_at)


@transaction.atomic
def take_back_unused(*, relationship_id: int, shown: str, actor: Acting, now: datetime) -> Relationship:
    """Narrow an access to what the partner uses.

    ``shown``: what the page said is idle (:func:`idle_mark`). Raises :class:`NotPossible` if that has changed.
    """
    relationship = active_locked(relationship_id, now=now)
    with_uses = Relationship.objects.with_uses().select_related("client").get(pk=relationship.pk)
    idle = selectors.idle_rights(with_uses, today=timezone.localdate(now))
    if not idle:
        raise NotPossible(_("The partner has used this access meanwhile: there is nothing idle to take back."))
    terms = narrowed(with_uses, idle)
    if relationship.is_full and not terms.products:
        raise NotPossible(_("There is no product that the partner could go on seeing. End the access instead."))
    if shown != idle_mark(idle):
        raise NotPossible(_("What is not used has changed since this page was opened. Look at it again."))
    return change_access(relationship_id=relationship.pk, terms=terms, actor=actor, now=now)


def idle_mark(idle: list[Idle]) -> str:
    """Return what is idle as a button carries it."""
    return ",".join(one.right.value for one in idle)


@transaction.atomic
def renew_access(*, relationship_id: int, shown: str, actor: Acting, now: datetime) -> Relationship:
    """Put the agreed end off by ``PROGRAMME["access_renewal_months"]``, counted from that end, once it is near.

    ``shown``: the last day that the page said, in ISO form: pressed twice, it is renewed once. Raises
    :class:`NotPossible` for access without an end, with another one, or with one far ahead; IllegalTransition for one
    that is over.
    """
    relationship = active_locked(relationship_id, now=now)
    if relationship.ends_at is None or relationship.last_day is None:
        raise NotPossible(_("This access has no end date: there is nothing to renew."))
    if shown != relationship.last_day.isoformat() or not relationship.ends_soon:
        raise NotPossible(_("This access ends on another day by now. Look at it again."))
    terms = Terms.of(relationship)
    months = relativedelta(months=settings.PROGRAMME["access_renewal_months"])
    zone = ZoneInfo(relationship.client.time_zone if relationship.client else settings.TIME_ZONE)
    ends_at = relationship.ends_at.astimezone(zone) + months  # by the client's clock: a midnight stays one
    longer = Terms(terms.access, terms.payer, terms.products, ends_at)
    return change_access(relationship_id=relationship.pk, terms=longer, actor=actor, now=now)

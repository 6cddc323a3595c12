"""The client, and nobody else, changes what a partner reaches and who pays. Rules 17 to 19, 3.4."""

from __future__ import annotations

from copy import copy
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clients import selectors, tasks
from clients.choices import Payer, ProductState, RelationshipState, RenewalPayer
from clients.exceptions import ChangedMeanwhile, NotPossible
from clients.models import Product, Relationship
from clients.services.terms import Terms, check_full_is_free, words, write_grants, write_terms
from partnerportal.accounts.acting import Acting
from partnerportal.audit import log
from partnerportal.kernel.states import IllegalTransition


@transaction.atomic
def change_access(
    *, relationship_id: int, terms: Terms, actor: Acting, now: datetime, seen: dict[str, object] | None = None
) -> Relationship:
    """Make the relationship grant exactly ``terms`` from now on (rules 17, 18; down to no product at all, 3.4).

    ``seen``: the terms that the person had on screen (:func:`clients.selectors.snapshot`); if they have changed
    meanwhile the save is refused (:class:`ChangedMeanwhile`), so that nobody overwrites what they did not see. The
    partner gets a mail (Q20), and one about the payer where that changed (rule 19). Raises :class:`NotPossible`,
    IllegalTransition.
    """
    relationship = active_locked(relationship_id, now=now)
    if seen is not None and seen != selectors.snapshot(relationship):
        raise ChangedMeanwhile(
            _("The access was changed in another window meanwhile. Look at what changed, then save what you want.")
        )
    before, before_row = words(relationship), copy(relationship)
    # Limited access may be narrowed down to nothing (3.4); coming from full access, something is chosen (rule 18).
    terms.check(client_id=relationship.client_id, needs_products=relationship.is_full, now=now)
    check_full_is_free(client_id=relationship.client_id, partner_id=relationship.partner_id, access=terms.access)
    write_terms(relationship, terms)
    if before_row.access != terms.access:
        relationship.access_since = now
    _save_free(relationship)
    if not relationship.is_full:  # a product that full access had opened already is not granted anew (Q13)
        opened_at = before_row.access_since if before_row.is_full else None
        write_grants(relationship, terms.products, opened_at or now)
    after = words(relationship)
    if before == after:
        return relationship
    if before_row.is_paid_by_partner and not relationship.is_paid_by_partner:
        _stop_paying(relationship, actor=actor, now=now)
    record(relationship, "clients.relationship.access_changed", {"from": before, "to": after}, actor=actor, now=now)
    if {**before, "payer": None} != {**after, "payer": None}:
        tasks.mail_access_changed.start(now=now, relationship_id=relationship.pk, before=before_row.access)
    if before_row.payer != relationship.payer and relationship.is_full:
        tasks.mail_payer_changed.start(now=now, relationship_id=relationship.pk)
    return relationship


def _save_free(relationship: Relationship) -> None:
    """Save the terms; the database has the last word on "one full access at a time"."""
    try:
        with transaction.atomic():
            relationship.save(update_fields=["access", "payer", "ends_at", "access_since"])
    except IntegrityError as refusal:  # relationship_one_full_per_client
        raise NotPossible(
            _("Another partner has got full access meanwhile, and one at a time can have it."), field="access"
        ) from refusal


@transaction.atomic
def change_payer(*, relationship_id: int, payer: str, actor: Acting, now: datetime) -> Relationship:
    """Change whose means pay what the partner orders (section 4); the partner gets a mail (rule 19).

    Raises :class:`NotPossible` for limited access, which has no payer (rule 18).
    """
    relationship = active_locked(relationship_id, now=now)
    if not relationship.is_full:
        raise NotPossible(_("With limited access the partner orders nothing, so nobody pays for it."), field="payer")
    if payer not in Payer.values:
        raise NotPossible(_("Choose who pays what the partner orders."), field="payer")
    before = relationship.payer
    if before == payer:
        return relationship
    relationship.payer = payer
    relationship.save(update_fields=["payer"])
    if before == Payer.PARTNER:
        _stop_paying(relationship, actor=actor, now=now)
    changes: dict[str, object] = {"from": before, "to": payer}
    record(relationship, "clients.relationship.payer_changed", changes, actor=actor, now=now)
    tasks.mail_payer_changed.start(now=now, relationship_id=relationship.pk)
    return relationship


def active_locked(relationship_id: int, *, now: datetime) -> Relationship:
    """Load an active relationship for a change.

    Raises IllegalTransition if it is not active (any more), also where its agreed end has come and is not written yet:
    what has ended is not revived (rule 49).
    """
    locked = Relationship.objects.select_for_update(of=("self",)).select_related("client", "partner__organisation")
    relationship = locked.get(pk=relationship_id)
    is_over = relationship.ends_at is not None and relationship.ends_at <= now
    if relationship.state != RelationshipState.ACTIVE or is_over:
        raise IllegalTransition(relationship.state, RelationshipState.ACTIVE)
    return relationship


def _stop_paying(relationship: Relationship, *, actor: Acting, now: datetime) -> None:
    """The partner pays no more: the client reads which renewals have no payment means now (Q19)."""
    unpaid = drop_partner_renewals(relationship)
    if unpaid:
        changes: dict[str, object] = {"renewals_without_payer": unpaid}
        record(relationship, "clients.relationship.renewals_unpaid", changes, actor=actor, now=now)
        tasks.mail_renewals_stopped.start(now=now, relationship_id=relationship.pk, unpaid_products=unpaid)


def drop_partner_renewals(relationship: Relationship) -> int:
    """Q19: what the partner would have renewed has no payment means now; the paid period stays. Returns how many."""
    paid = Product.objects.filter(organisation=relationship.client_id, renewal_payer=RenewalPayer.PARTNER)
    return paid.exclude(state=ProductState.TERMINATED).update(renewal_payer=RenewalPayer.NOBODY)


def record(
    relationship: Relationship, action: str, changes: dict[str, object], *, actor: Acting, now: datetime
) -> None:
    """Write an act of the client's side into the trail of the client."""
    log.record(
        at=now,
        actor=actor,
        action=action,
        subject=relationship,
        organisation=relationship.client,
        relationship_id=relationship.pk,
        changes=changes,
    )

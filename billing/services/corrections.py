"""Finance corrects a prepaid account by hand, with a reason that its owner reads; above a set amount two people do."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from billing.choices import CORRECTION_TRANSITIONS, CorrectionState, EntryKind
from billing.exceptions import CorrectionRefused
from billing.models import Correction, PrepaidAccount
from billing.services.ledger import Movement, lock_accounts, post
from partnerportal.accounts.acting import Acting
from partnerportal.audit import log
from partnerportal.kernel.states import check_transition


def correction_limit() -> Decimal:
    """Return up to which amount one person corrects alone, in the account's currency."""
    return settings.PROGRAMME["correction_alone_up_to"]


@transaction.atomic
def propose_correction(
    *, organisation_id: int, currency: str, amount: Decimal, reason: str, actor: Acting, now: datetime, key: str = ""
) -> Correction:
    """Correct a prepaid account by ``amount`` (signed): at once up to the limit, above it once a second person agrees.

    What the person has corrected alone on this account of late counts with it: a large one is not cut into small ones.

    ``key``: made with the form; a repeated request returns the correction that it made the first time. Raises
    :class:`CorrectionRefused` for nothing and without a reason, :class:`InsufficientBalance` for one that would
    take the balance below zero: only cashback that is taken back may (Q10).
    """
    if amount == 0:
        raise CorrectionRefused(_("A correction of nothing corrects nothing."), field="amount")
    if not reason.strip():
        raise CorrectionRefused(_("Say why: the owner of the account reads it."), field="reason")
    if actor.user_id is None:
        raise CorrectionRefused(_("A correction is made by a person."))
    account = lock_accounts([(organisation_id, currency)])[organisation_id, currency]
    known = Correction.objects.filter(account=account, key=key).first() if key else None
    if known is not None:
        return known
    is_for_two = abs(amount) + _corrected_alone(account, actor.user_id, now) > correction_limit()
    decision = (
        {} if is_for_two else {"decided_at": now, "decided_by_id": actor.user_id, "decided_by_label": actor.label}
    )
    correction = Correction.objects.create(
        account=account,
        amount=amount,
        reason=reason.strip(),
        state=CorrectionState.PROPOSED if is_for_two else CorrectionState.BOOKED,
        is_for_two=is_for_two,
        key=key,
        proposed_at=now,
        proposed_by_id=actor.user_id,
        proposed_by_label=actor.label,
        **decision,
    )
    if is_for_two:
        _record(correction, "billing.correction.proposed", actor, now)
    else:
        _book(correction, actor, now)
    return correction


def _corrected_alone(account: PrepaidAccount, user_id: int, now: datetime) -> Decimal:
    """Return how much a person has moved of an account alone in the last days (a setting), whichever way."""
    since = now - timedelta(days=settings.PROGRAMME["correction_alone_days"])
    alone = account.corrections.filter(is_for_two=False, proposed_by_id=user_id, proposed_at__gt=since)
    return sum((abs(amount) for amount in alone.values_list("amount", flat=True)), Decimal(0))


@transaction.atomic
def approve_correction(*, correction_id: int, actor: Acting, now: datetime) -> Correction:
    """Book what somebody else proposed.

    Raises IllegalTransition, InsufficientBalance, and :class:`CorrectionRefused` for one's own.
    """
    correction = _locked(correction_id)
    if actor.user_id == correction.proposed_by_id:
        raise CorrectionRefused(_("You proposed this yourself. Above the limit somebody else decides."))
    _decide(correction, CorrectionState.BOOKED, actor, now)
    _book(correction, actor, now)
    return correction


@transaction.atomic
def reject_correction(*, correction_id: int, actor: Acting, now: datetime) -> Correction:
    """Leave a proposed correction undone; whoever proposed it may do so, too. Raises IllegalTransition."""
    correction = _locked(correction_id)
    _decide(correction, CorrectionState.REJECTED, actor, now)
    _record(correction, "billing.correction.rejected", actor, now)
    return correction


def _locked(correction_id: int) -> Correction:
    corrections = Correction.objects.select_for_update(of=("self",), no_key=True)
    return corrections.select_related("account__organisation").get(pk=correction_id)


def _decide(correction: Correction, state: CorrectionState, actor: Acting, now: datetime) -> None:
    check_transition(CORRECTION_TRANSITIONS, correction.state, state)
    correction.state, correction.decided_at = state, now
    correction.decided_by_id, correction.decided_by_label = actor.user_id, actor.label
    correction.save(update_fields=["state", "decided_at", "decided_by_id", "decided_by_label"])


def _book(correction: Correction, actor: Acting, now: datetime) -> None:
    owner = (correction.account.organisation_id, correction.account.currency)
    facts = {"correction_id": correction.pk, "reference": str(correction), "reason": correction.reason}
    post([Movement(owner, EntryKind.CORRECTION, correction.amount, facts)], actor=actor, now=now)
    _record(correction, "billing.correction.booked", actor, now)


def _record(correction: Correction, action: str, actor: Acting, now: datetime) -> None:
    log.record(
        at=now,
        actor=actor,
        action=action,
        subject=correction,
        organisation=correction.account.organisation,
        changes={
            "amount": str(correction.amount),
            "currency": correction.account.currency,
            "reason": correction.reason,
            "proposed_by": correction.proposed_by_label,
        },
    )

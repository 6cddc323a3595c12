"""How a partner stays one, loses its status, and leaves. Rule 2, rule 54, Q21, Q22, Q42."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from partnerportal.accounts.acting import Acting
from partnerportal.audit import log
from partnerportal.kernel.states import check_transition
from partners import selectors, signals, tasks
from partners.choices import PARTNER_TRANSITIONS, PartnerState, ReviewOutcome
from partners.models import ManagedVolume, Partner, VolumeReview


@transaction.atomic
def review_threshold(
    *, partner_id: int, managed: Mapping[str, Decimal], on: date, actor: Acting, now: datetime
) -> VolumeReview | None:
    """Measure a partner against the threshold on the day ``on`` and store the review (rule 2, Q21, Q22).

    ``managed``: yearly net list prices of what it manages, by currency. Reached: a warning is lifted. Below: the first
    time a warning with a grace date, after the grace date a suspension. During the build-up and the grace nothing more
    happens. Returns None if the partner has been reviewed for that day, is in its build-up, or is not active.
    """
    partner = Partner.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=partner_id)
    if not partner.is_approved or on < partner.build_up_until or partner.reviews.filter(on=on).exists():
        return None
    thresholds = selectors.thresholds_on(on)
    share = selectors.threshold_share(managed=managed, thresholds=thresholds)
    outcome = _review_outcome(partner, share, on)
    if outcome is None:
        return None
    grace_until = on + timedelta(days=settings.PROGRAMME["grace_days"]) if outcome == ReviewOutcome.WARNED else None
    review = VolumeReview.objects.create(
        partner=partner,
        on=on,
        managed={currency: str(managed.get(currency, Decimal("0.00"))) for currency in thresholds},
        thresholds={currency: str(amount) for currency, amount in thresholds.items()},
        share=share.quantize(Decimal("0.000001"), rounding="ROUND_DOWN"),
        outcome=outcome,
        grace_until=grace_until,
        created_at=now,
    )
    partner.grace_until = grace_until
    partner.save(update_fields=["grace_until"])
    log.record(
        at=now,
        actor=actor,
        action="partners.volume.reviewed",
        subject=partner,
        organisation=partner.organisation,
        changes={"on": on.isoformat(), "share": str(review.share), "outcome": outcome},
    )
    if outcome == ReviewOutcome.SUSPENDED:
        suspend_partner(partner_id=partner.pk, actor=actor, now=now)
    if outcome != ReviewOutcome.REACHED:
        tasks.mail_volume_review.start(now=now, key=f"partners.mail_volume_review:{review.pk}", review_id=review.pk)
    return review


def _review_outcome(partner: Partner, share: Decimal, on: date) -> ReviewOutcome | None:
    if share >= 1:
        return ReviewOutcome.REACHED
    if partner.grace_until is None:
        return ReviewOutcome.WARNED
    return ReviewOutcome.SUSPENDED if on > partner.grace_until else None


@transaction.atomic
def suspend_partner(*, partner_id: int, reason: str = "", actor: Acting, now: datetime) -> Partner:
    """Suspend: no new clients, no rebate, no cashback, no access, not in the directory (Q21, rule 48).

    ``reason``: what the partner reads; empty where a review's mail tells it already. Raises IllegalTransition.
    """
    partner = Partner.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=partner_id)
    check_transition(PARTNER_TRANSITIONS, partner.state, PartnerState.SUSPENDED)
    partner.state, partner.suspended_at, partner.grace_until = PartnerState.SUSPENDED, now, None
    partner.save(update_fields=["state", "suspended_at", "grace_until"])
    log.record(
        at=now,
        actor=actor,
        action="partners.partner.suspended",
        subject=partner,
        organisation=partner.organisation,
        changes={"reason": reason} if reason else {},
    )
    if reason:
        tasks.mail_status_changed.start(now=now, partner_id=partner.pk, state=partner.state, reason=reason)
    signals.partner_suspended.send(sender=Partner, partner=partner, actor=actor, now=now)
    return partner


@transaction.atomic
def reinstate_partner(*, partner_id: int, reason: str, actor: Acting, now: datetime) -> Partner:
    """Lift a suspension: what the clients granted holds again. The partner is mailed ``reason``.

    Renewals that lost their payer do not come back by themselves. Raises IllegalTransition.
    """
    partner = Partner.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=partner_id)
    check_transition(PARTNER_TRANSITIONS, partner.state, PartnerState.APPROVED)
    partner.state, partner.suspended_at = PartnerState.APPROVED, None
    partner.save(update_fields=["state", "suspended_at"])
    log.record(
        at=now,
        actor=actor,
        action="partners.partner.reinstated",
        subject=partner,
        organisation=partner.organisation,
        changes={"reason": reason},
    )
    signals.partner_reinstated.send(sender=Partner, partner=partner, actor=actor, now=now)
    tasks.mail_status_changed.start(now=now, partner_id=partner.pk, state=partner.state, reason=reason)
    return partner


@transaction.atomic
def leave_programme(*, partner_id: int, actor: Acting, now: datetime) -> Partner:
    """Leave for good: all relationships end (Q42); the balance stays withdrawable."""
    partner = Partner.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=partner_id)
    check_transition(PARTNER_TRANSITIONS, partner.state, PartnerState.LEFT)
    partner.state, partner.left_at, partner.suspended_at = PartnerState.LEFT, now, None
    partner.save(update_fields=["state", "left_at", "suspended_at"])
    log.record(at=now, actor=actor, action="partners.partner.left", subject=partner, organisation=partner.organisation)
    signals.partner_left.send(sender=Partner, partner=partner, actor=actor, now=now)
    tasks.mail_partner_left.start(now=now, partner_id=partner.pk)
    return partner


@transaction.atomic
def set_tender_mails(*, partner_id: int, wants_tenders: bool, actor: Acting, now: datetime) -> Partner:
    """Turn calls for tenders on or off for a partner (rule 54)."""
    partner = Partner.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=partner_id)
    if partner.wants_tenders != wants_tenders:
        partner.wants_tenders = wants_tenders
        partner.save(update_fields=["wants_tenders"])
        log.record(
            at=now,
            actor=actor,
            action="partners.partner.tender_mails_changed",
            subject=partner,
            organisation=partner.organisation,
            changes={"wants_tenders": wants_tenders},
        )
    return partner


def note_volumes(*, volumes: Mapping[int, Mapping[str, Decimal]], now: datetime) -> None:
    """Keep what each partner manages as measured at ``now``, for pages that are opened often.

    ``volumes``: yearly net list prices by partner and currency. Decisions measure anew (:func:`review_threshold`).
    """
    ManagedVolume.objects.bulk_create(
        [
            ManagedVolume(
                partner_id=partner_id,
                managed={currency: str(amount) for currency, amount in sorted(managed.items())},
                measured_at=now,
            )
            for partner_id, managed in volumes.items()
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["partner"],
        update_fields=["managed", "measured_at"],
    )

"""How a call is posted, answered, awarded and closed. Rules 53 to 57, Q24 to Q28."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberMatcher

from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.audit import log
from partnerportal.catalogue.models import Offer
from partnerportal.kernel.states import check_transition
from partnerportal.kernel.text import folded
from partners.models import Partner
from tenders import tasks
from tenders.choices import TENDER_TRANSITIONS, TenderState
from tenders.exceptions import WISH_IS_PAST, NotPossible
from tenders.models import Contract, Proposal, Tender

CONTENT_FIELDS = (
    "title",
    "description",
    "category",
    "budget_min",
    "budget_max",
    "currency",
    "is_remote",
    "place",
    "languages",
    "wished_on",
    "contact_name",
    "contact_email",
    "contact_phone",
)
PHONE_REGIONS = ("CH", "LI", "FR", "DE", "IT")  # whose numbers are understood without a country code
MAIL_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]{2,}")


@dataclass(frozen=True)
class Visitor:
    """Somebody without an account, for the audit trail; the trail does not keep the name."""

    user_id: None = None
    home: None = None
    relationship_id: None = None
    label: str = "Visitor"


Author = Acting | Visitor


@transaction.atomic
def post_tender(
    *, values: Mapping[str, Any], organisation_id: int | None, mail_language: str, actor: Author, now: datetime
) -> Tender:
    """Post a call, free of charge (rule 53): a visitor's waits for a click in its mail, a client's is open at once.

    Raises :class:`NotPossible` where the text holds an address or a number: the extract is public (rule 54), and for a
    wished day that has passed.
    """
    _check_no_contact_data(values)
    if values["wished_on"] is not None and values["wished_on"] < timezone.localdate(now):
        raise NotPossible(str(WISH_IS_PAST), field="wished_on")
    is_visitor = organisation_id is None
    days = settings.PROGRAMME["tender_confirm_days" if is_visitor else "tender_days"]
    tender = Tender(
        **{name: values[name] for name in CONTENT_FIELDS},
        organisation_id=organisation_id,
        author_id=actor.user_id,
        mail_language=mail_language,
        state=TenderState.DRAFT if is_visitor else TenderState.OPEN,
        created_at=now,
        opened_at=None if is_visitor else now,
        expires_at=now + timedelta(days=days),
    )
    tender.search_text = folded(f"{tender.title} {tender.place} {tender.extract}")
    tender.save()
    _record(tender, "tenders.tender.posted", actor=actor, now=now)
    if is_visitor:
        tasks.mail_confirm.start(now=now, tender_id=tender.pk)
    else:
        _tell_of(tender, now)
    return tender


@transaction.atomic
def confirm_tender(*, tender_id: int, actor: Author, now: datetime) -> Tender:
    """Put a visitor's call on the board: the address is theirs (Q24, Q25). Raises IllegalTransition, NotPossible."""
    tender = _locked(tender_id)
    check_transition(TENDER_TRANSITIONS, tender.state, TenderState.OPEN)
    if tender.expires_at <= now:
        raise NotPossible(_("The time to confirm this call is over. Post it again."))
    tender.state, tender.opened_at = TenderState.OPEN, now
    tender.expires_at = now + timedelta(days=settings.PROGRAMME["tender_days"])
    tender.save(update_fields=["state", "opened_at", "expires_at"])
    _record(tender, "tenders.tender.opened", actor=actor, now=now)
    _tell_of(tender, now)
    return tender


@transaction.atomic
def delete_tender(*, tender_id: int, actor: Author, now: datetime) -> Tender:
    """The author takes the call off for good (rule 56); its secret link ends with it. Raises IllegalTransition."""
    tender = _locked(tender_id)
    tender.link_version += 1
    _close(tender, TenderState.DELETED, now=now)
    _record(tender, "tenders.tender.deleted", actor=actor, now=now)
    return tender


@transaction.atomic
def answer_tender(
    *, tender_id: int, partner_id: int, text: str, price_net: Decimal | None, actor: Acting, now: datetime
) -> Proposal:
    """Send a partner's answer, or change the one it has sent (Q26); the author is mailed of the first.

    Raises :class:`NotPossible` unless the partner is approved (rule 54), the call open (rule 56) and not its own.
    """
    tender = _locked(tender_id)
    if not Partner.objects.approved().filter(pk=partner_id).exists():
        raise NotPossible(_("Only active partners can answer calls for tenders."))
    if not tender.is_open or tender.expires_at <= now:
        raise NotPossible(_("This call is closed: it can no longer be answered."))
    if tender.organisation_id == partner_id:
        raise NotPossible(_("This is your own call."))
    proposal = Proposal.objects.filter(tender=tender, partner=partner_id).first()
    is_new = proposal is None
    if proposal is None:
        proposal = Proposal(tender=tender, partner_id=partner_id, sent_at=now)
    else:
        proposal.changed_at = now
    proposal.text, proposal.price_net = text, price_net
    proposal.save()
    action = "tenders.proposal.sent" if is_new else "tenders.proposal.changed"
    _record(tender, action, actor=actor, now=now, subject=proposal)
    if is_new:
        tasks.mail_answered.start(now=now, key=f"tenders.mail_answered:{proposal.pk}", proposal_id=proposal.pk)
    return proposal


@transaction.atomic
def award_tender(*, tender_id: int, proposal_id: int, actor: Author, now: datetime) -> Proposal:
    """The author chooses one answer; the call is closed, every partner that answered is told once.

    Raises IllegalTransition, and :class:`NotPossible` for a partner that has lost its status meanwhile.
    """
    tender = _locked(tender_id)
    check_transition(TENDER_TRANSITIONS, tender.state, TenderState.AWARDED)
    proposal = Proposal.objects.select_related("partner__organisation").get(pk=proposal_id, tender=tender)
    if not proposal.partner.is_approved:
        raise NotPossible(_("This partner is no longer active in the programme. Choose another answer."))
    proposal.chosen_at = now
    proposal.save(update_fields=["chosen_at"])
    _close(tender, TenderState.AWARDED, now=now)
    _record(tender, "tenders.tender.awarded", actor=actor, now=now, changes={"partner": str(proposal.partner)})
    for answer_id in tender.proposals.order_by("pk").values_list("pk", flat=True):
        tasks.mail_decided.start(now=now, key=f"tenders.mail_decided:{answer_id}", proposal_id=answer_id)
    return proposal


@transaction.atomic
def record_contract(
    *,
    proposal_id: int,
    offers: Iterable[Offer],
    value_net: Decimal,
    begins_on: date,
    acknowledges_exclusivity: bool,
    actor: Acting,
    now: datetime,
) -> Contract:
    """Record what a partner agreed with the author of a call that it won: the provider's products only (rule 57).

    Raises :class:`NotPossible` for an answer that did not win, a second contract, nothing in it, or a duty that is
    not acknowledged.
    """
    locked = Proposal.objects.select_for_update(of=("self",)).select_related("tender", "partner__organisation")
    proposal = locked.get(pk=proposal_id)
    chosen = list(offers)
    if proposal.chosen_at is None:
        raise NotPossible(_("Only a call that you have won leads to a contract."))
    if Contract.objects.filter(proposal=proposal).exists():
        raise NotPossible(_("The contract of this call is recorded already."))
    if not acknowledges_exclusivity:
        raise NotPossible(
            _("Contracts won through the board use the provider's products only. Confirm it to record the contract."),
            field="acknowledges_exclusivity",
        )
    if not chosen:
        raise NotPossible(_("Choose at least one product of the catalogue."), field="offers")
    contract = Contract.objects.create(
        proposal=proposal,
        value_net=value_net,
        currency=proposal.tender.currency,
        begins_on=begins_on,
        acknowledges_exclusivity=True,
        recorded_at=now,
        recorded_by_label=actor.label,
    )
    contract.offers.set(chosen)
    changes = {"offers": sorted(offer.code for offer in chosen), "value_net": str(value_net)}
    log.record(
        at=now,
        actor=actor,
        action="tenders.contract.recorded",
        subject=contract,
        organisation=proposal.partner.organisation,
        changes=changes,
    )
    return contract


@transaction.atomic
def expire_tenders(*, now: datetime) -> int:
    """Close every call whose time is over, and drop drafts that nobody confirmed (Q25); return how many."""
    closed = 0
    for tender in Tender.objects.over_by(now).select_for_update(skip_locked=True, of=("self",)).order_by("pk"):
        was_open = tender.is_open
        _close(tender, TenderState.EXPIRED, now=now)
        _record(tender, "tenders.tender.expired", actor=SYSTEM, now=now)
        if was_open:
            tasks.mail_expired.start(now=now, key=f"tenders.mail_expired:{tender.pk}", tender_id=tender.pk)
        closed += 1
    return closed


def _tell_of(tender: Tender, now: datetime) -> None:
    tasks.mail_opened.start(now=now, key=f"tenders.mail_opened:{tender.pk}", tender_id=tender.pk)
    tasks.tell_partners.start(now=now, key=f"tenders.tell_partners:{tender.pk}", tender_id=tender.pk)


def _check_no_contact_data(values: Mapping[str, Any]) -> None:
    own = re.sub(r"\D", "", values["contact_phone"])
    for field in ("title", "place", "description"):
        text = values[field]
        holds_own_number = len(own) >= 7 and own in re.sub(r"\D", "", text)
        if MAIL_ADDRESS.search(text) or holds_own_number or _holds_phone_number(text):
            raise NotPossible(
                _("Leave e-mail addresses and phone numbers out of the text: partners see yours once they answer."),
                field=field,
            )


def _holds_phone_number(text: str) -> bool:
    """Tell whether a number stands there that could be called, in any way in which our authors write one."""
    return any(PhoneNumberMatcher(text, region).has_next() for region in PHONE_REGIONS)


def _close(tender: Tender, state: TenderState, *, now: datetime) -> None:
    check_transition(TENDER_TRANSITIONS, tender.state, state)
    tender.state, tender.closed_at = state, now
    tender.save(update_fields=["state", "closed_at", "link_version"])


def _locked(tender_id: int) -> Tender:
    return Tender.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=tender_id)


def _record(
    tender: Tender,
    action: str,
    *,
    actor: Author,
    now: datetime,
    subject: Proposal | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    log.record(
        at=now,
        actor=actor,
        action=action,
        subject=subject or tender,
        organisation=tender.organisation,
        changes=changes,
    )

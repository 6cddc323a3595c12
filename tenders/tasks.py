"""What happens after a call has changed: mails, each to each person once."""

from __future__ import annotations

from django.db import transaction

from partnerportal.accounts import selectors as account_selectors
from partnerportal.accounts.models import User
from partnerportal.work.registry import register
from partnerportal.work.running import Running
from partners.models import Partner
from tenders import notifications
from tenders.choices import TenderState
from tenders.models import Proposal, Tender


@register("tenders.mail_confirm")
def mail_confirm(_run: Running, *, tender_id: int) -> None:
    """Mail a visitor the link that puts the call on the board, unless it is there or gone already."""
    tender = Tender.objects.get(pk=tender_id)
    if tender.state == TenderState.DRAFT:
        notifications.confirm(tender)


@register("tenders.mail_opened")
def mail_opened(_run: Running, *, tender_id: int) -> None:
    """Mail the author the link to its call."""
    notifications.opened(Tender.objects.get(pk=tender_id))


@register("tenders.tell_partners")
def tell_partners(run: Running, *, tender_id: int) -> dict[str, int]:
    """Start one mail for each legal representative of each approved partner that opted in (rule 54)."""
    wanting = Partner.objects.approved().filter(wants_tenders=True).order_by("pk").values_list("pk", flat=True)
    started = 0
    for partner_id in wanting.iterator():
        for person in account_selectors.legal_representatives(organisation_id=partner_id):
            with transaction.atomic():
                mail_extract.start(
                    now=run.now,
                    key=f"tenders.mail_extract:{tender_id}:{partner_id}:{person.pk}",
                    tender_id=tender_id,
                    partner_id=partner_id,
                    person_id=person.pk,
                )
            started += 1
    return {"mails": started}


@register("tenders.mail_extract")
def mail_extract(_run: Running, *, tender_id: int, partner_id: int, person_id: int) -> None:
    """Mail the extract, unless the call is gone, the status lost or the wish withdrawn meanwhile (rules 54 and 56)."""
    tender = Tender.objects.filter(pk=tender_id, state=TenderState.OPEN).first()
    person = User.objects.filter(pk=person_id, is_active=True).first()
    wants = Partner.objects.approved().filter(pk=partner_id, wants_tenders=True).exists()
    if tender is not None and person is not None and wants:
        notifications.extract(tender, person)


@register("tenders.mail_answered")
def mail_answered(_run: Running, *, proposal_id: int) -> None:
    """Tell the author of a new answer."""
    notifications.answered(_proposal(proposal_id))


@register("tenders.mail_decided")
def mail_decided(_run: Running, *, proposal_id: int) -> None:
    """Tell a partner what became of its answer."""
    notifications.decided(_proposal(proposal_id))


@register("tenders.mail_expired")
def mail_expired(_run: Running, *, tender_id: int) -> None:
    """Tell the author that the time is over."""
    notifications.expired(Tender.objects.get(pk=tender_id))


def _proposal(proposal_id: int) -> Proposal:
    return Proposal.objects.select_related("tender", "partner__organisation").get(pk=proposal_id)

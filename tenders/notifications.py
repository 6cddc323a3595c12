"""Mails about calls, in the language of whoever reads them. The extract never holds contact data (rule 54)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from partnerportal.accounts import selectors as account_selectors
from partnerportal.accounts.models import User
from partnerportal.accounts.tokens import link_token
from partnerportal.web import mail
from tenders.choices import AUTHOR_PURPOSE, CONFIRM_PURPOSE
from tenders.models import Proposal, Tender


def author_url(tender: Tender) -> str:
    """Return where the author reads answers, awards and deletes: its own space, or the secret page (Q28)."""
    if tender.organisation_id is not None:
        return reverse("tenders:account_detail", args=[tender.pk])
    token = link_token(purpose=AUTHOR_PURPOSE, pk=tender.pk, version=tender.link_version)
    return reverse("tenders:author_detail", args=[token])


def confirm(tender: Tender) -> None:
    """Ask a visitor whether the address and the call are theirs."""
    token = link_token(purpose=CONFIRM_PURPOSE, pk=tender.pk, version=tender.link_version)
    _to_author("tenders/confirm", tender, link=mail.absolute(reverse("tenders:confirm", args=[token])))


def opened(tender: Tender) -> None:
    """The call is on the board; the author's link to it."""
    _to_author("tenders/opened", tender)


def extract(tender: Tender, person: User) -> None:
    """N5: the extract of a new call, to somebody of an opted-in partner."""
    link = mail.absolute(reverse("tenders:tender_detail", args=[tender.pk]))
    context = {"tender": tender, "link": link, "settings_link": mail.absolute(reverse("partners:tender_mails"))}
    mail.send(event="tenders/extract", to=person.email, language=person.language, context=context)


def answered(proposal: Proposal) -> None:
    """Tell the author that a partner has answered."""
    _to_author("tenders/answered", proposal.tender, proposal=proposal)


def decided(proposal: Proposal) -> None:
    """Tell a partner that its answer won, or that another did."""
    event = "tenders/won" if proposal.chosen_at else "tenders/not_chosen"
    link = mail.absolute(reverse("tenders:tender_detail", args=[proposal.tender_id]))
    for person in account_selectors.legal_representatives(organisation_id=proposal.partner_id):
        context = {"tender": proposal.tender, "proposal": proposal, "link": link, "person": person}
        mail.send(event=event, to=person.email, language=person.language, context=context)


def expired(tender: Tender) -> None:
    """Tell the author that the call is no longer on the board."""
    _to_author("tenders/expired", tender, link=mail.absolute(reverse("tenders:post")))


def _to_author(event: str, tender: Tender, **context: Any) -> None:
    values = {"tender": tender, "link": mail.absolute(author_url(tender)), **context}
    mail.send(event=event, to=tender.contact_email, language=tender.mail_language, context=values)

"""Sets of calls, answers and contracts. Nothing is visible unless a query here says to whom (rules 54 to 56)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery

from partnerportal.kernel.text import folded
from partners.models import Partner
from tenders.choices import TenderState


def is_nobody(acting: Any) -> bool:
    """Tell whether there is no own organisation to ask for: signed out, without one, or in a client's space."""
    return acting is None or acting.home is None or acting.relationship is not None


class TenderQuerySet(models.QuerySet[Any]):
    """Calls for tenders."""

    def open_at(self, now: datetime) -> TenderQuerySet:
        """Keep those on the board: confirmed, not closed, their time not over even if no job has run yet (rule 56)."""
        return self.filter(state=TenderState.OPEN, expires_at__gt=now)

    def over_by(self, now: datetime) -> TenderQuerySet:
        """Keep open calls and drafts whose time is over at ``now`` (Q25)."""
        return self.filter(state__in=[TenderState.DRAFT, TenderState.OPEN], expires_at__lte=now)

    def matching(self, text: str) -> TenderQuerySet:
        """Keep those whose title, place or extract holds every word of ``text``; never by what the extract hides."""
        found = self
        for word in folded(text).split():
            found = found.filter(search_text__contains=word)
        return found

    def with_answer_count(self) -> TenderQuerySet:
        """Add ``answer_count``."""
        return self.annotate(answer_count=Count("proposals"))

    def with_answer_of(self, partner_id: int) -> TenderQuerySet:
        """Add ``own_answer`` and ``own_chosen_at``: a partner's answer, and when it won."""
        own = apps.get_model("tenders", "Proposal").objects.filter(tender=OuterRef("pk"), partner=partner_id)
        return self.annotate(
            own_answer=Subquery(own.values("pk")[:1]), own_chosen_at=Subquery(own.values("chosen_at")[:1])
        )

    def visible_to(self, acting: Any) -> TenderQuerySet:
        """Keep the calls that one's own organisation posted; none in a client's space."""
        if is_nobody(acting):
            return self.none()
        return self.filter(organisation=acting.home.pk)

    def readable_to(self, acting: Any, now: datetime) -> TenderQuerySet:
        """Keep the calls that one's organisation may read as an approved partner (rules 54 and 55).

        Open ones; closed ones if it had answered; deleted ones never (rule 56).
        """
        if is_nobody(acting):
            return self.none()
        approved = Partner.objects.approved().filter(pk=acting.home.pk)
        answers = apps.get_model("tenders", "Proposal").objects.filter(tender=OuterRef("pk"), partner=acting.home.pk)
        is_open = Q(state=TenderState.OPEN, expires_at__gt=now)
        is_kept = Q(state__in=[TenderState.OPEN, TenderState.AWARDED, TenderState.EXPIRED]) & Exists(answers)
        return self.filter(Exists(approved)).filter(is_open | is_kept)


class ProposalQuerySet(models.QuerySet[Any]):
    """Answers to calls."""

    def visible_to(self, acting: Any) -> ProposalQuerySet:
        """Keep one's own partner's answers to calls that were not deleted."""
        if is_nobody(acting):
            return self.none()
        return self.filter(partner=acting.home.pk).exclude(tender__state=TenderState.DELETED)

    def chosen(self) -> ProposalQuerySet:
        """Keep those that won."""
        return self.filter(chosen_at__isnull=False)


class ContractQuerySet(models.QuerySet[Any]):
    """Contracts won through calls."""

    def visible_to(self, acting: Any) -> ContractQuerySet:
        """Keep one's own partner's contracts."""
        if is_nobody(acting):
            return self.none()
        return self.filter(proposal__partner=acting.home.pk)

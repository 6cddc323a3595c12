"""Sets of organisations, memberships and invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from partnerportal.kernel.text import folded


class OrganisationQuerySet(models.QuerySet[Any]):
    """Organisations."""

    def visible_to(self, acting: Any) -> OrganisationQuerySet:
        """Keep the organisation acted for; nothing for nobody."""
        if acting is None or acting.organisation is None:
            return self.none()
        return self.filter(pk=acting.organisation.pk)

    def matching(self, text: str) -> OrganisationQuerySet:
        """Keep those whose name holds ``text``, whatever its case and accents."""
        return self.filter(search_name__contains=folded(text))


class MembershipQuerySet(models.QuerySet[Any]):
    """Memberships."""

    def visible_to(self, acting: Any) -> MembershipQuerySet:
        """Keep the members of the person's own organisation; a client's members are never a partner's to see."""
        if acting is None or acting.membership is None or acting.relationship is not None:
            return self.none()
        return self.filter(organisation=acting.membership.organisation_id)


class MemberInvitationQuerySet(models.QuerySet[Any]):
    """Invitations to become a member."""

    def visible_to(self, acting: Any) -> MemberInvitationQuerySet:
        """Keep those of the person's own organisation."""
        if acting is None or acting.membership is None or acting.relationship is not None:
            return self.none()
        return self.filter(organisation=acting.membership.organisation_id)

    def open_at(self, now: datetime) -> MemberInvitationQuerySet:
        """Keep those that can still be accepted at ``now``."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)

"""Sets of relationships and products. Nothing is visible unless a query here says to whom (rules 15, 16, 20, 21)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Least

from clients.choices import Access, ProductState, RelationshipState, Side
from partners.choices import PartnerState


def known_to_partner() -> Q:
    """Return what holds where the partner may know which organisation it is: the client asked, or has accepted.

    A request to a mail address that was not accepted tells nobody whose address it is (promise 2).
    """
    return Q(started_by=Side.CLIENT) | Q(state__in=[RelationshipState.ACTIVE, RelationshipState.ENDED])


class RelationshipQuerySet(models.QuerySet[Any]):
    """Relationships between a client and a partner."""

    def with_client_name(self) -> RelationshipQuerySet:
        """Add ``client_name``, folded for sorting: what the partner knows of the client (see ``client_to_partner``)."""
        return self.annotate(
            client_name=Case(
                When(known_to_partner(), then=F("client__search_name")),
                default=F("invited_email"),
                output_field=models.CharField(),
            )
        )

    def active(self) -> RelationshipQuerySet:
        """Keep those that open something now: accepted, not ended, the partner's status holding (rule 48)."""
        return self.filter(state=RelationshipState.ACTIVE, partner__state=PartnerState.APPROVED)

    def pending(self) -> RelationshipQuerySet:
        """Keep those that wait for an answer."""
        return self.filter(state=RelationshipState.PENDING)

    def live(self) -> RelationshipQuerySet:
        """Keep those that are waiting or accepted."""
        return self.filter(state__in=[RelationshipState.PENDING, RelationshipState.ACTIVE])

    def visible_to(self, acting: Any) -> RelationshipQuerySet:
        """Keep those of the organisation one is a member of, on either side; a collaborator's only where assigned.

        In a client's space only the relationship one came through is visible.
        """
        if acting is None or acting.home is None:
            return self.none()
        if acting.relationship is not None:
            return self.filter(pk=acting.relationship.pk).reachable_by(acting.membership)
        as_client = Q(client=acting.home.pk)
        if acting.is_whole:
            return self.filter(as_client | Q(partner=acting.home.pk))
        assigned = apps.get_model("clients", "ClientAssignment").objects.filter(
            relationship=OuterRef("pk"), membership=acting.membership.pk
        )
        return self.filter(as_client | (Q(partner=acting.home.pk) & Exists(assigned)))

    def reachable_by(self, membership: Any) -> RelationshipQuerySet:
        """Keep those whose client this member of the partner may enter now (rule 20)."""
        mine = self.active().filter(partner=membership.organisation_id)
        if membership.is_whole:
            return mine
        return mine.filter(assignments__membership=membership.pk)  # one assignment at most: no doubles

    def expired_by(self, now: datetime) -> RelationshipQuerySet:
        """Keep the pending ones whose time is over at ``now`` (Q15)."""
        return self.pending().filter(expires_at__lte=now)


class ProductQuerySet(models.QuerySet[Any]):
    """Products: offers owned by an organisation."""

    def in_use(self) -> ProductQuerySet:
        """Keep those that are not terminated."""
        return self.exclude(state=ProductState.TERMINATED)

    def running(self) -> ProductQuerySet:
        """Keep the active ones: these count towards degressive steps and the volume."""
        return self.filter(state=ProductState.ACTIVE)

    def visible_to(self, acting: Any) -> ProductQuerySet:
        """Keep one's own organisation's products; in a client's space what the relationship opens at this moment."""
        if acting is None or acting.home is None:
            return self.none()
        if acting.relationship is None:
            return self.filter(organisation=acting.home.pk)
        return self.opened_by(acting.relationship.pk, acting.membership)

    def opened_by(self, relationship_id: int, membership: Any | None = None) -> ProductQuerySet:
        """Keep what a relationship opens: all of the client's products with full access (also later ones, rule 16),
        the granted ones with limited access (rule 15). With ``membership`` only if that member may enter (rule 20).
        """
        relationships = apps.get_model("clients", "Relationship").objects.filter(pk=relationship_id)
        relationships = relationships.reachable_by(membership) if membership is not None else relationships.active()
        granted = apps.get_model("clients", "Grant").objects.filter(
            relationship=relationship_id, relationship__client=OuterRef("organisation"), product=OuterRef("pk")
        )
        opened = relationships.filter(client=OuterRef("organisation"))
        return self.filter(Exists(opened)).filter(Exists(opened.filter(access=Access.FULL)) | Exists(granted))

    def with_earner(self) -> ProductQuerySet:
        """Add ``earner_relationship``: the one active relationship in whose scope a product is, or null (Q13).

        Of several relationships the one that was granted the product first has it.
        """
        return self.annotate(earner_relationship=Subquery(self._claims().values("pk")[:1]))

    def with_earning_partner(self) -> ProductQuerySet:
        """Add ``earning_partner``: the partner of ``earner_relationship``."""
        return self.annotate(earning_partner=Subquery(self._claims().values("partner")[:1]))

    @staticmethod
    def _claims() -> RelationshipQuerySet:
        grants = apps.get_model("clients", "Grant").objects.filter(
            relationship=OuterRef("pk"), product=OuterRef(OuterRef("pk"))
        )
        active = apps.get_model("clients", "Relationship").objects.active().filter(client=OuterRef("organisation"))
        claims = active.annotate(
            since=Case(
                When(access=Access.FULL, then=Least("access_since", Subquery(grants.values("granted_at")[:1]))),
                default=Subquery(grants.values("granted_at")[:1]),
            )
        )
        return claims.filter(since__isnull=False).order_by("since", "pk")

    def managed_by(self, partner_id: int) -> ProductQuerySet:
        """Keep what a partner manages in the programme: its own products, and those in its scope at active clients."""
        at_clients = apps.get_model("clients", "Relationship").objects.active().filter(partner=partner_id)
        candidates = self.filter(Q(organisation=partner_id) | Q(organisation__in=at_clients.values("client")))
        return candidates.with_earning_partner().filter(Q(organisation=partner_id) | Q(earning_partner=partner_id))

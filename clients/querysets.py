"""Sets of relationships and products. Nothing is visible unless a query here says to whom (rules 15, 16, 20, 21)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import JSONObject, Least
from django.utils import timezone

from clients.choices import (
    Access,
    Payer,
    ProductState,
    RelationshipState,
    RenewalPayer,
    Right,
    Side,
    TransferState,
)
from partnerportal.accounts.choices import Role
from partners.choices import PartnerState


def _teams_of(membership: Any) -> Any:
    """Return the teams in which a collaborator of a partner is."""
    teams = apps.get_model("clients", "Team").objects
    return teams.filter(organisation=membership.organisation_id, members__membership=membership.pk)


def _let_in(membership: Any) -> Q:
    """Return what holds where a partner has let a collaborator in, by name or in a team (rule 20)."""
    assigned = apps.get_model("clients", "ClientAssignment").objects.filter(
        relationship=OuterRef("pk"), membership=membership.pk
    )
    in_team = apps.get_model("clients", "TeamClient").objects.filter(
        relationship=OuterRef("pk"), team__in=_teams_of(membership)
    )
    return Q(Exists(assigned)) | Q(Exists(in_team)) | Q(Exists(_teams_of(membership).filter(reaches_all=True)))


class RelationshipQuerySet(models.QuerySet[Any]):
    """Relationships between a client and a partner."""

    def active(self, now: datetime | None = None) -> RelationshipQuerySet:
        """Keep those that open something now: accepted, not ended, the partner's status holding (rule 48).

        An agreed end cuts at its moment, whether or not the job that writes it down has run: ``now`` is the clock
        unless a caller says otherwise.
        """
        return self.accepted(now).filter(partner__state=PartnerState.APPROVED)

    def accepted(self, now: datetime | None = None) -> RelationshipQuerySet:
        """Keep those that are accepted and not over, also while the partner's status does not hold."""
        is_running = Q(ends_at=None) | Q(ends_at__gt=now or timezone.now())
        return self.filter(is_running, state=RelationshipState.ACTIVE)

    def pending(self) -> RelationshipQuerySet:
        """Keep those that wait for an answer."""
        return self.filter(state=RelationshipState.PENDING)

    def answerable(self) -> RelationshipQuerySet:
        """Leave out requests to an address whose reader represents a client of the same partner by now.

        Whoever answered a code or an invitation cannot answer that one, too: nothing needs to remind them.
        """
        related = apps.get_model("clients", "Relationship").objects.live().filter(partner=OuterRef("partner"))
        theirs = related.filter(
            client__memberships__role=Role.LEGAL, client__memberships__user__email__iexact=OuterRef("invited_email")
        )
        return self.exclude(Q(client=None) & Exists(theirs))

    def live(self) -> RelationshipQuerySet:
        """Keep those that are waiting or accepted."""
        return self.filter(state__in=[RelationshipState.PENDING, RelationshipState.ACTIVE])

    def visible_to(self, acting: Any, *, side: Side | None = None) -> RelationshipQuerySet:
        """Keep those of the organisation one is a member of, on either side; a collaborator's only where assigned.

        In a client's space only the relationship one came through is visible. ``side``: where the organisation stands
        on that side only, so that one index brings the rows in their order.
        """
        if acting is None or acting.home is None:
            return self.none()
        if acting.relationship is not None:
            own = {Side.CLIENT: Q(client=acting.home.pk), Side.PARTNER: Q(partner=acting.home.pk), None: Q()}[side]
            return self.filter(own, pk=acting.relationship.pk).reachable_by(acting.membership)
        as_client = Q(client=acting.home.pk)
        as_partner = Q(partner=acting.home.pk)
        if not acting.is_whole:  # a team for every client is none for those that were or may become one
            as_partner &= _let_in(acting.membership) & Q(state=RelationshipState.ACTIVE)
        return self.filter({Side.CLIENT: as_client, Side.PARTNER: as_partner, None: as_client | as_partner}[side])

    def reachable_by(self, membership: Any) -> RelationshipQuerySet:
        """Keep those whose client this member of the partner may enter now (rule 20)."""
        mine = self.active().filter(partner=membership.organisation_id)
        return mine if membership.is_whole else mine.letting_in(membership)

    def letting_in(self, membership: Any) -> RelationshipQuerySet:
        """Keep those to which a collaborator was let in, by name or in a team, whatever they open."""
        return self.filter(_let_in(membership))

    def with_ways(self, membership: Any) -> RelationshipQuerySet:
        """Add the ways on which a collaborator was let in, with their flags: ``direct_ways`` and ``team_ways``."""
        flags: dict[str, Any] = {name: name for name in ("has_technical", "has_statistics", "has_order", "has_billing")}
        assigned = apps.get_model("clients", "ClientAssignment").objects.filter(
            relationship=OuterRef("pk"), membership=membership.pk
        )
        with_client = apps.get_model("clients", "TeamClient").objects.filter(
            team=OuterRef("pk"), relationship=OuterRef(OuterRef("pk"))
        )
        teams = _teams_of(membership).filter(Q(reaches_all=True) | Exists(with_client)).order_by("name", "pk")
        return self.annotate(
            direct_ways=ArraySubquery(assigned.values(json=JSONObject(**flags))),
            team_ways=ArraySubquery(teams.values(json=JSONObject(pk="pk", name="name", **flags))),
        )

    def with_uses(self) -> RelationshipQuerySet:
        """Add the day on which each right was last used (``last_view`` …), and since when a grant gives it
        (``first_grant``, ``first_technical``, ``first_statistics``); null where never or none.
        """
        uses = apps.get_model("clients", "RightUse").objects.filter(relationship=OuterRef("pk"))
        grants = apps.get_model("clients", "Grant").objects.filter(relationship=OuterRef("pk")).order_by("granted_at")
        last = {f"last_{right.value}": uses.filter(right=right).values("last_used_on") for right in Right}
        first = {
            "first_grant": grants,
            "first_technical": grants.filter(has_technical=True),
            "first_statistics": grants.filter(has_statistics=True),
        }
        return self.annotate(
            **{name: Subquery(days) for name, days in last.items()},
            **{name: Subquery(rows.values("granted_at")[:1]) for name, rows in first.items()},
        )

    def expired_by(self, now: datetime) -> RelationshipQuerySet:
        """Keep the pending ones whose time is over at ``now`` (Q15)."""
        return self.pending().filter(expires_at__lte=now)

    def over_at(self, now: datetime) -> RelationshipQuerySet:
        """Keep the accepted ones whose agreed end has come at ``now``."""
        return self.filter(state=RelationshipState.ACTIVE, ends_at__lte=now)


class TeamQuerySet(models.QuerySet[Any]):
    """Teams of a partner."""

    def visible_to(self, acting: Any) -> TeamQuerySet:
        """Keep the teams of one's own organisation; in a client's space none."""
        if acting is None or acting.home is None or acting.relationship is not None:
            return self.none()
        return self.filter(organisation=acting.home.pk)


class ProductTransferQuerySet(models.QuerySet[Any]):
    """Products on their way to another organisation."""

    def pending(self) -> ProductTransferQuerySet:
        """Keep those that wait for an answer."""
        return self.filter(state=TransferState.PENDING)

    def expired_by(self, now: datetime) -> ProductTransferQuerySet:
        """Keep the pending ones whose time is over at ``now``."""
        return self.pending().filter(expires_at__lte=now)

    def visible_to(self, acting: Any) -> ProductTransferQuerySet:
        """Keep those from and to one's own organisation; in a client's space none."""
        if acting is None or acting.home is None or acting.relationship is not None:
            return self.none()
        return self.filter(Q(from_organisation=acting.home.pk) | Q(to_organisation=acting.home.pk))

    def waiting_at(self, now: datetime) -> ProductTransferQuerySet:
        """Keep those that can still be answered at ``now``, whether or not the nightly job has been there."""
        return self.pending().filter(expires_at__gt=now)

    def offered_to(self, acting: Any) -> ProductTransferQuerySet:
        """Keep those that the person may answer for the organisation acted for: offered to it, or to their address."""
        if acting is None or acting.home is None or acting.relationship is not None:
            return self.none()
        to_address = Q(to_organisation=None, to_email=acting.user.email.lower())
        return self.filter(Q(to_organisation=acting.home.pk) | to_address).exclude(from_organisation=acting.home.pk)


class ProductQuerySet(models.QuerySet[Any]):
    """Products: offers owned by an organisation."""

    def in_use(self) -> ProductQuerySet:
        """Keep those that are not terminated."""
        return self.exclude(state=ProductState.TERMINATED)

    def running(self) -> ProductQuerySet:
        """Keep the active ones: these count towards degressive steps and the volume."""
        return self.filter(state=ProductState.ACTIVE)

    def extensible(self, *, on: date) -> ProductQuerySet:
        """Keep those that units may join on a day: counted in units, working, paid, and going on with as many."""
        going_on = self.running().filter(cancelled_at=None, next_quantity=None)
        return going_on.filter(offer__is_per_unit=False, overdue_since=None, renews_on__gt=on)

    def visible_to(self, acting: Any) -> ProductQuerySet:
        """Keep one's own organisation's products; in a client's space what the relationship opens at this moment."""
        if acting is None or acting.home is None:
            return self.none()
        if acting.relationship is None:
            return self.filter(organisation=acting.home.pk)
        return self.opened_by(acting.relationship.pk, acting.membership)

    def renewed_by(self, acting: Any) -> ProductQuerySet:
        """Keep what one renews or pays: one's own organisation's products, and those of clients whose renewals it pays;
        in a client's space what the relationship opens.
        """
        if acting is None or acting.home is None or acting.relationship is not None:
            return self.visible_to(acting)
        paid_for = apps.get_model("clients", "Relationship").objects.reachable_by(acting.membership)
        clients = paid_for.filter(access=Access.FULL, payer=Payer.PARTNER).values("client")
        paid = Q(renewal_payer=RenewalPayer.PARTNER, organisation__in=clients)
        return self.filter(Q(organisation=acting.home.pk) | paid)

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

    def with_grant_of(self, relationship_id: int) -> ProductQuerySet:
        """Add ``grant``: the rights that a limited relationship grants on a product, or null."""
        grants = apps.get_model("clients", "Grant").objects.filter(relationship=relationship_id, product=OuterRef("pk"))
        flags = JSONObject(has_technical="has_technical", has_statistics="has_statistics")
        return self.annotate(grant=Subquery(grants.values(json=flags)))

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

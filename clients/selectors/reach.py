"""What one person may do with one product, and why: membership → team → relationship → right. Rules 15, 16, 20, 21.

One function, one query. The pages that show it, the views that ask it and the property tests read the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from clients.choices import Access, Payer, Right
from clients.models import Grant, Product, Relationship, rights_of
from partnerportal.accounts.models import Membership

EVERYTHING = frozenset(Right)
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Way:
    """One way on which a partner has let a collaborator in: a team, or by name; ``rights`` at most."""

    rights: frozenset[str]
    team_id: int | None = None
    team: str = ""


@dataclass(frozen=True)
class Reach:
    """The chain from a person to a product.

    ``is_owner``: the product is the person's own organisation's; nothing else is asked then. Else ``relationship`` is
    what connects the two (its columns by name), or None; ``granted`` what the client has granted the partner on this
    product, ``ways`` how the partner has let the person in, ``allowed`` what it lets them do at most; ``rights`` what
    remains: both (rule 21).
    """

    is_owner: bool = False
    relationship: Mapping[str, Any] | None = None
    ways: tuple[Way, ...] = ()
    granted: frozenset[str] = NOTHING
    allowed: frozenset[str] = NOTHING

    @property
    def rights(self) -> frozenset[str]:
        """What the person may do with the product."""
        return self.granted & self.allowed


def reach(*, membership: Membership, product_id: int) -> Reach:
    """Return what ``membership`` may do with a product at this moment, and by which chain; nothing for no such product.

    One query. In the own organisation the roles decide (see the permissions); the reach says only that it is one's own.
    """
    grants = Grant.objects.filter(relationship=OuterRef("pk"), product=OuterRef(OuterRef("pk")))
    paths = Relationship.objects.active().filter(client=OuterRef("organisation"), partner=membership.organisation_id)
    described = paths.with_ways(membership).values(
        json=JSONObject(
            pk="pk",
            access="access",
            payer="payer",
            direct_ways="direct_ways",
            team_ways="team_ways",
            grant=Subquery(
                grants.values(json=JSONObject(has_technical="has_technical", has_statistics="has_statistics"))
            ),
        )
    )
    found = Product.objects.filter(pk=product_id).values("organisation", path=Subquery(described)).first()
    if found is None:
        return Reach()
    if found["organisation"] == membership.organisation_id:
        return Reach(is_owner=True, granted=EVERYTHING, allowed=EVERYTHING)
    path = found["path"]
    if path is None:
        return Reach()
    ways = ways_of(path["direct_ways"], path["team_ways"])
    return Reach(
        relationship=path,
        ways=ways,
        granted=granted_on_product(access=path["access"], payer=path["payer"], grant=path["grant"]),
        allowed=allowed(is_whole=membership.is_whole, ways=ways),
    )


def rights_in_space(relationship: Relationship, membership: Membership) -> frozenset[str]:
    """Return what a partner's member may do in the client's space at all: rights on single products are narrower.

    ``relationship`` comes with its ways (:meth:`clients.querysets.RelationshipQuerySet.with_ways`).
    """
    granted = granted_in_space(access=relationship.access, payer=relationship.payer)
    ways = ways_of(relationship.direct_ways, relationship.team_ways)  # type: ignore[attr-defined]  # annotated
    return granted & allowed(is_whole=membership.is_whole, ways=ways)


def granted_in_space(*, access: str, payer: str | None) -> frozenset[str]:
    """Return what a client's grant opens at most, on whichever product (domain.md 3.5)."""
    opened = {Right.VIEW, Right.TECHNICAL, Right.STATISTICS}
    if access == Access.FULL:
        opened.add(Right.ORDER)
        if payer == Payer.PARTNER:
            opened.add(Right.BILLING)
    return frozenset(opened)


def granted_on_product(*, access: str, payer: str | None, grant: Mapping[str, bool] | None) -> frozenset[str]:
    """Return what a client has granted on one product: all of the access if it is full, else what the grant says."""
    if access == Access.FULL:
        return granted_in_space(access=access, payer=payer)
    return rights_of(SimpleNamespace(**grant)) if grant is not None else NOTHING


def allowed(*, is_whole: bool, ways: tuple[Way, ...]) -> frozenset[str]:
    """Return what a partner lets its member do: everything to who leads it, else what any of the ways lets through."""
    if is_whole:
        return EVERYTHING
    return frozenset().union(*(way.rights for way in ways))


def ways_of(direct: list[dict[str, Any]], teams: list[dict[str, Any]]) -> tuple[Way, ...]:
    """Return the ways that a query has brought, the one by name first."""
    by_name = [Way(rights_of(SimpleNamespace(**flags))) for flags in direct]
    in_teams = [Way(rights_of(SimpleNamespace(**flags)), flags["pk"], flags["name"]) for flags in teams]
    return (*by_name, *in_teams)

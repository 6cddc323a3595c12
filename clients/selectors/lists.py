"""Lists of clients, of partners with access, and counts of products."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from clients.choices import Access, RelationshipState, Side
from clients.models import Grant, Product, Relationship
from clients.querysets import RelationshipQuerySet


def clients_of(*, acting: Any) -> QuerySet[Relationship]:
    """Return the partner's side list: each visible relationship with its client and the number of products opened."""
    relationships = Relationship.objects.visible_to(acting, side=Side.PARTNER)
    shown = relationships.select_related("client", "partner__organisation")
    return shown.annotate(granted_count=_granted_count(), opened_count=_opened_count())


def partners_of(*, acting: Any) -> QuerySet[Relationship]:
    """Return the client's side list: each partner with access, or asked, or asking."""
    relationships = Relationship.objects.visible_to(acting, side=Side.CLIENT)
    return relationships.select_related("partner__organisation", "client").annotate(
        granted_count=_granted_count(), opened_count=_opened_count()
    )


def _granted_count() -> Subquery:
    """Count the grants of the rows that are shown, and of no others, as a join would."""
    grants = Grant.objects.filter(relationship=OuterRef("pk")).order_by().values("relationship")
    return Subquery(grants.annotate(number=Count("pk")).values("number"))


def _opened_count() -> Case:
    """Count what full access opens now: a request that waits tells nothing of what is there (promise 2)."""
    products = Product.objects.in_use().filter(organisation=OuterRef("client")).order_by().values("organisation")
    is_open = Q(state=RelationshipState.ACTIVE, access=Access.FULL)
    return Case(When(is_open, then=Subquery(products.annotate(number=Count("pk")).values("number"))))


def full_access_of(*, client_id: int | None, except_partner_id: int) -> Relationship | None:
    """Return the relationship that gives another partner full access, its status holding at the moment or not (Q13)."""
    full = Relationship.objects.filter(client=client_id, access=Access.FULL, state=RelationshipState.ACTIVE)
    full = full.exclude(ends_at__lte=timezone.now())
    return full.exclude(partner=except_partner_id).select_related("partner__organisation").first()


def who_has_access(*, organisation_id: int) -> RelationshipQuerySet:
    """Return the active relationships of a client."""
    return (
        Relationship.objects.active()
        .filter(Q(client=organisation_id))
        .select_related("partner__organisation")
        .order_by("access_since", "pk")
    )

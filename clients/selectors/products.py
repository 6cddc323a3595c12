"""Products as their pages ask: which a relationship opens, who manages them, who pays, how many count."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from clients.choices import Access, RenewalPayer
from clients.models import Grant, Product, Relationship
from clients.querysets import ProductQuerySet
from partnerportal import bulk


def products_of(relationship: Relationship) -> ProductQuerySet:
    """Return the products that a relationship opens, in use, whether or not the partner's status holds."""
    owned = Product.objects.in_use().filter(organisation=relationship.client_id)
    return owned if relationship.is_full else owned.filter(grants__relationship=relationship.pk)


def asked_products(relationship: Relationship) -> QuerySet[Product]:
    """Return the client's products that a partner's request speaks of: of the families it names, or all."""
    owned = Product.objects.in_use().filter(organisation=relationship.client_id)
    families = list(relationship.asked_families.values_list("pk", flat=True))
    return (owned.filter(offer__family__in=families) if families else owned).order_by("pk")


class Units(NamedTuple):
    """How many units of a family run in a portfolio: in the organisation itself, and at its clients."""

    own: int
    clients: int


def units_of_family(*, products: ProductQuerySet, family_id: int, home_id: int) -> Units:
    """Return how many units of an offer family run among ``products``, in the organisation ``home_id`` and elsewhere
    (Q3, Q4).
    """
    of_family = products.running().filter(offer__family=family_id)
    at_home = Q(organisation=home_id)
    counted = of_family.aggregate(
        own=Sum("quantity", filter=at_home, default=0), clients=Sum("quantity", filter=~at_home, default=0)
    )
    return Units(counted["own"], counted["clients"])


def units_by_client(*, client_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Return how many units run by organisation and family, as :func:`units_of_family` counts one (Q3, Q4)."""
    running = Product.objects.running().filter(organisation__among=client_ids)
    counted = running.values_list("organisation", "offer__family").annotate(units=Sum("quantity"))
    return {(client, family): units for client, family, units in counted}


# One row for each relationship that claims a running product of some clients, as ProductQuerySet.with_earner finds them
# for one product: the one that was granted it first (Q13) has place 1, and earns.
_CLAIMS = """
active AS (
    SELECT relationship.* FROM clients_relationship relationship
    JOIN partners_partner partner ON partner.organisation_id = relationship.partner_id AND partner.state = 'APPROVED'
    WHERE relationship.state = 'ACTIVE' AND (relationship.ends_at IS NULL OR relationship.ends_at > %(now)s)
      AND relationship.client_id IN (SELECT client_id FROM chosen)
), claims AS (
    SELECT product.id, product.organisation_id, product.offer_id, product.quantity, active.partner_id,
           active.id AS relationship_id,
           row_number() OVER (
               PARTITION BY product.id
               ORDER BY CASE active.access WHEN 'FULL' THEN LEAST(active.access_since, g.granted_at)
                                           ELSE g.granted_at END, active.id
           ) AS place
    FROM active
    JOIN clients_product product ON product.organisation_id = active.client_id AND product.state = 'ACTIVE'
    LEFT JOIN clients_grant g ON g.relationship_id = active.id AND g.product_id = product.id
    WHERE active.access = 'FULL' OR g.id IS NOT NULL
)
"""
_EARNERS = f"""
WITH chosen AS (SELECT unnest(%(clients)s::bigint[]) AS client_id), {_CLAIMS}
SELECT id, relationship_id FROM claims WHERE place = 1
"""  # noqa: S608 -- words of ours
# One row for each running product in the scope of one of these partners: its own, or a client's that it earns with.
_UNITS = f"""
WITH chosen AS (
    SELECT client_id FROM clients_relationship WHERE state = 'ACTIVE' AND partner_id = ANY(%(partners)s)
), {_CLAIMS}, managed AS (
    SELECT partner_id, offer_id, quantity, false AS is_own FROM claims
    WHERE place = 1 AND partner_id = ANY(%(partners)s) AND organisation_id <> partner_id
    UNION ALL
    SELECT organisation_id, offer_id, quantity, true FROM clients_product
    WHERE state = 'ACTIVE' AND organisation_id = ANY(%(partners)s)
)
SELECT managed.partner_id, offer.family_id,
       coalesce(sum(managed.quantity) FILTER (WHERE is_own), 0),
       coalesce(sum(managed.quantity) FILTER (WHERE NOT is_own), 0)
FROM managed JOIN catalogue_offer offer ON offer.id = managed.offer_id
GROUP BY managed.partner_id, offer.family_id
"""  # noqa: S608 -- words of ours


def earners_by_product(*, client_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Return by running product of these clients the relationship in whose scope it is, in one statement (Q13).

    Products in nobody's scope are not there.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EARNERS, {"clients": bulk.array(client_ids), "now": now})
        return dict(cursor.fetchall())


def units_by_partner(*, partner_ids: Iterable[int], now: datetime) -> dict[tuple[int, int], Units]:
    """Return how many units run in each partner's portfolio by family, in one statement (Q3, Q4)."""
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, {"partners": list(partner_ids), "now": now})
        return {(partner, family): Units(int(own), int(at)) for partner, family, own, at in cursor.fetchall()}


def managers_of(*, product: Product) -> QuerySet[Relationship]:
    """Return the active relationships of the owner that reach a product: full access, or a grant on it."""
    granted = Grant.objects.filter(relationship=OuterRef("pk"), product=product)
    reaching = Relationship.objects.active().filter(Q(access=Access.FULL) | Exists(granted))
    return (
        reaching.filter(client=product.organisation_id)
        .select_related("partner__organisation")
        .order_by("access_since", "pk")
    )


def may_read_payer(product: Product, *, relationship: Relationship | None) -> bool:
    """Tell whether a page may say who pays a product's next renewal, to the owner or in the space of ``relationship``.

    A partner does not learn of others: with limited access it reads nothing but that the owner pays.
    """
    if relationship is None or product.renewal_payer == RenewalPayer.CLIENT:
        return True
    if product.renewal_payer == RenewalPayer.PARTNER:
        return relationship.is_paid_by_partner
    return relationship.is_full

"""Products as their pages ask: which a relationship opens, who manages them, who pays, how many count."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from clients.choices import Access, RenewalPayer
from clients.models import Grant, Product, Relationship
from clients.querysets import ProductQuerySet


def products_of(relationship: Relationship) -> ProductQuerySet:
    """Return the products that a relationship opens, in use, whether or not the partner's status holds."""
    owned = Product.objects.in_use().filter(organisation=relationship.client_id)
    return owned if relationship.is_full else owned.filter(grants__relationship=relationship.pk)


def asked_products(relationship: Relationship) -> QuerySet[Product]:
    """Return the client's products that a partner's request speaks of: of the families it names, or all."""
    owned = Product.objects.in_use().filter(organisation=relationship.client_id)
    families = list(relationship.asked_families.values_list("pk", flat=True))
    return (owned.filter(offer__family__in=families) if families else owned).order_by("pk")


def units_of_family(*, products: ProductQuerySet, family_id: int) -> int:
    """Return how many units of an offer family run among ``products`` (Q3, Q4)."""
    counted = products.running().filter(offer__family=family_id).aggregate(units=Sum("quantity"))
    return counted["units"] or 0


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

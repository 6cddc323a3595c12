"""Products of the organisation acted for: one's own, or what a client has opened. Rules 15, 16, 23, 29."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from clients import selectors
from clients.choices import Access
from clients.filters import ProductFilter
from clients.models import Grant, Product, Relationship
from clients.permissions import ClientPermission
from clients.tables import ProductTable
from partnerportal.web.views import PageView, TableView


class ProductListView(TableView):
    """Products."""

    permission = ClientPermission.PRODUCT_VIEW
    table_class = ProductTable
    filterset_class = ProductFilter
    template_name = "clients/product_list.html"

    def get_queryset(self) -> QuerySet[Product]:
        """What may be seen here, what is due first on top."""
        return Product.objects.visible_to(self.request.acting).select_related("offer").order_by("renews_on", "pk")


class ProductDetailView(PageView):
    """One product: owner, payer, who manages it, what may be done."""

    permission = ClientPermission.PRODUCT_VIEW
    template_name = "clients/product_detail.html"

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One that may be seen here."""
        visible = Product.objects.visible_to(self.request.acting).select_related("offer__family", "organisation")
        self.product = get_object_or_404(visible.with_earner(), pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add who manages it and the rights on it."""
        acting, product = self.request.acting, self.product
        granted = Grant.objects.filter(relationship=OuterRef("pk"), product=product)
        managers = list(
            Relationship.objects.active()
            .filter(Q(access=Access.FULL) | Exists(granted), client=product.organisation_id)
            .select_related("partner__organisation")
            .order_by("access_since", "pk")
        )
        rights = None
        if acting.relationship is not None:
            managers = [one for one in managers if one.pk == acting.relationship.pk]
            rights = selectors.reach(membership=acting.membership, product_id=product.pk).rights
        return super().get_context_data(product=product, managers=managers, rights=rights, **kwargs)

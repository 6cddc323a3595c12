"""What a relationship grants, as one value: access, payer, products with rights (rules 9 and 18)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clients import selectors
from clients.choices import Access
from clients.exceptions import NotPossible
from clients.models import Grant, Product, Relationship


@dataclass(frozen=True)
class ProductRights:
    """One product and the rights on it; seeing it is implied (Q18: both by default)."""

    product_id: int
    has_technical: bool = True
    has_statistics: bool = True


@dataclass(frozen=True)
class Terms:
    """What a client grants: ``payer`` with full access only, ``products`` with limited access only.

    ``ends_at``: the first moment without access; None: until somebody ends it.
    """

    access: str
    payer: str | None = None
    products: tuple[ProductRights, ...] = ()
    ends_at: datetime | None = None

    @classmethod
    def of(cls, relationship: Relationship) -> Terms:
        """Return the terms that a relationship grants now."""
        grants = relationship.opened_grants.order_by("product").values_list(
            "product", "has_technical", "has_statistics"
        )
        products = tuple(ProductRights(*grant) for grant in grants)
        return cls(relationship.access, relationship.payer, products, relationship.ends_at)

    def check(self, *, client_id: int | None, now: datetime, needs_products: bool = True) -> None:
        """Raise :class:`NotPossible` unless the terms fit rules 9 and 18, name products of the client only, and end
        after ``now``.

        ``needs_products``: False where rights may be withdrawn down to none (3.4).
        """
        if self.ends_at is not None and self.ends_at <= now:
            raise NotPossible(_("The last day of access cannot be in the past."), field="last_day")
        if self.access == Access.FULL:
            if self.payer is None:
                raise NotPossible(_("Choose who pays what the partner orders."), field="payer")
            if self.products:
                raise NotPossible(_("Full access opens every product: there is nothing to choose."), field="products")
            return
        if self.payer is not None:
            raise NotPossible(
                _("With limited access the partner orders nothing, so nobody pays for it."), field="payer"
            )
        if needs_products and not self.products:
            raise NotPossible(_("Choose at least one product, or give full access."), field="products")
        wanted = {one.product_id for one in self.products}
        if len(wanted) != len(self.products):
            raise NotPossible(_("A product is named twice."), field="products")
        if Product.objects.in_use().filter(organisation=client_id, pk__in=wanted).count() != len(wanted):
            raise NotPossible(
                _("A product that you chose is no longer there. Look at the list again and choose anew."),
                field="products",
            )


def check_full_is_free(
    *, client_id: int | None, partner_id: int, access: str, replaced_partner_id: int | None = None
) -> None:
    """Refuse full access while another partner has it, before anybody is asked or told (Q13).

    ``replaced_partner_id``: the partner that goes in the moment in which this one comes. The sentence names the other
    partner: it is for the client alone. Raises :class:`NotPossible`.
    """
    other = selectors.full_access_of(client_id=client_id, except_partner_id=partner_id)
    if other is not None and other.partner_id == replaced_partner_id:
        return
    if access == Access.FULL and other is not None:
        raise NotPossible(
            _(
                "%(partner)s has full access, and one partner at a time can have it. Narrow or end that access first, "
                "or choose limited access."
            )
            % {"partner": other.partner},
            field="access",
        )


def write_grants(relationship: Relationship, products: Iterable[ProductRights], since: datetime) -> None:
    """Make the grants exactly ``products``, new ones dated ``since``; those that stay keep their date (Q13)."""
    wanted = {one.product_id: one for one in products}
    relationship.grants.exclude(product__in=wanted).delete()
    Grant.objects.bulk_create(
        [
            Grant(
                relationship=relationship,
                product_id=one.product_id,
                has_technical=one.has_technical,
                has_statistics=one.has_statistics,
                granted_at=since,
            )
            for one in wanted.values()
        ],
        update_conflicts=True,
        unique_fields=["relationship", "product"],
        update_fields=["has_technical", "has_statistics"],
    )


def write_terms(relationship: Relationship, terms: Terms) -> None:
    """Put the access, the payer and the end on the row; the grants are :func:`write_grants`'s."""
    relationship.access, relationship.payer, relationship.ends_at = terms.access, terms.payer, terms.ends_at


def words(relationship: Relationship) -> dict[str, object]:
    """Return the granted terms for the audit trail: the snapshot, and the first products by name."""
    names = relationship.opened_grants.order_by("product").values_list("product__name", flat=True)
    return {**selectors.snapshot(relationship), "products": list(names[:50])}

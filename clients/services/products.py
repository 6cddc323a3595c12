"""Products come into a client's organisation and are prolonged. Whoever orders, they are the client's (rule 23)."""

from __future__ import annotations

from datetime import date, datetime

from clients.choices import ProductState, RenewalPayer
from clients.models import Product
from partnerportal.catalogue.models import Offer


def add_products(
    *, organisation_id: int, offer: Offer, quantity: int, name: str, paid_until: date, renewal_payer: str, now: datetime
) -> list[Product]:
    """Install ``quantity`` units of an offer: one product each, or one product with a quantity for seat-like offers.

    ``paid_until`` is exclusive: the first day that is not paid. Call it inside the transaction of the order.
    """
    pieces = [1] * quantity if offer.is_per_unit else [quantity]
    names = [name if len(pieces) == 1 else f"{name} {number}" for number in range(1, len(pieces) + 1)]
    return Product.objects.bulk_create(
        [
            Product(
                organisation_id=organisation_id,
                offer=offer,
                name=label[:120],
                quantity=units,
                renewal_payer=RenewalPayer(renewal_payer),
                created_at=now,
                renews_on=paid_until,
            )
            for label, units in zip(names, pieces, strict=True)
        ]
    )


def extend_product(*, product: Product, units: int) -> None:
    """Add units to a product that is there (more seats). The caller holds the product's lock."""
    product.quantity += units
    product.save(update_fields=["quantity"])


def renew_product(*, product: Product, paid_until: date, renewal_payer: str) -> None:
    """Prolong a product to ``paid_until`` (exclusive); a blocked one works again. The caller holds its lock."""
    product.renews_on, product.state, product.renewal_payer = paid_until, ProductState.ACTIVE, renewal_payer
    product.save(update_fields=["renews_on", "state", "renewal_payer"])

"""Products come into a client's organisation, are prolonged and described. Whoever orders, they are its (rule 23)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clients import selectors
from clients.choices import RenewalPayer
from clients.exceptions import NotPossible
from clients.models import Product
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.models import Organisation
from partnerportal.audit import log
from partnerportal.catalogue.models import Offer

SHORTEST_MONTH = 28  # days that every month has


def add_products(
    *,
    organisation_id: int,
    offer: Offer,
    quantity: int,
    name: str,
    paid_from: date,
    paid_until: date,
    renewal_payer: str,
    now: datetime,
) -> list[Product]:
    """Install ``quantity`` units of an offer: one product each, or one product with a quantity for seat-like offers.

    ``paid_from`` is the first day of its first period; ``paid_until`` is exclusive: the first day that is not paid.
    Call it inside the transaction of the order.
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
                anchor_day=paid_from.day if paid_from.day > SHORTEST_MONTH else None,
            )
            for label, units in zip(names, pieces, strict=True)
        ]
    )


def extend_product(*, product: Product, units: int) -> None:
    """Add units to a product that is there (more seats). The caller holds the product's lock."""
    product.quantity += units
    product.save(update_fields=["quantity"])


@transaction.atomic
def pay_renewals(*, organisation_id: int, shown: Collection[int], actor: Acting, now: datetime) -> int:
    """The owner pays the next renewal of its products that have no payment means (Q19); return how many.

    ``shown``: the products that stood on the page. Raises :class:`NotPossible` if there are others by now.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
    unpaid = selectors.renewals_without_payer(organisation_id=organisation_id).order_by("pk")
    products = dict(unpaid.select_for_update(of=("self",)).values_list("pk", "name"))
    if not products or set(products) != set(shown):
        raise NotPossible(_("These renewals are others by now. Look at them again."))
    Product.objects.filter(pk__in=products).update(renewal_payer=RenewalPayer.CLIENT)
    organisation = Organisation.objects.get(pk=organisation_id)
    log.record(
        at=now,
        actor=actor,
        action="clients.product.renewals_paid",
        subject=organisation,
        organisation=organisation,
        changes={"count": len(products), "products": list(products.values())[:50]},
    )
    return len(products)


@transaction.atomic
def describe_product(
    *,
    product_id: int,
    organisation_id: int,
    name: str,
    technical_note: str,
    actor: Acting,
    now: datetime,
    seen: dict[str, str] | None = None,
) -> Product:
    """Give a product of ``organisation_id`` its name and its technical note (the right "technical", Q18).

    ``seen``: the two as the person had them on screen (:func:`description`); if they have changed meanwhile the save is
    refused, so that nobody overwrites what they did not see. Raises :class:`NotPossible`.
    """
    product = Product.objects.select_for_update().get(pk=product_id)
    if product.organisation_id != organisation_id:
        raise NotPossible(_("This product has another owner meanwhile."))
    before = description(product)
    if seen is not None and seen != before:
        raise NotPossible(_("Somebody else has changed it meanwhile. Open the page anew before you save."))
    product.name, product.technical_note = name.strip(), technical_note.strip()
    after = description(product)
    changed = [field for field in after if after[field] != before[field]]
    if not changed:
        return product
    product.save(update_fields=changed)
    log.record(
        at=now,
        actor=actor,
        action="clients.product.described",
        subject=product,
        organisation=product.organisation,
        changes={"from": {one: before[one] for one in changed}, "to": {one: after[one] for one in changed}},
    )
    return product


def description(product: Product) -> dict[str, str]:
    """Return what the right "technical" may change, as plain values for the audit trail."""
    return {"name": product.name, "technical_note": product.technical_note}

"""The nightly run that renews what falls due, and another try for what it could not renew. Section 9, Q11, Q19."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from billing.exceptions import InsufficientBalance
from billing.models import Order, RenewalFailure
from billing.services.orders import renew, renewing_relationship
from billing.services.payments import pay_from_prepaid
from partnerportal.accounts.acting import SYSTEM, Acting


@transaction.atomic
def renew_failed(*, failure_id: int, actor: Acting, now: datetime) -> Order:
    """Try a renewal again that the run could not place; it leaves the queue once it is placed.

    Raises what refuses it now: :class:`OrderRefused`, NoPrice.
    """
    failure = RenewalFailure.objects.select_related("product").get(pk=failure_id)
    product = failure.product
    order = renew(
        client_id=product.organisation_id,
        product_ids=[product.pk],
        relationship_id=renewing_relationship(product),
        key=f"renewal-{product.pk}-{failure.period_start}",
        actor=actor,
        now=now,
    )
    try:
        with transaction.atomic():
            pay_from_prepaid(invoice_id=order.invoice.pk, actor=SYSTEM, now=now)
    except InsufficientBalance:
        return order
    return order

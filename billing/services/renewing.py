"""The nightly run that renews what falls due, and another try for what it could not renew. Section 9, Q11, Q19.

Chunk by chunk, each in one transaction: what is written is whole, and a run that dies goes on after the last chunk.
Nothing is renewed twice for a period: Coverage's unique key says so, and what is renewed is not due any more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from billing.choices import Standing
from billing.exceptions import InsufficientBalance
from billing.models import Order, RenewalFailure
from billing.services import batches
from billing.services.batches import Basket, Failure, Reading
from billing.services.orders import lock_scope, renew, renewing_relationship
from billing.services.payments import pay_from_prepaid
from billing.services.quoting import Quote
from billing.services.standing import tell_standing
from clients import services as client_services
from clients.choices import ProductState, RenewalPayer
from clients.models import Product
from partnerportal import bulk
from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.audit import log
from partnerportal.catalogue.models import Offer
from partnerportal.kernel.states import Refused

logger = logging.getLogger(__name__)
# What one subscription may be wrong with: a rule, a figure, a constraint. A database that is away is none of these.
FAULTS = (Refused, IntegrityError, DataError, ArithmeticError, LookupError, ValueError)
REASON = 300


@dataclass
class Renewed:
    """What became of a chunk: ``after`` is the last client in it, None if there was nothing left to do."""

    after: int | None = None
    products: int = 0
    orders: int = 0
    paid: int = 0
    unpaid: int = 0
    failures: list[Failure] = field(default_factory=list)

    def add(self, part: Renewed) -> None:
        """Add what became of a part of the chunk."""
        self.products, self.orders = self.products + part.products, self.orders + part.orders
        self.paid, self.failures = self.paid + part.paid, self.failures + part.failures


def due_products(*, on: date) -> QuerySet[Product]:
    """Return what renews itself on a day: so many days before its period is over (a setting), and what is late.

    What is behind with a payment is not renewed by itself, what was not renewed in time is.
    """
    by = on + timedelta(days=settings.PROGRAMME["renewal_days"])
    paid = Q(overdue_since=None) | Q(overdue_since=F("renews_on"))
    going_on = Product.objects.filter(paid, state=ProductState.ACTIVE, cancelled_at=None, renews_automatically=True)
    return going_on.filter(renews_on__lte=by).exclude(renewal_payer=RenewalPayer.NOBODY)


@bulk.many_objects()
@transaction.atomic
def renew_chunk(*, on: date, after: int, now: datetime) -> Renewed:
    """Renew what is due on a day for the next clients (their ids above ``after``), some hundred products of them.

    Set-based. Where something cannot be written its chunk is halved until its client stands alone, whose products are
    renewed one by one, so that it stops nobody else. Two runs at once take turns at the clients' rows: what one has
    renewed is not due for the other. What fails stands in staff's queue; what nobody pays any more has no payment
    means, as its owner is told.
    """
    client_ids = _next_clients(on, after)
    if not client_ids:
        _forget_unwanted(on=on, now=now)
        return Renewed()
    relationship_ids = lock_scope(*client_ids)
    products = _held(on, client_ids)
    reading = Reading(products, relationship_ids, now)
    baskets, unpaid = batches.baskets_of(products, reading)
    outcome = Renewed(after=client_ids[-1], unpaid=len(unpaid))
    _leave_without_payer(unpaid, on=on, now=now)
    _renew_part(client_ids, baskets, reading, outcome, on=on, now=now)
    _note(outcome.failures, now=now)
    return outcome


def _next_clients(on: date, after: int) -> list[int]:
    """Return the next clients with something due: whole ones, until the chunk is full."""
    size: int = settings.RENEWAL_CHUNK
    due = due_products(on=on).filter(organisation__gt=after).order_by("organisation")
    return list(dict.fromkeys(due.values_list("organisation", flat=True)[:size]))


def _held(on: date, client_ids: Sequence[int]) -> list[Product]:
    """Hold what is due, with its offers: few of them for many products, so each is read once."""
    held = due_products(on=on).filter(organisation__among=client_ids).select_for_update().order_by("pk")
    products = list(held)
    wanted = {pk for product in products for pk in (product.offer_id, product.next_offer_id) if pk}
    offers = Offer.objects.select_related("family").in_bulk(wanted)
    for product in products:
        product.offer = offers[product.offer_id]
        if product.next_offer_id:
            product.next_offer = offers[product.next_offer_id]
    return sorted(products, key=lambda product: (product.offer_id, product.pk))


def _renew_part(
    client_ids: Sequence[int],
    baskets: Sequence[Basket],
    reading: Reading,
    outcome: Renewed,
    *,
    on: date,
    now: datetime,
) -> None:
    """Renew the baskets of these clients at once; if that fails each half of them, and of a single one each product."""
    try:
        with transaction.atomic():
            part = _renew_all(baskets, reading, on=on, now=now)
    except FAULTS:
        logger.exception("renewals of %s clients could not be written at once; each half is tried", len(client_ids))
    else:
        outcome.add(part)
        return
    middle = len(client_ids) // 2
    for some in (client_ids[:middle], client_ids[middle:]):
        stored, _unpaid = batches.baskets_of(_held(on, some), reading)
        if middle:
            _renew_part(some, stored, reading, outcome, on=on, now=now)
        else:
            _renew_one_by_one(stored, outcome, now=now)


def _renew_all(baskets: Iterable[Basket], reading: Reading, *, on: date, now: datetime) -> Renewed:
    quotes: list[Quote] = []
    renewed = Renewed()
    for basket in baskets:
        quote, failures = batches.price(basket, reading)
        renewed.failures += failures
        if quote is not None:
            quotes.append(quote)
    if quotes:
        renewed.paid = batches.write(quotes, reading.vat, on=on, now=now)
        renewed.orders = len(quotes)
        renewed.products = sum(len(quoted.wanted.renewed) for quote in quotes for quoted in quote.lines)
    return renewed


def _renew_one_by_one(baskets: Iterable[Basket], outcome: Renewed, *, now: datetime) -> None:
    """Renew each basket, and where that fails each product, in a transaction of its own."""
    for basket in baskets:
        for products in (basket.products, *((product,) for product in basket.products)):
            try:
                with transaction.atomic():
                    _renew_simply(products, now=now)
            except FAULTS as fault:
                if len(products) == 1:
                    outcome.failures.append(Failure(products[0], _sentence(fault)))
                if len(basket.products) == 1:
                    break
            else:
                outcome.orders, outcome.products = outcome.orders + 1, outcome.products + len(products)
                if products is basket.products:
                    break


def _sentence(fault: BaseException) -> str:
    return str(fault) if isinstance(fault, Refused) else f"{type(fault).__name__}: {fault}"


def _renew_simply(products: Sequence[Product], *, now: datetime) -> Order:
    """Renew products of one owner and payer the way that a person does, and pay if the account holds enough."""
    first = products[0]
    order = renew(
        client_id=first.organisation_id,
        product_ids=[product.pk for product in products],
        relationship_id=renewing_relationship(first),
        key=f"automatic-{first.pk}-{first.renews_on}",
        actor=SYSTEM,
        now=now,
        is_due_at_start=True,
    )
    try:
        pay_from_prepaid(invoice_id=order.invoice.pk, actor=SYSTEM, now=now)
    except InsufficientBalance:
        logger.info("invoice %s stays open", order.invoice.pk)
    return order


def _leave_without_payer(products: Sequence[Product], *, on: date, now: datetime) -> None:
    """Q19: the partner that paid these does not any more; their owner chooses who does."""
    dropped = client_services.drop_payers(product_ids=[product.pk for product in products], now=now)
    tell_standing(dropped, Standing.WITHOUT_PAYER, on=on, now=now)


def _note(failures: Sequence[Failure], *, now: datetime) -> None:
    """Put what failed into staff's queue; what stands there already has failed once more."""
    RenewalFailure.objects.bulk_create(
        [
            RenewalFailure(
                product=one.product,
                period_start=one.product.renews_on,
                reason=one.reason[:REASON],
                first_seen_at=now,
                last_seen_at=now,
            )
            for one in failures
        ],
        update_conflicts=True,
        unique_fields=["product", "period_start"],
        update_fields=["reason", "last_seen_at", "resolved_at"],
        batch_size=1_000,
    )


def _forget_unwanted(*, on: date, now: datetime) -> None:
    """Take out of staff's queue what is not to be renewed by itself any more: cancelled, ended, switched off."""
    waiting = RenewalFailure.objects.filter(resolved_at=None)
    waiting.exclude(product__in=due_products(on=on)).update(resolved_at=now)


@transaction.atomic
def renew_failed(*, failure_id: int, actor: Acting, now: datetime) -> Order:
    """Try a renewal again that the run could not place; it leaves the queue once it is placed.

    Raises what refuses it now: :class:`OrderRefused`, NoPrice.
    """
    failure = RenewalFailure.objects.select_related("product__organisation").get(pk=failure_id)
    order = _renew_simply([failure.product], now=now)
    log.record(
        at=now,
        actor=actor,
        action="billing.renewal.retried",
        subject=order,
        organisation=failure.product.organisation,
        changes={"reason": failure.reason},
    )
    return order

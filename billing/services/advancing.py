"""What becomes of products that are not renewed or not paid, by date: overdue, blocked, terminated. Section 9.

A partner's debt never counts against its client's product (promise 6): it only ends that the partner pays renewals.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.db.models import F, Min, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext

from billing import selectors
from billing.choices import OrderKind, RefundMeans, Standing
from billing.models import Coverage, Invoice, OrderLine
from billing.services.credits import credit_invoice, creditable, hold_for_credits
from billing.services.periods import rest_of
from billing.services.standing import tell_standing
from clients import services as client_services
from clients.choices import ProductState
from clients.models import Product
from partnerportal.accounts.acting import SYSTEM
from partnerportal.audit.locks import only_one
from partnerportal.kernel.days import midnight
from partnerportal.kernel.money import round_cents
from partnerportal.web.languages import written_in

LOCK = "billing.advance_renewals"


def advance_renewals(*, on: date, now: datetime) -> dict[str, int]:
    """Bring every product to where it stands on a day; return how many took each step.

    Overdue from the first unpaid day on, blocked so many days later (a setting), terminated so many days after that;
    what was cancelled ends with its period. Each step is written with its line and its mail in one transaction for some
    hundred products. Run twice, or by two at once, each product takes each step once.
    """
    programme = settings.PROGRAMME
    late = on - timedelta(days=programme["block_days"])
    blocked_until = midnight(on - timedelta(days=programme["terminate_days"] - 1), timezone.get_default_timezone())
    products = Product.objects.in_use()
    ended = Q(cancelled_at__isnull=False, renews_on__lte=on)
    not_renewed = products.filter(renews_on__lte=on, cancelled_at=None)
    steps: dict[Standing, tuple[QuerySet[Product], Callable[[list[int]], list[Product]]]] = {
        Standing.TERMINATED: (
            products.filter(ended | Q(blocked_at__lt=blocked_until)),
            lambda pks: _terminate(pks, now),
        ),
        Standing.OVERDUE: (
            (not_renewed | products.filter(pk__in=list(selectors.unpaid_since(on=on)))).filter(
                state=ProductState.ACTIVE, overdue_since=None
            ),
            lambda pks: client_services.mark_overdue(since=_days(pks, on), now=now),
        ),
        Standing.BLOCKED: (
            products.filter(state=ProductState.ACTIVE, overdue_since__lte=late),
            lambda pks: client_services.block_products(product_ids=pks, now=now),
        ),
        Standing.WITHOUT_PAYER: (
            products.filter(pk__in=selectors.left_by_payer(on=late)),
            lambda pks: client_services.drop_payers(product_ids=pks, now=now),
        ),
    }
    return {step.value.lower(): _advance(step, *how, on=on, now=now) for step, how in steps.items()}


def _days(product_ids: Collection[int], on: date) -> dict[int, date]:
    days = selectors.overdue_days(product_ids=product_ids, on=on)
    return {pk: since for pk, since in days.items() if since is not None}


def _advance(
    step: Standing, products: QuerySet[Product], act: Callable[[list[int]], list[Product]], *, on: date, now: datetime
) -> int:
    count = 0
    for pks in _chunks(products):
        with only_one(LOCK) as is_only_one:
            if not is_only_one:  # another run is doing this
                return count
            advanced = act(pks)
            tell_standing(advanced, step, on=on, now=now)
            count += len(advanced)
    return count


def _chunks(products: QuerySet[Product]) -> Iterator[list[int]]:
    """Yield the products in chunks, each read when the one before is written."""
    after = 0
    while pks := list(products.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[: _size()]):
        yield pks
        after = pks[-1]


def _size() -> int:
    size: int = settings.RENEWAL_CHUNK
    return size


def _terminate(product_ids: list[int], now: datetime) -> list[Product]:
    """End products, and take back the invoices for renewals that are not paid: nobody owes what has ended.

    What was added to a renewed period meanwhile, by a dearer plan for instance, goes with it: its days in that period.
    A period that the product had stays owed: what was cancelled ends with one, and a partner's debt takes none away.
    """
    covered = Coverage.objects.filter(product__in=product_ids)
    covered = covered.filter(Q(line__order__kind=OrderKind.RENEWAL) | Q(is_extension=True))
    invoices = Invoice.objects.select_for_update(of=("self",), no_key=True).open().select_related("order")
    # Invoices before products, as a payment holds them.
    unpaid = list(invoices.filter(order__in=covered.values("line__order")).order_by("pk"))
    ended = client_services.terminate_products(product_ids=product_ids, now=now)
    unpaid_since = _unpaid_starts(unpaid, {product.pk for product in ended if not product.has_ended_as_cancelled})
    hold_for_credits(unpaid)
    for invoice in unpaid:
        nets = _ended_nets(invoice, unpaid_since)
        if nets:
            with translation.override(written_in(invoice.language)):
                reason = gettext("What it renewed has ended unpaid.")
            credit_invoice(
                invoice_id=invoice.pk,
                nets=nets,
                reason=reason,
                means=RefundMeans.PREPAID,
                actor=SYSTEM,
                now=now,
            )
    return ended


def _unpaid_starts(unpaid: list[Invoice], ended: set[int]) -> dict[int, date]:
    """Return for each of these products where the first period begins that a renewal among these invoices was for, and
    that was not over when it became overdue: until then it worked, whoever owes for that.
    """
    covered = Coverage.objects.filter(product__in=ended, is_extension=False, line__order__kind=OrderKind.RENEWAL)
    covered = covered.filter(line__order__invoice__in=[invoice.pk for invoice in unpaid])
    covered = covered.filter(line__period_end__gt=F("product__overdue_since"))
    return dict(covered.values("product").annotate(start=Min("period_start")).values_list("product", "start"))


def _ended_nets(invoice: Invoice, unpaid_since: dict[int, date]) -> dict[int, Decimal]:
    """Return how much of each line is for what has ended, net, at most what is left of it.

    That is of a renewal the share of its units, of what was added the part from the unpaid period on.
    """
    left = creditable(invoice=invoice)
    nets = {}
    for line in invoice.order.lines.prefetch_related("coverages__product__offer"):
        share = sum((_ended_share(line, one, unpaid_since) for one in line.coverages.all()), Fraction())
        nets[line.pk] = min(round_cents(line.charged_net * share.numerator / share.denominator), left[line.pk])
    return {pk: net for pk, net in nets.items() if net > 0}


def _ended_share(line: OrderLine, covered: Coverage, unpaid_since: dict[int, date]) -> Fraction:
    if covered.product_id not in unpaid_since:
        return Fraction()
    if not covered.is_extension:
        is_had = covered.period_start < unpaid_since[covered.product_id]
        return Fraction(0 if is_had else covered.units, line.quantity)
    start = max(line.period_start, unpaid_since[covered.product_id])
    if start >= line.period_end:
        return Fraction()
    unpaid, all_of_it = (
        Fraction(*rest_of(covered.product, day, until=line.period_end).part) for day in (start, line.period_start)
    )
    return unpaid / all_of_it

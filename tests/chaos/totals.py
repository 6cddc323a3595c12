"""What a run leaves behind, in figures that do not depend on which worker wrote them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Sum

from billing import selectors
from billing.models import Coverage, Earning, EarningTotal, Invoice, LedgerEntry, NumberSeries, Payment, PrepaidAccount
from clients.models import Product


def totals() -> dict[str, Any]:
    """Return balances, sums of entries by kind, documents, payments, earnings and what the products are paid for."""
    numbers = Invoice.objects.aggregate(count=Count("pk"), last=Max("number"))
    return {
        "balances": sorted(PrepaidAccount.objects.values_list("organisation__name", "currency", "balance")),
        "entries": sorted(LedgerEntry.objects.order_by().values_list("kind").annotate(Count("pk"), Sum("amount"))),
        "invoices": sorted(Invoice.objects.order_by().values_list("state").annotate(Count("pk"), Sum("total"))),
        "numbers": (numbers["count"], numbers["last"]),
        "series": sorted(NumberSeries.objects.values_list("kind", "next_value")),
        "payments": Payment.objects.aggregate(count=Count("pk"), sum=Sum("amount")),
        "earnings": sorted(Earning.objects.order_by().values_list("kind").annotate(Count("pk"), Sum("amount"))),
        "sums": sorted(
            EarningTotal.objects.whole().values_list("partner__organisation__name", "kind", "amount", "count")
        ),
        "periods": Coverage.objects.filter(is_extension=False).count(),
        "paid until": sorted(Product.objects.values_list("organisation__name", "name", "renews_on")),
    }


def undisturbed(run: Callable[[], None]) -> dict[str, Any]:
    """Return what ``run`` would leave behind if nothing happened to it; it is taken back."""
    with transaction.atomic():
        run()
        found = totals()
        transaction.set_rollback(True)
    return found


def broken() -> list[str]:
    """Return the invariants that do not hold."""
    return [finding.invariant.code for finding in selectors.check_invariants() if not finding.holds]

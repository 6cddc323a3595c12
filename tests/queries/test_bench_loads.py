"""The loaders of the bench keep up with the models: a small programme of the same kind loads and is sound."""

import pytest
from django.db.models import Count, Sum

from bench import deep, large
from billing.models import Earning, EarningTotal, Invoice, LedgerEntry, PrepaidAccount
from clients.models import Product, Relationship
from tests.world import NOW


@pytest.mark.django_db(transaction=True)
def test_a_small_programme_loads():
    size = large.Size(
        partners=5,
        clients=60,
        first_clients=20,
        products=300,
        first_products=30,
        fourth_products=20,
        orders=200,
        entries=700,
        events=50,
    )

    large.load(now=NOW, size=size)

    assert (Product.objects.count(), Relationship.objects.count(), LedgerEntry.objects.count()) == (300, 60, 700)
    moved = dict(LedgerEntry.objects.values_list("account").annotate(sum=Sum("amount")))
    assert moved == {one.pk: one.balance for one in PrepaidAccount.objects.all() if one.pk in moved}
    assert not LedgerEntry.objects.filter(balance_after__lt=0).exists()
    cashback = LedgerEntry.objects.filter(kind="CASHBACK").aggregate(sum=Sum("amount"))
    assert cashback == Earning.objects.filter(kind="CASHBACK").aggregate(sum=Sum("amount"))
    assert Invoice.objects.exclude(client_name="").exists()


@pytest.mark.django_db(transaction=True)
def test_a_deep_and_a_shallow_partner_load():
    size = deep.Size(
        many_entries=2_000, few_entries=200, many_clients=20, few_clients=5, many_invoices=150, few_invoices=10
    )

    deep.load(now=NOW, size=size)

    earned = Earning.objects.order_by("partner").values_list("partner").annotate(n=Count("pk"), sum=Sum("amount"))
    assert [count for _partner, count, _sum in earned] == [pytest.approx(2_000, abs=20), pytest.approx(200, abs=10)]
    assert {account.pk: account.balance for account in PrepaidAccount.objects.all()} == {
        partner: amount for partner, _count, amount in earned
    }
    totals = EarningTotal.objects.whole().order_by("partner").values_list("partner").annotate(sum=Sum("amount"))
    assert list(totals) == [(partner, amount) for partner, _count, amount in earned]
    assert Invoice.objects.filter(payer=3).count() == 150
    assert Invoice.objects.filter(payer=23).count() == 10

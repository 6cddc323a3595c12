"""The loader of the large scale keeps up with the models: a small programme of the same kind loads and is sound."""

import pytest
from django.db.models import Sum

from bench import large
from billing.models import LedgerEntry, PrepaidAccount
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

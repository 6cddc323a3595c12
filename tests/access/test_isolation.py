"""Another organisation's rows are nowhere in anybody's lists (promise 2)."""

import pytest
from django.apps import apps

from clients.choices import Access
from tests import world
from tests.access import visitors

pytestmark = pytest.mark.django_db
# Every queryset that knows visible_to, on every model of ours.
MODELS = [
    model for model in apps.get_models() if hasattr(model.objects if hasattr(model, "objects") else None, "visible_to")
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_nothing_is_visible_to_nobody(model):
    """visible_to starts from nothing."""
    assert not model.objects.visible_to(None).exists()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_stranger_sees_no_row_of_others(model):
    visitors.build()
    _organisation, stranger = world.make_client("Fremd AG")
    mine = {"accounts.Organisation", "accounts.Membership"}

    rows = model.objects.visible_to(stranger)

    assert rows.count() == (1 if model._meta.label in mine else 0)


def test_limited_access_opens_the_granted_products_and_nothing_else():
    """Rule 15."""
    offers = world.make_catalogue()
    client, _ = world.make_client()
    partner, partner_acting = world.make_partner()
    granted, hidden = world.make_product(client, offers["web-hosting"]), world.make_product(client, offers["office"])
    relationship = world.make_relationship(client, partner, access=Access.LIMITED, products=(granted,))
    in_space = world.acting(partner_acting.membership, relationship)

    visible = set(type(granted).objects.visible_to(in_space))

    assert visible == {granted}
    assert hidden not in visible

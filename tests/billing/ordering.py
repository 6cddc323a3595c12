"""Ordering, in few words."""

from __future__ import annotations

from billing import services
from billing.models import Order
from tests.world import NOW


def order(client, offer, actor, relationship=None, quantity=35):
    return services.place_order(
        client_id=client.pk,
        items=[services.Item(offer, quantity)],
        relationship_id=relationship.pk if relationship else None,
        key=f"k{Order.objects.count()}",
        actor=actor,
        now=NOW,
    )

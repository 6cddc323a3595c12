"""To which plans a product can change (section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.models import Price
from clients.models import Product
from partnerportal.catalogue.models import Offer


@dataclass(frozen=True)
class OtherPlan:
    """Another offer for a product, with its list price for a unit and period, and that of the plan it has."""

    offer: Offer
    unit: Decimal
    unit_now: Decimal

    @property
    def is_dearer(self) -> bool:
        """Tell whether a change to it begins at once and costs something."""
        return self.unit > self.unit_now


def plans_for(*, product: Product, currency: str, on: date) -> list[OtherPlan]:
    """Return the other offers of a product's plan line that are sold and have a price on a day, the cheapest first.

    None if its offer has no line, or no price any more: nothing can be compared with it. What has a fixed partner price
    stands in a list of single things (Q8): the domain of another extension is no other plan of this one.
    """
    now_on = product.offer
    if not now_on.plan_line:
        return []
    sold = Offer.objects.filter(
        plan_line=now_on.plan_line,
        family=now_on.family_id,
        period=now_on.period,
        is_per_unit=now_on.is_per_unit,
        is_sold=True,
    )
    wanted = {offer.pk: offer for offer in sold} | {product.offer_id: product.offer}
    prices = Price.objects.valid_on(on).filter(currency=currency, offer__in=wanted, reseller_unit=None)
    units = dict(prices.values_list("offer", "public_unit"))
    now = units.pop(product.offer_id, None)
    if now is None:
        return []
    plans = [OtherPlan(wanted[pk], unit, now) for pk, unit in units.items()]
    return sorted(plans, key=lambda plan: (plan.unit, plan.offer.name))

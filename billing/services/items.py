"""What may be ordered, whoever asks: so many units of an offer on sale, for so many periods. Rule 23, Q11."""

from __future__ import annotations

from django.utils.translation import gettext as _

from billing.exceptions import OrderRefused, Rule, Way, WayOut
from billing.models.orders import duration
from billing.services.quoting import Item, Wanted
from partnerportal.catalogue.models import Offer

MAX_UNITS = 10_000  # of one line: more is a slip of the finger, and each unit may become a row


def wanted_of(item: Item) -> Wanted:
    """Return an item on its way to a line."""
    return Wanted(item.offer, item.quantity, item.name, periods=item.periods)


def check_item(item: Item) -> None:
    """Refuse what nobody may order, whoever asks: too many units, an offer that is not on sale, too many periods."""
    check_units(item.quantity)
    check_sold(item.offer)
    check_periods(item)


def check_units(units: int) -> None:
    """So many units may be ordered at a time as a line holds."""
    if not 1 <= units <= MAX_UNITS:
        raise OrderRefused(_("Order between 1 and 10’000 units at a time."), field="quantity", rule=Rule.UNITS)


def check_sold(offer: Offer) -> None:
    """Only what is on sale is ordered."""
    if not offer.is_sold:
        near = other_offer(offer)
        raise OrderRefused(_("This offer is no longer sold."), field="offer", rule=Rule.SOLD, ways=(near,))


def other_offer(offer: Offer) -> Way:
    """Return the way to another offer: the first on sale of the same family and period, or the choice of all."""
    same = Offer.objects.filter(family=offer.family_id, period=offer.period, is_sold=True).exclude(pk=offer.pk)
    found = same.order_by("name", "pk").first()
    return Way(WayOut.OTHER_OFFER, pk=found.pk, name=found.name) if found else Way(WayOut.OTHER_OFFER)


def check_periods(item: Item) -> None:
    """So many periods may be paid at once as the offer allows."""
    most = item.offer.max_periods
    if not 1 <= item.periods <= most:
        words = {"offer": item.offer, "most": duration(item.offer.period, most)}
        message = _("%(offer)s is paid for %(most)s at most.") % words
        raise OrderRefused(message, field="periods", rule=Rule.PERIODS)


def product_gone() -> OrderRefused:
    """Return the refusal of a product that is not there, or not here, any more."""
    message = _("A product that you chose is no longer there. Look at the list again.")
    return OrderRefused(message, rule=Rule.PRODUCT, ways=(Way(WayOut.SEE_PRODUCTS),))

"""What degressive steps are read from: how many units run in a portfolio, and what an order adds. Q3, Q4."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from clients import selectors as client_selectors
from clients.models import Product
from clients.querysets import ProductQuerySet

if TYPE_CHECKING:
    from billing.services.quoting import Wanted


class Count(NamedTuple):
    """A count and what it is made of, each part in units."""

    own: int = 0  # run in the counted organisation itself
    clients: int = 0  # of a partner: run at its clients, in its scope
    renewed: int = 0  # renewed by this order, and not in the portfolio: blocked, or in another partner's scope
    ordered: int = 0  # new with this order

    @property
    def total(self) -> int:
        """What the steps are read from."""
        return self.own + self.clients + self.renewed + self.ordered

    def snapshot(self) -> dict[str, int]:
        """Return the parts that there are, for an order line to keep."""
        return {part: units for part, units in self._asdict().items() if units}


class Counter:
    """Counts what runs, and what one order adds to it.

    Units that are renewed count once: those that run in the counted portfolio are in it already, others (blocked ones,
    or ones in another partner's scope) come to it.
    """

    def __init__(self, client_id: int, wanted: Iterable[Wanted]) -> None:
        self.client_id = client_id
        self._ordered: dict[int, int] = defaultdict(int)
        self._renewed: dict[int, list[Product]] = defaultdict(list)
        self._counts: dict[tuple[int | None, int], Count] = {}
        for item in wanted:
            if item.counted:
                self._renewed[item.offer.family_id] += item.counted
            else:
                self._ordered[item.offer.family_id] += item.quantity

    def client(self, family_id: int) -> Count:
        """The client's own count."""
        return self._count(None, self.client_id, family_id, Product.objects.filter(organisation=self.client_id))

    def partner(self, family_id: int, partner_id: int) -> Count:
        """The partner's portfolio: its own organisation, and what is in its scope at active clients."""
        return self._count(partner_id, partner_id, family_id, Product.objects.managed_by(partner_id))

    def _count(self, whose: int | None, home_id: int, family_id: int, portfolio: ProductQuerySet) -> Count:
        if (whose, family_id) not in self._counts:
            renewed = self._renewed[family_id]
            there = set(portfolio.running().filter(pk__in=[one.pk for one in renewed]).values_list("pk", flat=True))
            running = client_selectors.units_of_family(products=portfolio, family_id=family_id, home_id=home_id)
            self._counts[whose, family_id] = Count(
                own=running.own,
                clients=running.clients,
                renewed=sum(product.quantity for product in renewed if product.pk not in there),
                ordered=self._ordered[family_id],
            )
        return self._counts[whose, family_id]

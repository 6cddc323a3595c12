"""What a partner sees of a client, read from the sets that its own pages read: no second truth. Rules 15, 16."""

from __future__ import annotations

from dataclasses import dataclass

from clients.choices import Right
from clients.models import Product, Relationship
from clients.selectors.people import granted_now
from clients.selectors.reach import granted_on_product
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import Role
from partnerportal.accounts.models import Membership

SHOWN = 50  # products on one page of a preview


@dataclass(frozen=True)
class SeenProduct:
    """A product as the partner sees it, and what it may do with it."""

    product: Product
    rights: frozenset[str]


@dataclass(frozen=True)
class Sight:
    """What a partner sees: ``products`` (the first of ``count``), how many of the client's it does not see, and what it
    may do at all."""

    products: list[SeenProduct]
    count: int
    hidden_count: int
    rights: frozenset[str]

    @property
    def may_order(self) -> bool:
        """Tell whether the partner orders and renews."""
        return Right.ORDER in self.rights

    @property
    def may_bill(self) -> bool:
        """Tell whether the partner manages the billing of what it orders."""
        return Right.BILLING in self.rights


def sight(relationship: Relationship) -> Sight:
    """Return what the partner's leading people see at this moment; their collaborators see that or less (rule 21)."""
    leading = Membership(organisation=relationship.partner.organisation, role=Role.LEGAL)
    acting = Acting(user=None, membership=leading, relationship=relationship)
    visible = Product.objects.visible_to(acting).in_use()
    count = visible.count()
    shown = visible.with_grant_of(relationship.pk).select_related("offer").order_by("name", "pk")[:SHOWN]
    access, payer = relationship.access, relationship.payer
    return Sight(
        products=[
            SeenProduct(product, granted_on_product(access=access, payer=payer, grant=product.grant))
            for product in shown
        ],
        count=count,
        hidden_count=Product.objects.in_use().filter(organisation=relationship.client_id).count() - count,
        rights=granted_now(relationship),
    )

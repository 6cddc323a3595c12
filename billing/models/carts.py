"""Carts: what somebody means to order for an organisation, until it is ordered."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from billing.models.orders import Order, duration
from billing.querysets import CartItemQuerySet, CartQuerySet
from clients.models import Relationship
from partnerportal.accounts.models import Organisation, User
from partnerportal.catalogue.models import Offer


class Cart(models.Model):
    """What one person means to order for one organisation: as its own member, or through a relationship.

    Its key becomes the order's: a cart is ordered once. An ordered cart keeps what was shown of it, so that a page that
    is sent again is told apart from one that shows something else.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="carts")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")  # whose member orders
    client = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="carts")  # for whom
    # Through which a partner orders; null in one's own organisation.
    relationship = models.ForeignKey(Relationship, null=True, on_delete=models.CASCADE, related_name="carts")
    key = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    order = models.OneToOneField(Order, null=True, on_delete=models.PROTECT, related_name="cart")
    shown = models.TextField(blank=True)  # what the page showed as it was ordered

    objects = CartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(  # One open cart for whom one acts; an ordered one stays beside it.
                fields=["user", "organisation", "client"], condition=Q(order=None), name="cart_one_open"
            ),
            models.UniqueConstraint(fields=["key"], name="cart_key_once"),
            models.CheckConstraint(name="cart_has_key", condition=~Q(key="")),
            models.CheckConstraint(  # For somebody else one orders through a relationship only (row 9).
                name="cart_other_client_through_relationship",
                condition=Q(organisation=F("client"), relationship=None)
                | (~Q(organisation=F("client")) & Q(relationship__isnull=False)),
            ),
            models.CheckConstraint(
                name="cart_shown_iff_ordered",
                condition=Q(order=None, shown="") | (Q(order__isnull=False) & ~Q(shown="")),
            ),
        ]
        indexes = [models.Index(fields=["changed_at"], name="cart_by_change")]

    def __str__(self) -> str:
        return str(self.client)


class CartItem(models.Model):
    """One line of a cart: so many units of an offer, for so many periods, under a name."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    periods = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=100, blank=True)  # of the product, such as moser.ch
    added_key = models.CharField(max_length=64)  # of the form that added to it last: sent twice, it adds once

    objects = CartItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "offer", "periods", "name"], name="cartitem_line_once"),
            models.CheckConstraint(name="cartitem_has_units", condition=Q(quantity__gte=1)),
            models.CheckConstraint(name="cartitem_has_periods", condition=Q(periods__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.offer}"

    @property
    def duration(self) -> str:
        """For how long it would be paid, in words: "one year", "3 years"."""
        return duration(self.offer.period, self.periods)

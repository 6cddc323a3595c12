"""Products, what they were used for, and their way to another organisation. Rules 23 and 29, section 9."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from clients.choices import ProductState, RenewalPayer, TransferState
from clients.querysets import ProductQuerySet, ProductTransferQuerySet
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import Offer


class Product(models.Model):
    """An offer owned by an organisation. Whoever orders and pays, it belongs to the client (rules 23 and 29)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="products")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="products")
    name = models.CharField(max_length=120)
    quantity = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=ProductState.choices, default=ProductState.ACTIVE)
    renewal_payer = models.CharField(max_length=7, choices=RenewalPayer.choices, default=RenewalPayer.CLIENT)
    technical_note = models.TextField(max_length=2000, blank=True)  # for whoever manages it: the right "technical"
    created_at = models.DateTimeField()
    renews_on = models.DateField()  # the first day that is not paid yet
    # Began on the 29th to the 31st: its periods do so again after a shorter month. None: on the day of renews_on.
    anchor_day = models.PositiveSmallIntegerField(null=True)
    renews_automatically = models.BooleanField(default=True, db_default=True)
    next_offer = models.ForeignKey(Offer, null=True, on_delete=models.PROTECT, related_name="+")  # from renews_on on
    # Fewer units from a day on: the end of what was paid as they were chosen. Until then it has all of them.
    next_quantity = models.PositiveIntegerField(null=True)
    fewer_on = models.DateField(null=True)
    # Cancelled to renews_on: it works until then, and ends.
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by_label = models.CharField(max_length=254, blank=True, db_default="")
    overdue_since = models.DateField(null=True)  # the first day that has begun without being paid
    blocked_at = models.DateTimeField(null=True)
    terminated_at = models.DateTimeField(null=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="product_state_known", condition=Q(state__in=ProductState.values)),
            models.CheckConstraint(
                name="product_renewal_payer_known", condition=Q(renewal_payer__in=RenewalPayer.values)
            ),
            models.CheckConstraint(name="product_has_units", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="product_anchor_day_29_to_31",
                condition=Q(anchor_day=None) | Q(anchor_day__gte=29, anchor_day__lte=31),
            ),
            models.CheckConstraint(  # What is blocked is so since a moment, and because something is not paid.
                name="product_blocked_iff_dated",
                condition=Q(state=ProductState.BLOCKED, blocked_at__isnull=False, overdue_since__isnull=False)
                | (~Q(state=ProductState.BLOCKED) & Q(blocked_at=None)),
            ),
            models.CheckConstraint(
                name="product_terminated_iff_dated",
                condition=Q(state=ProductState.TERMINATED, terminated_at__isnull=False)
                | (~Q(state=ProductState.TERMINATED) & Q(terminated_at=None)),
            ),
            models.CheckConstraint(  # Somebody has cancelled it, or nobody has.
                name="product_cancelled_by_somebody",
                condition=Q(cancelled_at=None, cancelled_by_label="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_by_label="")),
            ),
            models.CheckConstraint(  # What becomes fewer does so on a day, and something of it is left.
                name="product_fewer_units_iff_dated",
                condition=Q(next_quantity=None, fewer_on=None)
                | Q(
                    next_quantity__isnull=False,
                    fewer_on__isnull=False,
                    next_quantity__gte=1,
                    next_quantity__lt=F("quantity"),
                ),
            ),
            models.CheckConstraint(  # A change of plan leads to another plan, of something that goes on.
                name="product_next_offer_is_another",
                condition=Q(next_offer=None) | (~Q(next_offer=F("offer")) & Q(cancelled_at=None, terminated_at=None)),
            ),
        ]
        indexes = [
            models.Index(  # What falls due on a day, everybody's: renewals, reminders, the timeline.
                fields=["renews_on", "id"],
                condition=~Q(state=ProductState.TERMINATED),
                name="product_due",
            ),
            models.Index(
                fields=["overdue_since", "id"], condition=Q(overdue_since__isnull=False), name="product_overdue"
            ),
            models.Index(fields=["fewer_on", "id"], condition=Q(fewer_on__isnull=False), name="product_fewer"),
            models.Index(fields=["organisation", "state", "renews_on", "id"], name="product_by_owner"),
            models.Index(fields=["offer", "state"], name="product_by_offer"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_cancelled(self) -> bool:
        """Tell whether it ends with the period that is paid."""
        return self.cancelled_at is not None

    @property
    def renewed_offer(self) -> Offer:
        """The plan from the next renewal on."""
        return self.next_offer if self.next_offer_id and self.next_offer else self.offer

    @property
    def renewed_quantity(self) -> int:
        """How many units its next renewal is of."""
        return self.quantity if self.next_quantity is None else self.next_quantity

    @property
    def is_renewed_for_fewer(self) -> bool:
        """Tell whether a period is paid already in which it has fewer units than now."""
        return self.fewer_on is not None and self.renews_on > self.fewer_on

    @property
    def has_ended_as_cancelled(self) -> bool:
        """Tell whether it ended on the day to which it was cancelled, and not before because it was not paid."""
        ended = self.terminated_at
        return self.is_cancelled and ended is not None and self.renews_on <= timezone.localdate(ended)

    @property
    def is_renewed_by_itself(self) -> bool:
        """Tell whether the next renewal comes without anybody doing something."""
        return (
            self.renews_automatically
            and not self.is_cancelled
            and self.state == ProductState.ACTIVE
            and self.renewal_payer != RenewalPayer.NOBODY
        )


class ProductUsage(models.Model):
    """What a product was used for on one day, as the provider's systems report it: the right "statistics" (Q18)."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="usage")
    day = models.DateField()
    visits = models.PositiveIntegerField(default=0)
    traffic_mb = models.PositiveIntegerField(default=0)
    storage_mb = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "day"], name="productusage_once_a_day")]


class ProductTransfer(models.Model):
    """A product on its way to another organisation: offered by link, moved once that organisation accepts."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="transfers")
    from_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="transfers_out")
    # Null until the person behind the address says for which organisation they accept.
    to_organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="transfers_in")
    to_email = models.EmailField()
    state = models.CharField(max_length=9, choices=TransferState.choices, default=TransferState.PENDING)
    link_version = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects = ProductTransferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="producttransfer_state_known", condition=Q(state__in=TransferState.values)),
            models.CheckConstraint(
                name="producttransfer_elsewhere",
                condition=Q(to_organisation=None) | ~Q(to_organisation=F("from_organisation")),
            ),
            models.CheckConstraint(  # Who has a product now can be read from its transfers.
                name="producttransfer_receiver_once_accepted",
                condition=~Q(state=TransferState.ACCEPTED) | Q(to_organisation__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(state=TransferState.PENDING),
                name="producttransfer_one_pending_per_product",
            ),
        ]
        indexes = [
            models.Index(fields=["from_organisation", "-created_at", "id"], name="producttransfer_newest"),
            models.Index(
                fields=["expires_at"], condition=Q(state=TransferState.PENDING), name="producttransfer_expiring"
            ),
        ]

    def __str__(self) -> str:
        return str(self.product)

    @property
    def receiver(self) -> Organisation | str:
        """To whom it goes, as the sender may know it: an address until that person has accepted for an organisation."""
        return self.to_organisation or self.to_email

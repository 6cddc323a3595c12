"""Products, relationships, what they grant, and who of a partner's people reaches which client. Rules 6 to 22."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from clients.choices import Access, Payer, ProductState, RelationshipState, RenewalPayer, Side
from clients.querysets import ProductQuerySet, RelationshipQuerySet
from partnerportal.accounts.models import Membership, Organisation
from partnerportal.catalogue.models import Offer
from partners.models import Partner

ANSWERED = [RelationshipState.ACTIVE, RelationshipState.ENDED]


class Product(models.Model):
    """An offer owned by an organisation. Whoever orders and pays, it belongs to the client (rules 23 and 29)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="products")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="products")
    name = models.CharField(max_length=120)
    quantity = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=ProductState.choices, default=ProductState.ACTIVE)
    renewal_payer = models.CharField(max_length=7, choices=RenewalPayer.choices, default=RenewalPayer.CLIENT)
    created_at = models.DateTimeField()
    renews_on = models.DateField()  # the first day that is not paid yet

    objects = ProductQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="product_state_known", condition=Q(state__in=ProductState.values)),
            models.CheckConstraint(
                name="product_renewal_payer_known", condition=Q(renewal_payer__in=RenewalPayer.values)
            ),
            models.CheckConstraint(name="product_has_units", condition=Q(quantity__gte=1)),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "renews_on", "id"], name="product_by_owner"),
            models.Index(fields=["offer", "state"], name="product_by_offer"),
        ]

    def __str__(self) -> str:
        return self.name


def access_sentence(access: str, payer: str | None) -> str:
    """Return an access and who pays in words."""
    if access != Access.FULL:
        return _("Limited access to chosen products")
    return _("Full access; the partner pays") if payer == Payer.PARTNER else _("Full access; the client pays")


class Relationship(models.Model):
    """A client and a partner: asked for, accepted, ended.

    While it waits, ``access`` and ``payer`` are what was offered or asked for; from acceptance on, what is granted.
    """

    # Null only while a partner has asked an address without an organisation (Q16).
    client = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="partner_relationships")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="relationships")
    started_by = models.CharField(max_length=7, choices=Side.choices)
    state = models.CharField(max_length=9, choices=RelationshipState.choices, default=RelationshipState.PENDING)
    access = models.CharField(max_length=7, choices=Access.choices)
    payer = models.CharField(max_length=7, choices=Payer.choices, null=True, blank=True)
    asked_access = models.CharField(max_length=7, choices=Access.choices, null=True)  # what a partner had asked for
    asked_payer = models.CharField(max_length=7, choices=Payer.choices, null=True)
    note = models.CharField(max_length=500, blank=True)
    invited_email = models.EmailField(blank=True)  # the address a partner's request went to
    link_version = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    access_since = models.DateTimeField(null=True)  # since when the access is of this kind (Q13: first granted)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=7, choices=Side.choices, null=True)

    objects = RelationshipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="relationship_state_known", condition=Q(state__in=RelationshipState.values)),
            models.CheckConstraint(name="relationship_started_by_known", condition=Q(started_by__in=Side.values)),
            models.CheckConstraint(
                name="relationship_asked_known",
                condition=(Q(asked_access=None) | Q(asked_access__in=Access.values))
                & (Q(asked_payer=None) | Q(asked_payer__in=Payer.values)),
            ),
            models.CheckConstraint(
                name="relationship_ended_by_iff_ended",
                condition=Q(state=RelationshipState.ENDED, ended_by__isnull=False, ended_by__in=Side.values)
                | (~Q(state=RelationshipState.ENDED) & Q(ended_by=None)),
            ),
            models.CheckConstraint(  # Limited access has no payer; full access always has one (rule 18).
                name="relationship_payer_iff_full",
                condition=Q(access=Access.LIMITED, payer=None)
                | Q(access=Access.FULL, payer__isnull=False, payer__in=Payer.values),
            ),
            models.CheckConstraint(  # Nobody is their own partner (Q14). A partner has its organisation's id.
                name="relationship_not_with_itself", condition=Q(client=None) | ~Q(client=F("partner"))
            ),
            models.CheckConstraint(  # Without a client there is only a request to a mail address (Q16).
                name="relationship_client_once_answered",
                condition=Q(client__isnull=False)
                | (~Q(state__in=ANSWERED) & Q(started_by=Side.PARTNER) & ~Q(invited_email="")),
            ),
            models.CheckConstraint(
                name="relationship_ended_iff_dated",
                condition=Q(state=RelationshipState.ENDED, ended_at__isnull=False)
                | (~Q(state=RelationshipState.ENDED) & Q(ended_at=None)),
            ),
            models.CheckConstraint(
                name="relationship_access_since_iff_answered",
                condition=Q(state__in=ANSWERED, access_since__isnull=False)
                | (~Q(state__in=ANSWERED) & Q(access_since=None)),
            ),
            models.UniqueConstraint(  # One of request, invitation, relationship at a time (rule 13: no double).
                fields=["client", "partner"],
                condition=Q(state__in=[RelationshipState.PENDING, RelationshipState.ACTIVE]),
                name="relationship_one_live_per_pair",
            ),
            models.UniqueConstraint(  # At most one partner has full access at a time (Q13).
                fields=["client"],
                condition=Q(state=RelationshipState.ACTIVE, access=Access.FULL),
                name="relationship_one_full_per_client",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "state", "id"], name="relationship_by_partner"),
            models.Index(fields=["client", "state", "id"], name="relationship_by_client"),
            models.Index(fields=["partner", "-created_at", "id"], name="relationship_newest"),
            models.Index(
                fields=["expires_at"], condition=Q(state=RelationshipState.PENDING), name="relationship_expiring"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client_to_partner} – {self.partner}"

    @property
    def client_to_partner(self) -> Organisation | str:
        """The client as its partner may know it: by its address while it has not accepted a partner's request.

        Who asks must not learn from the request alone which organisation an address belongs to (promise 2).
        """
        is_known = self.client is not None and (self.started_by == Side.CLIENT or self.state in ANSWERED)
        return self.client if is_known and self.client is not None else self.invited_email

    @property
    def opened_grants(self) -> models.QuerySet[Grant]:
        """The products that limited access opens, one by one.

        A relationship that was widened to full access keeps its grants: they open nothing more, and say since when
        the partner has had a product (Q13).
        """
        return self.grants.none() if self.is_full else self.grants.all()

    @property
    def is_full(self) -> bool:
        """Tell whether the whole account is open."""
        return self.access == Access.FULL

    @property
    def is_paid_by_partner(self) -> bool:
        """Tell whether the partner's means pay what it orders."""
        return self.payer == Payer.PARTNER

    @property
    def client_page(self) -> str:
        """Address of the partner's page about this client."""
        return reverse("clients:client_detail", args=[self.pk])

    @property
    def access_sentence(self) -> str:
        """The access in words: "Full access; the partner pays"."""
        return access_sentence(self.access, self.payer)

    @property
    def asked_sentence(self) -> str:
        """What a partner asked for, in words."""
        return access_sentence(self.asked_access, self.asked_payer) if self.asked_access else ""

    @property
    def is_request(self) -> bool:
        """Tell whether the partner asked; else the client invited."""
        return self.started_by == Side.PARTNER


class Grant(models.Model):
    """One product that a limited relationship opens, and the rights on it; seeing it is implied (Q18)."""

    relationship = models.ForeignKey(Relationship, on_delete=models.PROTECT, related_name="grants")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="grants")
    has_technical = models.BooleanField(default=True)
    has_statistics = models.BooleanField(default=True)
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["relationship", "product"], name="grant_once_per_product"),
        ]
        indexes = [models.Index(fields=["product", "relationship"], name="grant_by_product")]


class ClientAssignment(models.Model):
    """A collaborator of a partner may enter this client's space, with these rights at most (rules 20 and 21)."""

    relationship = models.ForeignKey(Relationship, on_delete=models.PROTECT, related_name="assignments")
    # Who leaves the partner leaves its clients.
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="client_assignments")
    has_technical = models.BooleanField(default=True)
    has_statistics = models.BooleanField(default=True)
    has_order = models.BooleanField(default=False)
    has_billing = models.BooleanField(default=False)
    assigned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["relationship", "membership"], name="clientassignment_once"),
        ]

    def __str__(self) -> str:
        return str(self.membership)

"""A client and a partner, and what the one grants the other. Rules 6 to 19 and 46 to 49."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.choices import Access, EndedBy, Payer, RelationshipState, Right, Side
from clients.models.products import Product
from clients.querysets import RelationshipQuerySet
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import Family
from partners.models import Partner

ANSWERED = [RelationshipState.ACTIVE, RelationshipState.ENDED]


def rights_of(flags: object) -> frozenset[str]:
    """Return the rights that the ``has_…`` flags of a row name, and :attr:`Right.VIEW`, which is implied."""
    return frozenset({Right.VIEW, *(right for right in Right if getattr(flags, f"has_{right.value}", False))})


def access_sentence(access: str, payer: str | None, *, reader: str | None = None) -> str:
    """Return an access and who pays in words; ``reader``: the side that reads it, to which "you" is said."""
    if access != Access.FULL:
        return _("Limited access to chosen products")
    if reader is not None and payer == reader:
        return _("Full access; you pay")
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
    asked_technical = models.BooleanField(default=False)
    asked_statistics = models.BooleanField(default=False)
    asked_families = models.ManyToManyField(Family, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    invited_email = models.EmailField(blank=True)  # the address a partner's request went to
    is_by_code = models.BooleanField(default=False)  # the client had shown the partner a request code
    # The relationship that this invitation takes over from, once it is accepted: switching partners.
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    # What the partner's lists sort and search by, as ``client_to_partner`` says it: the client's folded name and city,
    # or the address. The database keeps them up to date (migration 0007), so that an index holds the clients by name.
    client_name = models.CharField(max_length=254, editable=False, default="")
    client_city = models.CharField(max_length=80, editable=False, default="", blank=True)
    link_version = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    access_since = models.DateTimeField(null=True)  # since when the access is of this kind (Q13: first granted)
    ends_at = models.DateTimeField(null=True)  # the first moment without access, if an end was agreed
    reviewed_at = models.DateTimeField(null=True)  # when the client last said that this access is still right
    refusal_reason = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=9, choices=EndedBy.choices, null=True)

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
                condition=Q(state=RelationshipState.ENDED, ended_by__isnull=False, ended_by__in=EndedBy.values)
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
            models.CheckConstraint(  # A code is shown by a client to a partner, who asks with it.
                name="relationship_by_code_is_request",
                condition=Q(is_by_code=False) | Q(started_by=Side.PARTNER, client__isnull=False),
            ),
            models.CheckConstraint(  # Only a client changes partners, and never to the one it has.
                name="relationship_replaces_by_invitation",
                condition=Q(replaces=None) | (Q(started_by=Side.CLIENT) & ~Q(replaces=F("pk"))),
            ),
            models.CheckConstraint(
                name="relationship_ends_after_it_was_made",
                condition=Q(ends_at=None) | Q(ends_at__gt=F("created_at")),
            ),
            models.CheckConstraint(
                name="relationship_reason_only_if_refused",
                condition=Q(refusal_reason="") | Q(state=RelationshipState.REFUSED),
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
            # The other orders of a partner's list of clients; by state it is relationship_by_partner.
            models.Index(fields=["partner", "access_since", "id"], name="relationship_by_since"),
            models.Index(fields=["partner", "access", "id"], name="relationship_by_access"),
            models.Index(fields=["partner", "payer", "id"], name="relationship_by_payer"),
            models.Index(fields=["partner", "ends_at", "id"], name="relationship_by_end"),
            models.Index(  # with the city, so that a search reads the index alone
                fields=["partner", "client_name", "id"], include=["client_city"], name="relationship_by_name"
            ),
            models.Index(
                fields=["expires_at"], condition=Q(state=RelationshipState.PENDING), name="relationship_expiring"
            ),
            models.Index(fields=["ends_at"], condition=Q(state=RelationshipState.ACTIVE), name="relationship_ending"),
        ]

    def __str__(self) -> str:
        return f"{self.client_to_partner} – {self.partner}"

    @property
    def client_to_partner(self) -> Organisation | str:
        """The client as its partner may know it: by its address while it has not accepted a partner's request.

        Who asks must not learn from the request alone which organisation an address belongs to (promise 2).
        """
        is_known = self.client is not None and (
            self.started_by == Side.CLIENT or self.is_by_code or self.state in ANSWERED
        )
        return self.client if is_known and self.client is not None else self.invited_email

    @property
    def last_day(self) -> date | None:
        """The last day with access in the client's time zone, if an end was agreed."""
        if self.ends_at is None or self.client is None:
            return None
        return (self.ends_at - timedelta(microseconds=1)).astimezone(ZoneInfo(self.client.time_zone)).date()

    @property
    def is_over(self) -> bool:
        """Tell whether the agreed end has come, written down already or not."""
        return self.ends_at is not None and self.ends_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Tell whether it is accepted and not over; whether the partner's status holds is another question."""
        return self.state == RelationshipState.ACTIVE and not self.is_over

    @property
    def ends_soon(self) -> bool:
        """Tell whether access ends within the time in which both sides are told."""
        first_notice = timedelta(days=max(settings.PROGRAMME["ending_notice_days"]))
        return self.ends_at is not None and self.ends_at <= timezone.now() + first_notice

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
    def access_to_client(self) -> str:
        """The access in words, said to the client: "Full access; you pay"."""
        return access_sentence(self.access, self.payer, reader=Side.CLIENT)

    @property
    def access_to_partner(self) -> str:
        """The access in words, said to the partner."""
        return access_sentence(self.access, self.payer, reader=Side.PARTNER)

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

    @property
    def rights(self) -> frozenset[str]:
        """What the partner may do with the product."""
        return rights_of(self)


class RightUse(models.Model):
    """When a partner last used a right at a client: what is not needed any more can be seen, and taken back."""

    relationship = models.ForeignKey(Relationship, on_delete=models.PROTECT, related_name="uses")
    right = models.CharField(max_length=10, choices=Right.choices)
    last_used_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["relationship", "right"], name="rightuse_once_per_right"),
            models.CheckConstraint(name="rightuse_right_known", condition=Q(right__in=Right.values)),
        ]


class RequestCode(models.Model):
    """A short-lived code that a client shows a partner, which asks with it; only its digest is stored."""

    organisation = models.OneToOneField(
        Organisation, primary_key=True, on_delete=models.CASCADE, related_name="request_code"
    )
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="requestcode_one_per_digest")]


class EndReceipt(models.Model):
    """What the end of a relationship has cut, for both sides; never changed once it is written."""

    relationship = models.OneToOneField(Relationship, on_delete=models.PROTECT, related_name="receipt")
    number = models.CharField(max_length=24)
    issued_at = models.DateTimeField()
    facts = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="endreceipt_number_once")]

    def __str__(self) -> str:
        return self.number

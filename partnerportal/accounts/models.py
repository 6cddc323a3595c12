"""People, organisations and who belongs where."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from partnerportal.accounts.choices import (
    FRANC_COUNTRIES,
    WHOLE,
    Currency,
    OrganisationKind,
    Role,
    StaffRole,
    role_in_words,
)
from partnerportal.accounts.querysets import MemberInvitationQuerySet, MembershipQuerySet, OrganisationQuerySet


class UserManager(BaseUserManager["User"]):
    """Makes people."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a person who signs in with ``email``; without a password they use a passkey or a reset."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        """Return the person who signs in with ``email``, whatever its case."""
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A person. What they may do is asked of the membership they act through, never of the person."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    staff_role = models.CharField(max_length=10, choices=StaffRole.choices, blank=True)  # blank: not staff
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_one_per_mail"),  # Ana@ and ana@ are one person
            models.CheckConstraint(name="user_staff_role_known", condition=Q(staff_role__in=["", *StaffRole.values])),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Tell whether the person works for the provider."""
        return bool(self.staff_role)


class Organisation(models.Model):
    """The account that owns products, members and billing."""

    kind = models.CharField(_("type"), max_length=12, choices=OrganisationKind.choices)
    name = models.CharField(_("name"), max_length=160)
    search_name = models.CharField(max_length=200, editable=False)  # name without case and accents; see kernel.text
    street = models.CharField(_("street and number"), max_length=160, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    country = CountryField(_("country"))
    currency = models.CharField(max_length=3, choices=Currency.choices)
    vat_number = models.CharField(_("VAT number"), max_length=32, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=48, default="Europe/Zurich")
    created_at = models.DateTimeField()

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="organisation_kind_known", condition=Q(kind__in=OrganisationKind.values)),
            models.CheckConstraint(  # Rule 44: the address decides the currency.
                name="organisation_currency_follows_address",
                condition=(Q(country__in=FRANC_COUNTRIES) & Q(currency=Currency.CHF))
                | (~Q(country__in=FRANC_COUNTRIES) & Q(currency=Currency.EUR)),
            ),
        ]
        indexes = [models.Index(fields=["search_name", "id"], name="organisation_by_name")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in an organisation, with a role there."""

    # A person who leaves the portal leaves their organisations; the audit trail keeps the name.
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=13, choices=Role.choices)
    has_accounting = models.BooleanField(_("may see accounting"), default=False)  # rule 28: for collaborators
    is_external = models.BooleanField(default=False)  # somebody of another company; a partnership replaces it (rule 13)
    created_at = models.DateTimeField()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="membership_once_per_organisation"),
            models.CheckConstraint(name="membership_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(  # Somebody from outside never leads the organisation.
                name="membership_external_is_collaborator", condition=Q(is_external=False) | Q(role=Role.COLLABORATOR)
            ),
        ]
        indexes = [models.Index(fields=["organisation", "role"], name="membership_by_role")]

    def __str__(self) -> str:
        return f"{self.user}, {self.organisation}"

    @property
    def role_words(self) -> str:
        """The role, and whether the person works for another company."""
        return role_in_words(self.role, is_external=self.is_external)

    @property
    def is_whole(self) -> bool:
        """Tell whether the role reaches everything of the organisation."""
        return self.role in WHOLE

    @property
    def may_see_accounting(self) -> bool:
        """Tell whether invoices are readable to this member (rule 28)."""
        return self.is_whole or self.has_accounting


class MemberInvitation(models.Model):
    """Somebody asked to become a member by a signed link; a resent link gets the next version, the older ones die."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=13, choices=Role.choices)
    has_accounting = models.BooleanField(_("may see accounting"), default=False)
    is_external = models.BooleanField(default=False)  # as on the membership that it becomes (rule 13)
    link_version = models.PositiveSmallIntegerField(default=1)
    invited_by_label = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = MemberInvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="memberinvitation_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(  # Somebody from outside never leads the organisation.
                name="memberinvitation_external_is_collaborator",
                condition=Q(is_external=False) | Q(role=Role.COLLABORATOR),
            ),
            models.CheckConstraint(  # An invitation ends one way.
                name="memberinvitation_one_end",
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
            ),
            models.UniqueConstraint(  # One open invitation for an address in an organisation.
                Lower("email"),
                "organisation",
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="memberinvitation_one_open_per_mail",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def role_words(self) -> str:
        """The offered role, and whether it is for somebody of another company."""
        return role_in_words(self.role, is_external=self.is_external)

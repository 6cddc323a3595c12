"""Questions about people and organisations."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from partnerportal.accounts.choices import Role
from partnerportal.accounts.models import Membership, Organisation, User


def legal_representatives(*, organisation_id: int) -> QuerySet[User]:
    """Return the people who are legal representatives of an organisation, the eldest member first."""
    return User.objects.filter(
        memberships__organisation=organisation_id, memberships__role=Role.LEGAL, is_active=True
    ).order_by("memberships__created_at", "pk")


def leaders(*, organisation_id: int) -> QuerySet[User]:
    """Return legal representatives and administrators of an organisation."""
    return User.objects.filter(
        memberships__organisation=organisation_id,
        memberships__role__in=[Role.LEGAL, Role.ADMINISTRATOR],
        is_active=True,
    ).order_by("memberships__created_at", "pk")


def represented_by(*, email: str) -> QuerySet[Organisation]:
    """Return the organisations that the owner of a mail address legally represents."""
    return Organisation.objects.filter(memberships__user__email__iexact=email, memberships__role=Role.LEGAL)


def external_members(*, organisation_id: int | None, of_organisation_id: int) -> QuerySet[Membership]:
    """Return the external members of an organisation who are people of another one: a partnership replaces their tie
    (rule 13). Who is external there, too, works for a third and keeps both.
    """
    theirs = Membership.objects.filter(organisation=of_organisation_id, is_external=False)
    external = Membership.objects.filter(organisation=organisation_id, is_external=True, user__in=theirs.values("user"))
    return external.select_related("organisation", "user").order_by("pk")


def members_of_other_companies(*, organisation_id: int) -> QuerySet[Membership]:
    """Return every external member of an organisation, by name."""
    external = Membership.objects.filter(organisation=organisation_id, is_external=True)
    return external.select_related("user").order_by("user__name", "pk")


def address_of(organisation: Organisation) -> dict[str, Any]:
    """Return what a document keeps of an organisation."""
    return {
        "name": organisation.name,
        "street": organisation.street,
        "postcode": organisation.postcode,
        "city": organisation.city,
        "country": str(organisation.country),
        "vat_number": organisation.vat_number,
    }

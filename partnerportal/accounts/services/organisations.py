"""Organisations begin and change their details."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from partnerportal.accounts import tasks
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import Role, currency_of
from partnerportal.accounts.models import Membership, Organisation, User
from partnerportal.accounts.signals import organisation_changing
from partnerportal.audit import log
from partnerportal.kernel.text import folded

DETAILS = ("kind", "name", "street", "postcode", "city", "country", "vat_number", "language", "time_zone")


@transaction.atomic
def create_organisation(
    *, owner: User, kind: str, name: str, country: str, now: datetime, **details: Any
) -> Organisation:
    """Create an organisation with ``owner`` as its legal representative; the address decides the currency (rule 44)."""
    organisation = Organisation.objects.create(
        kind=kind,
        name=name,
        search_name=folded(name),
        country=country,
        currency=currency_of(country),
        created_at=now,
        **details,
    )
    membership = Membership.objects.create(user=owner, organisation=organisation, role=Role.LEGAL, created_at=now)
    log.record(
        at=now,
        actor=Acting(user=owner, membership=membership),
        action="accounts.organisation.created",
        subject=organisation,
        organisation=organisation,
    )
    return organisation


@transaction.atomic
def change_organisation(*, organisation_id: int, details: dict[str, Any], actor: Acting, now: datetime) -> Organisation:
    """Change the given ``details`` (names in DETAILS); the currency follows the address for future invoices (rule 44).

    The organisation's legal representatives get a summary (N7). Nothing is written when nothing changed. Raises what an
    app above refuses, such as a partner that would no longer be a company.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    changes = {
        name: {"from": str(getattr(organisation, name)), "to": str(value)}
        for name, value in details.items()
        if name in DETAILS and str(getattr(organisation, name)) != str(value)
    }
    if not changes:
        return organisation
    organisation_changing.send(Organisation, organisation=organisation, details=details)
    for name in changes:
        setattr(organisation, name, details[name])
    organisation.search_name = folded(organisation.name)
    organisation.currency = currency_of(str(organisation.country))
    organisation.save(update_fields=[*changes, "search_name", "currency"])
    log.record(
        at=now,
        actor=actor,
        action="accounts.organisation.changed",
        subject=organisation,
        organisation=organisation,
        changes=changes,
    )
    tasks.mail_organisation_changed.start(now=now, organisation_id=organisation.pk, changes=changes)
    return organisation

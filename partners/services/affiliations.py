"""The register of affiliates: nobody is partner and affiliate at once (rule 3)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from partnerportal.accounts.acting import Acting
from partnerportal.accounts.models import Organisation
from partnerportal.audit import log
from partners import selectors
from partners.exceptions import AlreadyAffiliate, AlreadyPartner
from partners.models import Affiliation


@transaction.atomic
def start_affiliation(*, organisation_id: int, actor: Acting, now: datetime) -> Affiliation:
    """Enter an organisation into the register of affiliates. Raises :class:`AlreadyPartner` (rule 3)."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    if selectors.is_partner_or_applying(organisation.pk):
        raise AlreadyPartner(_("A partner cannot be an affiliate. Leave the programme first."))
    if selectors.is_affiliate(organisation.pk):
        raise AlreadyAffiliate(_("The organisation is an affiliate already."))
    affiliation = Affiliation.objects.create(organisation=organisation, started_at=now)
    log.record(
        at=now, actor=actor, action="partners.affiliation.started", subject=affiliation, organisation=organisation
    )
    return affiliation


@transaction.atomic
def end_affiliation(*, affiliation_id: int, actor: Acting, now: datetime) -> Affiliation:
    """End an affiliation; nothing happens if it has ended."""
    affiliation = Affiliation.objects.select_for_update().get(pk=affiliation_id)
    if affiliation.ended_at is None:
        affiliation.ended_at = now
        affiliation.save(update_fields=["ended_at"])
        log.record(
            at=now,
            actor=actor,
            action="partners.affiliation.ended",
            subject=affiliation,
            organisation=affiliation.organisation,
        )
    return affiliation

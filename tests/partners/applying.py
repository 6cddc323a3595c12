"""Filling in an application and sending it, in few words."""

from __future__ import annotations

from decimal import Decimal as D

from partners import services
from tests.world import NOW

SOUND = {
    "register_country": "CH",
    "register_number": "CHE-100.155.212",
    "website": "https://lavague.example",
    "contact_email": "bonjour@lavague.example",
    "estimated_yearly_net": D(3000),
    "gives_support": True,
    "answers_for_invoices": True,
    "is_exclusive_for_tenders": True,
}


def draft(company, **changes):
    organisation, acting = company
    return services.save_draft(organisation_id=organisation.pk, values=SOUND | changes, actor=acting, now=NOW)


def send(company, version="2026-1"):
    organisation, acting = company
    return services.apply_to_programme(organisation_id=organisation.pk, terms_version=version, actor=acting, now=NOW)

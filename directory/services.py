"""How a listing is written, published and hidden. Rule 58, Q29."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from directory.choices import Skill
from directory.exceptions import NotPossible
from directory.models import Listing, region_name
from partnerportal.accounts.acting import Acting
from partnerportal.audit import log
from partnerportal.kernel.text import folded
from partners.models import Partner

CONTENT_FIELDS = ("skills", "languages", "place", "country", "region", "website", "email", "phone", "descriptions")


@transaction.atomic
def change_listing(*, partner_id: int, values: Mapping[str, Any], actor: Acting, now: datetime) -> Listing:
    """Write a partner's listing, new or not; what is published changes at once. Raises :class:`NotPossible`."""
    partner = Partner.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=partner_id)
    descriptions = {code: text.strip() for code, text in values["descriptions"].items() if text.strip()}
    if not descriptions:
        raise NotPossible(_("Describe your company in at least one language."))
    listing = Listing.objects.filter(partner=partner).first()
    if listing is None:
        listing = Listing(partner=partner, slug=_free_slug(partner), created_at=now)
    for name in CONTENT_FIELDS:
        setattr(listing, name, values[name])
    listing.descriptions, listing.changed_at = descriptions, now
    if listing.country != "CH":
        listing.region = str(listing.country)
    listing.search_text = _searchable(listing)
    listing.save()
    listing.families.set(values["families"])
    _record(listing, "directory.listing.changed", actor=actor, now=now)
    return listing


@transaction.atomic
def publish_listing(*, partner_id: int, actor: Acting, now: datetime) -> Listing:
    """Show the listing in the directory; free of charge (rule 58). Raises :class:`NotPossible` without the status."""
    listing = _locked(partner_id)
    if not listing.partner.is_approved:
        raise NotPossible(_("Only active partners are in the directory. Publish it again when your status holds."))
    if not listing.is_visible:
        listing.is_visible, listing.published_at = True, now
        listing.save(update_fields=["is_visible", "published_at"])
        _record(listing, "directory.listing.published", actor=actor, now=now)
    return listing


@transaction.atomic
def hide_listing(*, partner_id: int, actor: Acting, now: datetime) -> Listing:
    """Take the listing out of the directory; it is kept."""
    listing = _locked(partner_id)
    if listing.is_visible:
        listing.is_visible, listing.published_at = False, None
        listing.save(update_fields=["is_visible", "published_at"])
        _record(listing, "directory.listing.hidden", actor=actor, now=now)
    return listing


def _locked(partner_id: int) -> Listing:
    locked = Listing.objects.select_for_update(of=("self",)).select_related("partner__organisation")
    listing = locked.filter(partner=partner_id).first()
    if listing is None:
        raise NotPossible(_("Write the listing first."))
    return listing


def _free_slug(partner: Partner) -> str:
    """Return the company's name as an address; a second company of that name gets its number behind it."""
    base = slugify(folded(partner.organisation.name))[:60] or "partner"
    return f"{base}-{partner.pk}" if Listing.objects.filter(slug=base).exists() else base


def _searchable(listing: Listing) -> str:
    words = [listing.place, *listing.descriptions.values()]
    for language, _name in settings.LANGUAGES:
        with override(language):
            words += [str(Skill(code).label) for code in listing.skills]
            words.append(region_name(listing.region))
    return folded(" ".join(words))


def _record(listing: Listing, action: str, *, actor: Acting, now: datetime) -> None:
    log.record(
        at=now,
        actor=actor,
        action=action,
        subject=listing,
        organisation=listing.partner.organisation,
    )

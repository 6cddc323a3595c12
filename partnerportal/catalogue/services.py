"""Staff adds to the catalogue, renames, and stops selling. Nothing is deleted: products and orders speak of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from partnerportal.accounts.acting import Acting
from partnerportal.audit import log
from partnerportal.catalogue.exceptions import CatalogueRefused
from partnerportal.catalogue.models import Family, Offer


@transaction.atomic
def create_family(*, code: str, name: str, actor: Acting, now: datetime) -> Family:
    """Add a family, the last in the order of the lists; without degressive rates, which only web and mail hosting have
    (rule 39). Raises :class:`CatalogueRefused` if the code is taken.
    """
    if Family.objects.filter(code=code).exists():
        raise CatalogueRefused(_("There is a family with this code. Choose another."), field="code")
    last = Family.objects.aggregate(last=Max("position"))["last"] or 0
    family = Family.objects.create(code=code, name=name, position=last + 1)
    log.record(at=now, actor=actor, action="catalogue.family.created", subject=family, changes={"code": code})
    return family


@transaction.atomic
def rename_family(*, family_id: int, name: str, actor: Acting, now: datetime) -> None:
    """Give a family another name."""
    family = Family.objects.select_for_update().get(pk=family_id)
    _change(family, {"name": name}, action="catalogue.family.changed", actor=actor, now=now)


@transaction.atomic
def create_offer(*, code: str, family: Family, actor: Acting, now: datetime, **facts: Any) -> Offer:
    """Add an offer; it is sold once it has a price. ``facts``: name, description, period, is_per_unit, max_periods,
    plan_line (offers of the same line are plans of each other; empty: of none).

    Code, family, period and whether each unit is a product of its own stay: products rely on them. Raises
    :class:`CatalogueRefused` if the code is taken.
    """
    if Offer.objects.filter(code=code).exists():
        raise CatalogueRefused(_("There is an offer with this code. Choose another."), field="code")
    offer = Offer.objects.create(code=code, family=family, **facts)
    changes = {"code": code, "family": family.code, **facts}
    log.record(at=now, actor=actor, action="catalogue.offer.created", subject=offer, changes=changes)
    return offer


@transaction.atomic
def change_offer(
    *,
    offer_id: int,
    name: str,
    description: str,
    max_periods: int,
    plan_line: str,
    is_sold: bool,
    actor: Acting,
    now: datetime,
) -> None:
    """Rename an offer, move it to another line of plans, or sell it no longer: what runs goes on and renews, nothing
    new is ordered of it.
    """
    offer = Offer.objects.select_for_update().get(pk=offer_id)
    facts = {
        "name": name,
        "description": description,
        "max_periods": max_periods,
        "plan_line": plan_line,
        "is_sold": is_sold,
    }
    _change(offer, facts, action="catalogue.offer.changed", actor=actor, now=now)


def _change(row: Family | Offer, facts: dict[str, Any], *, action: str, actor: Acting, now: datetime) -> None:
    """Write what differs, with an audit line; nothing if nothing does."""
    changes = {name: [getattr(row, name), value] for name, value in facts.items() if getattr(row, name) != value}
    if not changes:
        return
    for name, (_before, after) in changes.items():
        setattr(row, name, after)
    row.save(update_fields=list(changes))
    log.record(at=now, actor=actor, action=action, subject=row, changes=changes)

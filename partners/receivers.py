"""What a partner's own organisation may not become meanwhile."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from partnerportal.accounts.models import Organisation
from partners import selectors
from partners.exceptions import NotEligible


def refuse_other_kinds(*, organisation: Organisation, details: dict[str, Any], **_kwargs: Any) -> None:
    """Keep a partner, and whoever asks to be one, a company (rules 1 and 4)."""
    kind = details.get("kind", organisation.kind)
    if not selectors.may_change_kind(organisation_id=organisation.pk, kind=kind):
        raise NotEligible(
            _("A partner is a company, and so is who applies. Leave the programme before you change the type."),
            field="kind",
        )

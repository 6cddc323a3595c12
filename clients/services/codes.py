"""Request codes: a client shows one to a partner, who asks with it. Strangers cannot fish for addresses with them.

A code is short, because people read it out; it lives for an hour, is used once, and tries are limited. The database
holds a keyed digest only: whoever reads the table cannot ask.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from clients.exceptions import NotPossible
from clients.models import RequestCode
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.models import Organisation
from partnerportal.audit import log

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 and O, no 1 and I: 32 letters, five bits each
LENGTH = 8


@transaction.atomic
def make_request_code(*, organisation_id: int, actor: Acting, now: datetime) -> str:
    """Return a new code of an organisation ("K7QF-3M9X"); the one before it no longer works.

    It is valid for ``PROGRAMME["code_minutes"]`` and never shown again.
    """
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
    code = "".join(secrets.choice(ALPHABET) for _letter in range(LENGTH))
    values = {"digest": _digest(code), "created_at": now, "expires_at": now + code_lifetime()}
    made, _is_new = RequestCode.objects.update_or_create(organisation=organisation, defaults=values)
    log.record(
        at=now, actor=actor, action="clients.code.made", subject=made.organisation, organisation=made.organisation
    )
    return f"{code[:4]}-{code[4:]}"


def organisation_of(*, code: str, now: datetime) -> Organisation | None:
    """Return whose code it is; None for one that does not work. It is not used up."""
    found = _working(code, now).first()
    return found.organisation if found is not None else None


@transaction.atomic
def use_request_code(*, code: str, now: datetime) -> Organisation:
    """Return whose code it is, and use it up. Raises :class:`NotPossible` for one that is wrong, used or too old."""
    found = _working(code, now).select_for_update(of=("self",)).first()
    if found is None:
        raise NotPossible(
            _("This code is not valid: it was mistyped, used already, or is too old. Ask the client for a new one."),
            field="code",
        )
    organisation = found.organisation
    found.delete()
    return organisation


def code_lifetime() -> timedelta:
    """Return how long a code is valid."""
    return timedelta(minutes=settings.PROGRAMME["code_minutes"])


def _working(code: str, now: datetime) -> QuerySet[RequestCode]:
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return RequestCode.objects.filter(digest=_digest(letters), expires_at__gt=now).select_related("organisation")


def _digest(code: str) -> str:
    return salted_hmac("clients.request_code", code, algorithm="sha256").hexdigest()

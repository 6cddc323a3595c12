"""What somebody had typed when their session was over: kept for that person alone, for an hour, until they are back.

It waits in the new session of the same browser, under the signed name of the person for whom the page was drawn. Nobody
else gets it: it goes when somebody else signs in, and a page shows it only at its own address and for the same
organisation. Nothing is sent by itself. Passwords, files, tokens and ticks that mean a consent are never kept.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.utils.datastructures import MultiValueDict

KEY = "typed"
LIFETIME = timedelta(hours=1)
LARGEST = 20_000  # characters of names and values; a longer text is asked for again rather than stored for anybody
_SIGNER = signing.Signer(salt="partnerportal.web.typed")
_NEVER = re.compile(r"password|passwd|secret|token|csrf|^drawn_", re.IGNORECASE)
_SECRET_WIDGETS = (forms.PasswordInput, forms.FileInput)


@dataclass(frozen=True)
class Kept:
    """What was typed: by whom, acting for whom, on which page, until when it waits."""

    user_id: int
    stamp: str
    path: str
    until: float
    values: dict[str, list[str]] = field(default_factory=dict)


def mark(acting: Any) -> str:
    """Return by whom a page is drawn, and for whom, signed: a form carries it so that its words find back to them."""
    return _SIGNER.sign(f"{acting.user_id}:{acting.stamp}") if acting else ""


def keep(request: Any, form_class: type[forms.BaseForm] | None, *, now: datetime) -> bool:
    """Keep what the form carries for whom it was drawn; tell whether there was anything to keep it for."""
    try:
        user_id, stamp = _SIGNER.unsign(request.POST.get("drawn_by", "")).split(":", 1)
    except signing.BadSignature:
        return False
    declared = getattr(form_class, "base_fields", {})
    values = {
        name: request.POST.getlist(name)
        for name in request.POST
        if not _NEVER.search(name) and not _is_secret(declared.get(name))
    }
    if sum(len(name) + sum(map(len, given)) for name, given in values.items()) > LARGEST:
        return False
    kept = Kept(int(user_id), stamp, request.path, (now + LIFETIME).timestamp(), values)
    request.session[KEY] = asdict(kept)
    return True


def kept(request: Any, *, now: datetime) -> Kept | None:
    """Return what waits for whoever is signed in; what is not theirs, or waited too long, goes."""
    raw = request.session.get(KEY)
    if raw is None:
        return None
    found = Kept(**raw)
    if not request.user.is_authenticated:
        return None
    if found.user_id != request.user.pk or found.until <= now.timestamp():
        forget(request)
        return None
    return found


def forget(request: Any) -> None:
    """Drop what waits: it has been sent, or it is not for this person."""
    request.session.pop(KEY, None)


def fill(request: Any, form: forms.BaseForm, *, now: datetime) -> bool:
    """Show the form as it was filled in, if this page and this organisation are what it was filled in for."""
    found = kept(request, now=now)
    if found is None or found.path != request.path or found.stamp != request.acting.stamp:
        return False
    show(form, MultiValueDict(found.values))
    return True


def show(form: forms.BaseForm, data: MultiValueDict[str, str]) -> None:
    """Let a form that was not sent show ``data``, but for what is secret, a consent, or the page's own (hidden)."""
    hidden = getattr(form, "kept_hidden", ())
    for name, one in form.fields.items():
        is_consent = isinstance(one, forms.BooleanField) and one.required
        if _is_secret(one) or is_consent or (one.widget.is_hidden and name not in hidden):
            continue
        sent = one.widget.value_from_datadict(data, MultiValueDict(), form.add_prefix(name))
        form.initial[name] = one.bound_data(sent, None)  # what was sent as JSON is drawn as the same JSON


def _is_secret(one: forms.Field | None) -> bool:
    return one is not None and isinstance(one.widget, _SECRET_WIDGETS)

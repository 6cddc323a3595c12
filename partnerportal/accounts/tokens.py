"""Links in mails: signed with the secret key, so that nothing a thief of the database could use is stored.

A link names its purpose, the row and the row's link version; raising the version ends all older links.
"""

from __future__ import annotations

from django.core import signing


def link_token(*, purpose: str, pk: int, version: int) -> str:
    """Return the token of a link for ``purpose`` ("accounts.invitation")."""
    return signing.dumps([pk, version], salt=purpose)


def read_token(*, purpose: str, token: str) -> tuple[int, int] | None:
    """Return the row's id and link version, or None for a token that we did not sign for ``purpose``."""
    try:
        pk, version = signing.loads(token, salt=purpose)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return pk, version

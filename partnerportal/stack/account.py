"""Who runs the servers. PostgreSQL refuses to run as root, so root lends them the account ``nobody``."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from partnerportal.stack.errors import StackError

_BORROWED = "nobody"
_REMEDY = "run make as an ordinary user"


@dataclass(frozen=True)
class Account:
    """The account that owns the data and runs the servers."""

    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether it is the account of the person at the terminal."""
        return self.uid == os.geteuid()

    def run(self, command: list[str], *, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run ``command`` as this account, away from the terminal's Ctrl-C, and return what it said."""
        return subprocess.run(  # noqa: S603 -- fixed programs with our own paths, no shell
            command,
            input=stdin if stdin is not None else "",
            text=True,
            capture_output=True,
            check=False,
            cwd="/",  # the checkout may be closed to the account
            env=_environment(),
            umask=0o077,
            start_new_session=True,
            user=None if self.is_ours else self.uid,
            group=None if self.is_ours else self.gid,
            extra_groups=None if self.is_ours else [],
        )

    def can_run(self, command: list[str]) -> str | None:
        """Return what ``command`` prints, or None when this account cannot run it."""
        try:
            answer = self.run(command)
        except OSError:
            return None
        return answer.stdout if answer.returncode == 0 else None

    def can_enter(self, folder: Path) -> bool:
        """Whether this account can go into ``folder``, which every folder above it must allow too."""
        return self.can_run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)]) is not None

    def own(self, path: Path) -> None:
        """Give ``path`` to this account."""
        if not self.is_ours:
            os.chown(path, self.uid, self.gid)


def server_account() -> Account:
    """Return the account for the servers: our own, or an unprivileged one when we are root."""
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid())
    try:
        borrowed = pwd.getpwnam(_BORROWED)
    except KeyError:
        message = f"PostgreSQL does not run as root, and there is no account {_BORROWED!r} to lend it: {_REMEDY}."
        raise StackError(message) from None
    account = Account(uid=borrowed.pw_uid, gid=borrowed.pw_gid)
    if account.can_run(["/bin/sh", "-c", "exit 0"]) is None:
        message = f"PostgreSQL does not run as root, and this root may not become {_BORROWED!r}: {_REMEDY}."
        raise StackError(message)
    return account


def _environment() -> dict[str, str]:
    """Return our environment without libpq's variables, which would point the servers' tools elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}

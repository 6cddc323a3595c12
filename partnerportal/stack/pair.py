"""The embedded pair as its users see it: there while somebody needs it, gone when the last one leaves.

Every user (the demo, a test run, a manage.py command) holds a shared lock on one file. Starting and stopping happen
under a second, exclusive lock. The kernel drops the locks of a killed process, so nothing has to be tidied up after a
kill -9: the next user takes over what still runs, and the last one to leave stops it.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from partnerportal.stack import config, listening, place, postgres, valkey
from partnerportal.stack.errors import StackError


@contextmanager
def running(root: Path) -> Iterator[config.Urls]:
    """Keep the servers running that the environment does not name, and give their addresses."""
    if _names_both():
        yield config.urls(root)
        return
    lease = _enter(root)
    try:
        yield config.urls(root)
    finally:
        _leave(root, lease)


@contextmanager
def for_command(root: Path) -> Iterator[None]:
    """Keep the pair for one manage.py command; production's settings name their servers or fail by themselves."""
    if os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith(".prod"):
        yield
        return
    try:
        with running(root):
            yield
    except StackError as error:
        sys.exit(str(error))


def reset(root: Path) -> None:
    """Stop the pair and remove its data; raise while somebody is using it."""
    state = place.make_state_folder(root)
    with _only_one(state), _open(state / "users") as lease:
        if not _is_last(lease):
            message = "A demo, a test run or a command is using the database: stop it first, then try again."
            raise StackError(message)
        _stop(root)
        place.remove(root)


def _enter(root: Path) -> IO[str]:
    """Start what is missing and return our lease."""
    state = place.make_state_folder(root)
    with _only_one(state):
        if place.is_new(root):
            _clear_leftovers(root)
        lease = _open(state / "users")
        try:
            _start(root)
        except BaseException:
            if _is_last(lease):
                _stop(root)  # one without the other is no use to anybody
            lease.close()
            raise
        fcntl.flock(lease, fcntl.LOCK_SH)
        return lease


def _leave(root: Path, lease: IO[str]) -> None:
    """Give the lease back, and stop the servers when nobody else has one."""
    with lease, _only_one(config.state_folder(root)):
        if _is_last(lease):
            _stop(root)


def _clear_leftovers(root: Path) -> None:
    """End and remove the pair of an earlier checkout in this folder: its .local is gone."""
    _stop(root)
    place.remove(root)


def _start(root: Path) -> None:
    folders = place.open_place(root)
    if not os.environ.get("DATABASE_URL"):
        postgres.start(folders)
    if not os.environ.get("REDIS_URL"):
        valkey.start(folders)


def _stop(root: Path) -> None:
    sockets = config.socket_folder(root)
    valkey.stop(sockets)
    postgres.stop(sockets)


def is_running(root: Path) -> bool:
    """Whether one of the embedded servers runs."""
    sockets = config.socket_folder(root)
    names = (config.POSTGRES_SOCKET, config.VALKEY_SOCKET)
    return any(listening.pid_behind(sockets / name) is not None for name in names)


def _names_both() -> bool:
    return bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def _open(path: Path) -> IO[str]:
    return path.open("a")


def _is_last(lease: IO[str]) -> bool:
    """Whether no other lease is held; ours becomes exclusive if so."""
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _only_one(state: Path) -> Iterator[None]:
    """Let one process at a time start or stop the pair."""
    with _open(state / "lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

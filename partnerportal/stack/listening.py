"""Who listens on a unix socket. The kernel knows; pid files outlive a kill -9 and a reboot, so none is believed."""

import contextlib
import os
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path


def pid_behind(path: Path) -> int | None:
    """Return the process that listens on the socket at ``path``, or None when nobody does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        credentials = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid, _uid, _gid = struct.unpack("3i", credentials)
    return int(pid)


def is_alive(pid: int) -> bool:
    """Whether the process exists and is more than a zombie."""
    with contextlib.suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def names(pid: int, text: str) -> bool:
    """Whether the command line of the process holds ``text``: a pid may have been given to a stranger since."""
    with contextlib.suppress(OSError):
        return text.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Ask for ``condition`` until it holds or the time is over; return whether it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def end(pid: int, first: int, then: int, *, patience: float) -> None:
    """Send ``first`` to the process, ``then`` when it does not end in time, and wait."""
    for signal_number in (first, then):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal_number)
        if wait_until(lambda: not is_alive(pid), seconds=patience):
            return

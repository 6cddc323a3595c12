"""Is the port of the demo free? A plain script too: a busy port is told before anything is installed or started."""

from __future__ import annotations

import socket
import sys

_LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def complaint(port: str) -> str:
    """Return a sentence when the port cannot be used, and nothing when it can."""
    if not port.isdigit() or not 1 <= int(port) <= 65535:
        return f"PORT must be a number from 1 to 65535, as in make demo PORT=8001; it is {port!r}."
    if any(is_busy(family, address, int(port)) for family, address in _LOOPBACK):
        other = int(port) + 1 if int(port) < 65535 else 8001
        return f"Port {port} is in use by another program. Choose another: make demo PORT={other}"
    return ""


def is_busy(family: socket.AddressFamily, address: str, port: int) -> bool:
    """Tell whether somebody listens there, or we may not; a machine without IPv6 has nobody on ::1."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError:
        return family == socket.AF_INET or answers(family, address, port)
    return False


def answers(family: socket.AddressFamily, address: str, port: int) -> bool:
    """Tell whether a connection is taken."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.settimeout(1)
            return probe.connect_ex((address, port)) == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(complaint(sys.argv[1]) or None)

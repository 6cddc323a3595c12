"""The demo shows passwords and second-factor codes: it must not start where others can reach it.

Looked at is what counts: the addresses on the command line, for servers that bind after reading the settings, and the
sockets that this process already listens on, whoever was asked to open them.
"""

import ipaddress
import os
import re
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_BIND = re.compile(r"^(?:--bind=?|-b)(?P<value>.*)$")


def refuse_public_address() -> None:
    """Raise ImproperlyConfigured when this process serves, or is about to serve, beyond this machine."""
    arguments = [*os.environ.get("GUNICORN_CMD_ARGS", "").split(), *sys.argv[1:]]
    for address in (*_asked_for(Path(sys.argv[0]).name, arguments), *_listening()):
        if not is_loopback(address):
            message = (
                f"The demo settings show second-factor codes and never serve a public address, such as {address}: "
                "bind to 127.0.0.1, or use partnerportal.settings.prod."
            )
            raise ImproperlyConfigured(message)


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches ``address``: host, host:port, [v6]:port or a unix socket."""
    if address.startswith(("unix:", "fd:")):
        return True
    host = address if address.count(":") > 1 and not address.startswith("[") else address.rsplit(":", 1)[0]
    host = host.strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _asked_for(program: str, arguments: Sequence[str]) -> Iterator[str]:
    """Yield the addresses that the command line asks for."""
    if "runserver" in arguments:
        given = [argument for argument in arguments[arguments.index("runserver") + 1 :] if argument[:1] != "-"]
        yield from (address for address in given if not address.isdigit())  # a port alone means 127.0.0.1
    if not any("gunicorn" in word for word in (program, *_package())):
        return
    named = False
    for position, argument in enumerate(arguments):
        if match := _BIND.match(argument):
            named = True
            yield match["value"] or arguments[position + 1]
    if not named and os.environ.get("PORT"):
        yield f"0.0.0.0:{os.environ['PORT']}"  # gunicorn's own default once PORT is set


def _package() -> Iterator[str]:
    """Yield the package that ``python -m`` runs, whose program is called __main__.py."""
    yield Path(sys.argv[0]).parent.name


def _listening() -> Iterator[str]:
    """Yield the addresses that this process listens on already, or has inherited from its server's parent."""
    for name in os.listdir("/proc/self/fd"):
        try:
            with socket.socket(fileno=os.dup(int(name))) as opened:
                if opened.family in {socket.AF_INET, socket.AF_INET6} and _accepts(opened):
                    yield opened.getsockname()[0]
        except OSError:
            continue  # closed meanwhile, or not a socket


def _accepts(opened: socket.socket) -> bool:
    return bool(opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))

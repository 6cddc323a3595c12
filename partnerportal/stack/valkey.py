"""One embedded Valkey (or Redis): the broker of the work and the shared cache."""

import signal
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from partnerportal.stack import config, listening
from partnerportal.stack.binaries import find_valkey
from partnerportal.stack.errors import StackError
from partnerportal.stack.place import Place

_START_SECONDS = 10


def start(place: Place) -> None:
    """Start Valkey unless it runs, and wait until it answers."""
    path = place.sockets / config.VALKEY_SOCKET
    if listening.pid_behind(path) is None:
        folder = place.data / "valkey"
        folder.mkdir(mode=0o700, exist_ok=True)
        place.account.own(folder)
        program = find_valkey(place)
        started = place.account.run([str(program), "-"], stdin=_configuration(place, folder))
        if started.returncode != 0:
            message = f"{program.name} did not start: {(started.stderr or started.stdout).strip()}"
            raise StackError(message)
    at_once = Retry(NoBackoff(), retries=0)  # the client's own patience costs a second where 20 ms do
    with redis.Redis(unix_socket_path=str(path), password=place.password, retry=at_once) as client:
        if not listening.wait_until(lambda: _answers(client), seconds=_START_SECONDS):
            message = f"Valkey does not answer on {path}; its log is {place.data / 'valkey' / 'valkey.log'}."
            raise StackError(message)


def stop(sockets: Path) -> None:
    """Stop Valkey if it runs; what waits in its queues is on disk before it goes."""
    pid = listening.pid_behind(sockets / config.VALKEY_SOCKET)
    if pid is not None:
        listening.end(pid, signal.SIGTERM, signal.SIGKILL, patience=10)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.AuthenticationError:
        message = "The embedded Valkey does not let us in. Run make demo-reset to start over."
        raise StackError(message) from None
    except (redis.ConnectionError, redis.exceptions.BusyLoadingError):
        return False


def _configuration(place: Place, folder: Path) -> str:
    """Return the configuration; it goes through standard input, so that the password is in no file and no list."""
    return "\n".join(
        [
            "port 0",
            f"unixsocket {place.sockets / config.VALKEY_SOCKET}",
            "unixsocketperm 700",
            f"requirepass {place.password}",
            f'dir "{folder}"',
            f'logfile "{folder / "valkey.log"}"',
            "appendonly yes",  # queued work outlives a stop
            'save ""',
            "databases 64",  # each pytest worker has two
            "daemonize yes",
        ]
    )

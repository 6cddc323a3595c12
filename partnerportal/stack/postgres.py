"""One embedded PostgreSQL: made once, started, stopped, and started again after a kill -9."""

import contextlib
import shutil
import signal
import time
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from partnerportal.stack import config, listening
from partnerportal.stack.binaries import PostgresPrograms, find_postgres
from partnerportal.stack.errors import StackError
from partnerportal.stack.place import Place

_START_SECONDS = 60  # a crash recovery takes its time
_ATTEMPTS = 10  # half a second apart: the sessions of a killed server notice its end, but not at once
_OPTIONS = {
    "listen_addresses": "",  # the socket only
    "unix_socket_permissions": "0700",
    "synchronous_commit": "off",  # a power cut may cost the last half second of a demo, never its consistency
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "max_connections": "300",  # two hundred people at the same instant, in tests/chaos
}


def start(place: Place) -> None:
    """Start PostgreSQL unless it runs, with an empty database when it is new."""
    if listening.pid_behind(place.sockets / config.POSTGRES_SOCKET) is None:
        programs = find_postgres(place)
        data = place.data / f"postgres-{programs.major}"  # another major version cannot read these files
        _clear_traces(data, place.sockets)
        if not data.exists():
            _initialise(programs, data, place)
        _launch(programs, data, place)
    _ensure_database(place)


def stop(sockets: Path) -> None:
    """Stop PostgreSQL if it runs; open sessions are ended, what they had not committed is rolled back."""
    pid = listening.pid_behind(sockets / config.POSTGRES_SOCKET)
    if pid is not None:
        listening.end(pid, signal.SIGINT, signal.SIGQUIT, patience=20)


def _initialise(programs: PostgresPrograms, data: Path, place: Place) -> None:
    """Make the data folder under another name first: a half-made one is never taken for whole."""
    half = data.with_name(f"{data.name}.new")
    shutil.rmtree(half, ignore_errors=True)
    secret = place.data / "initial-password"
    secret.write_text(place.password)
    secret.chmod(0o600)
    place.account.own(secret)
    try:
        made = place.account.run(
            [
                str(programs.folder / "initdb"),
                f"--pgdata={half}",
                f"--username={config.DATABASE_USER}",
                "--auth=scram-sha-256",
                f"--pwfile={secret}",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]
        )
    finally:
        secret.unlink()
    if made.returncode != 0:
        message = f"PostgreSQL's data folder could not be made in {half}: {_last_line(made.stderr)}"
        raise StackError(message)
    half.rename(data)


def _launch(programs: PostgresPrograms, data: Path, place: Place) -> None:
    """Start the server and wait until it answers; give the last backends of a killed one time to leave."""
    log = place.data / "postgres.log"
    options = " ".join(f"-c {name}='{value}'" for name, value in _OPTIONS.items())
    command = [
        str(programs.folder / "pg_ctl"),
        f"--pgdata={data}",
        f"--log={log}",
        f"--timeout={_START_SECONDS}",
        f"--options=-k {place.sockets} {options}",
        "--wait",
        "start",
    ]
    for _attempt in range(_ATTEMPTS):
        if place.account.run(command).returncode == 0:
            return
        time.sleep(0.5)
    said = log.read_text(errors="replace") if log.exists() else ""
    reasons = "\n".join(line for line in said.splitlines() if "FATAL" in line)
    message = f"PostgreSQL did not start: {_last_line(reasons)} Its log is {log}."
    raise StackError(message)


def _clear_traces(data: Path, sockets: Path) -> None:
    """Take away the lock files of a server that is gone; end one whose socket somebody swept from /tmp.

    PostgreSQL believes its lock files as long as the process in them exists. That may be a stranger after a reboot, or
    a killed server that nobody has buried yet, as in a container whose first process does not.
    """
    pid_file = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        pid = int(pid_file.read_text().splitlines()[0])
        if listening.names(pid, str(data)):
            listening.end(pid, signal.SIGINT, signal.SIGQUIT, patience=20)
    for trace in (pid_file, sockets / config.POSTGRES_SOCKET, sockets / f"{config.POSTGRES_SOCKET}.lock"):
        trace.unlink(missing_ok=True)


def _ensure_database(place: Place) -> None:
    """Create the portal's database where a start was cut off before it could."""
    server = {"host": str(place.sockets), "user": config.DATABASE_USER, "password": place.password}
    try:
        connection = psycopg2.connect(dbname="postgres", **server)
    except psycopg2.OperationalError as error:
        message = f"The embedded PostgreSQL does not let us in ({_last_line(str(error))}): make demo-reset starts over."
        raise StackError(message) from error
    with contextlib.closing(connection):
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [config.DATABASE_NAME])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(config.DATABASE_NAME)))


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "it gave no reason"

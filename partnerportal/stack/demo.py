"""What ``make demo`` runs: the embedded pair, web server, worker and beat, until Ctrl-C.

The demo counts as running when a page answers, the worker has executed a task and beat has ticked; not before does it
print its address. With ``--develop`` (``make run``) the web server is Django's own, which reloads changed files.
"""

import argparse
import fcntl
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from partnerportal.stack import pair, ports
from partnerportal.stack.errors import StackError
from partnerportal.stack.supervisor import Stopped, Supervisor

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL = ROOT / ".local"
_READY_SECONDS = 90
_PYTHON = sys.executable


def main() -> None:
    """Run the demo and return when it has been stopped; exit with a sentence when it cannot run."""
    arguments = argparse.ArgumentParser(prog="make demo", description=__doc__)
    arguments.add_argument("--port", default="8000")
    arguments.add_argument("--develop", action="store_true")
    chosen = arguments.parse_args()
    try:
        with _only_demo(chosen.port):
            _run(port=chosen.port, develop=chosen.develop)
    except Stopped:
        _say("Stopped. The data is kept: make demo goes on with it, make demo-reset starts over.")
    except StackError as error:
        sys.exit(str(error))


def _run(*, port: str, develop: bool) -> None:
    if complaint := ports.complaint(port):
        raise StackError(complaint)
    os.environ["DJANGO_SETTINGS_MODULE"] = f"partnerportal.settings.{'dev' if develop else 'demo'}"
    os.environ["PROVIDER_SITE"] = f"http://localhost:{port}"
    supervisor = Supervisor(folder=ROOT, logs=LOCAL / "logs", environment=dict(os.environ))
    started = time.monotonic()
    with pair.running(ROOT), supervisor.in_charge():
        _say("Preparing the database and the demo data …")
        supervisor.run("prepare", [_PYTHON, "-m", "partnerportal.stack.prepare"])
        _start_children(supervisor, port=port, develop=develop)
        _wait_until_ready(supervisor, port)
        _greet(port, seconds=time.monotonic() - started)
        while True:
            supervisor.pause(0.5)
            supervisor.watch()


def _start_children(supervisor: Supervisor, *, port: str, develop: bool) -> None:
    celery = [_PYTHON, "-m", "celery", "--app", "partnerportal"]
    (LOCAL / "beat").mkdir(parents=True, exist_ok=True)
    supervisor.start("web", _web_server(port, develop=develop), on_terminal=develop)
    supervisor.start("worker", [*celery, "worker", "--loglevel=INFO", "--concurrency=2", *_ALONE])
    supervisor.start("beat", [*celery, "beat", "--loglevel=INFO", f"--schedule={LOCAL / 'beat' / 'schedule'}"])


_ALONE = ("--without-gossip", "--without-mingle")  # one worker has nobody to wait for


def _web_server(port: str, *, develop: bool) -> list[str]:
    address = f"127.0.0.1:{port}"
    if develop:
        return [_PYTHON, "manage.py", "runserver", address]
    options = ["--workers=2", "--preload", "--access-logfile=-", "--no-control-socket"]
    return [_PYTHON, "-m", "gunicorn", f"--bind={address}", *options, "partnerportal.wsgi"]


def _wait_until_ready(supervisor: Supervisor, port: str) -> None:
    """Wait for a page, a finished task and a tick; raise when one of them does not come."""
    from django.core.cache import cache  # noqa: PLC0415 -- needs the settings chosen above

    from partnerportal.celery import app  # noqa: PLC0415 -- as above

    key = f"demo:ping:{secrets.token_hex(8)}"
    cache.delete("beat:ticked")
    app.send_task("partnerportal.work.tasks.ping", kwargs={"key": key})
    signs: dict[str, Callable[[], bool]] = {
        "web": lambda: _answers(port),
        "worker": lambda: cache.get(key) == "done",
        "beat": lambda: cache.get("beat:ticked") is not None,
    }
    deadline = time.monotonic() + _READY_SECONDS
    for name, is_there in signs.items():
        while not is_there():
            supervisor.watch()
            supervisor.pause(0.1)
            if time.monotonic() > deadline:
                message = f"No sign of life from “{name}” within {_READY_SECONDS} s; see {supervisor.log_of(name)}."
                raise StackError(message)


def _answers(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _greet(port: str, *, seconds: float) -> None:
    accounts = LOCAL / "demo-accounts.txt"
    if accounts.exists():
        _say("\n" + accounts.read_text())
    _say(
        f"PartnerPortal runs at http://localhost:{port} (ready after {seconds:.1f} s).\n"
        f"Its mails are at http://localhost:{port}/_mails/, its logs in .local/logs/. Ctrl-C stops all of it."
    )


@contextmanager
def _only_demo(port: str) -> Iterator[None]:
    """Refuse a second demo of the same checkout: two beats would start everything twice."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            message = f"The demo of this checkout runs already, at {lock.read()}: use that one, or stop it first."
            raise StackError(message) from None
        lock.truncate(0)
        lock.write(f"http://localhost:{port}")
        lock.flush()
        yield


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

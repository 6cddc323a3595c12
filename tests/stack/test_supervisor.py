"""The demo's processes: all of them or none."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from partnerportal.stack import listening, supervisor
from partnerportal.stack.errors import StackError
from partnerportal.stack.supervisor import Stopped, Supervisor
from tests.stack.conftest import CHECKOUT

SLEEP = [sys.executable, "-c", "import os, sys, time; print(os.getpid(), flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEP[2],
]


def _supervisor(folder: Path) -> Supervisor:
    return Supervisor(folder=folder, logs=folder / "logs", environment=dict(os.environ))


def _pid(log: Path, eventually) -> int:
    eventually(lambda: log.exists() and log.read_text().endswith("\n"))
    return int(log.read_text())


def test_the_end_of_one_is_reported_and_is_the_end_of_all(tmp_path, eventually):
    demo = _supervisor(tmp_path)
    with demo.in_charge():
        demo.start("web", SLEEP)
        pid = _pid(demo.log_of("web"), eventually)

        demo.start("worker", [sys.executable, "-c", "print('out of luck'); raise SystemExit(3)"])
        with pytest.raises(StackError) as told:
            eventually(demo.watch)

    assert str(told.value) == (
        "The process “worker” has ended with status 3. "
        f"Its last words, from {demo.log_of('worker')}:\n\n    out of luck\n"
    )
    assert not listening.is_alive(pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_them_even_one_that_does_not_listen(tmp_path, eventually, monkeypatch, number):
    monkeypatch.setattr(supervisor, "_PATIENCE", 0.2)
    demo = _supervisor(tmp_path)

    with demo.in_charge():
        demo.start("web", SLEEP)
        demo.start("worker", STUBBORN)
        pids = [_pid(demo.log_of(name), eventually) for name in ("web", "worker")]

        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)  # make sends it once more
        with pytest.raises(Stopped):
            demo.pause(5)

    assert not any(listening.is_alive(pid) for pid in pids)


def test_they_do_not_outlive_a_supervisor_killed_with_signal_9(tmp_path, eventually):
    script = (
        "import os, sys; from pathlib import Path; from partnerportal.stack.supervisor import Supervisor\n"
        "folder = Path(sys.argv[1])\n"
        "demo = Supervisor(folder=folder, logs=folder / 'logs', environment=dict(os.environ))\n"
        "with demo.in_charge():\n"
        "    demo.start('web', sys.argv[2:])\n"
        "    demo.pause(60)\n"
    )
    demo = subprocess.Popen([sys.executable, "-c", script, str(tmp_path), *SLEEP], cwd=CHECKOUT)
    pid = _pid(tmp_path / "logs" / "web.log", eventually)

    demo.kill()
    demo.wait()

    eventually(lambda: not listening.is_alive(pid))

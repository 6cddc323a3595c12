"""Runs the demo's processes together: all of them or none."""

import contextlib
import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from partnerportal.stack.errors import StackError

_PATIENCE = 6.0  # seconds for a child to end by itself; work that is cut off resumes from its Job row
_LAST_LINES = 15
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class Stopped(Exception):
    """Somebody asked us to stop: Ctrl-C, or a signal from outside."""


class Supervisor:
    """Children with a log each. They share our end, even a kill -9, and the end of one is the end of all."""

    def __init__(self, *, folder: Path, logs: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._logs = logs
        self._environment = environment
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()

    @contextmanager
    def in_charge(self) -> Iterator[None]:
        """Answer Ctrl-C and SIGTERM by stopping all children in good order, however often they come."""
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, lambda *_: self._stop.set()) for number in signals}
        try:
            yield
        finally:
            self._stop_children()
            for number, handler in before.items():
                signal.signal(number, handler)

    def start(self, name: str, command: Sequence[str], *, on_terminal: bool = False) -> None:
        """Start a child that runs until we stop it."""
        self._children[name] = self._open(name, command, on_terminal=on_terminal)

    def run(self, name: str, command: Sequence[str]) -> None:
        """Run a step to its end; raise when it fails, with its last words."""
        child = self._open(name, command, on_terminal=False)
        try:
            while child.poll() is None:
                self.pause(0.05)
        finally:
            _end(child)
        if child.returncode != 0:
            raise StackError(self._obituary(name, child.returncode))

    def pause(self, seconds: float) -> None:
        """Let ``seconds`` pass; raise at once when somebody asks us to stop."""
        if self._stop.wait(seconds):
            raise Stopped

    def watch(self) -> None:
        """Raise when a child has ended."""
        for name, child in self._children.items():
            if child.poll() is not None:
                raise StackError(self._obituary(name, child.returncode))

    def log_of(self, name: str) -> Path:
        """Return the file that holds what the child says."""
        return self._logs / f"{name}.log"

    def _open(self, name: str, command: Sequence[str], *, on_terminal: bool) -> subprocess.Popen[bytes]:
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log_of(name).open("wb") as log:
            return subprocess.Popen(  # noqa: S603 -- fixed programs of our own environment, no shell
                command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=None if on_terminal else log,
                stderr=None if on_terminal else subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone: we end the children in order
                preexec_fn=_share_our_end,
            )

    def _stop_children(self) -> None:
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + _PATIENCE
        for child in self._children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            _end(child)

    def _obituary(self, name: str, status: int) -> str:
        log = self.log_of(name)
        last = "\n".join(f"    {line}" for line in log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
        return f"The process “{name}” has ended with status {status}. Its last words, from {log}:\n\n{last}\n"


def _share_our_end() -> None:
    """Ask the kernel, in the child, to end it when we die without a chance to do so."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the child and of its own children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()

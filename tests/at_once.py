"""Acts of several people at the same instant, in threads with a connection each. Tests need real transactions."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connection

from partnerportal.kernel.states import Refused

PATIENCE = 20.0


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Run the acts in threads that start together; return how they ended, sorted: done, refused, or a fault's name."""
    barrier, outcomes = Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            act()
            outcomes.append("done")
        except Refused:
            outcomes.append("refused")
        except Exception as fault:  # noqa: BLE001 -- whatever went wrong, the test says what
            outcomes.append(type(fault).__name__)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return sorted(outcomes)


class Waiting:
    """An act in a thread of its own that comes to wait for a lock which the test holds."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.outcomes: list[str] = []
        self._thread = Thread(target=lambda: self.outcomes.extend(at_once(act)))

    def __enter__(self) -> Waiting:
        self._thread.start()
        deadline = time.monotonic() + PATIENCE
        while not _somebody_waits():
            assert time.monotonic() < deadline, "nobody came to wait"
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing: the lock is let go by the transaction around this."""

    def outcome(self) -> str:
        """How the act ended, once the lock was let go."""
        self._thread.join(PATIENCE)
        return self.outcomes[0]


def _somebody_waits() -> bool:
    """Whether another connection waits for a lock of this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return cursor.fetchone()[0]

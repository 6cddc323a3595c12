"""A checkout of their own for the tests that start and kill servers."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from partnerportal.stack import pair

CHECKOUT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the embedded pair, also where the run itself is on other servers."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.fixture
def new_root(tmp_path: Path) -> Iterator[Path]:
    """An empty folder as the checkout; nothing of it is left running."""
    yield _open_folder(tmp_path)
    pair.reset(tmp_path)


@pytest.fixture(scope="session")
def used_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout whose pair was started once: making the data folder is what costs the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("REDIS_URL", raising=False)
        folder = _open_folder(tmp_path_factory.mktemp("used"))
        with pair.running(folder):
            pass
        yield folder
        pair.reset(folder)


@pytest.fixture
def root(new_root: Path, used_once: Path) -> Path:
    """A checkout whose pair was used before; the data are this test's own."""
    subprocess.run(["/bin/cp", "-a", str(used_once / ".local"), str(new_root)], check=True)
    return new_root


def _open_folder(folder: Path) -> Path:
    """Undo that pytest closes its folders: a checkout is open unless the test says otherwise."""
    for each in (folder, *folder.parents):
        if each == folder or each.name.startswith(("pytest-", "popen-")):
            each.chmod(0o755)
    return folder


@pytest.fixture
def user_of() -> Iterator[Callable[[Path], "subprocess.Popen[str]"]]:
    """Start another process that holds the pair until it is told to leave or killed."""
    started: list[subprocess.Popen[str]] = []

    def start(root: Path) -> "subprocess.Popen[str]":
        script = (
            "import sys; from pathlib import Path; from partnerportal.stack import pair\n"
            "with pair.running(Path(sys.argv[1])):\n"
            "    print('in', flush=True); sys.stdin.readline()\n"
        )
        user = subprocess.Popen(
            [sys.executable, "-c", script, str(root)],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(user)
        return user

    yield start
    for user in started:
        with suppress(ProcessLookupError):
            user.kill()
        user.communicate()


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so, for ten seconds."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    return wait

"""Makes the isolated environment in .venv from the hashed lock: by uv, else by venv and pip.

A plain script: it runs before anything is installed, with whatever Python the machine has, even one that is too old
for the portal and must be told so. So: standard library only, and syntax that Python 3.7 reads.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
TOOLS = os.path.join(ROOT, ".tools")
STAMP = os.path.join(VENV, "made-from")
LOCK = os.path.join(ROOT, "requirements.lock")
TOOLS_LOCK = os.path.join(ROOT, "requirements-tools.lock")
SUPPORTED = ((3, 11), (3, 12), (3, 13))


def main() -> None:
    """Make the environment unless it is there already, made by this Python from these locks."""
    use_supported_python()
    os.makedirs(os.path.join(ROOT, ".local"), exist_ok=True)
    with open(os.path.join(ROOT, ".local", "environment.lock"), "w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        wanted = fingerprint()
        if read(STAMP) == wanted:
            return
        sys.stdout.write("Installing the portal's packages into .venv …\n")
        sys.stdout.flush()
        if not install_by_uv():
            sys.stdout.write("uv is not to be had here: installing by pip, which takes longer …\n")
            sys.stdout.flush()
            install_by_pip()
        with open(STAMP, "w") as stamp:
            stamp.write(wanted)


def use_supported_python() -> None:
    """Go on under a supported Python, this one or another on the PATH; stop with a sentence when there is none."""
    if sys.version_info[:2] in SUPPORTED:
        return
    for major, minor in reversed(SUPPORTED):
        other = shutil.which(f"python{major}.{minor}")
        if other and call([other, "-c", ""], os.environ) == 0:
            os.execv(other, [other, "-I", os.path.abspath(__file__)])  # noqa: S606 -- a Python of the PATH, no shell
    sys.exit(
        f"The portal needs Python 3.11, 3.12 or 3.13, and {sys.executable} is {sys.version.split()[0]}: "
        "install one of them, then name it, as in make demo PYTHON=python3.12."
    )


def fingerprint() -> str:
    """Return what decides how the environment looks: the locks, the Python, and the folder (scripts name it)."""
    digest = hashlib.sha256()
    for path in (LOCK, TOOLS_LOCK):
        with open(path, "rb") as file:
            digest.update(file.read())
    digest.update(repr((sys.version, os.path.realpath(sys.executable), ROOT)).encode())
    return digest.hexdigest()


def install_by_uv() -> bool:
    """Install with uv, fetched by pip into a folder of ours; return whether it worked."""
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", VIRTUAL_ENV=VENV)
    uv = os.path.join(TOOLS, "bin", "uv")
    steps = [
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV],
        [uv, "pip", "sync", "--quiet", "--require-hashes", LOCK],
    ]
    if not os.path.exists(uv) or read(os.path.join(TOOLS, "made-from")) != read(TOOLS_LOCK):
        shutil.rmtree(TOOLS, ignore_errors=True)
        steps.insert(0, pip(sys.executable, "--target", TOOLS, "--requirement", TOOLS_LOCK))
    for step in steps:
        if call(step, environment) != 0:
            return False
    shutil.copyfile(TOOLS_LOCK, os.path.join(TOOLS, "made-from"))
    return True


def install_by_pip() -> None:
    """Install with what Python brings along."""
    python = os.path.join(VENV, "bin", "python")
    for step in ([sys.executable, "-m", "venv", "--clear", VENV], pip(python, "--requirement", LOCK)):
        if call(step, os.environ) != 0:
            sys.exit(
                "The packages could not be installed: see the message above. "
                "Python needs pip and venv for that (on Debian: apt-get install python3-pip python3-venv)."
            )


def pip(python: str, *arguments: str) -> list[str]:
    """Return the command that installs hashed packages only, and says little."""
    quiet = ["-qq", "--disable-pip-version-check", "--no-input", "--root-user-action=ignore"]
    return [python, "-m", "pip", "install", *quiet, "--require-hashes", *arguments]


def call(command: list[str], environment: Mapping[str, str]) -> int:
    """Run a step and return its exit status."""
    try:
        return subprocess.call(  # noqa: S603 -- Python and uv with arguments of ours, no shell
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL
        )
    except OSError:
        return 1


def read(path: str) -> str:
    """Return the text of a file, or nothing where there is none."""
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


if __name__ == "__main__":
    main()

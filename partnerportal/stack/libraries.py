"""Checks for what pip cannot bring, and installs it through apt where it may: WeasyPrint's libraries, the browser.

A plain script, like environment.py: ``libraries.py pdf`` or ``libraries.py browser``.
"""

from __future__ import annotations

import ctypes
import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

# The shared libraries that WeasyPrint opens.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libfontconfig.so.1": "libfontconfig1",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
BEST_FONTS = ("LiberationSans-Regular.*", "[Aa]rial.ttf", "Helvetica*")  # what the Swiss QR-bill asks for
OTHER_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.*")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main(what: str) -> None:
    """Make sure of what the portal's PDF documents, or the browser tests, need."""
    missing, may_do_without = (missing_for_pdf if what == "pdf" else missing_for_browser)()
    if not missing:
        return
    if install(missing):
        return
    command = f"apt-get update && apt-get install --no-install-recommends -y {' '.join(missing)}"
    if may_do_without:
        sys.stdout.write(f"Invoices would look better with the font Liberation Sans. As root: {command}\n")
        return
    sys.exit(f"These system packages are missing, and only root can install them:\n\n    {command}\n")


def missing_for_pdf() -> tuple[list[str], bool]:
    """Return the Debian packages that PDF documents need, and whether they can be made without."""
    packages = [package for library, package in LIBRARIES.items() if not opens(library)]
    if not packages and has_font(BEST_FONTS):
        return [], True
    may_do_without = not packages and has_font(OTHER_FONTS)
    if not has_font(BEST_FONTS):
        packages.append("fonts-liberation")
    return packages, may_do_without


def missing_for_browser() -> tuple[list[str], bool]:
    """Return the Debian package of the browser, where there is none."""
    return ([] if any(shutil.which(name) for name in BROWSERS) else ["chromium"]), False


def opens(library: str) -> bool:
    """Tell whether the shared library can be opened."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_font(patterns: Sequence[str]) -> bool:
    """Tell whether one of the font files is where fonts are kept."""
    folders = [os.path.expanduser(folder) for folder in FONT_FOLDERS]
    return any(
        glob.glob(os.path.join(folder, "**", pattern), recursive=True) for folder in folders for pattern in patterns
    )


def install(packages: list[str]) -> bool:
    """Install Debian packages as root, or as one whom sudo lets through unasked; return whether it worked."""
    if shutil.which("apt-get") is None:
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and (shutil.which("sudo") is None or call(["sudo", "-n", "true"]) != 0):
        return False
    sys.stdout.write(f"Installing {' '.join(packages)} …\n")
    sys.stdout.flush()
    wanted = ["install", "--no-install-recommends", "-y", "-qq", *packages]
    # The package lists may be missing (a fresh image) or old: they are fetched only when the first try fails.
    return any(
        all(call([*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *step]) == 0 for step in steps)
        for steps in ([wanted], [["update", "-qq"], wanted])
    )


def call(command: list[str]) -> int:
    """Run a command without its chatter and return its exit status."""
    nothing = subprocess.DEVNULL
    return subprocess.call(command, stdin=nothing, stdout=nothing, stderr=nothing)  # noqa: S603 -- apt-get and sudo


if __name__ == "__main__":
    main(sys.argv[1])

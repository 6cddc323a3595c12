"""What ``make demo-reset`` runs: removes all that the demo has made, so that the next ``make demo`` starts over."""

import shutil
import sys
from pathlib import Path

from partnerportal.stack import pair
from partnerportal.stack.errors import StackError

ROOT = Path(__file__).resolve().parent.parent.parent
_MADE_BY_THE_DEMO = (
    "beat",
    "demo-accounts.json",
    "demo-accounts.txt",
    "logs",
    "mails",
    "media",
    "static",
    "static-made-from",
)


def main() -> None:
    """Remove the demo's data, or exit with a sentence while somebody uses it."""
    try:
        pair.reset(ROOT)
    except StackError as error:
        sys.exit(str(error))
    for name in _MADE_BY_THE_DEMO:
        path = ROOT / ".local" / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    sys.stdout.write("The demo's data is gone. make demo starts over.\n")


if __name__ == "__main__":
    main()

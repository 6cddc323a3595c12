"""``python -m bench``: measure the pages at the scale of the variable SCALE (demo or large) and print a table.

It always ends well: speed is looked at, never asserted. ``--reset`` drops its databases, ``--explain clients`` prints
the queries and plans of some pages.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys

import django
from django.core.management import call_command
from django.utils import timezone

from bench import place
from partnerportal.stack import pair
from partnerportal.stack.errors import StackError


def main() -> None:
    """Fill, measure, print; or drop."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--reset", action="store_true", help="drop the databases of the bench")
    parser.add_argument("--only", metavar="WORDS", default="", help="measure only what has these words in its name")
    parser.add_argument("--explain", metavar="PAGE", help="print the queries of the pages whose name holds this")
    parser.add_argument("--memory", metavar="RUN", help="do a run once, and print this process's memory (KiB)")
    parser.add_argument("--documents", action="store_true", help="draw invoices, and print the seconds as JSON")
    parser.add_argument("--products", type=int, default=1_000, help="with --memory: how many")
    chosen = parser.parse_args()
    scale = os.environ.get("SCALE") or "demo"
    if scale not in place.DATABASES:
        sys.exit(f"SCALE is {scale!r}: it must be one of {', '.join(place.DATABASES)}.")
    try:
        with pair.running(place.ROOT):
            if chosen.reset:
                place.drop()
            elif chosen.memory:
                _run_once(scale, chosen.memory, chosen.products)
            elif chosen.documents:
                _draw(scale)
            else:
                _run(scale, explain=chosen.explain, only=chosen.only.lower())
    except StackError as error:
        sys.exit(str(error))


def _run(scale: str, *, explain: str | None, only: str) -> None:
    server = place.settle(scale)
    django.setup()
    took = place.fill(server, scale, load=lambda: _load(scale), prepare=_migrate)
    _collect_static()
    if took is not None:
        print(f"Loaded in {took:.1f} s.")
    from bench import documents, measure, pages, renewals, show  # noqa: PLC0415 -- they import models, which need Django to be set up

    known = pages.deep() if scale == "deep" else pages.choose()
    chosen = [page for page in known if explain is None or explain.lower() in page.name.lower()]
    if explain is not None:
        for page in chosen:
            measure.explain(page)
        return
    load = os.getloadavg()[0]
    print(f"\nScale {scale}, Python {platform.python_version()}, Django {django.__version__}, {os.cpu_count()} cores;")
    print(f"{load:.1f} of them were busy with other work when this began.")
    if scale == "deep":
        show.deep_pages(only)
        return
    show.measured_pages([page for page in chosen if only in page.name.lower()])
    if only in "renewal run, cashback run":
        renewals.show(renewals.PRODUCTS)
    if only in "invoices as pdf, quotes" and scale == "demo":
        documents.show()
    if scale == "large":
        show.client_lists(only)
        show.acts(only)


def _run_once(scale: str, name: str, products: int) -> None:
    place.settle(scale)
    django.setup()
    from bench import renewals  # noqa: PLC0415 -- as above

    print(*renewals.peak(name, products))


def _draw(scale: str) -> None:
    place.settle(scale)
    django.setup()
    from bench import documents  # noqa: PLC0415 -- as above

    print(json.dumps(documents.draw()))


def _migrate() -> None:
    call_command("migrate", interactive=False, verbosity=0)


def _load(scale: str) -> None:
    from bench import deep, large  # noqa: PLC0415 -- as above

    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    if scale == "large":
        large.load(now=midnight)
    elif scale == "deep":
        deep.load(now=midnight)
    else:
        call_command("load_demo")


def _collect_static() -> None:
    from partnerportal.stack.prepare import collect_static  # noqa: PLC0415 -- as above

    collect_static()


if __name__ == "__main__":
    main()

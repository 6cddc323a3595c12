"""Ask the rows whether what must hold of the money holds: ``manage.py check_invariants``."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand

from billing import selectors


class Command(BaseCommand):
    """Names every row that breaks an invariant, the first ones of each; ends with 1 if there are any."""

    help = (
        "Check what must hold of prices, documents, payments, cashback and the ledger, and name the rows that break it."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which of them."""
        codes = [one.code for one in selectors.INVARIANTS]
        parser.add_argument("--only", choices=codes, action="append", help="check this one; may be given several times")

    def handle(self, *, only: list[str] | None, **_options: Any) -> None:
        """Print a line for each, and the broken rows below."""
        findings = selectors.check_invariants(lambda one: only is None or one.code in only)
        for finding in findings:
            mark = "holds " if finding.holds else "BROKEN"
            self.stdout.write(f"{mark}  {finding.invariant.code}: {finding.invariant.words}")
            for row in finding.rows:
                self.stdout.write(f"        {row}")
            if finding.count > len(finding.rows):
                self.stdout.write(f"        and {finding.count - len(finding.rows)} more")
        if not all(finding.holds for finding in findings):
            sys.exit(1)

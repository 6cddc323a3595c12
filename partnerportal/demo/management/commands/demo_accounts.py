"""Print who can sign in to the demo."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partnerportal.demo.people import accounts


class Command(BaseCommand):
    """Prints one table: organisation, role, mail, password, what to try first."""

    help = "Print the people of the demo and what to try first as each of them."

    def handle(self, **_options: Any) -> None:
        """Columns as wide as they need to be."""
        rows = [("Organisation", "Role", "Mail", "Password", "Try first")]
        rows += [(one.organisation, one.role, one.mail, one.password, one.first) for one in accounts()]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            self.stdout.write("  ".join([*cells, row[4]]).rstrip())

"""Load the demo's world, once."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone

from partnerportal.accounts.models import User
from partnerportal.demo.catalogue import load_catalogue
from partnerportal.demo.people import People, accounts
from partnerportal.demo.public import load_public
from partnerportal.demo.story import Story
from partnerportal.demo.usage import load_usage


class Command(BaseCommand):
    """Loads the demo if the database is empty, and writes the list of its people."""

    help = "Load the demo's invented world into an empty database, and write .local/demo-accounts.json."

    def handle(self, **_options: Any) -> None:
        """Load in one transaction: all of it or nothing."""
        if not User.objects.exists():
            now = timezone.now().replace(microsecond=0)
            with transaction.atomic():
                offers = load_catalogue()
                people = People(now)
                Story(people, offers, now).tell()
                load_public(people, now)
                load_usage(timezone.localdate(now))
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        self._write_accounts()

    @staticmethod
    def _write_accounts() -> None:
        folder = settings.ROOT / ".local"
        folder.mkdir(exist_ok=True)
        rows = [
            {
                "organisation": one.organisation,
                "role": one.role,
                "mail": one.mail,
                "password": one.password,
                "totp_secret": one.totp_secret,
                "try_first": one.first,
            }
            for one in accounts()
        ]
        (folder / "demo-accounts.json").write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")

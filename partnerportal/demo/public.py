"""The demo's public part: listings and tenders. Filled by the apps that own them."""

from __future__ import annotations

from datetime import datetime

from partnerportal.demo.people import People


def load_public(people: People, now: datetime) -> None:
    """Publish listings and post tenders."""

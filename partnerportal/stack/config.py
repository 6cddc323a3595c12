"""Where the database and the broker are: DATABASE_URL and REDIS_URL, else the embedded pair of this checkout."""

import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Urls:
    """Addresses of the database and of the broker."""

    database: str
    redis: str


def urls(root: Path) -> Urls:
    """Return the addresses to use for the checkout at ``root``."""
    path = root / ".local" / "stack.json"
    written = json.loads(path.read_text()) if path.exists() else {}
    return Urls(
        database=os.environ.get("DATABASE_URL") or written.get("database_url", "postgresql://localhost/partnerportal"),
        redis=os.environ.get("REDIS_URL") or written.get("redis_url", "redis://localhost:6379/0"),
    )

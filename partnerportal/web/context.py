"""What every template may know."""

from typing import Any

from django.conf import settings

from partnerportal.web.languages import offered


def portal(request: Any) -> dict[str, Any]:
    """Give templates the provider, whether this is the demo, and the space the address lies in."""
    first = request.path.lstrip("/").split("/", 1)[0]
    return {
        "provider": settings.PROVIDER,
        "demo": getattr(settings, "DEMO", False),
        "languages": offered(),
        "space": first if first in {"account", "partner", "staff"} else "public",
    }

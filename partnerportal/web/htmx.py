"""Is this a request for a part of a page?"""

from typing import Any


def is_fragment(request: Any) -> bool:
    """Tell whether htmx asks for a part of the page; a boosted link asks for all of it."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request

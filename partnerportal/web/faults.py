"""What answers when something broke: the plain page of a fault, or of a database that is away for a moment."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_AFTER = 10  # seconds


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 with the time to wait while the database cannot be reached, and 500 to everything else.

    Django calls it while it handles the exception. Neither page asks the database or the session for anything.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        away = HttpResponse(render_to_string("503.html"), status=503)
        away["Retry-After"] = str(RETRY_AFTER)
        return away
    return HttpResponse(render_to_string("500.html"), status=500)

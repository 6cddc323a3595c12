"""An id for each request: in the answer's header, in logs, in the audit trail."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from partnerportal.kernel import request_id

_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Take the id that a proxy gave, if it is one, else make one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        identifier = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
        token = request_id.current.set(identifier)
        try:
            response = self.get_response(request)
        finally:
            request_id.current.reset(token)
        response["X-Request-ID"] = identifier
        return response

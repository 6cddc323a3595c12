"""Structured logs carry the request's id."""

import json
import logging

from partnerportal.kernel import request_id
from partnerportal.web.logs import json_formatter


def test_line_is_json_with_the_request_id():
    token = request_id.current.set("abc12345")
    record = logging.LogRecord("billing", logging.WARNING, "x.py", 1, "invoice %s", ("2026-00001",), None)

    line = json.loads(json_formatter().format(record))

    request_id.current.reset(token)
    assert (line["event"], line["level"], line["logger"]) == ("invoice 2026-00001", "warning", "billing")
    assert line["request_id"] == "abc12345"

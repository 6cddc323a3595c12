"""Structured logs: one JSON object a line, each with the id of the request or job in which it was written."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import structlog

from partnerportal.kernel import request_id


def add_request_id(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put the id under which the audit trail knows this request or job on the line."""
    event["request_id"] = request_id.current.get()
    return event


def json_formatter() -> structlog.stdlib.ProcessorFormatter:
    """Return the formatter that production's logging uses for every logger, Django's and Celery's too."""
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_request_id,
        ],
    )

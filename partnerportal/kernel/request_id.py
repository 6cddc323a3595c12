"""The id of the request or job that is running, so that logs and the audit trail can be joined."""

from contextvars import ContextVar

current: ContextVar[str] = ContextVar("request_id", default="")

"""The demo's mails, readable at /_mails/: what was sent, to whom, with working links. In the demo only."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.utils.decorators import method_decorator

from partnerportal.accounts.permissions import Anyone
from partnerportal.web.views import PageView

SHOWN = 200


@method_decorator(login_not_required, name="dispatch")
class MailListView(PageView):
    """The newest mails of the demo."""

    permission = Anyone
    template_name = "home/mail_list.html"

    def find(self, **_kwargs: Any) -> None:
        """Exists in the demo only."""
        if not settings.DEMO:
            raise Http404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read them from the folder into which the demo sends."""
        wanted = self.request.GET.get("to", "").strip().lower()
        found = [one for one in messages() if wanted in one["to"].lower()]
        return super().get_context_data(mails=found[:SHOWN], wanted=wanted, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class MailView(MailListView):
    """One mail, as a mail program shows it, and as text."""

    template_name = "home/mail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The mail of this number."""
        found = next((one for one in messages() if one["number"] == self.kwargs["number"]), None)
        if found is None:
            raise Http404
        return super().get_context_data(mail=found, **kwargs)


def messages() -> list[dict[str, Any]]:
    """Return the mails, the newest first."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", settings.ROOT / ".local" / "mails"))
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns) if folder.exists() else []
    found = [_read(number, text) for number, text in enumerate(_texts(files), start=1)]
    return found[::-1]


def _texts(files: list[Path]) -> list[bytes]:
    """Split the backend's files into mails: a line of dashes ends each."""
    return [part for path in files for part in path.read_bytes().split(b"-" * 79 + b"\n") if part.strip()]


def _read(number: int, raw: bytes) -> dict[str, Any]:
    message = email.message_from_bytes(raw.lstrip(), policy=policy.default)
    return {
        "number": number,
        "to": str(message["to"]),
        "subject": str(message["subject"]),
        "date": message["date"].datetime if message["date"] else None,
        "text": _part(message, "plain"),
        "html": _for_frame(_part(message, "html")),
    }


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    return str(body.get_content()) if body else ""


def _for_frame(html: str) -> str:
    """Let the mail's links lead away from the frame that shows it."""
    return html.replace("<head>", '<head><base target="_top">', 1)

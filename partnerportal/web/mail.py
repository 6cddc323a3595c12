"""Mails: one folder of templates for each event, written in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from partnerportal.web.languages import written_in


def absolute(path: str) -> str:
    """Return the address of ``path`` on this portal, for links in mails."""
    return settings.PROVIDER["site"].rstrip("/") + path


def send(*, event: str, to: str, language: str, context: Mapping[str, Any], reply_to: str = "") -> None:
    """Send the mail of ``event`` ("clients/invited") to one address in ``language``.

    The templates are emails/<event>/subject.txt, body.txt and body.html.
    """
    with translation.override(written_in(language)):
        values = {"provider": settings.PROVIDER, "site": settings.PROVIDER["site"], **context}
        subject = " ".join(render_to_string(f"emails/{event}/subject.txt", values).split())
        text = render_to_string(f"emails/{event}/body.txt", values)
        html = render_to_string(f"emails/{event}/body.html", values)
    message = EmailMultiAlternatives(subject, text, to=[to], reply_to=[reply_to] if reply_to else None)
    message.attach_alternative(html, "text/html")
    message.send()

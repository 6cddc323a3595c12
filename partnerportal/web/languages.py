"""Which languages pages, mails and documents are written in: those whose translation is complete (settings.TRANSLATED).

Only these are offered. Who has chosen another before reads English until theirs is translated: a page that is half in
one language, with what Django happens to translate, and half in another helps nobody.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


def written_in(language: str) -> str:
    """Return the language in which somebody who reads ``language`` is written to."""
    return language if language in settings.TRANSLATED else settings.LANGUAGE_CODE


def offered() -> list[tuple[str, str]]:
    """Return the languages that may be chosen: those that exist."""
    return [(code, str(name)) for code, name in settings.LANGUAGES if code in settings.TRANSLATED]


class LanguageMiddleware(LocaleMiddleware):
    """Django's choice by cookie and browser, among the languages that are complete."""

    def process_request(self, request: HttpRequest) -> Any:
        """Activate the reader's language, or English."""
        super().process_request(request)
        translation.activate(written_in(translation.get_language() or settings.LANGUAGE_CODE))
        request.LANGUAGE_CODE = translation.get_language()

"""Which languages pages, mails and documents are written in: those whose translation is complete (settings.TRANSLATED).

People and organisations may choose any of settings.LANGUAGES; until theirs is translated they read English. A page that
is half in one language, with what Django happens to translate, and half in another helps nobody.
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


class LanguageMiddleware(LocaleMiddleware):
    """Django's choice by cookie and browser, among the languages that are complete."""

    def process_request(self, request: HttpRequest) -> Any:
        """Activate the reader's language, or English."""
        super().process_request(request)
        translation.activate(written_in(translation.get_language() or settings.LANGUAGE_CODE))
        request.LANGUAGE_CODE = translation.get_language()

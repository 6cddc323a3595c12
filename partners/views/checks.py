"""The checks of an application as its pages show them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from partners import selectors
from partners.models import Application


def checks_of(application: Application) -> list[dict[str, Any]]:
    """Return an application's checks with their names, for the pages."""
    later = _("To be reached within %(months)s months") % {"months": settings.PROGRAMME["build_up_months"]}
    tones = {"PASSED": "good", "LATER": "warn", "FAILED": "bad"}
    words = {"PASSED": _("Passed"), "LATER": later, "FAILED": _("Failed")}
    return [
        {
            "name": selectors.CHECK_NAMES[check["code"]],
            "result": words[check["result"]],
            "tone": tones[check["result"]],
            "fact": check["fact"],
        }
        for check in application.checks
    ]

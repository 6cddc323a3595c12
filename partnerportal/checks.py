"""System checks: a view without a permission does not start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from partnerportal.web.views import PolicyView

# Views of others, each with its own answer to "who may": allauth asks the session, Django's language form is for all.
# The style page is there for developers alone, never where anybody else could open it.
OTHERS = (
    "allauth.",
    "django.views.i18n",
    "django.views.static",
    "django.contrib.staticfiles",
    "partnerportal.web.styleguide",
)


def views() -> Iterator[tuple[str, Any]]:
    """Return every named address of ours with its view."""

    def walk(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern.url_patterns, namespace)
            elif isinstance(pattern, URLPattern):
                yield f"{prefix}{pattern.name}", pattern.callback

    yield from walk(get_resolver().url_patterns)


@register()
def each_view_names_a_permission(**_: Any) -> list[CheckMessage]:
    """Refuse views that are not PolicyViews, and PolicyViews that name no permission."""
    errors: list[CheckMessage] = []
    for name, callback in views():
        view = getattr(callback, "view_class", None)
        if callback.__module__.startswith(OTHERS) or (view and view.__module__.startswith(OTHERS)):
            continue
        if view is None or not issubclass(view, PolicyView):
            errors.append(Error(f"{name} is not a PolicyView", id="partnerportal.E001"))
        elif view.permission is None:
            errors.append(Error(f"{name} names no permission", id="partnerportal.E002"))
    return errors

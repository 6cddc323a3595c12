"""The two steps of a grant, as a browser sends them: look, then the button that saves what was shown."""

from __future__ import annotations

from typing import Any

from django.test import Client


def ticked(*products: Any, technical: Any = (), statistics: Any = ()) -> dict[str, list[int]]:
    """Limited access to ``products``, with more on some of them."""
    return {
        "access": ["LIMITED"],
        "products_see": [one.pk for one in products],
        "products_technical": [one.pk for one in technical],
        "products_statistics": [one.pk for one in statistics],
    }


def look(browser: Client, page: str, typed: dict[str, Any]) -> Any:
    """Press the first button; what the page had drawn by itself is sent along."""
    form = browser.get(page).context["form"]
    drawn = {"seen": form["seen"].value()} if "seen" in form.fields else {}
    return browser.post(page, drawn | typed)


def give(browser: Client, page: str, typed: dict[str, Any]) -> Any:
    """Press both buttons."""
    shown = look(browser, page, typed)
    assert shown.status_code == 200, shown.content.decode()
    form = shown.context["form"]
    drawn = {"seen": form["seen"].value()} if "seen" in form.fields else {}
    assert shown.context.get("confirm"), form.errors
    return browser.post(page, drawn | typed | {"confirm": shown.context["confirm"]})

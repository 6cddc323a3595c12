"""PDF documents: a template in, bytes out. WeasyPrint draws them, in processes and never in threads."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from partnerportal.web.languages import written_in

CSS_PATH = settings.ROOT / "templates" / "pdf" / "base.css"


@cache
def _tools() -> tuple[Any, Any, Any]:
    """Return WeasyPrint's HTML class, the style sheet and the fonts: loaded once, as the import takes a second."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 -- see above
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 -- see above

    fonts = FontConfiguration()
    return HTML, CSS(filename=str(CSS_PATH), font_config=fonts), fonts


def render_pdf(template: str, language: str, context: dict[str, Any]) -> bytes:
    """Return a document as PDF/UA, in ``language`` if the portal is complete in it."""
    with translation.override(written_in(language)):
        markup = render_to_string(
            template, {"provider": settings.PROVIDER, "language": written_in(language), **context}
        )
    return draw(markup)


def draw(markup: str) -> bytes:
    """Return a page of HTML, with the style sheet of documents, as PDF/UA."""
    html, css, fonts = _tools()
    document = html(string=markup, url_fetcher=_refuse)
    return document.write_pdf(stylesheets=[css], font_config=fonts, pdf_variant="pdf/ua-1")


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    """Documents hold everything they need: nothing is ever fetched for one."""
    message = f"a document may not fetch {url}"
    raise ValueError(message)

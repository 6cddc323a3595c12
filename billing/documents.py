"""PDF documents: a model in, bytes out. WeasyPrint draws them, in processes and never in threads."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from billing.models import Invoice, Resale
from partnerportal.accounts.selectors import address_of
from partnerportal.web.languages import written_in

CSS_PATH = settings.ROOT / "templates" / "pdf" / "base.css"


@cache
def _tools() -> tuple[Any, Any, Any]:
    """Return WeasyPrint's HTML class, the style sheet and the fonts: loaded once, as the import takes a second."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 -- see above
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 -- see above

    fonts = FontConfiguration()
    return HTML, CSS(filename=str(CSS_PATH), font_config=fonts), fonts


def invoice_pdf(invoice: Invoice) -> bytes:
    """Return an invoice as PDF in the language it was issued in, from its snapshots alone (promise 5)."""
    lines = invoice.order.lines.order_by("position")
    return _pdf("pdf/billing/invoice.html", invoice.language, {"invoice": invoice, "lines": lines})


def resale_pdf(resale: Resale) -> bytes:
    """Return a partner's re-invoicing document as PDF, in its client's language."""
    # A draft shows the addresses of today, an issued document those of its day.
    issuer = resale.issuer_snapshot or address_of(resale.partner.organisation)
    client = resale.client_snapshot or address_of(resale.client)
    facts = {"resale": resale, "line": resale.line, "issuer": issuer, "client": client}
    return _pdf("pdf/billing/resale.html", resale.client.language, facts)


def _pdf(template: str, language: str, context: dict[str, Any]) -> bytes:
    html, css, fonts = _tools()
    with translation.override(written_in(language)):
        markup = render_to_string(
            template, {"provider": settings.PROVIDER, "language": written_in(language), **context}
        )
    document = html(string=markup, url_fetcher=_refuse)
    return document.write_pdf(stylesheets=[css], font_config=fonts, pdf_variant="pdf/ua-1")


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    """Documents hold everything they need: nothing is ever fetched for one."""
    message = f"a document may not fetch {url}"
    raise ValueError(message)

"""The published example and the fixtures derived from it (domain.md 5.3, 5.4): ordered through the services, read on
screen, and read back from the PDF. The pure functions have them in test_pricing.
"""

from __future__ import annotations

import io
import re
from decimal import Decimal as D

import pypdf
import pytest
from django.urls import reverse

from billing.documents import credit_note_pdf, invoice_pdf
from clients.choices import Payer
from partnerportal.catalogue.models import Family
from tests import browsers, world
from tests.billing import scenes

pytestmark = pytest.mark.django_db

# case, offer, quantity, by the partner, its own hostings there, charged, preferential, cashback, VAT, total
CASES = [
    ("D1, the published example", "web-hosting", 35, True, 0, "208.32", "208.32", "0.00", "16.87", "225.19"),
    ("D3", "web-hosting", 35, False, 0, "260.40", "208.32", "52.08", "21.09", "281.49"),
    ("D4", "web-hosting", 1, False, 0, "9.92", "7.94", "1.98", "0.80", "10.72"),
    ("D5", "web-hosting", 1, False, 34, "9.92", "5.95", "3.97", "0.80", "10.72"),
    ("D6, rebate", "office", 1, True, 0, "65.00", "65.00", "0.00", "5.27", "70.27"),
    ("D6, cashback", "office", 1, False, 0, "100.00", "65.00", "35.00", "8.10", "108.10"),
    ("D7", "largest", 1, True, 34, "48.75", "48.75", "0.00", "3.95", "52.70"),
]


def text_of(document: bytes) -> str:
    """Return what a PDF says, on one line, its narrow and fixed spaces as plain ones."""
    pages = pypdf.PdfReader(io.BytesIO(document)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def read(acting, line):
    page = browsers.signed_in(acting.user).get(reverse("billing:line_explain", args=[line.pk])).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page[page.index("<main") : page.index("</main")]))


@pytest.mark.parametrize(
    ("offer", "quantity", "by_partner", "own", "charged", "preferential", "cashback", "vat", "total"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_an_example_is_the_same_everywhere(
    offer, quantity, by_partner, own, charged, preferential, cashback, vat, total
):
    """Rules 32 to 37, domain.md 5.4: the row, the page of each side, the invoice on paper."""
    here = scenes.scene(payer=Payer.PARTNER if by_partner else Payer.CLIENT)
    here.offers["largest"] = world.make_offer("largest", Family.objects.get(code="web"), "100", "95", rate="0.35")
    if own:
        world.make_product(here.partner.organisation, here.offers["web-hosting"], quantity=own)

    order = scenes.order(here, (offer, quantity), by_partner=by_partner)

    line, invoice = order.lines.get(), scenes.invoice_of(order)
    assert (line.charged_net, line.preferential_net, line.cashback) == (D(charged), D(preferential), D(cashback))
    assert (invoice.net, invoice.vat, invoice.total) == (D(charged), D(vat), D(total))
    on_screen = read(here.partner_acting, line)
    assert all(amount in on_screen for amount in (charged, preferential))
    assert cashback in on_screen or by_partner
    payers = read(here.partner_acting if by_partner else here.acting, line)
    assert f"{vat}, total {total}" in payers
    on_paper = text_of(invoice_pdf(invoice))
    assert all(amount in on_paper for amount in (charged, vat, total, invoice.number))
    assert "208.60" not in on_paper + on_screen  # rule 33: never rounded per unit
    assert "208.25" not in on_paper + on_screen


def test_without_a_degressive_rate_for_clients(settings):
    """D2, Q5: the client pays 347.20, and the whole difference is cashback."""
    settings.PROGRAMME = settings.PROGRAMME | {"client_degressive": False}
    here = scenes.scene()

    order = scenes.order(here, ("web-hosting", 35))

    line, invoice = order.lines.get(), scenes.invoice_of(order)
    assert (line.charged_net, line.preferential_net, line.cashback) == (D("347.20"), D("208.32"), D("138.88"))
    assert "The difference, 138.88, is your cashback" in read(here.partner_acting, line)
    on_paper = text_of(invoice_pdf(invoice))
    assert all(amount in on_paper for amount in ("347.20", "28.12", "375.32"))
    assert "138.88" not in on_paper  # rule 24: the client's document says nothing of the partner's earnings


def test_the_published_steps_stand_on_the_page_in_their_order():
    """Rules 32 and 34: 347.20 → 277.76 → 208.32, in all 40 %."""
    here = scenes.scene(payer=Payer.PARTNER)
    line = scenes.order(here, ("web-hosting", 35), by_partner=True).lines.get()

    page = read(here.partner_acting, line)

    assert page.index("347.20") < page.index("277.76") < page.index("208.32", page.index("277.76"))
    assert "0.8 × 0.75 leaves 60 % of the public price" in page


def test_a_credit_note_is_read_back_with_its_reason_and_its_invoice():
    """Rule 42, promise 5."""
    here = scenes.scene()
    invoice = scenes.invoice_of(scenes.order(here, ("web-hosting", 35)))
    scenes.pay(invoice)

    note = scenes.credit(here, invoice, "100", reason="Two days without service")

    on_paper = text_of(credit_note_pdf(note))
    assert all(words in on_paper for words in (note.number, invoice.number, "Two days without service"))
    assert all(amount in on_paper for amount in ("100.00", "8.10", "108.10"))


@pytest.mark.parametrize("language", ["en", "fr", "de", "it", "es"])
def test_amounts_on_paper_are_written_as_the_language_writes_them(language):
    """Documents are in their payer's language, whoever reads them."""
    here = scenes.scene()
    type(here.client).objects.filter(pk=here.client.pk).update(language=language)
    here.client.refresh_from_db()
    invoice = scenes.invoice_of(scenes.order(here, ("office", 50)))

    on_paper = text_of(invoice_pdf(invoice))

    assert invoice.language == language
    assert re.search(r"5.000[.,]00", on_paper)

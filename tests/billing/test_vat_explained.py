"""Why is VAT this amount? Of invoices and credit notes, to who may read them, and to staff. Rules 37 and 45, Q33."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from billing import selectors
from billing.models import VatRate
from billing.pricing import vat
from partnerportal.accounts.choices import OrganisationKind
from tests import browsers, world
from tests.billing import scenes

pytestmark = pytest.mark.django_db


def read(acting, name, document):
    answer = browsers.signed_in(acting.user).get(reverse(f"billing:{name}", args=[document.pk]))
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_reckoning_is_written_out_with_every_digit():
    """Rules 37 and 45, domain.md 5.4: 8.1 % of 208.32 is 16.87392, rounded once to 16.87."""
    here = scenes.scene(payer="PARTNER")
    invoice = scenes.invoice_of(scenes.order(here, ("web-hosting", 35), by_partner=True))

    page = read(here.partner_acting, "invoice_vat", invoice)

    assert "8.1 % of 208.32 is 16.87392, rounded once, half up: 16.87." in page
    assert "Invoices to Switzerland carry Swiss VAT" in page
    assert "225.19" in page
    assert "since 1 January" in page


def test_several_lines_are_taxed_on_their_sum():
    """Q33: 8.1 % of 360.40, and not of each line."""
    here = scenes.scene()
    invoice = scenes.invoice_of(scenes.order(here, ("office", 1), ("web-hosting", 35)))

    page = read(here.acting, "invoice_vat", invoice)

    assert "The lines together: 100.00 + 260.40." in page
    assert "8.1 % of 360.40 is 29.1924" in page


@pytest.mark.parametrize(
    ("country", "kind", "number", "words"),
    [
        ("FR", OrganisationKind.COMPANY, "", "no valid VAT number of a company there"),
        ("FR", OrganisationKind.COMPANY, "FR40303265045", "VAT number FR40303265045: we charge no VAT"),
        ("LI", OrganisationKind.COMPANY, "", "Invoices to Liechtenstein carry Swiss VAT"),
        ("US", OrganisationKind.COMPANY, "", "outside of Switzerland, Liechtenstein and the European Union"),
    ],
)
def test_each_treatment_says_why(country, kind, number, words):
    """Rule 45, in the four cases."""
    here = scenes.scene(country=country, kind=kind, vat_number=number)
    VatRate.objects.get_or_create(country="LI", defaults={"rate": D("0.081"), "valid_from": date(2024, 1, 1)})
    invoice = scenes.invoice_of(scenes.order(here, ("office", 1)))

    page = read(here.acting, "invoice_vat", invoice)

    assert words in page
    assert ("rounded once, half up:" in page or "is exactly" in page) is bool(invoice.vat_rate)


def test_what_was_read_when_it_was_issued_is_what_is_told_later():
    """Promise 5: a rate that changed since, and a payer that moved, change nothing of what was issued."""
    here = scenes.scene()
    invoice = scenes.invoice_of(scenes.order(here, ("office", 1)))
    before = read(here.acting, "invoice_vat", invoice)
    VatRate.objects.filter(country="CH").update(valid_until=date(2030, 1, 1))
    VatRate.objects.create(country="CH", rate=D("0.09"), valid_from=date(2030, 1, 1))
    type(here.client).objects.filter(pk=here.client.pk).update(country="LI", vat_number="")

    after = read(here.acting, "invoice_vat", invoice)

    assert _figures(before) == _figures(after)


def _figures(page):
    return re.sub(r"<[^>]*>", " ", page[page.index("<main") : page.index("</main")]).split()


def test_the_vat_of_a_later_credit_note_is_what_is_left_of_the_sum():
    """Rule 42: the notes' VAT adds up to the invoice's, and the page says how this one's comes about."""
    here = scenes.scene()
    invoice = scenes.invoice_of(scenes.order(here, ("office", 1)))
    first = scenes.credit(here, invoice, "33.33")
    second = scenes.credit(here, invoice, "33.33")

    pages = [read(here.acting, "credit_note_vat", note) for note in (first, second)]

    assert "8.1 % of 33.33 is 2.69973, rounded once, half up: 2.70." in pages[0]
    assert "66.66 is credited. 8.1 % of 66.66 is 5.39946, rounded once, half up: 5.40." in pages[1]
    assert "Of that 2.70 was credited before, 2.70 is left for this one" in pages[1]


@given(
    net=st.decimals(min_value="0.01", max_value="999999.99", places=2),
    rate=st.decimals(min_value="0", max_value="0.3", places=4),
)
@settings(max_examples=50, deadline=None)
def test_the_reckoning_always_ends_in_the_amount(net, rate):
    """Rule 37: whatever the figures, the sentence ends in what the document says."""
    amount = vat(net=net, rate=rate)

    sentence = selectors.taxation._reckoned(net, rate, amount)

    assert sentence.endswith(f"{selectors.taxation.writing.amount(amount)}.")


def test_staff_reads_it_too_and_nobody_else_does():
    """Rules 24 and 28, promise 2."""
    here = scenes.scene()
    invoice = scenes.invoice_of(scenes.order(here, ("office", 1)))
    note = scenes.credit(here, invoice, "10")
    _other, stranger = world.make_client("Garage Rossi")

    assert "8.10" in read(here.finance, "staff_invoice_vat", invoice)
    assert "Credit note" in read(here.finance, "staff_credit_note_vat", note)
    for acting in (here.partner_acting, stranger):
        client = browsers.signed_in(acting.user)
        for name, document in (("invoice_vat", invoice), ("credit_note_vat", note)):
            assert client.get(reverse(f"billing:{name}", args=[document.pk])).status_code == 404


@pytest.mark.parametrize("name", ["order_place", "cart"])
def test_before_an_order_the_reason_stands_beside_the_rate(name):
    """Rule 45: whoever orders reads why, and a partner never reads its client's VAT number (promise 2)."""
    here = scenes.scene(country="FR", kind=OrganisationKind.COMPANY, vat_number="FR40303265045")
    browser, partners = browsers.signed_in(here.acting.user), browsers.signed_in(here.partner_acting.user)
    partners.post(reverse("clients:client_enter", args=[here.relationship.pk]))
    pages = []
    for one in (browser, partners):
        asked = {"offer": here.offers["office"].pk, "quantity": 1, "periods": 1, "key": f"key-{len(pages)}"}
        if name == "cart":
            one.post(reverse("billing:cart_add"), asked)
            pages.append(one.get(reverse("billing:cart")).content.decode())
        else:
            pages.append(one.post(reverse("billing:order_place"), asked).content.decode())

    assert "with the VAT number FR40303265045: we charge no VAT" in pages[0]
    assert "with a valid VAT number: we charge no VAT" in pages[1]
    assert "FR40303265045" not in pages[1]

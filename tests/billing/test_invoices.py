"""Invoices: numbers without gap or double, snapshots, who reads them, the document. Rules 27 to 29, 45; promise 5."""

from __future__ import annotations

from decimal import Decimal as D
from functools import partial

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing import services
from billing.documents import invoice_pdf, resale_pdf
from billing.exceptions import ResaleRefused
from billing.models import Invoice, Resale
from clients import services as client_services
from clients.choices import Payer
from clients.models import Product
from partnerportal.accounts.acting import SYSTEM
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.money import round_cents
from partnerportal.kernel.states import IllegalTransition
from tests import world
from tests.at_once import at_once
from tests.billing.ordering import order
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()
        partner, partner_acting = world.make_partner()

    Here.relationship = world.make_relationship(Here.client, Here.partner, payer=Payer.PARTNER)
    Here.order = order(Here.client, Here.offers["web-hosting"], Here.partner_acting, Here.relationship)
    return Here


@pytest.mark.parametrize("change", ["payer", "access", "end"])
def test_invoice_stays_where_it_is(here, change):
    """Rule 27: whatever happens to the relationship later, the reader stays the payer."""
    if change == "payer":
        client_services.change_payer(
            relationship_id=here.relationship.pk, payer=Payer.CLIENT, actor=here.acting, now=NOW
        )
    elif change == "access":
        client_services.change_access(
            relationship_id=here.relationship.pk,
            terms=client_services.Terms(
                access="LIMITED", products=(client_services.ProductRights(Product.objects.first().pk),)
            ),
            actor=here.acting,
            now=NOW,
        )
    else:
        client_services.end_relationship(relationship_id=here.relationship.pk, by="CLIENT", actor=here.acting, now=NOW)

    assert Invoice.objects.visible_to(here.partner_acting).get() == here.order.invoice
    assert not Invoice.objects.visible_to(here.acting).exists()


def test_paying_is_not_owning(here):
    """Rule 29: the partner paid, the products are the client's, and stay so."""
    services.top_up(
        organisation_id=here.partner.pk, currency="CHF", amount=D(500), reference="t", actor=here.acting, now=NOW
    )
    services.pay_from_prepaid(invoice_id=here.order.invoice.pk, actor=here.partner_acting, now=NOW)
    client_services.end_relationship(relationship_id=here.relationship.pk, by="PARTNER", actor=here.acting, now=NOW)

    owners = set(Product.objects.values_list("organisation", flat=True))
    assert (owners, Product.objects.count()) == ({here.client.pk}, 35)


@pytest.mark.parametrize(
    ("country", "kind", "vat_number", "treatment", "vat"),
    [
        ("CH", "COMPANY", "", "domestic", "28.12"),
        ("FR", "COMPANY", "", "country", "66.50"),
        ("FR", "COMPANY", "FR40303265045", "reverse_charge", "0.00"),
        ("FR", "COMPANY", "FR00000000000", "country", "66.50"),
        ("FR", "COMPANY", "DE136695976", "country", "66.50"),
        ("FR", "INDIVIDUAL", "FR40303265045", "country", "66.50"),
        ("FR", "ASSOCIATION", "FR40303265045", "country", "66.50"),
        ("CH", "COMPANY", "CHE100155212MWST", "domestic", "28.12"),
        ("US", "COMPANY", "", "out_of_scope", "0.00"),
    ],
)
def test_vat_by_country_kind_and_number(settings, country, kind, vat_number, treatment, vat):
    """Rule 45, on 35 hostings at list price."""
    settings.PROGRAMME = settings.PROGRAMME | {"client_degressive": False}
    offers = world.make_catalogue()
    client, acting = world.make_client(country=country, kind=kind, vat_number=vat_number)

    invoice = order(client, offers["web-hosting"], acting).invoice

    assert (invoice.vat_treatment, invoice.vat, invoice.total) == (treatment, D(vat), invoice.net + D(vat))


def test_document_is_made_from_snapshots_alone(here):
    """Promise 5: the payer moves, the document does not."""
    here.partner.organisation.name = "Ganz anders AG"
    here.partner.organisation.save()

    invoice = Invoice.objects.get()
    document = invoice_pdf(invoice)

    assert invoice.payer_snapshot["name"] == "Studio Lumen"
    assert document.startswith(b"%PDF-")


def test_numbers_have_no_gap_when_an_order_fails(here):
    """Promise 5: a number is taken together with its document or not at all."""
    with pytest.raises(RuntimeError), transaction.atomic():
        order(here.client, here.offers["office"], here.acting, quantity=1)
        raise RuntimeError

    order(here.client, here.offers["office"], here.acting, quantity=1)

    assert sorted(Invoice.objects.values_list("number", flat=True)) == ["2026-00001", "2026-00002"]


@pytest.mark.django_db(transaction=True)
def test_invoices_at_once_get_numbers_one_to_eight():
    """Eight clients order at the same instant."""
    offer = world.make_catalogue()["office"]
    clients = [world.make_client(f"Client {number}") for number in range(8)]

    at_once(
        *(
            partial(
                services.place_order,
                client_id=client.pk,
                items=[services.Item(offer, 1)],
                relationship_id=None,
                key=f"k{client.pk}",
                actor=acting,
                now=NOW,
            )
            for client, acting in clients
        )
    )

    assert sorted(Invoice.objects.values_list("number", flat=True)) == [f"2026-{n:05d}" for n in range(1, 9)]


def test_partner_re_invoices_what_it_paid_with_a_markup(here):
    """Q39: a draft, then a number of the partner's own; drafting again changes the draft only."""
    line = here.order.lines.get()
    draft = {"line_id": line.pk, "partner_id": here.partner.pk, "actor": here.partner_acting, "now": NOW}
    services.draft_resale(markup_rate=D("0.05"), **draft)
    resale = services.draft_resale(markup_rate=D("0.10"), **draft)
    assert (resale.net, resale.markup, resale.number) == (D("229.15"), D("20.83"), "")
    assert resale_pdf(resale).startswith(b"%PDF-")

    issued = services.issue_resale(resale_id=resale.pk, actor=here.partner_acting, now=NOW)

    assert issued.number == "2026-00001"
    with pytest.raises(ResaleRefused):
        services.draft_resale(markup_rate=D(1), **draft)
    with pytest.raises(IllegalTransition):
        services.issue_resale(resale_id=resale.pk, actor=here.partner_acting, now=NOW)
    assert Resale.objects.get().net == D("229.15")


def test_only_what_the_partner_paid_is_re_invoiced(here):
    """Q39."""
    line = order(here.client, here.offers["office"], here.acting, quantity=1).lines.get()

    with pytest.raises(ResaleRefused):
        services.draft_resale(
            line_id=line.pk, partner_id=here.partner.pk, markup_rate=D(0), actor=here.partner_acting, now=NOW
        )

    assert not Resale.objects.exists()


def test_what_a_credit_note_took_back_is_not_re_invoiced(here):
    """Q39: a part that is left is; nothing is drafted for what is gone, and a draft of before is not issued."""
    line = here.order.lines.get()
    draft = {"line_id": line.pk, "partner_id": here.partner.pk, "actor": here.partner_acting, "now": NOW}
    credit = partial(
        services.credit_invoice,
        invoice_id=here.order.invoice.pk,
        reason="By mistake",
        means="PREPAID",
        actor=SYSTEM,
        now=NOW,
    )
    credit(nets={line.pk: D("8.32")})
    resale = services.draft_resale(markup_rate=D(0), **draft)
    credit(nets={line.pk: line.charged_net - D("8.32")})

    with pytest.raises(ResaleRefused, match="took this line back"):
        services.issue_resale(resale_id=resale.pk, actor=here.partner_acting, now=NOW)
    with pytest.raises(ResaleRefused, match="took this line back"):
        services.draft_resale(markup_rate=D("0.10"), **draft)

    kept = Resale.objects.get()
    assert (kept.state, kept.number, kept.markup_rate) == ("DRAFT", "", D(0))


def test_an_open_invoice_names_the_account_of_its_currency(here, client, settings):
    """Promise 5: the one that it was issued with."""
    settings.PROVIDER = settings.PROVIDER | {"iban_chf": "CH93 0076 2011 6238 5295 7", "iban_eur": "CH56 EUR"}
    invoice = order(here.client, here.offers["office"], here.acting, quantity=1).invoice
    settings.PROVIDER = settings.PROVIDER | {"iban_chf": "CH00 another"}
    client.force_login(here.acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = client.get(reverse("billing:invoice_detail", args=[invoice.pk])).content.decode()

    assert "CH93 0076 2011 6238 5295 7" in page
    assert "CH56 EUR" not in page
    assert "Switzerland" in page
    assert invoice.number in page
    assert reverse("billing:order_detail", args=[invoice.order.pk]) in page


def test_a_re_invoicing_document_has_the_partners_vat_and_keeps_its_addresses(here):
    """Q39, promise 5: 229.15 net, 18.56 VAT at 8.1 %; what moves later moves nothing on it."""
    resale = services.draft_resale(
        line_id=here.order.lines.get().pk,
        partner_id=here.partner.pk,
        markup_rate=D("0.10"),
        vat_rate=D("0.081"),
        actor=here.partner_acting,
        now=NOW,
    )
    assert (resale.vat, resale.total) == (D("18.56"), D("247.71"))

    services.issue_resale(resale_id=resale.pk, actor=here.partner_acting, now=NOW)
    here.client.name = "Umgezogen AG"
    here.client.save()

    resale.refresh_from_db()
    assert resale.client_snapshot["name"] == "Bäckerei Moser"
    assert (resale.issuer_snapshot["city"], resale.issued_at) == ("Bern", NOW)


@pytest.mark.parametrize("how", ["update", "delete"])
def test_an_issued_re_invoicing_document_never_changes(here, how):
    """Promise 5: the database refuses it, also past the services; a draft may still change."""
    line = here.order.lines.get()
    values = {"line_id": line.pk, "partner_id": here.partner.pk, "actor": here.partner_acting, "now": NOW}
    resale = services.draft_resale(markup_rate=D(0), **values)
    services.draft_resale(markup_rate=D("0.10"), **values)
    services.issue_resale(resale_id=resale.pk, actor=here.partner_acting, now=NOW)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        if how == "update":
            Resale.objects.update(net=1)
        else:
            Resale.objects.all().delete()

    assert Resale.objects.get().net == D("229.15")


def test_the_markup_is_on_what_was_not_credited(here):
    """Q39: of 208.32 a part of 8.32 came back; ten per cent on 200.00. What comes back later is drafted again first."""
    line = here.order.lines.get()
    draft = {"line_id": line.pk, "partner_id": here.partner.pk, "actor": here.partner_acting, "now": NOW}
    credit = {"invoice_id": here.order.invoice.pk, "reason": "By mistake", "means": "PREPAID", "actor": SYSTEM}
    services.credit_invoice(nets={line.pk: D("8.32")}, now=NOW, **credit)
    resale = services.draft_resale(markup_rate=D("0.10"), **draft)
    assert (resale.cost, resale.markup, resale.net) == (D("200.00"), D("20.00"), D("220.00"))
    services.credit_invoice(nets={line.pk: D("100.00")}, now=NOW, **credit)

    with pytest.raises(ResaleRefused, match="Draft it again"):
        services.issue_resale(resale_id=resale.pk, actor=here.partner_acting, now=NOW)
    assert Resale.objects.get().number == ""

    services.draft_resale(markup_rate=D("0.10"), **draft)
    assert services.issue_resale(resale_id=resale.pk, actor=here.partner_acting, now=NOW).net == D("110.00")


def test_only_the_draft_that_was_looked_at_is_issued(here, client):
    """Q39: another window changed the markup; the page says so, shows the amounts, and issues them when sent again."""
    draft = {"line_id": here.order.lines.get().pk, "partner_id": here.partner.pk, "actor": here.partner_acting}
    resale = services.draft_resale(markup_rate=D("0.10"), now=NOW, **draft)
    page = reverse("billing:resale_issue", args=[resale.pk])
    client.force_login(here.partner_acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    looked_at = client.get(page).context["form"]["shown"].value()
    services.draft_resale(markup_rate=D("0.20"), now=NOW, **draft)

    refused = client.post(page, {"shown": looked_at})

    assert refused.status_code == 409
    assert "249.98" in refused.content.decode()
    assert Resale.objects.get().number == ""
    assert client.post(page, {"shown": refused.context["form"]["shown"].value()}).status_code == 302
    assert Resale.objects.get().net == D("249.98")


@given(st.decimals(min_value=0, max_value=100_000, places=2), st.decimals(min_value=0, max_value=9, places=4))
def test_what_was_paid_is_read_back_from_the_net_and_the_markup(cost, rate):
    """Q39: the net is rounded once; before the markup it was just what the partner paid."""
    assert Resale(net=round_cents(cost * (1 + rate)), markup_rate=rate).cost == cost


@pytest.mark.parametrize("rate", ["-0.01", "1"])
def test_vat_of_a_document_is_a_fraction(here, rate):
    with pytest.raises(ResaleRefused):
        services.draft_resale(
            line_id=here.order.lines.get().pk,
            partner_id=here.partner.pk,
            markup_rate=D(0),
            vat_rate=D(rate),
            actor=here.partner_acting,
            now=NOW,
        )

    assert not Resale.objects.exists()


def test_the_activity_names_who_caused_the_invoice(here):
    """Promise 7: the portal stands there only for what nobody asked for."""
    issued = AuditEvent.objects.get(action="billing.invoice.issued")

    assert (issued.actor_id, issued.actor_label) == (here.partner_acting.user.pk, str(here.partner_acting.user))
    assert issued.organisation_id == here.partner.pk


def test_a_payment_in_the_activity_has_its_currency(here):
    invoice = here.order.invoice
    services.settle_payment(
        invoice_id=invoice.pk, amount=D("10.00"), means="TRANSFER", reference="r1", actor=here.acting, now=NOW
    )

    paid = AuditEvent.objects.get(action="billing.payment.settled")
    assert paid.subject_label == f"{invoice.number}, CHF 10.00"


def test_the_mail_of_a_paid_invoice_does_not_say_when_it_is_due(here, run_jobs):
    """N8."""
    services.settle_payment(
        invoice_id=here.order.invoice.pk,
        amount=here.order.invoice.total,
        means="TRANSFER",
        reference="r1",
        actor=here.acting,
        now=NOW,
    )

    run_jobs()

    body = next(message.body for message in mail.outbox if "Invoice" in message.subject)
    assert "paid on 23 November 2026" in body
    assert "due on" not in body

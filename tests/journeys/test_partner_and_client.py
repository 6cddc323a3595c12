"""The programme from end to end through the pages alone, in seconds and without a browser."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest
from django.core import mail
from django.urls import reverse

from billing.models import LedgerEntry, Order
from clients.models import Product, Relationship
from partners.models import Application, Partner
from tests import world
from tests.browsers import signed_in

pytestmark = pytest.mark.django_db
DUTIES = {"gives_support": "on", "answers_for_invoices": "on", "is_exclusive_for_tenders": "on"}


class Person:
    """Somebody at the pages: opens one, fills in what the form shows, sends it, goes where it leads."""

    def __init__(self, acting):
        self.client = signed_in(acting.user)

    def read(self, page, *arguments):
        """What a page says."""
        answer = self.client.get(reverse(page, args=arguments))
        assert answer.status_code == 200
        return words(answer)

    def send(self, page, *arguments, **values):
        """Send a page's form with what it holds itself, and these values; return the answer."""
        address = reverse(page, args=arguments)
        drawn = self.client.get(address).content.decode()
        return self.client.post(address, hidden(drawn) | values, follow=True)

    def give(self, page, *arguments, **values):
        """Look at what access would change, then give it; return what the first page says."""
        address = reverse(page, args=arguments)
        asked = hidden(self.client.get(address).content.decode()) | values
        shown = self.client.post(address, asked)
        self.client.post(address, asked | {"confirm": shown.context["confirm"]}, follow=True)
        return words(shown)

    def order(self, page, **values):
        """See the price, then order what was shown; return what both pages say."""
        address = reverse(page)
        asked = hidden(self.client.get(address).content.decode()) | values
        priced = self.client.post(address, asked)
        placed = self.client.post(address, asked | hidden(priced.content.decode()) | {"confirm": "yes"}, follow=True)
        return words(priced), words(placed)


def hidden(page):
    """The hidden fields of a page's forms."""
    fields = [tag for tag in re.findall(r"<input[^>]*>", page) if 'type="hidden"' in tag]
    pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in fields]
    return {name[1]: value[1] for name, value in pairs if name and value}


def words(answer):
    """What an answer says, without markup."""
    return re.sub(r"<[^>]+>", "", answer.content.decode()).replace("\u00a0", " ")


def test_from_the_application_to_the_end_of_a_relationship(run_jobs):
    """Rules 1 to 5, 6 to 10, 23 to 25, 30 to 38, 46 to 48; promises 1 and 3."""
    offers = world.make_catalogue()
    world.make_thresholds()
    world.make_terms()
    company, company_acting = world.make_client("La Vague SA")
    bakery, bakery_acting = world.make_client("Bäckerei Moser")
    agency, baker, reviewer = Person(company_acting), Person(bakery_acting), Person(world.make_reviewer())
    finance = Person(world.Acting(user=world.make_user("Finn Keel", staff_role="FINANCE")))

    # The company applies; staff approves; the applicant is mailed.
    agency.send("partners:application_step", "company", register_country="CH", register_number="CHE-100.155.212")
    contact = {"website": "https://lavague.example", "contact_email": "bonjour@lavague.example"}
    agency.send("partners:application_step", "website", estimated_yearly_net="2400", **contact)
    agency.send("partners:application_step", "duties", **DUTIES)
    assert "In review" in words(agency.send("partners:application_step", "send", accepts="on"))
    reviewer.send("partners:staff_application_approve", Application.objects.get().pk)
    run_jobs()
    assert "is a partner now" in mail.outbox[-1].subject

    # The client finds it, and gives it full access on the partner's means; the partner accepts.
    partner = Partner.objects.get(pk=company.pk)
    changes = baker.give("clients:partner_invite", partner.pk, access="FULL", payer="PARTNER")
    assert "Pays what it orders, and gets the invoices" in changes
    relationship = Relationship.objects.get()
    agency.send("clients:client_answer", relationship.pk)

    # The partner orders in the client's space: the product is the client's, the invoice the partner's.
    agency.client.post(reverse("clients:client_enter", args=[relationship.pk]))
    priced, placed = agency.order("billing:order_place", offer=offers["web-hosting"].pk, quantity=35, name="moser.ch")
    assert all(amount in priced for amount in ("347.20", "277.76", "208.32", "16.87", "225.19"))
    assert "Ordered. The invoice waits to be paid." in placed
    assert set(Product.objects.values_list("organisation", flat=True)) == {bakery.pk}
    assert "No invoice yet" in baker.read("billing:invoice_list")

    # The client takes the paying back and renews itself; finance books its payment; the partner is credited the rest.
    baker.send("clients:relationship_payer", relationship.pk, payer="CLIENT")
    products = list(Product.objects.values_list("pk", flat=True))
    priced, _placed = baker.order("billing:renew", products=products)
    assert "260.40" in priced
    invoice = Order.objects.latest("pk").invoice
    assert not LedgerEntry.objects.exists()
    finance.send("billing:staff_payment", invoice.pk, amount=str(invoice.total), means="TRANSFER", reference="bank-1")
    assert LedgerEntry.objects.get().amount == D("52.08")
    agency.client.post(reverse("clients:client_leave"))
    assert "52.08" in agency.read("billing:earning_list")
    assert "The client paid 260.40" in agency.read("billing:line_explain", invoice.order.lines.get().pk)

    # The client ends it: at the next click nothing is open; products and what was credited stay.
    agency.client.post(reverse("clients:client_enter", args=[relationship.pk]))
    assert "moser.ch" in agency.read("clients:product_list")
    baker.send("clients:relationship_end", relationship.pk, confirm="yes")
    baker.client.post(reverse("clients:relationship_end", args=[relationship.pk]), {"password": world.PASSWORD})
    assert "moser.ch" not in words(agency.client.get(reverse("clients:product_list"), follow=True))
    assert Product.objects.filter(organisation=bakery.pk).count() == len(products)
    assert LedgerEntry.objects.get().amount == D("52.08")

"""A list asks the database as often for many rows as for few."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from billing import services as billing
from billing.models import Invoice, RenewalFailure, StatementLine
from clients.choices import Access, Payer, RelationshipState, Side
from clients.models import ProductTransfer, ProductUsage, Team, TeamClient, TeamMember
from partnerportal.accounts import services as accounts
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import Role
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import Offer
from partnerportal.web.views import TableView
from partnerportal.work import services as work
from partners import services as partners
from partners.models import Application, Partner, VolumeReview
from tests import world
from tests.access import visitors
from tests.world import NOW

pytestmark = pytest.mark.django_db

# Each page that lists something, as whom. A list that is not here fails test_every_list_is_here.
MONTH = dt.timedelta(days=30)
LISTS = [
    ("client_legal", "accounts:member_list"),
    ("client_legal", "accounts:activity_list"),
    ("staff", "accounts:staff_audit_list"),
    ("staff", "partners:staff_application_list"),
    ("staff", "partners:staff_partner_list"),
    ("staff", "partners:staff_affiliation_list"),
    ("client_legal", "clients:product_list"),
    ("in_space", "clients:product_list"),
    ("client_legal", "clients:transfer_list"),
    ("client_legal", "clients:relationship_list"),
    ("partner_legal", "clients:client_list"),
    ("partner_collaborator", "clients:client_list"),
    ("partner_legal", "accounts:activity_list"),
    ("partner_legal", "clients:client_people"),
    ("partner_legal", "clients:client_person"),
    ("partner_legal", "clients:person_list"),
    ("partner_legal", "clients:person_detail"),
    ("partner_legal", "clients:team_list"),
    ("partner_legal", "clients:team_clients"),
    ("client_legal", "billing:due_list"),
    ("in_space", "billing:due_list"),
    ("partner_legal", "billing:due_list"),
    ("staff", "billing:staff_renewal_list"),
    ("staff", "catalogue:staff_offer_list"),
    ("client_legal", "billing:order_list"),
    ("partner_legal", "billing:order_list"),
    ("in_space", "billing:order_list"),
    ("client_legal", "billing:invoice_list"),
    ("client_legal", "billing:credit_note_list"),
    ("client_legal", "billing:prepaid"),
    ("partner_legal", "billing:prepaid"),
    ("partner_legal", "billing:earning_list"),
    ("partner_legal", "billing:pending_list"),
    ("partner_legal", "billing:unearned_list"),
    ("partner_legal", "billing:export_list"),
    ("partner_legal", "billing:resale_list"),
    ("staff", "billing:staff_invoice_list"),
    ("staff", "billing:staff_credit_note_list"),
    ("staff", "billing:staff_account_list"),
    ("staff", "billing:staff_account_detail"),
    ("staff", "billing:staff_withdrawal_list"),
    ("staff", "billing:staff_incoming_list"),
    ("staff", "billing:staff_correction_list"),
    ("staff", "billing:staff_job_list"),
    ("client_legal", "tenders:account_list"),
    ("partner_legal", "tenders:inbox"),
    ("partner_legal", "tenders:contract_list"),
    ("staff", "tenders:staff_list"),
]
# Overviews and pages of one thing hold small lists, too.
OVERVIEWS = [
    ("client_legal", "billing:offer_list"),
    ("in_space", "billing:offer_list"),
    ("partner_legal", "billing:offer_list"),
    ("client_legal", "billing:units_add"),
    ("in_space", "billing:units_add"),
    ("client_legal", "billing:cart"),
    ("in_space", "billing:cart"),
    ("partner_legal", "billing:cart"),
    ("client_legal", "billing:cart_discard"),
    ("client_legal", "home:account"),
    ("in_space", "home:account"),
    ("partner_legal", "home:partner"),
    ("staff", "home:staff"),
    ("staff", "partners:staff_partner_detail"),
    ("partner_legal", "billing:simulator"),
    ("staff", "billing:staff_price_list"),
    ("staff", "billing:staff_rate_list"),
    ("staff", "billing:staff_rate_detail"),
    ("partner_legal", "clients:client_detail"),
    ("partner_legal", "clients:team_detail"),
    ("partner_legal", "clients:team_delete"),
    ("partner_legal", "clients:client_why"),
    ("client_legal", "clients:product_detail"),
    ("in_space", "clients:product_detail"),
    ("client_legal", "billing:product_renewal"),
    ("in_space", "billing:product_renewal"),
    ("client_legal", "clients:product_statistics"),
    ("client_legal", "clients:relationship_detail"),
]


@pytest.mark.parametrize(("visitor", "name"), [*LISTS, *OVERVIEWS])
def test_many_rows_take_as_many_queries_as_few(visitor: str, name: str, monkeypatch):
    monkeypatch.setitem(TableView.table_pagination, "per_page", 200)  # no list is full before the rows are added
    site = visitors.build()
    _order_in_space(site, "first")  # two lists that would be empty, and then never ask for rows
    _order_unearned(site, "unearned-first")
    _fill_carts(site, "first")
    browser, url = site.browser(visitor), reverse(name, args=site.arguments.get(name))
    _visit(browser, url)  # notes the session, which later requests need not
    few, short_page = _visit(browser, url)

    add_rows(site)

    many, long_page = _visit(browser, url)
    assert len(many) == len(few), "\n".join(["many rows:", *many, "few rows:", *few])
    if (visitor, name) in LISTS:
        assert _rows(long_page) > _rows(short_page)


@pytest.mark.parametrize(("visitor", "name"), LISTS)
def test_htmx_gets_the_table_of_every_list_alone(visitor: str, name: str):
    """Sorted, searched and paged with script as without it; what no filter fits says so, and shows the way back."""
    site = visitors.build()
    browser, url = site.browser(visitor), reverse(name, args=site.arguments.get(name))
    htmx = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "table"}

    alone = browser.get(url, **htmx)
    whole = browser.get(url)

    assert alone.status_code == 200
    assert "<html" not in alone.content.decode()
    assert 'id="table"' in alone.content.decode()
    assert _rows(alone.content.decode()) == _rows(whole.content.decode())
    fields = whole.context["filter"].form.fields
    word = next((field for field in ("search", "q", "text", "person") if field in fields), None)
    if word is None:
        return
    for headers in ({}, htmx):
        nothing = browser.get(url, {word: "zzzz-nobody"}, **headers).content.decode()
        assert "Nothing fits" in nothing
        assert str(whole.context["table"].empty_title) not in nothing


def test_every_list_is_here():
    listed = {name for _visitor, name in LISTS}

    assert {name for name, view in _named_views() if issubclass(view, TableView)} <= listed


def _visit(browser: Client, url: str) -> tuple[list[str], str]:
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(url)
    assert answer.status_code == 200, url
    return [query["sql"] for query in captured.captured_queries], answer.content.decode()


def _rows(page: str) -> int:
    return len(re.findall(r"<tr\b", page))


def _named_views() -> Iterator[tuple[str, type]]:
    for resolver in get_resolver().url_patterns:
        for pattern in getattr(resolver, "url_patterns", ()):
            if isinstance(pattern, URLPattern) and hasattr(pattern.callback, "view_class"):
                yield f"{resolver.app_name}:{pattern.name}", pattern.callback.view_class


def add_rows(site: visitors.Site) -> None:
    """Make more of everything that a list shows, for the client, the partner and staff."""
    offer = Offer.objects.get(code="web-hosting")
    Offer.objects.bulk_create(
        Offer(code=f"more-{number}", name=f"More {number}", family=offer.family, period=offer.period)
        for number in range(4)
    )
    client = site.users["client_legal"].memberships.get()
    partner = site.users["partner_legal"].memberships.get()
    relationship = partner.organisation.partner.relationships.get(pk=site.space)
    collaborator = site.users["partner_collaborator"].memberships.get()
    client_acting = world.acting(client)
    for number in range(4):
        _add_for_client(client.organisation, number, offer, client_acting)
        _add_for_partner(partner, collaborator, number, offer)
        in_space = world.acting(partner, relationship)
        _order_in_space(site, f"space-{number}")
        _order_unearned(site, f"unearned-{number}")
        _fill_carts(site, f"{number}")
        billing.start_client_export(
            relationship=relationship, since=None, until=None, state="", file_format="csv", actor=in_space, now=NOW
        )
        work.start(kind="billing.review_thresholds", parameters={"on": f"2026-10-0{number + 1}"}, now=NOW)
        RenewalFailure.objects.create(
            product=world.make_product(client.organisation, offer),
            period_start=NOW.date(),
            reason="No price.",
            first_seen_at=NOW,
            last_seen_at=NOW,
        )
        _apply(number)
        partners.start_affiliation(
            organisation_id=world.make_client(f"Blitz {number}")[0].pk, actor=world.make_reviewer(), now=NOW
        )
        VolumeReview.objects.create(
            partner=partner.organisation.partner,
            on=dt.date(2020 + number, 3, 14),
            managed={"CHF": "2000.00"},
            thresholds={"CHF": "2000.00"},
            share=1,
            outcome="REACHED",
            created_at=NOW,
        )
        opened = {"created_at": timezone.now(), "opened_at": timezone.now(), "expires_at": timezone.now() + MONTH}
        world.make_tender(client.organisation, **opened)
        won = world.make_tender(client.organisation, **opened, state="AWARDED", closed_at=timezone.now())
        world.make_proposal(won, partner.organisation.partner, chosen_at=timezone.now())


def _fill_carts(site: visitors.Site, name: str) -> None:
    """A line in the client's cart, and one in the partner's for it."""
    partner = site.users["partner_legal"].memberships.get()
    relationship = partner.organisation.partner.relationships.get(pk=site.space)
    offer = Offer.objects.get(code="web-hosting")
    for acting in (
        world.acting(site.users["client_legal"].memberships.get()),
        world.acting(partner, relationship),
    ):
        visitors.put_into_cart(acting, offer, f"{name}.ch")


def _add_for_client(client: Organisation, number: int, offer: Offer, acting: Any) -> None:
    world.make_member(client, Role.COLLABORATOR)
    accounts.invite_member(
        organisation_id=client.pk,
        email=f"more{number}@example.ch",
        role=Role.COLLABORATOR,
        has_accounting=False,
        actor=acting,
        now=NOW,
    )
    product = world.make_product(client, offer)
    giving, _ = world.make_client(f"Weinhandlung {number}")
    offered = {"product": world.make_product(giving, offer), "from_organisation": giving, "to_organisation": client}
    ProductTransfer.objects.create(**offered, to_email="x@y.ch", created_at=NOW, expires_at=timezone.now() + MONTH)
    seen = client.products.order_by("pk")[0]
    ProductUsage.objects.create(product=seen, day=timezone.localdate() - dt.timedelta(weeks=number), visits=7)
    other, _ = world.make_partner(f"Atelier {number}")
    world.make_relationship(client, other, access=Access.LIMITED, products=(product,))
    asking, _ = world.make_partner(f"Studio {number}")
    world.make_relationship(
        client,
        asking,
        access=Access.LIMITED,
        state=RelationshipState.PENDING,
        started_by=Side.PARTNER,
        invited_email=acting.user.email,
    )
    _order(client, offer, f"own-{number}", acting)
    _top_up(client, f"more-{number}", acting)
    paid = _order(client, offer, f"paid-{number}", acting).invoice
    billing.pay_from_prepaid(invoice_id=paid.pk, actor=acting, now=NOW)
    _add_for_finance(client, paid.pk, number)


def _add_for_finance(client: Organisation, invoice_id: int, number: int) -> None:
    finance = Acting(user=world.make_user("Nora Wolf", staff_role="FINANCE"))
    invoice = Invoice.objects.select_related("order").get(pk=invoice_id)
    (line_id,) = billing.creditable(invoice=invoice)
    billing.credit_invoice(
        invoice_id=invoice_id, nets={line_id: D(1)}, reason="Down", means="PREPAID", actor=finance, now=NOW
    )
    billing.request_withdrawal(
        organisation_id=client.pk,
        currency="CHF",
        amount=D(60),
        iban="CH9300762011623852957",
        holder="Moser",
        key=f"w-{number}",
        actor=finance,
        now=NOW,
    )
    transfer = StatementLine(f"bank-more-{number}", "thanks", D(12), "CHF", NOW.date())
    billing.take_statement(lines=[transfer], actor=finance, now=NOW)
    billing.propose_correction(
        organisation_id=client.pk, currency="CHF", amount=D(5), reason="Fee", actor=finance, now=NOW
    )


def _add_for_partner(partner: Any, collaborator: Any, number: int, offer: Offer) -> None:
    own: Partner = partner.organisation.partner
    customer, _ = world.make_client(f"Garage {number}")
    relationship = world.make_relationship(customer, own, payer=Payer.PARTNER)
    world.assign(relationship, collaborator)
    joining = world.make_member(partner.organisation, Role.COLLABORATOR)
    team = world.make_team(partner.organisation, f"Team {number}", people=(collaborator, joining), reaches_all=True)
    TeamClient.objects.create(team=team, relationship=relationship)
    first = Team.objects.get(organisation=partner.organisation, name="Web")
    TeamClient.objects.create(team=first, relationship=relationship)
    TeamMember.objects.create(team=first, membership=joining)
    _top_up(customer, f"customer-{number}", world.acting(partner))
    visitors.put_into_cart(world.acting(partner, relationship), offer, f"customer-{number}.ch")
    inviting, _ = world.make_client(f"Hotel {number}")
    world.make_relationship(inviting, own, state=RelationshipState.PENDING, started_by=Side.CLIENT)
    in_space = world.acting(partner, relationship)
    _top_up(partner.organisation, f"partner-{number}", world.acting(partner))
    order = _order(customer, offer, f"for-{number}", in_space, relationship.pk)
    billing.draft_resale(
        line_id=order.lines.get().pk, partner_id=own.pk, markup_rate=D("0.1"), actor=world.acting(partner), now=NOW
    )


def _order_unearned(site: visitors.Site, key: str) -> None:
    """The client orders something for which partners have no rate."""
    client = site.users["client_legal"].memberships.get()
    family = Offer.objects.get(code="web-hosting").family
    _order(client.organisation, world.make_offer(key, family, "5.00", "5.00"), key, world.acting(client))


def _order_in_space(site: visitors.Site, key: str) -> None:
    partner = site.users["partner_legal"].memberships.get()
    relationship = partner.organisation.partner.relationships.get(pk=site.space)
    acting = world.acting(partner, relationship)
    _order(relationship.client, Offer.objects.get(code="web-hosting"), key, acting, relationship.pk)


def _order(client: Organisation, offer: Offer, key: str, actor: Any, relationship_id: int | None = None) -> Any:
    items = [billing.Item(offer, 1)]
    return billing.place_order(
        client_id=client.pk, items=items, relationship_id=relationship_id, key=key, actor=actor, now=NOW
    )


def _top_up(organisation: Organisation, reference: str, actor: Any) -> None:
    billing.top_up(
        organisation_id=organisation.pk, currency="CHF", amount=D(100), reference=reference, actor=actor, now=NOW
    )


def _apply(number: int) -> None:
    Application.objects.create(
        organisation=world.make_client(f"Kontor {number}")[0],
        state="SUBMITTED",
        register_country="CH",
        register_number=f"CHE10015521{number + 3}",
        website="https://kontor.example",
        contact_email="a@kontor.example",
        estimated_yearly_net=D(3000),
        gives_support=True,
        answers_for_invoices=True,
        is_exclusive_for_tenders=True,
        created_at=NOW,
        submitted_at=NOW,
    )

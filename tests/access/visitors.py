"""One small world with every kind of visitor, for the access matrix and the isolation test."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

from django.test import Client
from django.utils import timezone

from billing import services as billing
from billing.models import IncomingPayment, OrderLine, RenewalFailure, StatementLine, VatRate
from clients import services as client_services
from clients.choices import Access, Payer, RelationshipState, Side
from clients.models import ProductTransfer
from directory import services as directory_services
from partnerportal.accounts import services as accounts
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import Role
from partnerportal.accounts.models import MemberInvitation
from partnerportal.accounts.tokens import link_token
from partnerportal.catalogue.models import Family
from partnerportal.work import services as work
from partners import services as partners
from partners.models import Application
from tenders import services as tender_services
from tenders.choices import AUTHOR_PURPOSE, CONFIRM_PURPOSE
from tests import world
from tests.browsers import signed_in
from tests.world import NOW

VISITORS = (
    "anonymous",  # not signed in
    "stranger",  # legal representative of an organisation that has nothing to do with it
    "client_collaborator",
    "client_legal",
    "partner_collaborator",  # assigned to the client, without accounting
    "partner_legal",
    "in_space",  # the partner's legal representative in the client's space, full access paid by the client
    "staff",  # programme manager
)


@dataclass
class Site:
    """The world's rows, by the names that addresses use."""

    arguments: dict[str, Any]
    users: dict[str, Any]
    space: int

    def browser(self, visitor: str) -> Client:
        """Return a browser of this visitor."""
        if visitor == "anonymous":
            return Client()
        browser = signed_in(self.users[visitor])
        if visitor == "in_space":
            session = browser.session
            session["client_space"] = self.space
            session.save()
        return browser


def build() -> Site:
    """Make one of everything."""
    offers = world.make_catalogue()
    world.make_thresholds()
    world.make_terms()
    client, client_acting = world.make_client("Bäckerei Moser")
    partner, partner_acting = world.make_partner("Studio Lumen", wants_tenders=True)
    other_partner, _other = world.make_partner("Atelier Nord")
    unrelated_partner, _unrelated = world.make_partner("Werkstatt Süd")
    _stranger, stranger_acting = world.make_client("Hotel Alpina")
    product = world.make_product(client, offers["web-hosting"])
    seats = world.make_product(client, offers["office"], quantity=3, name="Team office", renews_on=dt.date(2100, 1, 1))
    ended = world.make_relationship(client, partner, since=NOW - timedelta(days=90))
    client_services.end_relationship(relationship_id=ended.pk, by="CLIENT", actor=client_acting, now=NOW)
    relationship = world.make_relationship(client, partner, payer=Payer.CLIENT)
    invited = world.make_relationship(
        world.make_client("Weingut")[0], partner, state=RelationshipState.PENDING, started_by=Side.CLIENT
    )
    requested = world.make_relationship(
        client,
        other_partner,
        access=Access.LIMITED,
        state=RelationshipState.PENDING,
        started_by=Side.PARTNER,
        asked_access=Access.LIMITED,
        invited_email=client_acting.user.email,
    )
    paid_by_partner = world.make_relationship(world.make_client("Clinique")[0], partner, payer=Payer.PARTNER)
    collaborator = world.make_member(client, Role.COLLABORATOR)
    partner_collaborator = world.make_member(partner.organisation, Role.COLLABORATOR)
    assignment = world.assign(relationship, partner_collaborator)
    team = world.make_team(partner.organisation, people=(partner_collaborator,), clients=(relationship,))
    for organisation in (client, partner.organisation):
        billing.top_up(
            organisation_id=organisation.pk,
            currency="CHF",
            amount=D(5000),
            reference=f"t-{organisation.pk}",
            actor=client_acting,
            now=NOW,
        )
    order = _order(client, offers["web-hosting"], None, client_acting)
    money = _money(client, client_acting, offers["web-hosting"])
    in_cart = put_into_cart(client_acting, offers["web-hosting"], "moser.ch")
    own = _order(
        paid_by_partner.client,
        offers["web-hosting"],
        paid_by_partner,
        world.acting(partner_acting.membership, paid_by_partner),
    )
    resale = billing.draft_resale(
        line_id=own.lines.get().pk, partner_id=partner.pk, markup_rate=D("0.1"), actor=partner_acting, now=NOW
    )
    export = billing.start_client_export(
        relationship=relationship, since=None, until=None, state="", file_format="csv", actor=partner_acting, now=NOW
    )
    failed_renewal = RenewalFailure.objects.create(
        product=product, period_start=product.renews_on, reason="No price", first_seen_at=NOW, last_seen_at=NOW
    )
    failed = work.start(kind="billing.review_thresholds", parameters={"on": "2026-11-23"}, now=NOW)
    invitation = accounts.invite_member(
        organisation_id=client.pk,
        email="new@example.ch",
        role=Role.COLLABORATOR,
        has_accounting=False,
        actor=client_acting,
        now=NOW,
    )
    application = Application.objects.create(
        organisation=world.make_client("La Vague")[0],
        state="SUBMITTED",
        register_country="CH",
        register_number="CHE100155212",
        website="https://vague.example",
        contact_email="a@vague.example",
        estimated_yearly_net=D(3000),
        gives_support=True,
        answers_for_invoices=True,
        is_exclusive_for_tenders=True,
        created_at=NOW,
        submitted_at=NOW,
    )
    affiliation = partners.start_affiliation(
        organisation_id=world.make_client("Blitz")[0].pk, actor=world.make_reviewer(), now=NOW
    )
    offered = _offered(client, offers["domain-ch"])
    taken = _offered(world.make_client("Weingut am Hang")[0], offers["domain-ch"], client)
    planned = (timezone.localdate() + timedelta(days=90)).isoformat()
    VatRate.objects.filter(country="CH").update(valid_until=planned)
    VatRate.objects.create(country="CH", rate=D("0.085"), valid_from=planned)
    tenders = _tenders(client, client_acting, partner, partner_acting)
    listing = _listing(partner, partner_acting)
    staff = world.make_user("Paul Iten", staff_role="MANAGER")
    joining = link_token(purpose="accounts.invitation", pk=invitation.pk, version=invitation.link_version)
    asking = link_token(purpose="clients.relationship", pk=requested.pk, version=requested.link_version)
    taking = link_token(purpose="clients.transfer", pk=taken.pk, version=taken.link_version)
    arguments: dict[str, Any] = {
        "accounts:member_change": [collaborator.pk],
        "accounts:member_remove": [collaborator.pk],
        "accounts:member_invitation_withdraw": [MemberInvitation.objects.get().pk],
        "accounts:invitation_welcome": [joining],
        "accounts:invitation_accept": [joining],
        "partners:application_step": ["company"],
        "partners:staff_application_detail": [application.pk],
        "partners:staff_application_approve": [application.pk],
        "partners:staff_application_reject": [application.pk],
        "partners:staff_partner_detail": [partner.pk],
        "partners:staff_partner_suspend": [other_partner.pk],
        "partners:staff_partner_reinstate": [other_partner.pk],
        "partners:staff_affiliation_end": [affiliation.pk],
        "clients:product_detail": [product.pk],
        "clients:product_describe": [product.pk],
        "clients:product_statistics": [product.pk],
        "clients:product_automatic": [product.pk],
        "clients:product_cancel": [product.pk],
        "clients:product_keep": [product.pk],
        "clients:product_transfer": [product.pk],
        "clients:transfer_withdraw": [offered.pk],
        "clients:transfer_resend": [offered.pk],
        "clients:transfer_answer": [taken.pk],
        "clients:transfer_refuse": [taken.pk],
        "clients:transfer_link": [taking],
        "clients:partner_invite": [other_partner.pk],
        "clients:relationship_detail": [relationship.pk],
        "clients:relationship_answer": [requested.pk],
        "clients:relationship_change": [relationship.pk],
        "clients:relationship_payer": [relationship.pk],
        "clients:relationship_sight": [relationship.pk],
        "clients:switch_search": [relationship.pk],
        "clients:switch": [relationship.pk, unrelated_partner.pk],
        "clients:relationship_confirm": [relationship.pk],
        "clients:relationship_narrow": [relationship.pk],
        "clients:relationship_renew": [relationship.pk],
        "clients:client_detail": [relationship.pk],
        "clients:client_answer": [invited.pk],
        "clients:client_enter": [relationship.pk],
        "clients:client_assign": [relationship.pk],
        "clients:client_unassign": [relationship.pk, assignment.pk],
        "clients:client_assignment_change": [relationship.pk, assignment.pk],
        "clients:client_people": [relationship.pk],
        "clients:client_person": [relationship.pk, partner_collaborator.pk],
        "clients:client_why": [relationship.pk, partner_collaborator.pk, product.pk],
        "clients:product_why": [product.pk],
        "clients:person_detail": [partner_collaborator.pk],
        "clients:team_detail": [team.pk],
        "clients:team_change": [team.pk],
        "clients:team_members": [team.pk],
        "clients:team_clients": [team.pk],
        "clients:team_clients_give": [team.pk],
        "clients:team_clients_take": [team.pk],
        "clients:team_delete": [team.pk],
        "clients:relationship_withdraw": [relationship.pk],
        "clients:relationship_resend": [relationship.pk],
        "clients:relationship_refuse": [requested.pk],
        "clients:relationship_end": [relationship.pk],
        "clients:end_receipt": [ended.pk],
        "clients:end_receipt_pdf": [ended.pk],
        "clients:relationship_link": [asking],
        "billing:cart_remove": [in_cart.pk],
        "billing:cart_discard": [in_cart.cart_id],
        "billing:product_renewal": [product.pk],
        "billing:plan_change": [product.pk],
        "billing:plan_keep": [product.pk],
        "billing:units_add": [seats.pk],
        "billing:units_take": [seats.pk],
        "billing:units_keep": [seats.pk],
        "billing:staff_renewal_retry": [failed_renewal.pk],
        "billing:order_detail": [order.pk],
        "billing:line_explain": [OrderLine.objects.get(order=order).pk],
        "billing:invoice_detail": [order.invoice.pk],
        "billing:invoice_pdf": [order.invoice.pk],
        "billing:invoice_vat": [order.invoice.pk],
        "billing:staff_invoice_vat": [order.invoice.pk],
        "billing:staff_line_explain": [OrderLine.objects.get(order=order).pk],
        "billing:invoice_pay": [order.invoice.pk],
        **money,
        "billing:export_start": [relationship.pk],
        "billing:export_detail": [export.pk],
        "billing:export_cancel": [export.pk],
        "billing:export_download": [export.pk],
        "billing:resale_draft": [own.lines.get().pk],
        "billing:resale_detail": [resale.pk],
        "billing:resale_issue": [resale.pk],
        "billing:resale_pdf": [resale.pk],
        "billing:staff_invoice_detail": [order.invoice.pk],
        "billing:staff_payment": [order.invoice.pk],
        "billing:staff_job_detail": [failed.pk],
        "billing:staff_job_retry": [failed.pk],
        "catalogue:staff_offer_change": [offers["office"].pk],
        "catalogue:staff_family_change": [offers["office"].family_id],
        "billing:staff_rate_list": ["partner-rates"],
        "billing:staff_rate_import": ["prices"],
        "billing:staff_rate_detail": ["prices", "web-hosting:CHF"],
        "billing:staff_rate_change": ["steps", "web"],
        "billing:staff_rate_withdraw": ["vat", "CH", planned],
        "tenders:confirm": [_link(CONFIRM_PURPOSE, tenders["draft"])],
        "tenders:author_detail": [_link(AUTHOR_PURPOSE, tenders["visitor"])],
        "tenders:author_delete": [_link(AUTHOR_PURPOSE, tenders["visitor"])],
        "tenders:author_award": [_link(AUTHOR_PURPOSE, tenders["visitor"]), tenders["visitor"].proposals.get().pk],
        "tenders:account_detail": [tenders["client"].pk],
        "tenders:account_delete": [tenders["client"].pk],
        "tenders:account_award": [tenders["client"].pk, tenders["client"].proposals.get().pk],
        "tenders:tender_detail": [tenders["client"].pk],
        "tenders:proposal_send": [tenders["client"].pk],
        "tenders:contract_record": [tenders["won"].pk],
        "tenders:staff_detail": [tenders["client"].pk],
        "directory:listing_detail": [listing.slug],
        "directory:verify": [listing.slug],
        "home:help_page": ["billing"],
        "home:mail": [1],
    }
    users = {
        "stranger": stranger_acting.user,
        "client_collaborator": collaborator.user,
        "client_legal": client_acting.user,
        "partner_collaborator": partner_collaborator.user,
        "partner_legal": partner_acting.user,
        "in_space": partner_acting.user,
        "staff": staff,
    }
    return Site(arguments, users, relationship.pk)


def _money(client: Any, client_acting: Any, offer: Any) -> dict[str, list[Any]]:
    """A paid invoice that is credited in part, a withdrawal that waits, a correction that a second person decides."""
    invoice = _order(client, offer, None, client_acting).invoice
    billing.pay_from_prepaid(invoice_id=invoice.pk, actor=client_acting, now=NOW)
    invoice.refresh_from_db()
    finance = Acting(user=world.make_user("Finn Keel", staff_role="FINANCE"))
    (line_id,) = billing.creditable(invoice=invoice)
    note = billing.credit_invoice(
        invoice_id=invoice.pk, nets={line_id: D("1.00")}, reason="Down", means="PREPAID", actor=finance, now=NOW
    )
    withdrawal = billing.request_withdrawal(
        organisation_id=client.pk,
        currency="CHF",
        amount=D(60),
        iban="CH9300762011623852957",
        holder="Moser",
        key="w",
        actor=client_acting,
        now=NOW,
    )
    correction = billing.propose_correction(
        organisation_id=client.pk, currency="CHF", amount=D(-500), reason="Booked twice", actor=finance, now=NOW
    )
    account = correction.account_id
    transfer = StatementLine("bank-1", "many thanks", D("12.00"), "CHF", NOW.date())
    billing.take_statement(lines=[transfer], actor=finance, now=NOW)
    billing.book_waiting(most=10, actor=finance, now=NOW)
    unclear = IncomingPayment.objects.get().pk
    return {
        "billing:withdraw": ["chf"],
        "billing:withdrawal_take_back": [withdrawal.pk],
        "billing:credit_note_detail": [note.pk],
        "billing:credit_note_pdf": [note.pk],
        "billing:credit_note_vat": [note.pk],
        "billing:staff_credit_note_vat": [note.pk],
        "billing:staff_credit": [invoice.pk],
        "billing:staff_credit_note_detail": [note.pk],
        "billing:staff_account_detail": [account],
        "billing:staff_correct": [account],
        **{f"billing:staff_incoming_{name}": [unclear] for name in ("detail", "again", "clarify")},
        **{f"billing:staff_correction_{name}": [correction.pk] for name in ("detail", "approve", "reject")},
        **{f"billing:staff_withdrawal_{name}": [withdrawal.pk] for name in ("detail", "approve", "pay_out", "reject")},
    }


def _offered(owner: Any, offer: Any, receiver: Any = None) -> Any:
    """A product of ``owner`` on its way: to a mail address, or to another organisation."""
    return ProductTransfer.objects.create(
        product=world.make_product(owner, offer, name="moved.ch"),
        from_organisation=owner,
        to_organisation=receiver,
        to_email="elsewhere@example.ch",
        created_at=timezone.now(),
        expires_at=timezone.now() + dt.timedelta(days=30),
    )


def _link(purpose: str, tender: Any) -> str:
    return link_token(purpose=purpose, pk=tender.pk, version=tender.link_version)


def _tenders(client: Any, client_acting: Any, partner: Any, partner_acting: Any) -> dict[str, Any]:
    """A client's call and a visitor's, both answered; a draft; and one that the partner has won."""
    values = {
        "title": "A new website",
        "description": "Five pages in two languages, by spring. We have the texts and want to keep them up ourselves.",
        "category": "SITE",
        "budget_min": None,
        "budget_max": None,
        "currency": "CHF",
        "is_remote": True,
        "place": "",
        "languages": ["de"],
        "wished_on": None,
        "contact_name": "Lena Moser",
        "contact_email": "lena@example.ch",
        "contact_phone": "",
    }

    def post(organisation_id: int | None) -> Any:
        actor = client_acting if organisation_id else tender_services.Visitor()
        return tender_services.post_tender(
            values=values, organisation_id=organisation_id, mail_language="en", actor=actor, now=timezone.now()
        )

    def answer(tender: Any) -> Any:
        return tender_services.answer_tender(
            tender_id=tender.pk,
            partner_id=partner.pk,
            text="We would like to do this, and have done it for three bakeries already.",
            price_net=D(4000),
            actor=partner_acting,
            now=timezone.now(),
        )

    found = {"client": post(client.pk), "visitor": post(None), "draft": post(None), "won": post(client.pk)}
    tender_services.confirm_tender(tender_id=found["visitor"].pk, actor=tender_services.Visitor(), now=timezone.now())
    answer(found["client"])
    answer(found["visitor"])
    won = answer(found["won"])
    tender_services.award_tender(tender_id=found["won"].pk, proposal_id=won.pk, actor=client_acting, now=timezone.now())
    return found


def _listing(partner: Any, acting: Any) -> Any:
    values = dict.fromkeys(directory_services.CONTENT_FIELDS, "") | {
        "descriptions": {"en": "Websites, looked after for years."},
        "skills": ["SITES"],
        "families": Family.objects.filter(code="web"),
        "languages": ["de"],
        "place": "Zürich",
        "region": "CH-ZH",
        "country": "CH",
        "website": "https://lumen.example",
        "email": "hello@lumen.example",
    }
    directory_services.change_listing(partner_id=partner.pk, values=values, actor=acting, now=NOW)
    return directory_services.publish_listing(partner_id=partner.pk, actor=acting, now=NOW)


def put_into_cart(acting: Any, offer: Any, name: str) -> Any:
    """A line in somebody's cart, where they act."""
    return billing.add_to_cart(
        client_id=acting.organisation.pk,
        relationship_id=acting.relationship_id,
        offer=offer,
        quantity=2,
        periods=1,
        name=name,
        key=name,
        actor=acting,
        now=NOW,
    )


def _order(client: Any, offer: Any, relationship: Any, actor: Any) -> Any:
    return billing.place_order(
        client_id=client.pk,
        items=[billing.Item(offer, 2)],
        relationship_id=relationship.pk if relationship else None,
        key=f"order-{client.pk}",
        actor=actor,
        now=NOW,
    )

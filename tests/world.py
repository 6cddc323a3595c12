"""Plain factory functions: a small world of people, organisations, offers and relationships."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal as D
from typing import Any

from django.conf import settings
from django.db import connection

from billing.models import DegressiveStep, PartnerRate, Price, VatRate
from clients.choices import Access, Payer, RelationshipState, Side
from clients.models import ClientAssignment, Grant, Product, Relationship, Team, TeamClient, TeamMember
from directory.models import Listing
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import OrganisationKind, Role, StaffRole, currency_of
from partnerportal.accounts.models import Membership, Organisation, User
from partnerportal.catalogue.models import Family, Offer, Period
from partnerportal.kernel.text import folded
from partners.choices import PartnerState
from partners.models import Partner, Terms, Threshold
from tenders.choices import TenderState
from tenders.models import Proposal, Tender

NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
LONG_AGO = dt.date(2024, 1, 1)
PASSWORD = "correct horse battery"
STEPS = ((1, "0"), (5, "0.05"), (10, "0.10"), (20, "0.15"), (30, "0.25"), (50, "0.30"))
_numbers = itertools.count(1)


def make_user(name: str = "Ana Keller", **fields: Any) -> User:
    """A person with a verified mail address and PASSWORD."""
    number = next(_numbers)
    user = User.objects.create_user(email=f"person{number}@example.ch", password=PASSWORD, name=name, **fields)
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def make_organisation(name: str = "Bäckerei Moser", *, country: str = "CH", **fields: Any) -> Organisation:
    """An organisation without members."""
    fields.setdefault("kind", OrganisationKind.COMPANY)
    return Organisation.objects.create(
        name=name,
        search_name=folded(name),
        country=country,
        currency=currency_of(country),
        street="Gasse 1",
        postcode="3011",
        city="Bern",
        created_at=NOW,
        **fields,
    )


def make_member(
    organisation: Organisation, role: str = Role.LEGAL, *, user: User | None = None, **fields: Any
) -> Membership:
    """A member of an organisation; a new person unless ``user`` is given."""
    user = user or make_user()
    return Membership.objects.create(user=user, organisation=organisation, role=role, created_at=NOW, **fields)


def acting(
    membership: Membership, relationship: Relationship | None = None, rights: frozenset[str] = frozenset()
) -> Acting:
    """For whom a member acts."""
    return Acting(user=membership.user, membership=membership, relationship=relationship, rights=rights)


def make_client(name: str = "Bäckerei Moser", **fields: Any) -> tuple[Organisation, Acting]:
    """An organisation with a legal representative, and that person acting for it."""
    organisation = make_organisation(name, **fields)
    return organisation, acting(make_member(organisation))


def make_reviewer() -> Acting:
    """Somebody of the provider who decides on applications."""
    return Acting(user=make_user("Nina Roth", staff_role=StaffRole.REVIEWER))


def make_partner(name: str = "Studio Lumen", **fields: Any) -> tuple[Partner, Acting]:
    """An approved partner with a legal representative."""
    country = fields.pop("country", "CH")
    organisation = make_organisation(name, country=country)
    values = {
        "state": PartnerState.APPROVED,
        "register_country": country,
        "register_number": f"CHE{next(_numbers):09d}",
        "website": "https://lumen.example",
        "contact_email": f"hello{next(_numbers)}@lumen.example",
        "joined_on": dt.date(2024, 3, 14),
        "build_up_until": dt.date(2025, 3, 14),
    } | fields
    partner = Partner.objects.create(organisation=organisation, **values)
    return partner, acting(make_member(organisation))


def make_catalogue() -> dict[str, Offer]:
    """Web hosting at 9.92 CHF and 9.50 EUR a month with 20 % and the steps of Q1, and three other offers."""
    web = Family.objects.create(code="web", name="Web hosting", is_degressive=True)
    mail = Family.objects.create(code="mail", name="Mail hosting", is_degressive=True)
    other = Family.objects.create(code="office", name="Office suite")
    domains = Family.objects.create(code="domains", name="Domains")
    offers = {
        "web-hosting": _offer("web-hosting", web, "9.92", "9.50", rate="0.20"),
        "mail-hosting": _offer("mail-hosting", mail, "1.50", "1.40", rate="0.20"),
        "office": _offer("office", other, "100.00", "95.00", rate="0.35", is_per_unit=False),
        "domain-ch": _offer("domain-ch", domains, "8.90", "8.50", period=Period.YEAR, reseller=("7.00", "6.70")),
    }
    for family in (web, mail):
        for start, rate in STEPS:
            DegressiveStep.objects.create(family=family, from_units=start, rate=D(rate), valid_from=LONG_AGO)
    for country, rate in {"CH": "0.081", "LI": "0.081", "FR": "0.20", "DE": "0.19"}.items():
        VatRate.objects.create(country=country, rate=D(rate), valid_from=LONG_AGO)
    return offers


def make_offer(code: str, family: Family, chf: str, eur: str, **terms: Any) -> Offer:
    """One more offer, without a partner rate unless ``rate`` says one."""
    return _offer(code, family, chf, eur, **terms)


def _offer(
    code: str,
    family: Family,
    chf: str,
    eur: str,
    *,
    rate: str | None = None,
    reseller: tuple[str, str] | None = None,
    period: str = Period.MONTH,
    is_per_unit: bool = True,
) -> Offer:
    offer = Offer.objects.create(
        code=code,
        family=family,
        name=code.replace("-", " ").capitalize(),
        period=period,
        is_per_unit=is_per_unit,
        max_periods=10 if period == Period.YEAR else 1,
        plan_line=family.code,
    )
    for index, (currency, public) in enumerate((("CHF", chf), ("EUR", eur))):
        Price.objects.create(
            offer=offer,
            currency=currency,
            public_unit=D(public),
            reseller_unit=D(reseller[index]) if reseller else None,
            valid_from=LONG_AGO,
        )
    if rate is not None:
        PartnerRate.objects.create(offer=offer, rate=D(rate), valid_from=LONG_AGO)
    return offer


def rewrite_price(offer: Offer, **columns: Any) -> None:
    """Change prices of an offer that hold already, as no service does: tests live on another day than the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Price.objects.filter(offer=offer).update(**columns)
        cursor.execute("SET session_replication_role = DEFAULT")


def make_thresholds() -> None:
    """CHF 2,000 and EUR 1,800 a year (rule 2)."""
    Threshold.objects.create(currency="CHF", yearly_net=D(2000), valid_from=LONG_AGO)
    Threshold.objects.create(currency="EUR", yearly_net=D(1800), valid_from=LONG_AGO)


def make_terms(version: str = "2026-1") -> Terms:
    """The special conditions in force."""
    return Terms.objects.create(version=version, text="Be fair.", valid_from=LONG_AGO)


def dated(state: str | None) -> dict[str, Any]:
    """What stands beside the state of a product: since when."""
    blocked: dict[str, Any] = {"blocked_at": NOW, "overdue_since": TODAY}
    return {"BLOCKED": blocked, "TERMINATED": {"terminated_at": NOW}}.get(state or "", {})


def make_product(organisation: Organisation, offer: Offer, **fields: Any) -> Product:
    """A product that is paid until the end of the month."""
    values = {
        "name": "moser.ch",
        "created_at": NOW,
        "renews_on": dt.date(2026, 12, 1),
        **dated(fields.get("state")),
    } | fields
    return Product.objects.create(organisation=organisation, offer=offer, **values)


def make_relationship(
    client: Organisation,
    partner: Partner,
    *,
    access: str = Access.FULL,
    payer: str | None = None,
    products: tuple[Product, ...] = (),
    state: str = RelationshipState.ACTIVE,
    since: dt.datetime = NOW,
    **fields: Any,
) -> Relationship:
    """A relationship; full access is paid by the client unless ``payer`` says otherwise."""
    is_answered = state in (RelationshipState.ACTIVE, RelationshipState.ENDED)
    relationship = Relationship.objects.create(
        client=client,
        partner=partner,
        started_by=fields.pop("started_by", Side.CLIENT),
        state=state,
        access=access,
        payer=(payer or Payer.CLIENT) if access == Access.FULL else None,
        created_at=since,
        sent_at=since,
        expires_at=since + dt.timedelta(days=settings.PROGRAMME["invitation_days"]),
        answered_at=since if is_answered else None,
        access_since=since if is_answered else None,
        ended_at=since if state == RelationshipState.ENDED else None,
        ended_by=Side.CLIENT if state == RelationshipState.ENDED else None,
        **fields,
    )
    for product in products:
        Grant.objects.create(relationship=relationship, product=product, granted_at=since)
    return relationship


def assign(relationship: Relationship, membership: Membership, **rights: bool) -> ClientAssignment:
    """Let a collaborator of the partner enter the client's space."""
    return ClientAssignment.objects.create(relationship=relationship, membership=membership, assigned_at=NOW, **rights)


def make_team(
    organisation: Organisation,
    name: str = "Web",
    *,
    people: tuple[Membership, ...] = (),
    clients: tuple[Relationship, ...] = (),
    **fields: Any,
) -> Team:
    """A partner's work team."""
    team = Team.objects.create(organisation=organisation, name=name, created_at=NOW, **fields)
    TeamMember.objects.bulk_create([TeamMember(team=team, membership=one) for one in people])
    TeamClient.objects.bulk_create([TeamClient(team=team, relationship=one) for one in clients])
    return team


TENDER = {
    "title": "New website for a bakery",
    "description": "Our website is old and does not work on phones. " * 3
    + "It has to sell bread, too. " * 4
    + "Secret ending.",
    "category": "SITE",
    "budget_min": D(2000),
    "budget_max": D(5000),
    "currency": "CHF",
    "is_remote": False,
    "place": "Bern",
    "languages": ["de", "fr"],
    "wished_on": dt.date(2027, 3, 1),
    "contact_name": "Lena Moser",
    "contact_email": "lena@moser.example",
    "contact_phone": "+41 31 555 01 02",
}


def make_tender(organisation: Organisation | None = None, **fields: Any) -> Tender:
    """An open call, a visitor's unless ``organisation`` is given."""
    state = fields.pop("state", TenderState.OPEN)
    tender = Tender(
        **TENDER
        | {
            "organisation": organisation,
            "mail_language": "en",
            "state": state,
            "created_at": NOW,
            "opened_at": None if state == TenderState.DRAFT else NOW,
            "expires_at": NOW + dt.timedelta(days=60),
            "closed_at": None if state in (TenderState.DRAFT, TenderState.OPEN) else NOW,
        }
        | fields
    )
    tender.search_text = folded(f"{tender.title} {tender.place} {tender.extract}")
    tender.save()
    return tender


def make_proposal(tender: Tender, partner: Partner, **fields: Any) -> Proposal:
    """A partner's answer to a call."""
    values = {"text": "We would start in January.", "price_net": D(4000), "sent_at": NOW} | fields
    return Proposal.objects.create(tender=tender, partner=partner, **values)


def make_listing(partner: Partner, *, is_visible: bool = True, **fields: Any) -> Listing:
    """A partner's entry in the directory, published unless said otherwise."""
    values = {
        "slug": folded(partner.organisation.name).replace(" ", "-"),
        "descriptions": {"en": "Websites and shops for small firms."},
        "skills": ["SITES"],
        "languages": ["de"],
        "place": "Zürich",
        "region": "CH-ZH",
        "country": "CH",
        "website": "https://lumen.example",
        "email": "hello@lumen.example",
        "is_visible": is_visible,
        "published_at": NOW if is_visible else None,
        "created_at": NOW,
        "changed_at": NOW,
    } | fields
    return Listing.objects.create(
        partner=partner, search_text=folded(f"{values['place']} {' '.join(values['descriptions'].values())}"), **values
    )

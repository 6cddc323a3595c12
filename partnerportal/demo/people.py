"""The demo's organisations and people, and what to try first as each of them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import OrganisationKind, Role, StaffRole, currency_of
from partnerportal.accounts.models import Membership, Organisation, User
from partnerportal.kernel.text import folded

PASSWORD = "alpine-demo-2026"  # noqa: S105 -- printed by the demo for everybody to use
COMPANY, ASSOCIATION, INDIVIDUAL = OrganisationKind.COMPANY, OrganisationKind.ASSOCIATION, OrganisationKind.INDIVIDUAL

# key: name, kind, street, postcode, city, country, VAT number, language
ORGANISATIONS: dict[str, tuple[str, str, str, str, str, str, str, str]] = {
    "lumen": ("Studio Lumen AG", COMPANY, "Limmatquai 84", "8001", "Zürich", "CH", "CHE-116.281.710 MWST", "de"),
    "nord": (
        "Atelier Nord Sàrl",
        COMPANY,
        "Rue de la Servette 31",
        "1202",
        "Genève",
        "CH",
        "CHE-107.787.577 TVA",
        "fr",
    ),
    "vague": ("La Vague SA", COMPANY, "Avenue de la Gare 10", "1003", "Lausanne", "CH", "", "fr"),
    "clinique": ("Clinique du Lac", COMPANY, "Quai d’Ouchy 12", "1006", "Lausanne", "CH", "", "fr"),
    "rossi": ("Garage Rossi SA", COMPANY, "Via Cantonale 5", "6900", "Lugano", "CH", "", "it"),
    "moser": ("Bäckerei Moser", COMPANY, "Gerechtigkeitsgasse 21", "3011", "Bern", "CH", "", "de"),
    "horizon": ("Fondation Horizon", ASSOCIATION, "Rue du Seyon 4", "2000", "Neuchâtel", "CH", "", "fr"),
    "verte": ("Maison Verte SARL", COMPANY, "12 rue Mercière", "69002", "Lyon", "FR", "", "fr"),
    "weingut": ("Weingut am Hang", COMPANY, "Rheinstrasse 9", "8200", "Schaffhausen", "CH", "", "de"),
    "alpina": ("Hotel Alpina", COMPANY, "Dorfstrasse 1", "3818", "Grindelwald", "CH", "", "de"),
    "meier": ("Sofia Meier", INDIVIDUAL, "Seestrasse 40", "8610", "Uster", "CH", "", "de"),
    "blitz": ("Blogblitz GmbH", COMPANY, "Hafenstrasse 3", "4057", "Basel", "CH", "", "de"),
}
# mail: name, language, memberships (organisation, role, accounting), what to try first
PEOPLE: dict[str, tuple[str, str, tuple[tuple[str, str, bool], ...], str]] = {
    "ana@lumen.example": ("Ana Keller", "en", (("lumen", Role.LEGAL, False),),
        "Clients: enter Clinique du Lac and order 35 web hostings. You pay 208.32 without VAT."),
    "tom@lumen.example": ("Tom Frei", "en", (("lumen", Role.ADMINISTRATOR, False),),
        "Clients: export the billing data of Fondation Horizon."),
    "mia@lumen.example": ("Mia Vogt", "en", (("lumen", Role.COLLABORATOR, False),),
        "Clients: Bäckerei Moser is assigned to you, the others come with your teams."),
    "jan@lumen.example": ("Jan Odermatt", "en", (("lumen", Role.COLLABORATOR, False),),
        "Clients: what team Web looks after. Enter one, open a product, ask Why?"),
    "noemi@lumen.example": ("Noemi Baumann", "en", (("lumen", Role.COLLABORATOR, True),),
        "Clients: every one, through team Accounting; you see, and manage billing where the partner pays."),
    "luc@nord.example": ("Luc Perrin", "en", (("nord", Role.LEGAL, False),),
        "Eligibility: the volume is below the threshold. Overview: Hotel Alpina invites you."),
    "zoe@vague.example": ("Zoé Blanc", "en", (("vague", Role.LEGAL, False),),
        "The application is in review: see where it stands."),
    "nadia@clinique.example": ("Nadia Favre", "en", (("clinique", Role.LEGAL, False),),
        "Partners with access: Studio Lumen has full access and pays."),
    "marco@rossi.example": ("Marco Rossi", "en", (("rossi", Role.LEGAL, False),),
        "Order 35 web hostings: you pay 260.40, Atelier Nord is credited 52.08."),
    "lena@moser.example": ("Lena Moser", "en", (("moser", Role.LEGAL, False), ("horizon", Role.COLLABORATOR, True)),
        "Change what Studio Lumen reaches. Switch to Fondation Horizon at the top."),
    "jean@horizon.example": ("Jean Robert", "en", (("horizon", Role.LEGAL, False),),
        "Products: the cloud server earns for Atelier Nord, the rest for Studio Lumen."),
    "claire@verte.example": ("Claire Dubois", "en", (("verte", Role.LEGAL, False),),
        "Invoices in euros, with French VAT."),
    "urs@weingut.example": ("Urs Hang", "en", (("weingut", Role.LEGAL, False),),
        "Studio Lumen asks for full access: grant something else."),
    "eva@alpina.example": ("Eva Graf", "en", (("alpina", Role.LEGAL, False),),
        "Your invitation to Atelier Nord waits: withdraw it or send it again."),
    "sofia@meier.example": ("Sofia Meier", "en", (("meier", Role.LEGAL, False),),
        "Become a partner: refused for an individual, with the way out."),
    "ben@blitz.example": ("Ben Roth", "en", (("blitz", Role.LEGAL, False),),
        "Become a partner: refused for an affiliate."),
}  # fmt: skip
STAFF: dict[str, tuple[str, str, str]] = {
    "rita@alpacloud.example": ("Rita Baur", StaffRole.REVIEWER, "Queue: decide the application of La Vague."),
    "finn@alpacloud.example": ("Finn Keel", StaffRole.FINANCE, "Invoices: book a payment."),
    "maud@alpacloud.example": ("Maud Roy", StaffRole.MODERATOR, "Tenders: see what was posted."),
    "paul@alpacloud.example": ("Paul Iten", StaffRole.MANAGER, "Partners, jobs, everything."),
    "olga@alpacloud.example": ("Olga Zimmer", StaffRole.AUDITOR, "Audit trail: who did what, for whom."),
}


@dataclass(frozen=True)
class Account:
    """One person of the demo as the table shows them."""

    organisation: str
    role: str
    mail: str
    password: str
    totp_secret: str | None
    first: str


def totp_secret(mail: str) -> str:
    """Return the second factor's secret of a staff account: the same each time, so that notes stay true."""
    return base64.b32encode(hashlib.sha256(f"demo:{mail}".encode()).digest()[:20]).decode()


def accounts() -> list[Account]:
    """Return everybody who can sign in."""
    people = [
        Account(
            organisation=" / ".join(ORGANISATIONS[key][0] for key, _role, _accounting in memberships),
            role=" / ".join(str(Role(role).label) for _key, role, _accounting in memberships),
            mail=mail,
            password=PASSWORD,
            totp_secret=None,
            first=first,
        )
        for mail, (_name, _language, memberships, first) in PEOPLE.items()
    ]
    staff = [
        Account("Alpacloud", str(StaffRole(role).label), mail, PASSWORD, totp_secret(mail), first)
        for mail, (_name, role, first) in STAFF.items()
    ]
    return people + staff


class People:
    """The loaded organisations and people, by their keys."""

    def __init__(self, now: datetime) -> None:
        self.organisations: dict[str, Organisation] = {}
        self.legal: dict[str, Acting] = {}
        self.memberships: dict[str, Membership] = {}
        for key, (name, kind, street, postcode, city, country, vat_number, language) in ORGANISATIONS.items():
            self.organisations[key] = Organisation.objects.create(
                name=name,
                search_name=folded(name),
                kind=kind,
                street=street,
                postcode=postcode,
                city=city,
                country=country,
                currency=currency_of(country),
                vat_number=vat_number,
                language=language,
                created_at=now,
            )
        hashed = User()
        hashed.set_password(PASSWORD)  # once: hashing is slow on purpose
        for mail, (name, language, memberships, _first) in PEOPLE.items():
            user = _make_user(mail, password=hashed.password, name=name, language=language)
            for key, role, accounting in memberships:
                membership = Membership.objects.create(
                    user=user,
                    organisation=self.organisations[key],
                    role=role,
                    has_accounting=accounting,
                    created_at=now,
                )
                self.memberships[f"{mail}:{key}"] = membership
                if role == Role.LEGAL:
                    self.legal[key] = Acting(user=user, membership=membership)
        self.staff: dict[str, Acting] = {}
        for mail, (name, role, _first) in STAFF.items():
            user = _make_user(mail, password=hashed.password, name=name, staff_role=role)
            Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": totp_secret(mail)})
            self.staff[role] = Acting(user=user)


def _make_user(mail: str, **fields: Any) -> User:
    user = User.objects.create(email=mail, **fields)
    EmailAddress.objects.create(user=user, email=mail, verified=True, primary=True)
    return user

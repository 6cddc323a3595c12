"""Offers, prices, rates, VAT. Only 9.92 CHF, 20 % and 25 % at 35 web hostings are published; the rest is invented."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

from billing.models import DegressiveStep, PartnerRate, Price, VatRate
from partnerportal.catalogue.models import Family, Offer, Period
from partners.models import Terms, Threshold

SINCE, REVISED = date(2024, 1, 1), date(2026, 1, 1)
FAMILIES = (
    ("web", "Web hosting", True),
    ("mail", "Mail hosting", True),
    ("domains", "Domains", False),
    ("cloud", "Cloud", False),
    ("office", "Office suite", False),
    ("certificates", "Certificates", False),
    ("streaming", "Streaming", False),
)
M, Y = Period.MONTH, Period.YEAR
# code, family, name, period, one product for each unit, CHF, EUR, partner rate, reseller CHF, reseller EUR
OFFERS = (
    ("web-hosting", "web", "Web hosting", M, True, "9.92", "9.20", "0.20", None, None),
    ("web-hosting-pro", "web", "Web hosting Pro", M, True, "19.50", "18.20", "0.20", None, None),
    ("wordpress-hosting", "web", "WordPress hosting", M, True, "12.90", "11.90", "0.20", None, None),
    ("mail-hosting", "mail", "Mail hosting", M, True, "1.50", "1.40", "0.20", None, None),
    ("mail-hosting-business", "mail", "Mail hosting Business", M, True, "4.90", "4.50", "0.20", None, None),
    ("mail-archive", "mail", "Mail archive", M, True, "3.20", "2.95", "0.20", None, None),
    ("domain-ch", "domains", "Domain .ch", Y, True, "8.90", "8.30", None, "7.10", "6.60"),
    ("domain-com", "domains", "Domain .com", Y, True, "13.90", "12.90", None, "11.20", "10.40"),
    ("domain-swiss", "domains", "Domain .swiss", Y, True, "79.00", "74.00", None, "68.00", "63.00"),
    ("domain-fr", "domains", "Domain .fr", Y, True, "11.50", "10.50", None, "9.40", "8.60"),
    ("domain-de", "domains", "Domain .de", Y, True, "9.90", "9.20", None, "7.90", "7.30"),
    ("domain-it", "domains", "Domain .it", Y, True, "12.50", "11.60", None, "10.10", "9.40"),
    ("cloud-server-s", "cloud", "Cloud server S", M, True, "12.00", "11.10", "0.15", None, None),
    ("cloud-server-m", "cloud", "Cloud server M", M, True, "29.00", "26.90", "0.15", None, None),
    ("cloud-server-l", "cloud", "Cloud server L", M, True, "68.00", "63.00", "0.15", None, None),
    ("object-storage", "cloud", "Object storage, 1 TB", M, False, "11.90", "10.90", "0.10", None, None),
    ("managed-database", "cloud", "Managed database", M, True, "34.00", "31.50", "0.15", None, None),
    ("backup", "cloud", "Backup, 500 GB", M, True, "9.50", "8.80", "0.25", None, None),
    ("office-standard", "office", "Office suite Standard", M, False, "5.90", "5.50", "0.30", None, None),
    ("office-business", "office", "Office suite Business", M, False, "10.80", "9.90", "0.35", None, None),
    ("office-education", "office", "Office suite Education", M, False, "2.40", "2.20", "0.00", None, None),
    ("certificate-dv", "certificates", "Certificate DV", Y, True, "49.00", "45.00", "0.25", None, None),
    ("certificate-ev", "certificates", "Certificate EV", Y, True, "290.00", "268.00", "0.25", None, None),
    ("streaming-radio", "streaming", "Radio streaming", M, True, "22.00", "20.40", "0.20", None, None),
    ("streaming-video", "streaming", "Video streaming", M, True, "48.00", "44.50", "0.20", None, None),
)
STEPS = ((1, "0"), (5, "0.05"), (10, "0.10"), (20, "0.15"), (30, "0.25"), (50, "0.30"))  # Q1: only 35 → 25 % is sourced
VAT = {
    "CH": "0.081", "LI": "0.081", "AT": "0.20", "BE": "0.21", "BG": "0.20", "CY": "0.19", "CZ": "0.21", "DE": "0.19",
    "DK": "0.25", "EE": "0.24", "ES": "0.21", "FI": "0.255", "FR": "0.20", "GR": "0.24", "HR": "0.25", "HU": "0.27",
    "IE": "0.23", "IT": "0.22", "LT": "0.21", "LU": "0.17", "LV": "0.21", "MT": "0.18", "NL": "0.21", "PL": "0.23",
    "PT": "0.23", "RO": "0.21", "SE": "0.25", "SI": "0.22", "SK": "0.23",
}  # fmt: skip
FIRST_TERMS = """The partner manages its clients' products with the access that each client grants, and never beyond it.

The partner gives its clients support, and answers for the invoices of the products it manages.

Either side may end the partnership at any time. Products stay with the clients."""
TERMS = """The partner manages its clients' products with the access that each client grants, and never beyond it.

The partner gives its clients support, and answers for the invoices of the products it manages.

For contracts won through the tender board the partner uses the provider's products only.

Rebates and cashback are computed without VAT on the price of the day of the order; the programme page shows how.

The volume is measured once a year. Below the threshold the partner is warned; after 90 days the status is suspended.

Either side may end the partnership at any time. Products stay with the clients; a positive balance is paid out."""


DESCRIPTIONS = {
    "web-hosting": "One website on 10 GB, with daily backups.",
    "web-hosting-pro": "Up to 20 websites on 100 GB, with a staging copy of each.",
    "wordpress-hosting": "WordPress installed, updated and backed up.",
    "mail-hosting": "One mailbox of 5 GB, with spam filter and calendar.",
    "mail-hosting-business": "One mailbox of 50 GB, synchronised with phones.",
    "mail-archive": "Keeps what a mailbox sends and receives for ten years.",
    "cloud-server-s": "1 core, 2 GB of memory, 20 GB of disk.",
    "cloud-server-m": "2 cores, 8 GB of memory, 80 GB of disk.",
    "cloud-server-l": "8 cores, 32 GB of memory, 320 GB of disk.",
    "object-storage": "Files over an S3 interface, three copies of each.",
    "managed-database": "PostgreSQL or MariaDB, patched and backed up hourly.",
    "backup": "Encrypted copies of a server, kept for 30 days.",
    "office-standard": "Mail, calendar, documents and 1 TB a seat.",
    "office-business": "As Standard, with video meetings and 3 TB a seat.",
    "office-education": "As Standard, for schools and associations.",
    "certificate-dv": "Confirms a domain, within minutes.",
    "certificate-ev": "Confirms the company behind a domain.",
    "streaming-radio": "Up to 500 listeners at once.",
    "streaming-video": "Live pictures for up to 500 viewers at once.",
}
PLAN_LINES = {  # what can be changed into each other; a backup is no size of a server
    "web-hosting": ("web-hosting", "web-hosting-pro"),
    "mail-hosting": ("mail-hosting", "mail-hosting-business"),
    "cloud-server": ("cloud-server-s", "cloud-server-m", "cloud-server-l"),
    "office": ("office-standard", "office-business", "office-education"),
    "certificate": ("certificate-dv", "certificate-ev"),
}


def _plan_line(code: str) -> str:
    return next((line for line, codes in PLAN_LINES.items() if code in codes), "")


def _max_periods(family: str, period: str) -> int:
    """Domains for up to ten years, what else is paid by the year for up to three."""
    return 1 if period == M else 10 if family == "domains" else 3


def load_catalogue() -> dict[str, Offer]:
    """Write the catalogue, prices, rates, thresholds and terms; return the offers by code."""
    families = {
        code: Family.objects.create(code=code, name=name, is_degressive=is_degressive, position=position)
        for position, (code, name, is_degressive) in enumerate(FAMILIES)
    }
    offers = {}
    for code, family_code, name, period, is_per_unit, chf, eur, rate, reseller_chf, reseller_eur in OFFERS:
        offer = Offer.objects.create(
            code=code,
            family=families[family_code],
            name=name,
            description=DESCRIPTIONS.get(code, ""),
            period=period,
            is_per_unit=is_per_unit,
            max_periods=_max_periods(family_code, period),
            plan_line=_plan_line(code),
        )
        for currency, public, reseller in (("CHF", chf, reseller_chf), ("EUR", eur, reseller_eur)):
            Price.objects.create(
                offer=offer,
                currency=currency,
                public_unit=D(public),
                reseller_unit=D(reseller) if reseller else None,
                valid_from=SINCE,
            )
        if rate is not None:
            PartnerRate.objects.create(offer=offer, rate=D(rate), valid_from=SINCE)
        offers[code] = offer
    for family in families.values():
        if family.is_degressive:
            for start, rate in STEPS:
                DegressiveStep.objects.create(family=family, from_units=start, rate=D(rate), valid_from=SINCE)
    VatRate.objects.bulk_create(VatRate(country=code, rate=D(rate), valid_from=SINCE) for code, rate in VAT.items())
    Threshold.objects.create(currency="CHF", yearly_net=D(2000), valid_from=SINCE)
    Threshold.objects.create(currency="EUR", yearly_net=D(1800), valid_from=SINCE)
    Terms.objects.create(version="2024-1", text=FIRST_TERMS, valid_from=SINCE, valid_until=REVISED)
    Terms.objects.create(version="2026-1", text=TERMS, valid_from=REVISED)
    return offers

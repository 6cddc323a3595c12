"""The demo's public part: listings and calls for tenders, through the services."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from directory import services as directory
from partnerportal.catalogue.models import Family, Offer
from partnerportal.demo.people import People
from partnerportal.work.choices import JobState
from partnerportal.work.models import Job
from tenders import services as tenders
from tenders.models import Tender

LISTINGS: dict[str, dict[str, Any]] = {
    "lumen": {
        "skills": ["SITES", "SHOPS", "MAIL", "MAINTENANCE"],
        "families": ["web", "mail", "domains", "office"],
        "languages": ["de", "en"],
        "place": "Zürich",
        "region": "CH-ZH",
        "phone": "+41 44 555 01 84",
        "descriptions": {
            "en": "Websites and shops for small firms, looked after for years. We host, move and mend what we build, "
            "and answer the phone ourselves.\n\nSix people on the Limmat, since 2014. We like projects that grow: a "
            "first page now, a shop next year, mail for the whole team in between.",
            "de": "Websites und Shops für kleine Firmen, über Jahre betreut. Wir hosten, zügeln und flicken, was wir "
            "bauen, und gehen selber ans Telefon.\n\nZu sechst an der Limmat, seit 2014. Wir mögen Projekte, die "
            "wachsen: heute eine erste Seite, nächstes Jahr ein Shop, dazwischen E-Mail für das ganze Team.",
        },
    },
    "nord": {
        "skills": ["SITES", "DESIGN", "ACCESSIBILITY", "TRAINING"],
        "families": ["web", "domains", "streaming"],
        "languages": ["fr", "en", "it"],
        "place": "Genève",
        "region": "CH-GE",
        "phone": "",
        "descriptions": {
            "fr": "WordPress et accessibilité pour associations et écoles. Nous formons vos équipes pour que le site "
            "reste le vôtre.\n\nTrois personnes à la Servette. Chaque site est testé au clavier et avec un lecteur "
            "d’écran avant d’être mis en ligne.",
            "en": "WordPress and accessibility for associations and schools. We train your people, so that the site "
            "stays yours.\n\nThree of us at the Servette. Every site is tried by keyboard and with a screen reader "
            "before it goes online.",
        },
    },
}

# days ago, organisation (None: a visitor), values
CALLS: list[tuple[int, str | None, dict[str, Any]]] = [
    (41, "alpina", {
        "title": "Booking site for a hotel with 38 rooms",
        "category": "SITE",
        "description": "Our website is from 2013 and does not work on phones. We want a calm, fast site in four "
        "languages with a booking request that lands in the system we have. Texts exist, photographs are being taken "
        "in December. We would like to change prices and packages ourselves. Hosting and mail stay in "
        "Switzerland.",
        "budget_min": Decimal(9000), "budget_max": Decimal(14000), "currency": "CHF",
        "is_remote": True, "place": "Grindelwald", "languages": ["de", "en"],
        "contact_name": "Eva Graf", "contact_email": "eva@alpina.example", "contact_phone": "+41 33 555 02 10",
    }),
    (23, None, {
        "title": "Move 24 mailboxes from an old office server",
        "category": "MIGRATION",
        "description": "A server under the stairs holds our mail, calendars and ten years of archives. It has to go "
        "before the lease of the office ends. We look for somebody who moves everything over a weekend, "
        "sets up the phones of 24 people on Monday, and stays reachable for a fortnight afterwards.",
        "budget_min": Decimal(2500), "budget_max": Decimal(4000), "currency": "CHF",
        "is_remote": False, "place": "Winterthur", "languages": ["de"],
        "contact_name": "Beat Sommer", "contact_email": "beat.sommer@treuhand.example", "contact_phone": "",
    }),
    (12, "verte", {
        "title": "Boutique en ligne pour une épicerie bio",
        "category": "SHOP",
        "description": "Quelque 400 produits, retrait en magasin et livraison à vélo dans Lyon. La caisse fournit le "
        "stock sous forme de fichier, une fois par nuit. Nous cherchons une boutique simple, rapide et "
        "facile à tenir à jour, avec paiement par carte, et une personne à qui parler quand quelque chose "
        "coince.",
        "budget_min": None, "budget_max": Decimal(8000), "currency": "EUR",
        "is_remote": True, "place": "Lyon", "languages": ["fr"],
        "contact_name": "Claire Dubois", "contact_email": "claire@verte.example", "contact_phone": "+33 4 55 50 12 12",
    }),
    (6, "moser", {
        "title": "Wartung für drei WordPress-Seiten",
        "category": "MAINTENANCE",
        "description": "Drei kleine Seiten, jede mit einem anderen Theme und seit zwei Jahren ohne Updates. Wir suchen "
        "jemanden, der sie aufräumt, auf einen gemeinsamen Stand bringt und danach monatlich pflegt: "
        "Updates, Sicherung, ein Blick auf die Ladezeit, und eine Antwort innert eines Tages.",
        "budget_min": Decimal(150), "budget_max": Decimal(300), "currency": "CHF",
        "is_remote": True, "place": "", "languages": ["de", "fr"],
        "contact_name": "Lena Moser", "contact_email": "lena@moser.example", "contact_phone": "",
    }),
    (3, None, {
        "title": "Formazione: newsletter e posta per una piccola squadra",
        "category": "TRAINING",
        "description": "Siamo in sette e usiamo la posta ciascuno a modo suo. Cerchiamo due mezze giornate di "
        "formazione in sede: calendari condivisi, cartelle comuni, una newsletter mensile che non finisca tra lo "
        "spam. Alla fine vorremmo una guida di poche pagine, scritta per noi.",
        "budget_min": Decimal(800), "budget_max": Decimal(1500), "currency": "CHF",
        "is_remote": False, "place": "Lugano", "languages": ["it"],
        "contact_name": "Giulia Bernasconi", "contact_email": "giulia@bottega.example", "contact_phone": "",
    }),
    (1, "horizon", {
        "title": "Archive of photographs in the cloud, open to researchers",
        "category": "CLOUD",
        "description": "About 60,000 scanned photographs with their catalogue cards have to be stored safely in "
        "Switzerland and be searchable for researchers who sign in. The foundation has a cloud server "
        "already. We look for advice first, then for somebody who sets it up and writes down how it is run.",
        "budget_min": Decimal(6000), "budget_max": None, "currency": "CHF",
        "is_remote": True, "place": "Neuchâtel", "languages": ["fr", "en"],
        "contact_name": "Jean Robert", "contact_email": "jean@horizon.example", "contact_phone": "+41 32 555 04 40",
    }),
]  # fmt: skip
ANSWERS: list[tuple[int, str, int, int, str]] = [  # call, partner, days after, price, text
    (0, "lumen", 2, 11800,
     "We have built three hotel sites of this size. Two rounds of design in January, the booking request "
     "tied to your system in February, online before the summer season. Changing prices takes you a "
     "minute."),
    (0, "nord", 4, 9900,
     "We would start from what your guests ask on the phone. Four languages, tested on slow connections "
     "and by keyboard; half a day of training for your reception is included."),
    (1, "lumen", 1, 3400,
     "We move the archives during the week and switch over on Saturday. On Monday two of us are in your "
     "office for the phones, and for two weeks you have one number to call."),
    (2, "nord", 3, 7600,
     "Une boutique légère, le stock lu chaque nuit depuis votre caisse, les livraisons à vélo par "
     "créneaux. Deux ateliers pour que vous teniez le catalogue vous-mêmes."),
]  # fmt: skip


def load_public(people: People, now: datetime) -> None:
    """Publish listings and post calls: open, answered, and one awarded with its contract."""
    for key, values in LISTINGS.items():
        _list(people, key, values, now - timedelta(days=200))
    calls = [_post(people, days, key, values, now) for days, key, values in CALLS]
    for index, partner, after, price, text in ANSWERS:
        tenders.answer_tender(
            tender_id=calls[index].pk,
            partner_id=people.organisations[partner].pk,
            text=text,
            price_net=Decimal(price),
            actor=people.legal[partner],
            now=now - timedelta(days=CALLS[index][0] - after),
        )
    _award_first(people, calls[0], now - timedelta(days=30))
    Job.objects.filter(state=JobState.QUEUED, kind__startswith="tenders.").delete()  # mails of days that are past


def _list(people: People, key: str, values: dict[str, Any], at: datetime) -> None:
    partner_id = people.organisations[key].pk
    content = {**values, "country": "CH", "website": f"https://{key}.example", "email": f"hello@{key}.example"}
    content["families"] = Family.objects.filter(code__in=values["families"])
    directory.change_listing(partner_id=partner_id, values=content, actor=people.legal[key], now=at)
    directory.publish_listing(partner_id=partner_id, actor=people.legal[key], now=at)


def _post(people: People, days: int, key: str | None, values: dict[str, Any], now: datetime) -> Tender:
    at = now - timedelta(days=days)
    actor = people.legal[key] if key else tenders.Visitor()
    organisation = people.organisations[key] if key else None
    content = {**values, "wished_on": (now + timedelta(days=90)).date() if days % 2 else None}
    tender = tenders.post_tender(
        values=content,
        organisation_id=organisation.pk if organisation else None,
        mail_language=values["languages"][0],
        actor=actor,
        now=at,
    )
    return tender if organisation else tenders.confirm_tender(tender_id=tender.pk, actor=actor, now=at)


def _award_first(people: People, tender: Tender, at: datetime) -> None:
    proposal = tender.proposals.get(partner=people.organisations["lumen"].pk)
    tenders.award_tender(tender_id=tender.pk, proposal_id=proposal.pk, actor=people.legal["alpina"], now=at)
    tenders.record_contract(
        proposal_id=proposal.pk,
        offers=Offer.objects.filter(code__in=["web-hosting-pro", "mail-hosting-business", "domain-swiss"]),
        value_net=Decimal(11800),
        begins_on=(at + timedelta(days=14)).date(),
        acknowledges_exclusivity=True,
        actor=people.legal["lumen"],
        now=at + timedelta(days=5),
    )

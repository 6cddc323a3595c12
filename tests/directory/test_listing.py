"""Rule 58, Q29, Q30: who is listed, who writes the listing, and in which order it stands."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from directory import selectors, services
from directory.exceptions import NotPossible
from directory.models import Listing
from partnerportal.audit.models import AuditEvent
from partners.models import Partner
from tests import world

pytestmark = pytest.mark.django_db

VALUES = {
    "descriptions": {"en": "Websites and shops.", "fr": ""},
    "skills": ["SITES"],
    "families": [],
    "languages": ["de"],
    "place": "Zürich",
    "country": "CH",
    "region": "CH-ZH",
    "website": "https://lumen.example",
    "email": "hello@lumen.example",
    "phone": "",
}


def change(partner, acting, values=None):
    return services.change_listing(partner_id=partner.pk, values=VALUES | (values or {}), actor=acting, now=world.NOW)


def suspend(partner):
    Partner.objects.filter(pk=partner.pk).update(state="SUSPENDED", suspended_at=world.NOW)


def test_a_listing_is_written_then_published_then_hidden():
    """Rule 58: optional."""
    partner, acting = world.make_partner("Studio Lumen & Söhne AG")

    listing = change(partner, acting)
    assert (listing.slug, listing.descriptions, listing.is_visible) == (
        "studio-lumen-sohne-ag",
        {"en": "Websites and shops."},
        False,
    )
    assert not Listing.objects.listed().exists()

    services.publish_listing(partner_id=partner.pk, actor=acting, now=world.NOW)
    assert list(Listing.objects.listed()) == [listing]

    services.hide_listing(partner_id=partner.pk, actor=acting, now=world.NOW)
    assert not Listing.objects.listed().exists()
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [f"directory.listing.{act}" for act in ("changed", "published", "hidden")]


def test_the_address_stays_and_a_namesake_gets_another():
    partner, acting = world.make_partner()
    namesake, other = world.make_partner()

    assert change(partner, acting).slug == "studio-lumen"
    assert change(namesake, other).slug == f"studio-lumen-{namesake.pk}"
    assert change(partner, acting, {"place": "Bern"}).slug == "studio-lumen"


def test_without_the_status_nothing_is_published():
    """Rule 58."""
    partner, acting = world.make_partner()
    change(partner, acting)
    suspend(partner)
    before = AuditEvent.objects.count()

    with pytest.raises(NotPossible):
        services.publish_listing(partner_id=partner.pk, actor=acting, now=world.NOW)

    assert not Listing.objects.get().is_visible
    assert AuditEvent.objects.count() == before


def test_a_listing_says_something():
    partner, acting = world.make_partner()

    with pytest.raises(NotPossible):
        change(partner, acting, {"descriptions": {"en": "  "}})

    assert not Listing.objects.exists()


def test_outside_switzerland_the_country_is_the_region():
    """Q29."""
    partner, acting = world.make_partner(country="FR")

    assert change(partner, acting, {"country": "FR", "region": "CH-ZH"}).region == "FR"


def test_a_partner_that_loses_its_status_disappears_at_once(client):
    """Rule 58, promise 1."""
    partner, _ = world.make_partner()
    listing = world.make_listing(partner)
    page, verify = (reverse(f"directory:{name}", args=[listing.slug]) for name in ("listing_detail", "verify"))
    assert client.get(page).status_code == 200
    assert b"Verified partner" in client.get(verify).content

    suspend(partner)

    assert client.get(page).status_code == 404
    assert b"Studio Lumen" not in client.get(reverse("directory:listing_list")).content
    answer = client.get(verify).content
    assert b"Verified partner" not in answer
    assert b"Not a partner" in answer


def test_verifying_answers_alike_for_hidden_suspended_and_unknown(client):
    """Promise 2: the shape tells nothing apart."""
    world.make_listing(world.make_partner("Hidden")[0], is_visible=False)
    gone, _ = world.make_partner("Gone")
    world.make_listing(gone)
    suspend(gone)

    answers = [client.get(reverse("directory:verify", args=[slug])) for slug in ("hidden", "gone", "nobody")]

    assert {answer.status_code for answer in answers} == {200}
    bare = {answer.content.split(b"<time")[0].split(b"<body")[1].split(b'id="main"')[1] for answer in answers}
    assert len(bare) == 1
    assert all("no-store" in answer["Cache-Control"] for answer in answers)


def test_search_finds_names_places_skills_and_words_without_accents():
    """Q30."""
    partner, acting = world.make_partner("Atelier Nord Sàrl")
    values = {"place": "Genève", "region": "CH-GE", "skills": ["ACCESSIBILITY"], "descriptions": {"fr": "Écoles"}}
    change(partner, acting, values)
    services.publish_listing(partner_id=partner.pk, actor=acting, now=world.NOW)

    for text in ("sarl", "geneve", "ecoles accessibility", "NORD Genève"):
        assert selectors.Search(text=text).found().count() == 1, text
    assert selectors.Search(text="geneve zurich").found().count() == 0


def test_facets_count_what_each_choice_would_leave():
    """Q30: one's own group counts as if nothing in it were chosen."""
    world.make_listing(world.make_partner("A")[0], skills=["SITES", "MAIL"], languages=["de"])
    world.make_listing(world.make_partner("B")[0], skills=["SITES"], languages=["fr"], region="CH-GE")
    world.make_listing(world.make_partner("C")[0], skills=["CLOUD"], languages=["fr"], is_visible=False)

    groups = selectors.facet_groups(selectors.Search(languages=["fr"]))

    counts = {group["name"]: {one["value"]: one["count"] for one in group["choices"]} for group in groups}
    assert counts == {"skills": {"SITES": 1}, "languages": {"de": 1, "fr": 1}, "regions": {"CH-GE": 1}}


def test_the_order_is_the_same_on_one_day_and_another_on_the_next():
    """Q30: by chance, never by size."""
    for number in range(12):
        world.make_listing(world.make_partner(f"Partner {number:02d}")[0])
    listed, day = Listing.objects.listed(), dt.date(2026, 11, 23)

    first = [one.slug for one in listed.rotated(day)]

    assert first == [one.slug for one in listed.rotated(day)]
    assert first != [one.slug for one in listed.rotated(day + dt.timedelta(days=1))]
    assert first != sorted(first)


def test_the_reader_gets_their_language_else_the_companys():
    listing = world.make_listing(world.make_partner()[0], descriptions={"de": "Hallo", "fr": "Bonjour"})
    listing.partner.organisation.language = "de"

    with override("fr"):
        assert (listing.description, listing.description_language) == ("Bonjour", "fr")
    with override("es"):
        assert listing.description == "Hallo"


def test_nobody_writes_the_listing_of_another(client):
    """Promise 2: there is no address for another's listing; in one's own space stands one's own."""
    partner, _ = world.make_partner()
    listing = world.make_listing(partner)
    _, acting = world.make_partner("Atelier Nord")
    client.force_login(acting.user)

    answer = client.post(reverse("directory:listing_hide"))

    assert answer.status_code == 404
    listing.refresh_from_db()
    assert listing.is_visible


def test_a_partner_writes_previews_and_publishes_through_the_pages(client):
    partner, acting = world.make_partner()
    offers = world.make_catalogue()
    client.force_login(acting.user)
    values = {
        "skills": ["SITES", "MAIL"],
        "families": [offers["web-hosting"].family_id],
        "languages": ["de"],
        "place": "Zürich",
        "country": "CH",
        "region": "CH-ZH",
        "website": "https://lumen.example",
        "email": "hello@lumen.example",
        "description_en": "Websites and shops.",
    }

    wrong = client.post(reverse("directory:listing_change"), values | {"region": "", "description_en": ""})
    saved = client.post(reverse("directory:listing_change"), values)
    preview = client.get(reverse("directory:listing_preview"))
    published = client.post(reverse("directory:listing_publish"))

    assert wrong.status_code == 200
    assert saved.url == reverse("directory:listing_preview")
    assert b"Websites and shops." in preview.content
    assert published.url == reverse("directory:listing_change")
    assert client.get(published.url).status_code == 200
    assert Listing.objects.listed().get().partner == partner
    assert [family.name for family in Listing.objects.get().families.all()] == ["Web hosting"]


def test_the_directory_asks_as_often_for_many_as_for_few(client):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("directory:listing_list")).status_code == 200
        return len(captured)

    world.make_listing(world.make_partner("Partner A")[0])
    few = queries()
    for number in range(8):
        world.make_listing(world.make_partner(f"Partner {number}")[0])

    assert queries() == few

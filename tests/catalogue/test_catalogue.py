"""Staff adds to the catalogue, renames, and stops selling. Rule 39."""

from __future__ import annotations

import pytest
from django.utils import timezone

from billing import services as billing
from billing.exceptions import OrderRefused
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.choices import StaffRole
from partnerportal.audit.models import AuditEvent
from partnerportal.catalogue import services
from partnerportal.catalogue.exceptions import CatalogueRefused
from partnerportal.catalogue.models import Family, Offer
from tests import world
from tests.browsers import signed_in
from tests.world import NOW

pytestmark = pytest.mark.django_db
OFFER = {"name": "Shop hosting", "code": "shop-hosting", "period": "MONTH", "max_periods": 1, "description": ""}


@pytest.fixture(autouse=True)
def offers():
    return world.make_catalogue()


@pytest.fixture
def staff():
    return Acting(user=world.make_user("Paul Iten", staff_role=StaffRole.MANAGER))


@pytest.fixture
def manager(staff):
    return signed_in(staff.user)


def test_a_new_offer_is_sold_once_it_has_a_price(manager):
    family = Family.objects.get(code="web")

    done = manager.post("/staff/catalogue/offers/new/", OFFER | {"family": family.pk, "is_per_unit": "on"})

    assert done.url == "/staff/catalogue/"
    assert Offer.objects.get(code="shop-hosting").is_per_unit
    assert "Shop hosting" in manager.get(done.url).content.decode()
    assert "no price" in manager.get("/staff/prices/", {"q": "shop"}).content.decode()
    assert AuditEvent.objects.get(action="catalogue.offer.created").changes["family"] == "web"


def test_a_code_is_taken_once(staff, manager, offers):
    with pytest.raises(CatalogueRefused):
        services.create_family(code="web", name="Again", actor=staff, now=NOW)

    page = manager.post(
        "/staff/catalogue/offers/new/", OFFER | {"code": "office", "family": offers["office"].family_id}
    )

    assert page.status_code == 409
    assert page.context["form"].errors.keys() == {"code"}
    assert Offer.objects.count() == 4
    assert not AuditEvent.objects.exists()


def test_what_is_sold_no_longer_is_not_ordered_and_goes_on_renewing(manager, offers):
    client, acting = world.make_client()
    product = world.make_product(client, offers["office"])

    answer = {"name": "Office suite", "max_periods": 1, "plan_line": "office"}
    manager.post(f"/staff/catalogue/offers/{offers['office'].pk}/", answer)

    offer = Offer.objects.get(code="office")
    assert (offer.name, offer.is_sold) == ("Office suite", False)
    changes = AuditEvent.objects.get(action="catalogue.offer.changed").changes
    assert changes == {"name": ["Office", "Office suite"], "is_sold": [True, False]}
    arguments = {"client_id": client.pk, "relationship_id": None, "actor": acting, "now": timezone.now()}
    with pytest.raises(OrderRefused):
        billing.place_order(items=[billing.Item(offer, 1)], key="a", **arguments)
    assert billing.renew(product_ids=[product.pk], key="b", **arguments).lines.get().offer == offer


def test_an_offer_moves_to_another_line_of_plans(manager, offers):
    office = offers["office"]
    answer = {"name": "Office", "max_periods": 1, "is_sold": "on", "plan_line": "suites"}

    refused = manager.post(f"/staff/catalogue/offers/{office.pk}/", answer | {"plan_line": "No Slug"})
    assert "plan_line" in refused.context["form"].errors
    assert Offer.objects.get(pk=office.pk).plan_line == "office"
    manager.post(f"/staff/catalogue/offers/{office.pk}/", answer)

    assert Offer.objects.get(pk=office.pk).plan_line == "suites"
    changes = AuditEvent.objects.get(action="catalogue.offer.changed").changes
    assert changes == {"plan_line": ["office", "suites"]}


def test_what_stays_the_same_leaves_no_audit_line(staff, offers):
    family = offers["office"].family

    services.rename_family(family_id=family.pk, name=family.name, actor=staff, now=NOW)

    assert not AuditEvent.objects.exists()


def test_a_new_family_has_no_degressive_rates(manager):
    """Rule 39: only web and mail hosting have them."""
    manager.post("/staff/catalogue/families/new/", {"name": "Games", "code": "games"})

    family = Family.objects.get(code="games")
    assert (family.is_degressive, family.position) == (False, 1)
    manager.post(f"/staff/catalogue/families/{family.pk}/", {"name": "Game servers"})
    assert Family.objects.get(code="games").name == "Game servers"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"code": "No Slug"}, "code"), ({"name": ""}, "name"), ({"max_periods": 11}, "max_periods"), ({}, "family")],
)
def test_what_is_wrong_stands_beside_its_field(changes, field, manager):
    page = manager.post("/staff/catalogue/offers/new/", OFFER | changes)

    assert field in page.context["form"].errors
    assert Offer.objects.count() == 4


def test_who_may_not_change_reads(offers):
    reader = signed_in(world.make_user("Olga", staff_role=StaffRole.AUDITOR))

    page = reader.get("/staff/catalogue/").content.decode()

    assert "Add an offer" not in page
    assert reader.get(f"/staff/catalogue/offers/{offers['office'].pk}/").status_code == 403

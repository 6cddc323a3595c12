"""What the database refuses about listings: each constraint broken once."""

import pytest
from django.db import IntegrityError, transaction

from tests import world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("listing_visible_iff_dated", {"published_at": None}),
        ("listing_visible_iff_dated", {"is_visible": False, "published_at": world.NOW}),
        ("listing_skills_known", {"skills": []}),
        ("listing_skills_known", {"skills": ["SITES", "MAGIC"]}),
        ("listing_languages_known", {"languages": []}),
        ("listing_languages_known", {"languages": ["xx"]}),
        ("listing_region_fits_country", {"region": "CH"}),
        ("listing_region_fits_country", {"country": "FR", "region": "CH-ZH"}),
        ("listing_says_something", {"descriptions": {}}),
    ],
)
def test_a_bad_listing_is_refused(name, fields):
    partner, _ = world.make_partner()

    with pytest.raises(IntegrityError, match=rf'"{name}"'), transaction.atomic():
        world.make_listing(partner, **fields)


def test_two_partners_never_share_an_address():
    world.make_listing(world.make_partner()[0], slug="lumen")
    other, _ = world.make_partner("Atelier Nord")

    with pytest.raises(IntegrityError, match="slug"), transaction.atomic():
        world.make_listing(other, slug="lumen")

"""Staff's pages of prices and rates: on a day, planned, changed after a look at the effect, imported."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from billing.models import PartnerRate, Price, VatRate
from billing.selectors import RATE_LISTS
from partnerportal.accounts.choices import StaffRole
from tests import world
from tests.browsers import signed_in

pytestmark = pytest.mark.django_db
LIST = "/staff/prices/"
CHANGE = "/staff/prices/prices/of/web-hosting:CHF/change/"
IMPORT = "/staff/prices/partner-rates/import/"


@pytest.fixture(autouse=True)
def offers():
    return world.make_catalogue()


@pytest.fixture
def start():
    return timezone.localdate() + dt.timedelta(days=40)


@pytest.fixture
def manager():
    return signed_in(world.make_user("Paul Iten", staff_role=StaffRole.MANAGER))


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode())).replace("\u00a0", " ")


def shown(page):
    return re.search(r'name="shown" value="([^"]*)"', page.content.decode())[1]


def test_a_list_says_what_holds_on_a_day_and_what_is_planned(manager, start):
    manager.post(CHANGE, {"public_unit": "10.50", "valid_from": start} | _seen(manager, start) | {"confirm": "yes"})

    today, then = manager.get(LIST, {"currency": "CHF"}), manager.get(LIST, {"currency": "CHF", "on": start})

    assert "CHF 9.92" in text(today)
    assert f"CHF 10.50 from {start.day}" in text(today)
    assert "CHF 9.92" not in text(then)
    assert "EUR" not in re.sub(r"<select.*?</select>", "", today.content.decode(), flags=re.DOTALL)


def _seen(manager, start):
    return {"shown": shown(manager.post(CHANGE, {"public_unit": "10.50", "valid_from": start}))}


def test_the_effect_is_shown_and_nothing_saved_until_it_is_confirmed(manager, start):
    client, _acting = world.make_client()
    world.make_product(client, world.Offer.objects.get(code="web-hosting"))

    page = manager.post(CHANGE, {"public_unit": "10.92", "valid_from": start})

    assert page.status_code == 200
    assert "1 client’s renewals cost CHF 12.00 more a year." in text(page)
    assert Price.objects.count() == 8
    saved = manager.post(CHANGE, {"public_unit": "10.92", "valid_from": start, "confirm": "yes", "shown": shown(page)})
    assert saved.url == reverse("billing:staff_rate_detail", args=["prices", "web-hosting:CHF"])
    assert "CHF 10.92" in text(manager.get(saved.url))
    assert "Paul Iten" in text(manager.get(saved.url))


def test_another_value_than_shown_shows_its_effect_first(manager, start):
    page = manager.post(CHANGE, {"public_unit": "10.92", "valid_from": start})
    sent = {"public_unit": "11.92", "valid_from": start, "confirm": "yes", "shown": shown(page)}

    answer = manager.post(CHANGE, sent)

    assert answer.status_code == 409
    assert "CHF 11.92" in text(answer)
    assert Price.objects.count() == 8
    assert manager.post(CHANGE, sent | {"shown": shown(answer)}).status_code == 302


def test_a_product_ordered_meanwhile_changes_the_effect(manager, start):
    page = manager.post(CHANGE, {"public_unit": "10.92", "valid_from": start})
    client, _acting = world.make_client()
    world.make_product(client, world.Offer.objects.get(code="web-hosting"))

    answer = manager.post(CHANGE, {"public_unit": "10.92", "valid_from": start, "confirm": "yes", "shown": shown(page)})

    assert answer.status_code == 409
    assert "1 client’s renewals" in text(answer)
    assert Price.objects.count() == 8


@pytest.mark.parametrize(
    ("address", "sent", "sentence"),
    [
        (CHANGE, {"public_unit": "5", "reseller_unit": "6"}, "at most the public price"),
        (CHANGE, {"public_unit": "9.92"}, "This is what holds from that day on anyway"),
        (CHANGE, {"public_unit": "-1"}, "too low"),
        ("/staff/prices/partner-rates/of/office/change/", {"rate": "35.01"}, "A partner rate is from 0 to 35 %."),
        ("/staff/prices/steps/of/web/change/", {"steps": "1: 0\n5 10\n9: 5"}, "The rate falls"),
        ("/staff/prices/steps/of/web/change/", {"steps": "1: 0\nmany: 5"}, "Line 2 is not written"),
        ("/staff/prices/vat/of/CH/change/", {"rate": ""}, "Fill this in"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(address, sent, sentence, manager, start):
    """Rule 39; nothing typed is lost."""
    page = manager.post(address, {"valid_from": start} | sent)

    assert page.status_code in (200, 409)
    assert sentence in text(page)
    assert start.isoformat() in page.content.decode()
    assert not Price.objects.filter(valid_from=start).exists()


def test_a_past_day_is_refused_beside_the_day(manager):
    page = manager.post(CHANGE, {"public_unit": "5", "valid_from": "2024-06-01"})

    assert (page.status_code, "Choose" in text(page)) == (409, True)
    assert page.context["form"].errors.keys() == {"valid_from"}


def test_a_scale_is_typed_a_step_a_line(manager, start):
    address = "/staff/prices/steps/of/web/change/"
    sent = {"steps": "1: 0\n10 5 %\n30:25", "valid_from": start}

    page = manager.post(address, sent)
    manager.post(address, sent | {"confirm": "yes", "shown": shown(page)})

    assert RATE_LISTS["steps"].timelines()["web"][-1].value == ((1, D(0)), (10, D("0.05")), (30, D("0.25")))
    form = manager.get(address, {"from": start.isoformat()})
    assert "30: 25" in form.content.decode()


def test_what_is_planned_is_withdrawn_after_a_look(manager, start):
    VatRate.objects.filter(country="CH").update(valid_until=start)
    VatRate.objects.create(country="CH", rate=D("0.085"), valid_from=start)
    address = f"/staff/prices/vat/of/CH/withdraw/{start}/"

    page = manager.get(address)
    done = manager.post(address, {"confirm": "yes", "shown": shown(page)})

    assert "8.5 %" in text(page)
    assert done.status_code == 302
    assert VatRate.objects.get(country="CH").valid_until is None
    assert manager.get(address).status_code == 404


def test_who_changed_it_is_told_also_of_what_was_withdrawn(manager, start):
    """Promise 7: a country's rates are written anew, the trail stays."""
    address = "/staff/prices/vat/of/CH/"
    page = manager.post(f"{address}change/", {"rate": "8.5", "valid_from": start})
    manager.post(f"{address}change/", {"rate": "8.5", "valid_from": start, "confirm": "yes", "shown": shown(page)})
    page = manager.get(f"{address}withdraw/{start}/")
    manager.post(f"{address}withdraw/{start}/", {"confirm": "yes", "shown": shown(page)})

    told = text(manager.get(address))

    assert "8.5 %. Before: 8.1 %" in told
    assert "8.1 %. Before: 8.5 %" in told


def test_what_has_begun_is_not_offered_to_be_withdrawn(manager):
    page = manager.get(f"/staff/prices/vat/of/CH/withdraw/{world.LONG_AGO}/")

    assert page.status_code == 409
    assert "This is not planned any more" in text(page)
    assert 'name="confirm"' not in page.content.decode()


def upload(browser, content, name="rates.csv", address=IMPORT):
    return browser.post(address, {"file": SimpleUploadedFile(name, content)})


def test_a_file_is_looked_at_and_then_imported(manager, start):
    content = f"\ufeffoffer;rate;valid_from;valid_until\r\nweb-hosting;0.25;{start};\r\noffice;0.35;2024-01-01;\r\n"

    page = upload(manager, content.encode())

    assert "Import 1 change" in text(page)
    assert "1 entry of the file stays as it is." in text(page)
    assert PartnerRate.objects.count() == 3
    carried = page.context["form"]["text"].value()
    done = manager.post(IMPORT, {"text": carried, "confirm": "yes", "shown": shown(page)})
    assert done.url == "/staff/prices/partner-rates/"
    assert PartnerRate.objects.get(valid_from=start).rate == D("0.25")
    assert "Nothing to change" in text(upload(manager, content.encode()))


def test_every_bad_line_of_a_file_is_named_and_nothing_offered(manager, start):
    content = f"offer,rate,valid_from,valid_until\nweb-hosting,0.36,{start},\nnone,0.1,{start},\noffice,0.1,{start},\n"

    page = upload(manager, content.encode())

    assert "2 lines cannot stand: nothing would be imported" in text(page)
    assert "A partner rate is from 0 to 35 %." in text(page)
    assert "There is no offer “none”." in text(page)
    assert 'name="confirm"' not in page.content.decode()
    sent = {"text": page.context["form"]["text"].value(), "confirm": "yes", "shown": "x"}
    assert manager.post(IMPORT, sent).status_code == 409
    assert PartnerRate.objects.count() == 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty"),
        (b"\xff\xfe\x00a", "not UTF-8"),
        (b"PK\x03\x04\x00\x00", "no CSV file"),
        (b"x" * (513 * 1024), "larger than 512 KB"),
        (b"a;b;c", "The first line must be: offer;rate;valid_from;valid_until"),
    ],
)
def test_what_is_no_list_is_refused(content, sentence, manager):
    page = upload(manager, content)

    assert sentence in text(page)
    assert PartnerRate.objects.count() == 3


def test_no_file_at_all_says_so(manager):
    assert "Choose a file." in text(manager.post(IMPORT, {}))


def test_the_downloaded_list_can_be_imported(manager):
    for what in RATE_LISTS:
        address = reverse("billing:staff_rate_list", args=[what])
        for query in ({"download": "csv"}, {"download": "csv", "all": "1"}):
            file = manager.get(address, query)
            assert file["Content-Type"].startswith("text/csv")
            page = upload(manager, file.content, address=reverse("billing:staff_rate_import", args=[what]))
            assert "Nothing to change" in text(page)


@pytest.mark.parametrize("role", [StaffRole.REVIEWER, StaffRole.MODERATOR, StaffRole.AUDITOR])
def test_who_may_not_change_reads_everything(role, start):
    """Read permission for all staff; changes are for finance and the programme manager."""
    reader = signed_in(world.make_user("Olga", staff_role=role))

    page = reader.get(reverse("billing:staff_rate_detail", args=["prices", "web-hosting:CHF"]))

    assert page.status_code == 200
    assert "Change from a day on" not in text(page)
    assert reader.get(CHANGE).status_code == 403
    assert reader.post(CHANGE, {"public_unit": "1", "valid_from": start}).status_code == 403
    assert reader.post(IMPORT, {}).status_code == 403


def test_finance_may_change(start):
    finance = signed_in(world.make_user("Nora", staff_role=StaffRole.FINANCE))

    assert finance.post(CHANGE, {"public_unit": "10.92", "valid_from": start}).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/staff/prices/nothing/",
        "/staff/prices/prices/of/none:CHF/",
        "/staff/prices/steps/of/office/change/",
        "/staff/prices/vat/of/US/change/",
        "/staff/prices/vat/of/CH/withdraw/2030-01-01/",
    ],
)
def test_what_is_not_there_is_not_found(address, manager):
    assert manager.get(address).status_code == 404


def test_search_finds_by_family_and_says_when_nothing_fits(manager):
    assert "Domain ch" in text(manager.get(LIST, {"q": "domains"}))
    assert "Nothing fits" in text(manager.get(LIST, {"q": "zzzz"}))

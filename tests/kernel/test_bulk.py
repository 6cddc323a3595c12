"""Rows by COPY: the same as Django writes them, or an error of Django's and nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F

from billing.models import LedgerEntry, VatRate
from partnerportal import bulk
from partnerportal.audit.models import AuditEvent
from partnerportal.catalogue.models import Family, Offer

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 14, 9, 30, 1, 123456, tzinfo=UTC)
AWKWARD = [
    "",
    "\\N",
    "NULL",
    "\\.",
    "a\\tb",
    "tab\there",
    "two\nlines\r\n",
    'say "so", {ok}',
    "Zürich – 東京 🏔",
    "\x01",
    "'",
]
NAMES = ["{a}", "b, c", 'd "e"', "f\\g", "NULL", " h ", "", "i\nj", "%s", "Zürich"]


def _event(label: str, changes: dict[str, Any]) -> AuditEvent:
    return AuditEvent(
        at=AT, actor_label=label, action="x.y.z", subject_type="x.y", organisation_id=None, changes=changes
    )


def test_what_is_read_back_is_what_django_would_have_written() -> None:
    events = [_event(text, {"was": text, "n": [1, None, True, "é"]}) for text in AWKWARD]
    plain = AuditEvent.objects.bulk_create([_event(text, {"was": text, "n": [1, None, True, "é"]}) for text in AWKWARD])

    bulk.add(events)

    columns = [field.attname for field in AuditEvent._meta.concrete_fields if not field.primary_key]
    theirs = AuditEvent.objects.filter(pk__in=[one.pk for one in plain]).order_by("pk").values(*columns)
    mine = AuditEvent.objects.filter(pk__in=[one.pk for one in events]).order_by("pk").values(*columns)
    assert list(mine) == list(theirs)
    assert [one["actor_label"] for one in mine] == AWKWARD


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    """The night on which the clocks go back: both moments are equal to Python, which leaves out which of them it is."""
    zone = ZoneInfo("Europe/Zurich")
    twice = [datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=zone) for fold in (0, 1)]
    events = [_event(str(at.fold), {}) for at in twice]
    for event, at in zip(events, twice, strict=True):
        event.at = at

    bulk.add(events)

    kept = AuditEvent.objects.order_by("pk").values_list("at", flat=True)
    assert list(kept) == [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]


def test_keys_are_given_in_order_and_the_objects_are_as_saved() -> None:
    events = [_event(str(number), {}) for number in range(50)]
    bulk.add(events)
    kept = AuditEvent.objects.in_bulk([one.pk for one in events])
    assert [kept[one.pk].actor_label for one in events] == [str(number) for number in range(50)]
    assert [one.pk for one in events] == sorted(one.pk for one in events)
    events[0].actor_label = "changed"
    assert not events[0]._state.adding
    assert AuditEvent.objects.create(**bulk_columns(events[1])).pk not in kept


def bulk_columns(event: AuditEvent) -> dict[str, Any]:
    """Return the columns of an event, without its key."""
    return {field.attname: getattr(event, field.attname) for field in event._meta.concrete_fields[1:]}


def test_what_the_database_refuses_is_an_error_of_djangos_and_leaves_nothing() -> None:
    rates = [VatRate(country="CH", rate=Decimal("0.08"), valid_from=date(2040, 1, 1)) for _ in range(2)]
    before = VatRate.objects.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.add(rates)
    with pytest.raises(DataError), transaction.atomic():
        bulk.add([_event("nothing\x00", {})])
    assert VatRate.objects.count() == before
    assert not AuditEvent.objects.filter(actor_label__startswith="nothing").exists()


def test_what_nobody_set_is_the_databases_default_and_never_the_name_of_an_object() -> None:
    """Such as a ledger entry's reason, which its owner reads."""
    entries = [LedgerEntry(reference=str(number)) for number in range(2)]
    entries[1].reason = "Fee"
    for field in ("account_id", "amount", "balance_after"):
        for entry in entries:
            setattr(entry, field, 1)

    with pytest.raises(IntegrityError, match="created_at"), transaction.atomic():  # the reasons went before it
        bulk.add(entries)

    assert [entry.reason for entry in entries] == ["", "Fee"]


def test_an_expression_is_no_value() -> None:
    with pytest.raises(TypeError, match="expression"):
        bulk.add([VatRate(country="CH", rate=F("id"), valid_from=date(2040, 1, 1))])


def test_a_column_that_is_missing_is_said() -> None:
    with pytest.raises(KeyError, match="actor_id"):
        bulk.add_columns(AuditEvent, [{"at": AT}])


def test_nothing_is_nothing() -> None:
    bulk.add([])
    bulk.add_columns(AuditEvent, [])
    assert not AuditEvent.objects.exists()


def test_only_the_named_columns_of_those_objects_change() -> None:
    vat = VatRate.objects.bulk_create(
        [VatRate(country=code, rate=Decimal("0.08"), valid_from=date(2040, 1, 1)) for code in ("CH", "LI", "AT")]
    )
    vat[0].rate, vat[0].valid_until = Decimal("0.07"), date(2041, 1, 1)
    vat[1].rate, vat[1].country = Decimal("0.06"), "XX"

    bulk.change(vat[:2], "rate", "valid_until")

    kept = VatRate.objects.filter(pk__in=[one.pk for one in vat]).order_by("pk")
    assert list(kept.values_list("country", "rate", "valid_until")) == [
        ("CH", Decimal("0.07"), date(2041, 1, 1)),
        ("LI", Decimal("0.06"), None),
        ("AT", Decimal("0.08"), None),
    ]


def test_a_text_that_is_too_long_is_refused_and_not_cut() -> None:
    family = Family.objects.create(code="web", name="Web hosting")
    family.name = "W" * 81

    with pytest.raises(DataError), transaction.atomic():
        bulk.change([family], "name")

    assert Family.objects.get().name == "Web hosting"


def test_among_finds_what_in_finds() -> None:
    """Keys of the row itself, of what it refers to, and texts that an array would take apart."""
    families = Family.objects.bulk_create([Family(code=f"f{number}", name=text) for number, text in enumerate(NAMES)])
    chosen = [one.pk for one in families[1:3]]

    assert list(Family.objects.filter(pk__among=chosen).order_by("pk")) == families[1:3]
    assert list(Family.objects.exclude(pk__among=set(chosen)).order_by("pk")) == [families[0], *families[3:]]
    assert list(Family.objects.filter(name__among=NAMES).order_by("pk")) == families
    assert not Family.objects.filter(name__among=["a", "b", "NULL,"]).exists()
    keys = f"{{{chosen[0]},{chosen[1]}}}"
    assert str(Offer.objects.filter(family__among=chosen).query).endswith(f"= ANY({keys}::bigint[])")


def test_among_nothing_asks_nothing(django_assert_num_queries: Any) -> None:
    """An empty choice is no question, as with ``in``; what is excluded by it is nothing."""
    Family.objects.create(code="web", name="Web hosting")
    with django_assert_num_queries(0):
        assert not Family.objects.filter(pk__among=[])
    assert Family.objects.exclude(pk__among=[]).count() == 1


def test_an_array_holds_what_it_is_given() -> None:
    days = [date(2026, 3, 14), None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::text[], %s::date[], %s::numeric[], %s::timestamptz[], %s::bigint[]",
            [bulk.array(one) for one in ([*NAMES, None], days, [Decimal("0.10"), None], [AT, None], [])],
        )
        assert cursor.fetchone() == ([*NAMES, None], days, [Decimal("0.10"), None], [AT, None], [])

"""manage.py quote: its interface is exact."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests import world

pytestmark = pytest.mark.django_db
ASKED = {
    "offer": "web-hosting",
    "quantity": 35,
    "currency": "CHF",
    "access": "full",
    "payer": "partner",
    "ordered_by": "partner",
}


@pytest.fixture(autouse=True)
def catalogue():
    world.make_catalogue()


def quote(capsys, **changes):
    asked = ASKED | changes
    call_command("quote", **{name: value for name, value in asked.items() if value is not None}, output_format="json")
    return json.loads(capsys.readouterr().out)


def batch(capsys, tmp_path, *lines):
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n")
    status = 0
    try:
        call_command("quote", batch=str(path))
    except SystemExit as stopped:
        status = stopped.code
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_published_example(capsys):
    """Rule 32, with 8.1 % VAT."""
    assert quote(capsys) == {
        "public_net": "347.20",
        "after_partner_rate": "277.76",
        "preferential_net": "208.32",
        "charged_net": "208.32",
        "charged_to": "partner",
        "rebate": "69.44",
        "cashback": "0.00",
        "vat_rate": "0.081",
        "vat": "16.87",
        "total": "225.19",
        "partner_rate": "0.2",
        "partner_degressive_rate": "0.25",
        "client_degressive_rate": "0.25",
        "outcome": "rebate",
        "reason": "Full access, the partner orders on its own means: rebate at once (row 4).",
        "steps": [
            {"label": "Public price", "amount": "347.20", "rate": None},
            {"label": "Partner rate", "amount": "277.76", "rate": "0.2"},
            {"label": "Degressive rate of the partner", "amount": "208.32", "rate": "0.25"},
        ],
        "next_step": None,
    }


def test_a_quote_just_below_a_step_says_what_the_step_would_change(capsys):
    """domain.md 5.3: 29 hostings cost 195.62, 30 cost 178.56."""
    answer = quote(capsys, quantity=29)

    assert answer["charged_net"] == "195.62"
    assert answer["next_step"] == {
        "from_units": 30,
        "rate": "0.25",
        "quantity": 30,
        "preferential_net": "178.56",
        "charged_net": "178.56",
    }


def test_years_that_are_paid_at_once_are_priced_together(capsys):
    """Rule 33: 3 domains for 10 years, rounded once."""
    answer = quote(capsys, offer="domain-ch", quantity=3, periods=10)

    assert (answer["public_net"], answer["charged_net"]) == ("267.00", "210.00")


def test_more_periods_than_an_offer_has_are_refused(capsys):
    with pytest.raises(CommandError, match="at most 1 for web-hosting"):
        quote(capsys, periods=2)


@pytest.mark.parametrize(
    ("changes", "charged", "cashback"),
    [
        ({"ordered_by": "client", "payer": "client"}, "260.40", "52.08"),
        ({"ordered_by": "client", "payer": "client", "partner_count": 70, "client_count": 70}, "243.04", "48.61"),
        ({"ordered_by": "client", "payer": "client", "client_count": 0}, "347.20", "138.88"),
        ({"access": "limited", "payer": None, "ordered_by": "client"}, "260.40", "52.08"),
    ],
)
def test_cashback(capsys, changes, charged, cashback):
    """Rules 30 and 35; counts are taken as given, zero too."""
    answer = quote(capsys, **changes)

    assert (answer["charged_net"], answer["cashback"], answer["outcome"]) == (charged, cashback, "cashback")


def test_nothing_without_a_partner_in_scope(capsys):
    """Rows 6 and 8: preferential figures are null."""
    for changes in ({"access": "limited", "managed": "false"}, {"access": "none"}):
        answer = quote(capsys, payer=None, ordered_by="client", **changes)

        assert (answer["outcome"], answer["charged_net"], answer["preferential_net"]) == ("nothing", "260.40", None)


@pytest.mark.parametrize("access", ["limited", "none"])
def test_refused_is_an_answer(capsys, access):
    """Rows 7 and 9: exit status 0, amounts null."""
    answer = quote(capsys, access=access, payer=None)

    assert (answer["outcome"], answer["public_net"], answer["total"]) == ("refused", None, None)


@pytest.mark.parametrize(
    ("currency", "country", "rate"),
    [("CHF", None, "0.081"), ("EUR", None, "0.2"), ("EUR", "DE", "0.19"), ("EUR", "US", "0"), ("CHF", "LI", "0.081")],
)
def test_country_decides_the_vat(capsys, currency, country, rate):
    """Rule 45, without VAT number."""
    assert quote(capsys, currency=currency, country=country)["vat_rate"] == rate


@pytest.mark.parametrize(
    "changes",
    [
        {"payer": None},
        {"access": "limited"},
        {"managed": "true"},
        {"quantity": 0},
        {"partner_count": -1},
        {"offer": "gold"},
        {"country": "ch"},
        {"offer": None},
    ],
)
def test_bad_arguments_end_with_two_and_a_sentence(changes):
    asked = {name: value for name, value in (ASKED | changes).items() if value is not None}

    with pytest.raises(CommandError) as refused:
        call_command("quote", **asked)

    assert refused.value.returncode == 2
    assert str(refused.value).endswith(".")


def test_batch_answers_line_by_line(capsys, tmp_path):
    status, answers = batch(capsys, tmp_path, ASKED, ASKED | {"ordered_by": "client"})

    assert status == 0
    assert [answer["outcome"] for answer in answers] == ["rebate", "cashback"]


def test_bad_line_of_a_batch_stands_in_its_place(capsys, tmp_path):
    lines = [
        ASKED,
        "{",
        ASKED | {"quantity": "35"},
        [1],
        ASKED | {"access": "limited", "payer": None, "managed": 1},
        ASKED,
    ]

    status, answers = batch(capsys, tmp_path, *lines)

    assert status == 1
    assert [answer.get("line") for answer in answers] == [None, 2, 3, 4, 5, None]
    assert all(answer["error"].endswith(".") for answer in answers if "error" in answer)


def test_text_says_the_same(capsys):
    call_command("quote", **ASKED)

    text = capsys.readouterr().out
    assert all(figure in text for figure in ("347.20", "277.76", "208.32", "16.87", "225.19"))


BAD_BYTES = {
    "not UTF-8": b'{"offer": "\xe9"}',
    "a number too long to read": b'{"quantity": ' + b"9" * 5000 + b"}",
    "brackets too deep": b"[" * 100_000,
    "an unknown key that cannot be printed": b'{"\\ud800": 1}',
    "a country that is a list": json.dumps(ASKED | {"country": ["CH"]}).encode(),
    "no country of this world": json.dumps(ASKED | {"country": "ZZ"}).encode(),
    "infinite": json.dumps(ASKED).replace('"quantity": 35', '"quantity": Infinity').encode(),
    "nothing": b"",
}


@pytest.mark.parametrize("bad", BAD_BYTES.values(), ids=BAD_BYTES.keys())
@pytest.mark.parametrize("source", ["file", "stdin"])
def test_no_line_of_a_batch_spoils_the_others(capsys, tmp_path, monkeypatch, bad, source):
    good = json.dumps(ASKED).encode()
    content = b"\r\n".join([good, bad, good])
    path = tmp_path / "questions.jsonl"
    path.write_bytes(content)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))

    with pytest.raises(SystemExit) as stopped:
        call_command("quote", batch=str(path) if source == "file" else "-")

    first, second, third = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert stopped.value.code == 1
    assert first == third
    assert set(second) == {"line", "error"}
    assert second["line"] == 2


@pytest.mark.parametrize("count", [0, 1, 10**6 + 1, 10**30])
def test_counts_are_taken_as_given(capsys, count):
    answer = quote(capsys, partner_count=count, client_count=count)

    assert answer["partner_degressive_rate"] == ("0.3" if count >= 50 else "0")


def test_a_reason_never_promises_what_is_not_earned(capsys):
    """Rule 35: the client pays no more than the preferential price."""
    answer = quote(capsys, payer="client", ordered_by="client", partner_count=1, client_count=50)

    assert (answer["outcome"], answer["cashback"]) == ("nothing", "0.00")
    assert "Nothing is earned" in answer["reason"]

"""What the database refuses about calls, answers and contracts: each constraint broken once."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tenders.models import Contract
from tests import world

pytestmark = pytest.mark.django_db


def breaks(name, make, *arguments, **fields):
    """Prove that ``make`` is refused by the constraint ``name``, and by no other."""
    with pytest.raises(IntegrityError, match=rf'"{name}"'), transaction.atomic():
        make(*arguments, **fields)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("tender_state_known", {"state": "ELSE", "closed_at": None}),
        ("tender_category_known", {"category": "ELSE"}),
        ("tender_currency_known", {"currency": "USD"}),
        ("tender_languages_known", {"languages": []}),
        ("tender_languages_known", {"languages": ["de", "xx"]}),
        ("tender_budget_ordered", {"budget_min": Decimal(9), "budget_max": Decimal(8)}),
        ("tender_budget_ordered", {"budget_min": Decimal(-1)}),
        ("tender_budget_ordered", {"budget_min": None, "budget_max": Decimal(0)}),
        ("tender_place_or_remote", {"place": "", "is_remote": False}),
        ("tender_opened_iff_on_board", {"opened_at": None}),
        ("tender_opened_iff_on_board", {"state": "DRAFT", "opened_at": world.NOW}),
        ("tender_closed_iff_dated", {"closed_at": world.NOW}),
        ("tender_closed_iff_dated", {"state": "EXPIRED", "closed_at": None}),
    ],
)
def test_a_bad_call_is_refused(name, fields):
    breaks(name, world.make_tender, **fields)


def test_a_clients_call_is_never_a_draft():
    organisation = world.make_organisation()

    breaks("tender_draft_is_a_visitors", world.make_tender, organisation, state="DRAFT")


def test_a_partner_answers_a_call_once():
    """Q26."""
    tender = world.make_tender()
    partner, _ = world.make_partner()
    world.make_proposal(tender, partner)

    breaks("proposal_one_per_partner", world.make_proposal, tender, partner)


def test_a_call_is_awarded_once():
    tender = world.make_tender()
    world.make_proposal(tender, world.make_partner()[0], chosen_at=world.NOW)

    other = world.make_partner("Atelier Nord")[0]
    breaks("proposal_one_chosen", world.make_proposal, tender, other, chosen_at=world.NOW)


@pytest.mark.parametrize(
    ("name", "fields"),
    [("proposal_says_something", {"text": ""}), ("proposal_price_positive", {"price_net": Decimal(0)})],
)
def test_a_bad_answer_is_refused(name, fields):
    breaks(name, world.make_proposal, world.make_tender(), world.make_partner()[0], **fields)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("contract_is_exclusive", {"acknowledges_exclusivity": False}),
        ("contract_value_positive", {"value_net": Decimal(0)}),
        ("contract_currency_known", {"currency": "USD"}),
    ],
)
def test_a_bad_contract_is_refused(name, fields):
    """Rule 57, for the first of them."""
    proposal = world.make_proposal(world.make_tender(), world.make_partner()[0], chosen_at=world.NOW)
    values = {
        "proposal": proposal,
        "value_net": Decimal(4000),
        "currency": "CHF",
        "begins_on": dt.date(2027, 1, 1),
        "acknowledges_exclusivity": True,
        "recorded_at": world.NOW,
        "recorded_by_label": "Ana Keller",
    }

    breaks(name, Contract.objects.create, **values | fields)

"""Arrows between states: what is not drawn is refused, and says from where to where."""

from __future__ import annotations

import pytest

from billing.choices import INVOICE_TRANSITIONS, RESALE_TRANSITIONS
from clients.choices import RELATIONSHIP_TRANSITIONS
from partnerportal.kernel.states import IllegalTransition, Refused, check_transition
from partners.choices import APPLICATION_TRANSITIONS

DRAWN = {"OPEN": {"PAID"}, "PAID": set()}
TABLES = [INVOICE_TRANSITIONS, RESALE_TRANSITIONS, RELATIONSHIP_TRANSITIONS, APPLICATION_TRANSITIONS]


def test_an_arrow_may_be_followed():
    check_transition(DRAWN, "OPEN", "PAID")


@pytest.mark.parametrize(("current", "target"), [("PAID", "OPEN"), ("OPEN", "OPEN"), ("LOST", "PAID")])
def test_what_is_not_drawn_is_refused(current, target):
    with pytest.raises(IllegalTransition) as refusal:
        check_transition(DRAWN, current, target)

    assert isinstance(refusal.value, Refused)
    assert (refusal.value.current, refusal.value.target) == (current, target)


@pytest.mark.parametrize("table", TABLES, ids=["invoice", "resale", "relationship", "application"])
def test_every_arrow_of_a_table_is_between_states_of_one_kind(table):
    kinds = {type(state) for start, ends in table.items() for state in (start, *ends)}

    assert len(kinds) == 1

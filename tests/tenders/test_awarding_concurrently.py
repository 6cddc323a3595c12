"""Two awards, or an award and an answer, at once: one wins, the other is told."""

import pytest

from tenders import services
from tenders.models import Proposal, Tender
from tests import world
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_awards_at_once_choose_one():
    tender = world.make_tender()
    proposals = [world.make_proposal(tender, world.make_partner(name)[0]) for name in ("Studio Lumen", "Atelier Nord")]

    def award(proposal):
        services.award_tender(tender_id=tender.pk, proposal_id=proposal.pk, actor=services.Visitor(), now=world.NOW)

    outcomes = at_once(*(lambda one=proposal: award(one) for proposal in proposals))

    assert outcomes == ["done", "refused"]
    assert Proposal.objects.chosen().count() == 1
    assert Tender.objects.get().state == "AWARDED"


def test_two_answers_of_one_partner_at_once_are_one_answer():
    """Q26."""
    tender = world.make_tender()
    partner, acting = world.make_partner()

    def answer(text):
        services.answer_tender(
            tender_id=tender.pk, partner_id=partner.pk, text=text, price_net=None, actor=acting, now=world.NOW
        )

    outcomes = at_once(lambda: answer("We would start in January."), lambda: answer("We would start in March."))

    assert outcomes == ["done", "done"]
    assert Proposal.objects.count() == 1

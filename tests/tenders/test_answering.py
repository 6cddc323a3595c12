"""Rules 55 to 57, Q26, Q27: who reads, answers and wins a call."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core import mail

from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.states import IllegalTransition
from tenders import services
from tenders.exceptions import NotPossible
from tenders.models import Contract, Proposal, Tender
from tests import world

pytestmark = pytest.mark.django_db


def answer(tender, partner, acting, now=world.NOW, text="We would start in January.", price=Decimal(4000)):
    return services.answer_tender(
        tender_id=tender.pk, partner_id=partner.pk, text=text, price_net=price, actor=acting, now=now
    )


def award(tender, proposal, now=world.NOW):
    return services.award_tender(tender_id=tender.pk, proposal_id=proposal.pk, actor=services.Visitor(), now=now)


def record(proposal, acting, offers, acknowledges=True):
    return services.record_contract(
        proposal_id=proposal.pk,
        offers=offers,
        value_net=Decimal(4000),
        begins_on=dt.date(2027, 1, 1),
        acknowledges_exclusivity=acknowledges,
        actor=acting,
        now=world.NOW,
    )


def test_the_author_is_mailed_of_an_answer_once_and_not_of_its_changes(run_jobs, now):
    """Q20, Q26: one answer per partner, editable while open."""
    tender = world.make_tender()
    partner, acting = world.make_partner()

    answer(tender, partner, acting)
    changed = answer(tender, partner, acting, text="We would start in March.", now=now + dt.timedelta(hours=1))
    run_jobs()

    assert Proposal.objects.get().text == "We would start in March."
    assert changed.changed_at == now + dt.timedelta(hours=1)
    assert [message.to for message in mail.outbox] == [["lena@moser.example"]]
    assert "Studio Lumen has answered" in mail.outbox[0].subject
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["tenders.proposal.sent", "tenders.proposal.changed"]


@pytest.mark.parametrize("state", ["AWARDED", "DELETED", "EXPIRED"])
def test_a_closed_call_is_not_answerable(state):
    """Rule 56."""
    partner, acting = world.make_partner()

    with pytest.raises(NotPossible):
        answer(world.make_tender(state=state), partner, acting)

    assert not Proposal.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_call_whose_time_is_over_is_not_answerable_before_the_job_has_run(now):
    """Rule 56, Q25."""
    partner, acting = world.make_partner()
    tender = world.make_tender(expires_at=now)

    with pytest.raises(NotPossible):
        answer(tender, partner, acting)

    assert not Tender.objects.open_at(now).exists()
    assert not Proposal.objects.exists()


def test_only_approved_partners_answer(now):
    """Rule 54."""
    partner, acting = world.make_partner(state="SUSPENDED", suspended_at=now)

    with pytest.raises(NotPossible):
        answer(world.make_tender(), partner, acting)

    assert not Proposal.objects.exists()


def test_nobody_answers_its_own_call():
    partner, acting = world.make_partner()

    with pytest.raises(NotPossible):
        answer(world.make_tender(partner.organisation), partner, acting)

    assert not Proposal.objects.exists()


def test_partners_read_open_calls_and_those_they_answered(now):
    """Rules 54 to 56."""
    partner, acting = world.make_partner()
    suspended = world.make_partner("Suspended", state="SUSPENDED", suspended_at=now)[1]
    client = world.make_client()[1]
    opened = world.make_tender()
    lost = world.make_tender(state="AWARDED")
    deleted = world.make_tender(state="DELETED")
    world.make_tender(state="DRAFT")
    world.make_tender(state="EXPIRED")
    for tender in (lost, deleted):
        world.make_proposal(tender, partner)

    assert set(Tender.objects.readable_to(acting, now)) == {opened, lost}
    assert not Tender.objects.readable_to(suspended, now).exists()
    assert not Tender.objects.readable_to(client, now).exists()
    assert not Tender.objects.readable_to(None, now).exists()


def test_searching_never_finds_what_the_extract_hides():
    """Rule 55."""
    tender = world.make_tender()

    assert list(Tender.objects.matching("WEBSITE bern")) == [tender]
    assert not Tender.objects.matching("secret").exists()


def test_awarding_closes_the_call_and_tells_everybody_who_answered(run_jobs, now):
    """Q20, Q25."""
    tender = world.make_tender()
    winner, ana = world.make_partner()
    loser, luc = world.make_partner("Atelier Nord")
    chosen, other = world.make_proposal(tender, winner), world.make_proposal(tender, loser)

    award(tender, chosen)
    run_jobs()

    tender.refresh_from_db()
    assert (tender.state, tender.closed_at) == ("AWARDED", now)
    assert list(Proposal.objects.chosen()) == [chosen]
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert subjects == {
        ana.user.email: "You have won: New website for a bakery",
        luc.user.email: "Another answer was chosen: New website for a bakery",
    }
    with pytest.raises(IllegalTransition):
        award(tender, other)
    assert list(Proposal.objects.chosen()) == [chosen]


def test_an_answer_of_a_partner_without_status_cannot_win(now):
    tender = world.make_tender()
    partner, _ = world.make_partner(state="SUSPENDED", suspended_at=now)
    proposal = world.make_proposal(tender, partner)

    with pytest.raises(NotPossible):
        award(tender, proposal)

    tender.refresh_from_db()
    assert tender.state == "OPEN"
    assert not Proposal.objects.chosen().exists()
    assert not AuditEvent.objects.exists()


def test_a_deleted_call_is_neither_listed_nor_answerable_nor_awardable(now):
    """Rule 56."""
    tender = world.make_tender()
    partner, acting = world.make_partner()
    proposal = world.make_proposal(tender, partner)

    services.delete_tender(tender_id=tender.pk, actor=services.Visitor(), now=now)

    assert not Tender.objects.open_at(now).exists()
    assert not Tender.objects.readable_to(acting, now).exists()
    assert not Proposal.objects.visible_to(acting).exists()
    with pytest.raises(NotPossible):
        answer(tender, partner, acting)
    with pytest.raises(IllegalTransition):
        award(tender, proposal)
    with pytest.raises(IllegalTransition):
        services.delete_tender(tender_id=tender.pk, actor=services.Visitor(), now=now)
    proposal.refresh_from_db()
    assert (proposal.text, proposal.chosen_at) == ("We would start in January.", None)


def test_a_won_contract_holds_the_providers_products_and_the_duty():
    """Rule 57."""
    offers = world.make_catalogue()
    partner, acting = world.make_partner()
    proposal = world.make_proposal(world.make_tender(state="AWARDED"), partner, chosen_at=world.NOW)

    contract = record(proposal, acting, [offers["web-hosting"], offers["domain-ch"]])

    assert contract.acknowledges_exclusivity
    assert {offer.code for offer in contract.offers.all()} == {"web-hosting", "domain-ch"}
    event = AuditEvent.objects.get(action="tenders.contract.recorded")
    assert event.changes == {"offers": ["domain-ch", "web-hosting"], "value_net": "4000"}
    with pytest.raises(NotPossible):
        record(proposal, acting, [offers["web-hosting"]])
    assert Contract.objects.count() == 1


@pytest.mark.parametrize(
    ("chosen", "codes", "acknowledges"),
    [(False, ["web-hosting"], True), (True, [], True), (True, ["web-hosting"], False)],
    ids=["not won", "nothing in it", "duty not acknowledged"],
)
def test_a_contract_that_breaks_the_duty_is_not_recorded(chosen, codes, acknowledges):
    """Rule 57."""
    offers = world.make_catalogue()
    partner, acting = world.make_partner()
    state = "AWARDED" if chosen else "OPEN"
    proposal = world.make_proposal(world.make_tender(state=state), partner, chosen_at=world.NOW if chosen else None)

    with pytest.raises(NotPossible):
        record(proposal, acting, [offers[code] for code in codes], acknowledges)

    assert not Contract.objects.exists()
    assert not AuditEvent.objects.exists()

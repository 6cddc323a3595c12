"""What the database refuses about products, relationships and teams: each constraint broken once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from clients.choices import Side
from clients.models import (
    ClientAssignment,
    EndReceipt,
    Grant,
    ProductTransfer,
    ProductUsage,
    Relationship,
    RequestCode,
    RightUse,
    Team,
    TeamClient,
    TeamMember,
)
from tests import world
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(here):
    here.relationship = world.make_relationship(here.client, here.partner)
    here.offer = here.offers["web-hosting"]
    return here


def relationship(here, **changes):
    values = {
        "client": here.client,
        "partner": world.make_partner("Zwei AG")[0],
        "started_by": "CLIENT",
        "access": "LIMITED",
        "created_at": NOW,
        "sent_at": NOW,
        "expires_at": NOW,
    }
    return Relationship.objects.create(**values | changes)


def active(here, **changes):
    return relationship(here, **{"state": "ACTIVE", "access_since": NOW, "answered_at": NOW} | changes)


def transfer(here, **changes):
    values = {
        "product": here.product,
        "from_organisation": here.client,
        "to_email": "anna@zwei.example",
        "created_at": NOW,
        "expires_at": NOW,
    }
    return ProductTransfer.objects.create(**values | changes)


def team(here, name="Web"):
    return Team.objects.create(organisation=here.partner.organisation, name=name, created_at=NOW)


def replaced_by_itself(here):
    invitation = relationship(here)
    Relationship.objects.filter(pk=invitation.pk).update(replaces=invitation)


def twice(make):
    make()
    make()


BAD_ROWS = {
    "product_state_known": lambda h: world.make_product(h.client, h.offer, state="LOST"),
    "product_renewal_payer_known": lambda h: world.make_product(h.client, h.offer, renewal_payer="BANK"),
    "product_anchor_day_29_to_31": lambda h: world.make_product(h.client, h.offer, anchor_day=28),
    "product_has_units": lambda h: world.make_product(h.client, h.offer, quantity=0),
    "product_blocked_iff_dated": lambda h: world.make_product(h.client, h.offer, state="BLOCKED", overdue_since=None),
    "product_terminated_iff_dated": lambda h: world.make_product(h.client, h.offer, terminated_at=NOW),
    "product_cancelled_by_somebody": lambda h: world.make_product(h.client, h.offer, cancelled_at=NOW),
    "product_fewer_units_iff_dated": lambda h: world.make_product(h.client, h.offer, next_quantity=1, fewer_on=TODAY),
    "product_next_offer_is_another": lambda h: world.make_product(h.client, h.offer, next_offer=h.offer),
    "productusage_once_a_day": lambda h: twice(lambda: ProductUsage.objects.create(product=h.product, day=TODAY)),
    "producttransfer_state_known": lambda h: transfer(h, state="LOST"),
    "producttransfer_elsewhere": lambda h: transfer(h, to_organisation=h.client),
    "producttransfer_receiver_once_accepted": lambda h: transfer(h, state="ACCEPTED", answered_at=NOW),
    "producttransfer_one_pending_per_product": lambda h: twice(lambda: transfer(h)),
    "relationship_state_known": lambda h: relationship(h, state="LOST"),
    "relationship_started_by_known": lambda h: relationship(h, started_by="STAFF"),
    "relationship_asked_known": lambda h: relationship(h, asked_access="SOME"),
    "relationship_ended_by_iff_ended": lambda h: relationship(h, ended_by="CLIENT"),
    "relationship_payer_iff_full": lambda h: relationship(h, access="FULL", payer=None),
    "relationship_not_with_itself": lambda h: relationship(h, client=h.partner.organisation, partner=h.partner),
    "relationship_client_once_answered": lambda h: active(
        h, client=None, started_by=Side.PARTNER, invited_email="a@b.ch"
    ),
    "relationship_by_code_is_request": lambda h: relationship(h, is_by_code=True),
    "relationship_replaces_by_invitation": replaced_by_itself,
    "relationship_ends_after_it_was_made": lambda h: relationship(h, ends_at=NOW),
    "relationship_reason_only_if_refused": lambda h: relationship(h, refusal_reason="Not now"),
    "relationship_ended_iff_dated": lambda h: relationship(h, ended_at=NOW),
    "relationship_access_since_iff_answered": lambda h: relationship(h, access_since=NOW),
    "relationship_one_live_per_pair": lambda h: relationship(h, partner=h.partner),
    "relationship_one_full_per_client": lambda h: active(h, access="FULL", payer="CLIENT"),
    "grant_once_per_product": lambda h: twice(
        lambda: Grant.objects.create(relationship=h.relationship, product=h.product, granted_at=NOW)
    ),
    "rightuse_once_per_right": lambda h: twice(
        lambda: RightUse.objects.create(relationship=h.relationship, right="view", last_used_on=TODAY)
    ),
    "rightuse_right_known": lambda h: RightUse.objects.create(
        relationship=h.relationship, right="sing", last_used_on=TODAY
    ),
    "requestcode_one_per_digest": lambda h: [
        RequestCode.objects.create(organisation=organisation, digest="d", created_at=NOW, expires_at=NOW)
        for organisation in (h.client, h.partner.organisation)
    ],
    "endreceipt_number_once": lambda h: [
        EndReceipt.objects.create(relationship=one, number="E-1", issued_at=NOW, facts={})
        for one in (h.relationship, relationship(h))
    ],
    "clientassignment_once": lambda h: twice(
        lambda: ClientAssignment.objects.create(
            relationship=h.relationship, membership=h.partner_acting.membership, assigned_at=NOW
        )
    ),
    "team_name_once": lambda h: [team(h, "Web"), team(h, "web")],
    "teammember_once": lambda h: [
        TeamMember.objects.create(team=one, membership=h.partner_acting.membership) for one in [team(h)] * 2
    ],
    "teamclient_once": lambda h: [
        TeamClient.objects.create(team=one, relationship=h.relationship) for one in [team(h)] * 2
    ],
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_is_refused(name, here):
    with pytest.raises(IntegrityError, match=rf'"{name}"'), transaction.atomic():
        BAD_ROWS[name](here)


def test_only_a_request_comes_by_code_and_only_an_invitation_replaces(here):
    with pytest.raises(IntegrityError, match="relationship_replaces_by_invitation"), transaction.atomic():
        relationship(here, started_by="PARTNER", replaces=here.relationship)


TIES = {
    "teammember": lambda h: TeamMember.objects.create(team=team(h), membership=h.acting.membership),
    "teamclient": lambda h: TeamClient.objects.create(team=team(h), relationship=relationship(h)),
    "clientassignment": lambda h: world.assign(h.relationship, h.acting.membership),
}


@pytest.mark.parametrize("table", TIES)
def test_nobody_of_another_organisation_is_let_in_to_a_client(table, here):
    """Rule 20: people, teams and clients of one partner only, by a trigger."""
    with pytest.raises(IntegrityError, match=f"clients_{table} ties two partners"), transaction.atomic():
        TIES[table](here)


def test_nor_by_moving_a_row(here):
    """Rule 20."""
    world.assign(here.relationship, here.partner_acting.membership)

    with pytest.raises(IntegrityError, match="ties two partners"), transaction.atomic():
        ClientAssignment.objects.update(membership=here.acting.membership)


@pytest.mark.parametrize(
    "statement", ["UPDATE clients_endreceipt SET number = 'E-2'", "DELETE FROM clients_endreceipt"]
)
def test_a_receipt_never_changes(statement, here):
    """Both sides rely on it (promise 7)."""
    EndReceipt.objects.create(relationship=here.relationship, number="E-1", issued_at=NOW, facts={"cut": 1})

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert EndReceipt.objects.get().number == "E-1"


def test_the_day_after_is_no_bad_end(here):
    """The rows above are refused for what they say, not for being rows."""
    assert relationship(here, ends_at=NOW + dt.timedelta(days=1)).pk

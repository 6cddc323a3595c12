"""The audit trail: written with the act, only added to, read by whom it concerns. Q43, promise 7."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.audit import log
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel import request_id
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db


def write(actor, organisation, **facts):
    return log.record(
        at=NOW, actor=actor, action="tests.thing.done", subject=organisation, organisation=organisation, **facts
    )


def test_a_line_says_who_for_whom_through_what_and_in_which_request():
    client, _acting = world.make_client()
    partner, partner_acting = world.make_partner()
    relationship = world.make_relationship(client, partner)
    in_space = Acting(user=partner_acting.user, membership=partner_acting.membership, relationship=relationship)
    token = request_id.current.set("abc12345")

    event = write(in_space, client, changes={"units": 3})
    request_id.current.reset(token)

    assert (event.actor_id, event.actor_label) == (partner_acting.user.pk, "Ana Keller")
    assert (event.actor_organisation_id, event.organisation_id) == (partner.pk, client.pk)
    assert (event.relationship_id, event.request_id) == (relationship.pk, "abc12345")
    assert (event.subject_label, event.changes) == (client.name, {"units": 3})


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_nothing_is_recorded():
    client, acting = world.make_client()

    with pytest.raises(transaction.TransactionManagementError):
        write(acting, client)

    assert not AuditEvent.objects.exists()


def test_an_act_that_is_taken_back_takes_its_line_along():
    client, acting = world.make_client()

    with pytest.raises(RuntimeError), transaction.atomic():
        write(acting, client)
        raise RuntimeError

    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditevent SET actor_label = 'Nobody'", "DELETE FROM audit_auditevent"]
)
def test_no_line_is_changed_or_removed(statement):
    client, acting = world.make_client()
    event = write(acting, client)

    with pytest.raises(IntegrityError, match="only added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    event.refresh_from_db()
    assert event.actor_label == str(acting.user)


def test_it_is_read_by_the_organisation_it_concerns_alone():
    client, acting = world.make_client()
    other, other_acting = world.make_client("Andere AG")
    mine = write(SYSTEM, client)
    write(acting, other)

    assert list(AuditEvent.objects.visible_to(acting)) == [mine]
    assert mine not in AuditEvent.objects.visible_to(other_acting)
    assert not AuditEvent.objects.visible_to(None).exists()


def test_in_a_clients_space_a_partner_reads_what_came_through_its_relationship():
    client, acting = world.make_client()
    partner, partner_acting = world.make_partner()
    relationship = world.make_relationship(client, partner)
    in_space = Acting(user=partner_acting.user, membership=partner_acting.membership, relationship=relationship)
    write(acting, client)
    own = write(in_space, client)

    assert list(AuditEvent.objects.visible_to(in_space)) == [own]

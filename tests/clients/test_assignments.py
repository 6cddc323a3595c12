"""Who of a partner's people is let in by name, and what remains of it when they go. Rules 20 and 21, Q43."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clients import selectors, services
from clients.choices import Payer
from clients.exceptions import NotPossible
from clients.models import Relationship
from partnerportal.accounts import services as accounts
from partnerportal.accounts.choices import Role
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.browsers import signed_in
from tests.world import NOW

pytestmark = pytest.mark.django_db
ALL = {"has_technical": True, "has_statistics": True, "has_order": True, "has_billing": True}
TECHNICAL = dict.fromkeys(ALL, False) | {"has_technical": True}


@pytest.fixture
def here(here):
    here.lumen = here.partner.organisation
    here.relationship = world.make_relationship(here.client, here.partner, payer=Payer.PARTNER)
    here.mia, here.tom = (world.make_member(here.lumen, Role.COLLABORATOR) for _ in range(2))
    return here


def test_who_leaves_the_partner_leaves_its_teams(here):
    """Rule 20."""
    team = world.make_team(here.lumen, people=(here.mia, here.tom))

    accounts.remove_member(membership_id=here.mia.pk, actor=here.partner_acting, now=NOW)

    assert [one.membership for one in team.members.all()] == [here.tom]


def test_an_assignment_by_name_is_changed_and_the_client_reads_it(here):
    """Rule 21; Q43."""
    assignment = services.assign_member(
        relationship_id=here.relationship.pk,
        membership_id=here.mia.pk,
        rights=ALL,
        actor=here.partner_acting,
        now=NOW,
    )

    services.change_assignment(assignment_id=assignment.pk, rights=TECHNICAL, actor=here.partner_acting, now=NOW)

    assert selectors.reach(membership=here.mia, product_id=here.product.pk).rights == {"view", "technical"}
    lines = AuditEvent.objects.visible_to(here.acting).filter(action__startswith="clients.assignment.").order_by("pk")
    assert [one.action for one in lines] == ["clients.assignment.made", "clients.assignment.changed"]
    assert lines[1].changes == {"person": "Ana Keller", "from": ALL, "to": TECHNICAL}
    assert lines[1].relationship_id == here.relationship.pk


def test_who_was_taken_off_meanwhile_is_not_changed(here):
    assignment = world.assign(here.relationship, here.mia)
    services.unassign_member(assignment_id=assignment.pk, actor=here.partner_acting, now=NOW)

    with pytest.raises(NotPossible):
        services.change_assignment(assignment_id=assignment.pk, rights=ALL, actor=here.partner_acting, now=NOW)
    services.unassign_member(assignment_id=assignment.pk, actor=here.partner_acting, now=NOW)

    assert not Relationship.objects.reachable_by(here.mia).exists()
    assert AuditEvent.objects.filter(action="clients.assignment.removed").count() == 1


def test_who_leaves_the_partner_leaves_its_clients_with_a_line(here):
    """Rule 20, Q43: once for each client that the person reached, by name or in a team; nobody else reads it."""
    lea = world.make_member(here.lumen, Role.COLLABORATOR, user=world.make_user("Lea Furrer"))
    by_name, in_team, neither = (world.make_client(name)[0] for name in ("Rossi SA", "Zoë", "Nobody"))
    relationships = [world.make_relationship(one, here.partner) for one in (by_name, in_team, neither)]
    world.assign(relationships[0], lea)
    team = world.make_team(here.lumen, people=(lea,), clients=(relationships[1],))

    accounts.remove_member(membership_id=lea.pk, actor=here.partner_acting, now=NOW)

    lines = AuditEvent.objects.filter(action="clients.assignment.left")
    assert {(one.organisation_id, one.relationship_id, one.changes["person"]) for one in lines} == {
        (by_name.pk, relationships[0].pk, "Lea Furrer"),
        (in_team.pk, relationships[1].pk, "Lea Furrer"),
    }
    assert not team.members.exists()
    page = signed_in(by_name.memberships.get().user).get(reverse("accounts:activity_list")).content.decode()
    assert "left the partner, and so this client" in page
    assert "Lea Furrer" in page


def test_who_leads_the_partner_leaves_every_client_with_a_line(here):
    """Rule 20, Q43: they reached all of them."""
    administrator = world.make_member(here.lumen, Role.ADMINISTRATOR)

    accounts.remove_member(membership_id=administrator.pk, actor=here.partner_acting, now=NOW)

    assert AuditEvent.objects.get(action="clients.assignment.left").organisation_id == here.client.pk

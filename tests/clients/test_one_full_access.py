"""One partner at a time has full access, and who hears of it when. Q13, promise 2."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clients import services
from clients.choices import Access, RelationshipState, Side
from clients.exceptions import NotPossible
from clients.models import Relationship
from partnerportal.audit.models import AuditEvent
from partnerportal.work.models import Job
from tests import world
from tests.clients.asking import FULL, invite, limited, request
from tests.world import NOW

pytestmark = pytest.mark.django_db
SUSPENDED = {"state": "SUSPENDED", "suspended_at": NOW}


def test_second_partner_with_full_access_is_refused(here):
    """Q13: one at a time; the database has the last word."""
    other, _acting = world.make_partner("Atelier Nord")
    relationship = invite(here)
    world.make_relationship(here.client, other)  # meanwhile

    with pytest.raises(NotPossible) as refusal:
        services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)

    assert refusal.value.field == "access"
    assert "Atelier Nord" not in str(refusal.value)  # the partner does not learn who it is
    relationship.refresh_from_db()
    assert relationship.state == RelationshipState.PENDING


def test_client_hears_at_once_that_another_partner_has_full_access(here):
    """Q13: when inviting, when answering, when sending again; nothing is written or mailed."""
    other, _acting = world.make_partner("Atelier Nord")
    sent_before = invite(here)
    asked = world.make_relationship(
        here.client,
        world.make_partner("Pixel")[0],
        state=RelationshipState.PENDING,
        started_by=Side.PARTNER,
        asked_access=Access.LIMITED,
        access=Access.LIMITED,
    )
    world.make_relationship(here.client, other)
    third, _acting = world.make_partner("Drei")
    acts = [
        lambda: invite(here, partner_id=third.pk),
        lambda: services.answer_request(relationship_id=asked.pk, terms=FULL, actor=here.acting, now=NOW),
        lambda: services.resend(relationship_id=sent_before.pk, actor=here.acting, now=NOW),
    ]
    before = (Relationship.objects.count(), AuditEvent.objects.count(), Job.objects.count())

    for act in acts:
        with pytest.raises(NotPossible, match="Atelier Nord has full access") as refusal:
            act()
        assert refusal.value.field == "access"

    asked.refresh_from_db()
    assert (asked.state, asked.access) == (RelationshipState.PENDING, Access.LIMITED)
    assert (Relationship.objects.count(), AuditEvent.objects.count(), Job.objects.count()) == before
    assert invite(here, terms=limited(here.product), partner_id=third.pk).state == RelationshipState.PENDING


def test_a_suspended_partner_keeps_the_place_of_full_access(here):
    """Q13: its status may hold again; the database would refuse a second one, too."""
    world.make_relationship(here.client, world.make_partner("Atelier Nord", **SUSPENDED)[0])

    with pytest.raises(NotPossible, match="Atelier Nord has full access"):
        invite(here)

    assert Relationship.objects.count() == 1


def test_asking_does_not_tell_the_partner_that_another_has_full_access(here):
    """Promise 2: the request goes out as any other; the client hears it when it answers."""
    world.make_relationship(here.client, world.make_partner("Atelier Nord")[0])

    relationship = request(here, here.acting.user.email)

    assert relationship.state == RelationshipState.PENDING


def test_invitation_page_says_that_another_has_full_access_and_refuses_beside_the_field(here, client):
    world.make_relationship(here.client, world.make_partner("Atelier Nord")[0])
    client.force_login(here.acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = reverse("clients:partner_invite", args=[here.partner.pk])

    drawn = client.get(page).content.decode()
    refused = client.post(page, {"access": "FULL", "payer": "CLIENT", "note": "Hello"})

    assert "Atelier Nord has full access now" in drawn
    assert refused.status_code == 409
    assert "Atelier Nord has full access" in refused.context["form"].errors["access"][0]
    assert refused.context["form"]["note"].value() == "Hello"
    assert Relationship.objects.count() == 1

"""How a relationship ends: rules 46 to 49, Q19, Q42; through the pages where the session matters."""

from __future__ import annotations

from functools import partial

import pytest
from django.core import mail
from django.urls import reverse

from clients import services
from clients.choices import Payer, RelationshipState, RenewalPayer, Side
from clients.models import Product, Relationship
from clients.permissions import ClientPermission
from partnerportal.accounts.choices import Role
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.states import IllegalTransition
from partners import services as partner_services
from tests import world
from tests.at_once import at_once
from tests.world import NOW, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()
        partner, partner_acting = world.make_partner()

    Here.product = world.make_product(Here.client, Here.offers["web-hosting"], renewal_payer=RenewalPayer.PARTNER)
    Here.relationship = world.make_relationship(Here.client, Here.partner, payer=Payer.PARTNER)
    return Here


def end(here, side=Side.CLIENT):
    actor = here.acting if side == Side.CLIENT else here.partner_acting
    return services.end_relationship(relationship_id=here.relationship.pk, by=side, actor=actor, now=NOW)


@pytest.mark.parametrize("side", Side.values)
def test_either_side_ends_it(here, side, run_jobs):
    """Rules 46 and 48, Q19, Q20: products stay, renewals lose their payer, the other side gets a mail."""
    end(here, side)
    run_jobs()

    here.relationship.refresh_from_db()
    here.product.refresh_from_db()
    assert (here.relationship.state, here.relationship.ended_by) == (RelationshipState.ENDED, side)
    assert (here.product.organisation, here.product.renewal_payer) == (here.client, RenewalPayer.NOBODY)
    in_space = world.acting(here.partner_acting.membership, here.relationship)
    assert not Product.objects.visible_to(in_space).exists()
    other = here.partner_acting if side == Side.CLIENT else here.acting
    assert [other.user.email] in [message.to for message in mail.outbox]


def test_collaborators_do_not_end_it(here):
    """Rule 46: legal representatives and administrators."""
    held = {
        role: ClientPermission.RELATIONSHIP_END.granted_to(world.acting(world.make_member(here.client, role)))
        for role in Role
    }

    assert held == {Role.LEGAL: True, Role.ADMINISTRATOR: True, Role.COLLABORATOR: False}


def test_ending_twice_is_refused(here):
    """IllegalTransition: 409 in the pages."""
    end(here)

    with pytest.raises(IllegalTransition):
        end(here)

    assert AuditEvent.objects.filter(action="clients.relationship.ended").count() == 1


def test_wrong_password_changes_nothing(here, client):
    """Rule 47."""
    client.force_login(here.acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    address = reverse("clients:relationship_end", args=[here.relationship.pk])
    client.post(address, {"confirm": "yes"})

    response = client.post(address, {"password": "wrong"})

    here.relationship.refresh_from_db()
    assert (response.status_code, here.relationship.state) == (200, RelationshipState.ACTIVE)
    assert "not your password" in response.content.decode()
    assert not AuditEvent.objects.exists()
    assert mail.outbox == []


def test_first_question_asks_for_no_password(here, client):
    """Rule 47: first a confirmation, then the password; neither can be left out."""
    client.force_login(here.acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("clients:relationship_end", args=[here.relationship.pk])

    early = client.post(address, {"password": PASSWORD})
    first, guessed = client.get(address), client.get(address, {"step": "password"})
    second = client.post(address, {"confirm": "yes"}, follow=True)

    assert all('type="password"' not in page.content.decode() for page in (early, first, guessed))
    assert 'type="password"' in second.content.decode()
    here.relationship.refresh_from_db()
    assert here.relationship.state == RelationshipState.ACTIVE


def test_the_confirmation_of_one_relationship_is_none_of_another(here, client):
    """Rule 47."""
    other = world.make_relationship(here.client, world.make_partner("Atelier Nord")[0], access="LIMITED")
    client.force_login(here.acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post(reverse("clients:relationship_end", args=[other.pk]), {"confirm": "yes"})

    response = client.post(reverse("clients:relationship_end", args=[here.relationship.pk]), {"password": PASSWORD})

    here.relationship.refresh_from_db()
    assert (response.status_code, here.relationship.state) == (200, RelationshipState.ACTIVE)


def test_access_is_gone_at_the_very_next_request(here, client):
    """Rule 48, promise 1: the partner is in the client's space while the client ends it."""
    client.force_login(here.partner_acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.post(reverse("clients:client_enter", args=[here.relationship.pk]))
    page = reverse("clients:product_detail", args=[here.product.pk])
    assert client.get(page).status_code == 200

    end(here)

    assert client.get(page).status_code == 404
    assert "client_space" not in client.session


def test_right_password_ends_it(here, client):
    """Rule 47."""
    client.force_login(here.acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    address = reverse("clients:relationship_end", args=[here.relationship.pk])
    client.post(address, {"confirm": "yes"})

    response = client.post(address, {"password": PASSWORD})

    here.relationship.refresh_from_db()
    assert (response.status_code, here.relationship.state) == (302, RelationshipState.ENDED)


def test_new_relationship_starts_from_nothing(here):
    """Rule 49."""
    end(here)

    again = services.invite_partner(
        client_id=here.client.pk,
        partner_id=here.partner.pk,
        terms=services.Terms(access="LIMITED", products=(services.ProductRights(here.product.pk),)),
        actor=here.acting,
        now=NOW,
    )

    assert again.pk != here.relationship.pk
    assert (again.state, again.assignments.count()) == (RelationshipState.PENDING, 0)


def test_leaving_the_programme_ends_every_relationship(here):
    """Q42: and takes back every question."""
    pending = world.make_relationship(
        world.make_client("Zwei AG")[0], here.partner, state="PENDING", started_by=Side.PARTNER
    )

    partner_services.leave_programme(partner_id=here.partner.pk, actor=here.partner_acting, now=NOW)

    states = dict(Relationship.objects.values_list("pk", "state"))
    assert states == {here.relationship.pk: "ENDED", pending.pk: "WITHDRAWN"}


@pytest.mark.django_db(transaction=True)
def test_two_ends_at_once():
    """One wins, the other is told."""
    client, acting = world.make_client()
    partner, partner_acting = world.make_partner()
    relationship = world.make_relationship(client, partner)
    end = partial(services.end_relationship, relationship_id=relationship.pk, now=NOW)

    outcomes = at_once(partial(end, by="CLIENT", actor=acting), partial(end, by="PARTNER", actor=partner_acting))

    assert outcomes == ["done", "refused"]
    assert AuditEvent.objects.filter(action="clients.relationship.ended").count() == 1


def test_a_suspension_stops_what_the_partner_renews(here, run_jobs):
    """Rule 48, Q19: the client is told, the paid period stays, the relationship too."""
    paid_until = here.product.renews_on

    partner_services.suspend_partner(partner_id=here.partner.pk, actor=here.partner_acting, now=NOW)
    run_jobs()

    product, relationship = Product.objects.get(), Relationship.objects.get()
    assert (product.renewal_payer, product.renews_on) == (RenewalPayer.NOBODY, paid_until)
    assert relationship.state == RelationshipState.ACTIVE
    assert AuditEvent.objects.filter(action="clients.relationship.renewals_stopped").count() == 1
    assert [one.to for one in mail.outbox if "no longer renews 1 product" in one.subject] == [[here.acting.user.email]]

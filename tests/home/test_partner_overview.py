"""What the partner's overview says needs somebody today."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.choices import Payer, RenewalPayer
from partnerportal.accounts.choices import Role
from tests import world

pytestmark = pytest.mark.django_db


def test_renewals_that_somebody_else_pays_are_not_the_partners_to_do(client):
    """Section 4: the partner pays what it orders; what the client ordered itself, the client renews."""
    offers = world.make_catalogue()
    world.make_thresholds()
    organisation, _acting = world.make_client()
    partner, acting = world.make_partner()
    world.make_relationship(organisation, partner, payer=Payer.PARTNER)
    soon, later = (timezone.localdate() + dt.timedelta(days=days) for days in (13, 14))
    for payer in RenewalPayer.values:
        world.make_product(organisation, offers["office"], renews_on=soon, renewal_payer=payer)
    world.make_product(organisation, offers["office"], renews_on=later, renewal_payer=RenewalPayer.PARTNER)
    client.force_login(acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = client.get(reverse("home:partner"))

    assert [line["what"] for line in page.context["todo"]] == ["Bäckerei Moser: 1 renewal is due"]


def test_a_collaborator_sees_the_clients_it_was_assigned_and_no_earnings(client):
    """Rules 20 and 28."""
    partner, _acting = world.make_partner()
    member = world.make_member(partner.organisation, Role.COLLABORATOR)
    for name in ("Garage Rossi", "Hotel Alpina"):
        relationship = world.make_relationship(world.make_client(name)[0], partner)
    world.assign(relationship, member)
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = client.get(reverse("home:partner")).content.decode()

    assert reverse("clients:client_detail", args=[relationship.pk]) in page
    assert "Hotel Alpina" in page
    assert "Garage Rossi" not in page
    assert "Earnings are shown to those who may see accounting" in page

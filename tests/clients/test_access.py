"""What is granted, who changes it, who reaches whom: rules 15 to 22, Q13, Q19."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from django.core import mail

from billing.selectors import managed_total
from clients import selectors, services
from clients.choices import Access, Payer, RenewalPayer, Right
from clients.exceptions import NotPossible
from clients.models import Product, Relationship
from clients.permissions import ClientPermission
from partnerportal.accounts.choices import Role
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.states import IllegalTransition
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client()
        partner, partner_acting = world.make_partner()

    Here.one, Here.two = (world.make_product(Here.client, Here.offers[code]) for code in ("web-hosting", "office"))
    return Here


def limited(*products):
    return services.Terms(access=Access.LIMITED, products=tuple(services.ProductRights(one.pk) for one in products))


def change(here, relationship, terms, **options):
    return services.change_access(
        relationship_id=relationship.pk, terms=terms, actor=here.acting, now=NOW + dt.timedelta(hours=1), **options
    )


def seen(here, relationship, membership=None):
    return set(Product.objects.visible_to(world.acting(membership or here.partner_acting.membership, relationship)))


def test_limited_access_shows_the_ticked_products_only(here):
    """Rule 15."""
    relationship = world.make_relationship(here.client, here.partner, access=Access.LIMITED, products=(here.one,))

    assert seen(here, relationship) == {here.one}


def test_full_access_shows_later_products_too(here):
    """Rule 16."""
    relationship = world.make_relationship(here.client, here.partner)
    later = world.make_product(here.client, here.offers["office"])

    assert seen(here, relationship) == {here.one, here.two, later}


def test_only_the_clients_legal_representative_changes_access(here):
    """Rule 17."""
    administrator = world.acting(world.make_member(here.client, Role.ADMINISTRATOR))
    relationship = world.make_relationship(here.client, here.partner)
    in_space = world.acting(here.partner_acting.membership, relationship, frozenset(Right.values))

    granted = [
        ClientPermission.RELATIONSHIP_CHANGE.granted_to(acting) for acting in (here.acting, administrator, in_space)
    ]

    assert granted == [True, False, False]


def test_full_to_limited_and_back(here, run_jobs):
    """Rule 18: the payer goes with full access, and comes with it."""
    relationship = world.make_relationship(here.client, here.partner, payer=Payer.PARTNER)

    change(here, relationship, limited(here.one))
    relationship.refresh_from_db()
    assert (relationship.access, relationship.payer, seen(here, relationship)) == ("LIMITED", None, {here.one})

    change(here, relationship, services.Terms(access=Access.FULL, payer=Payer.CLIENT))
    relationship.refresh_from_db()
    assert (relationship.access, relationship.payer) == ("FULL", "CLIENT")
    assert seen(here, relationship) == {here.one, here.two}
    run_jobs()
    assert {tuple(message.to) for message in mail.outbox} == {(here.partner_acting.user.email,)}


def test_full_without_payer_is_refused(here):
    """Rule 18."""
    relationship = world.make_relationship(here.client, here.partner, access=Access.LIMITED, products=(here.one,))

    with pytest.raises(NotPossible):
        change(here, relationship, services.Terms(access=Access.FULL))

    relationship.refresh_from_db()
    assert relationship.access == "LIMITED"
    assert not AuditEvent.objects.exists()


def test_rights_may_be_withdrawn_down_to_none(here):
    """3.4: ending is a separate act."""
    relationship = world.make_relationship(here.client, here.partner, access=Access.LIMITED, products=(here.one,))

    change(here, relationship, limited())

    assert seen(here, relationship) == set()
    assert Relationship.objects.active().get() == relationship


def test_second_window_does_not_overwrite_the_first(here):
    """Two tabs: the second is told."""
    relationship = world.make_relationship(here.client, here.partner, access=Access.LIMITED, products=(here.one,))
    on_screen = selectors.snapshot(relationship)
    change(here, relationship, limited(here.two), seen=on_screen)

    with pytest.raises(NotPossible):
        change(here, relationship, limited(here.one, here.two), seen=on_screen)

    assert seen(here, relationship) == {here.two}


def test_product_that_is_gone_is_refused(here):
    """A grant of a product deleted meanwhile."""
    relationship = world.make_relationship(here.client, here.partner, access=Access.LIMITED, products=(here.one,))
    Product.objects.filter(pk=here.two.pk).update(state="TERMINATED", **world.dated("TERMINATED"))

    with pytest.raises(NotPossible):
        change(here, relationship, limited(here.two))

    assert seen(here, relationship) == {here.one}


def test_changing_the_payer_mails_the_partner(here, run_jobs):
    """Rule 19."""
    relationship = world.make_relationship(here.client, here.partner, payer=Payer.CLIENT)

    services.change_payer(relationship_id=relationship.pk, payer=Payer.PARTNER, actor=here.acting, now=NOW)
    run_jobs()

    relationship.refresh_from_db()
    assert relationship.payer == "PARTNER"
    assert [message.to for message in mail.outbox] == [[here.partner_acting.user.email]]


def test_limited_access_has_no_payer_to_change(here):
    """Rule 18."""
    relationship = world.make_relationship(here.client, here.partner, access=Access.LIMITED, products=(here.one,))

    with pytest.raises(NotPossible):
        services.change_payer(relationship_id=relationship.pk, payer=Payer.CLIENT, actor=here.acting, now=NOW)

    relationship.refresh_from_db()
    assert relationship.payer is None


def test_renewals_lose_their_payer_with_the_mode(here):
    """Q19: the paid period stays."""
    relationship = world.make_relationship(here.client, here.partner, payer=Payer.PARTNER)
    Product.objects.filter(pk=here.one.pk).update(renewal_payer=RenewalPayer.PARTNER)

    services.change_payer(relationship_id=relationship.pk, payer=Payer.CLIENT, actor=here.acting, now=NOW)

    here.one.refresh_from_db()
    assert (here.one.renewal_payer, here.one.renews_on) == ("NOBODY", dt.date(2026, 12, 1))


def test_ended_relationship_cannot_be_changed(here):
    """409 in the pages."""
    relationship = world.make_relationship(here.client, here.partner, state="ENDED")

    with pytest.raises(IllegalTransition):
        change(here, relationship, limited(here.one))


def test_collaborators_reach_assigned_clients_only(here):
    """Rule 20."""
    relationship = world.make_relationship(here.client, here.partner)
    other = world.make_relationship(world.make_client("Zwei AG")[0], here.partner)
    administrator = world.make_member(here.partner.organisation, Role.ADMINISTRATOR)
    collaborator = world.make_member(here.partner.organisation, Role.COLLABORATOR)
    world.assign(relationship, collaborator)

    reach = [set(Relationship.objects.reachable_by(one)) for one in (administrator, collaborator)]

    assert reach == [{relationship, other}, {relationship}]
    assert seen(here, relationship, collaborator) == {here.one, here.two}
    assert seen(here, other, collaborator) == set()


def test_only_members_of_the_partner_are_assigned(here):
    """Rule 20."""
    relationship = world.make_relationship(here.client, here.partner)
    foreign = world.make_member(here.client, Role.COLLABORATOR)

    with pytest.raises(NotPossible):
        services.assign_member(
            relationship_id=relationship.pk, membership_id=foreign.pk, rights={}, actor=here.partner_acting, now=NOW
        )

    assert not relationship.assignments.exists()


@pytest.mark.parametrize(
    ("access", "payer", "assigned", "expected"),
    [
        (Access.FULL, Payer.PARTNER, None, {"view", "technical", "statistics", "order", "billing"}),
        (Access.FULL, Payer.CLIENT, None, {"view", "technical", "statistics", "order"}),
        (Access.LIMITED, None, None, {"view", "technical", "statistics"}),
        (Access.FULL, Payer.PARTNER, {"has_order": True}, {"view", "technical", "statistics", "order"}),
        (Access.FULL, Payer.CLIENT, {"has_billing": True}, {"view", "technical", "statistics"}),
        (Access.LIMITED, None, {"has_order": True, "has_billing": True}, {"view", "technical", "statistics"}),
        (Access.FULL, Payer.PARTNER, {"has_technical": False, "has_statistics": False}, {"view"}),
    ],
)
def test_nobody_exceeds_what_the_client_granted(here, access, payer, assigned, expected):
    """Rule 21: the intersection of what the client granted and what the partner allows."""
    products = (here.one,) if access == Access.LIMITED else ()
    relationship = world.make_relationship(here.client, here.partner, access=access, payer=payer, products=products)
    membership = here.partner_acting.membership
    if assigned is not None:
        membership = world.make_member(here.partner.organisation, Role.COLLABORATOR)
        world.assign(relationship, membership, **assigned)

    with_ways = Relationship.objects.with_ways(membership).get(pk=relationship.pk)
    assert selectors.rights_in_space(with_ways, membership) == expected
    assert selectors.reach(membership=membership, product_id=here.one.pk).rights == expected


def test_earning_partner_of_a_product_is_the_first_granted(here):
    """Q13: the earlier grant keeps it; when it ends, the next one has it."""
    nord, _ = world.make_partner("Atelier Nord")
    earlier = world.make_relationship(
        here.client, nord, access=Access.LIMITED, products=(here.one,), since=NOW - dt.timedelta(days=9)
    )
    full = world.make_relationship(here.client, here.partner)

    def earners():
        return dict(Product.objects.with_earner().values_list("pk", "earner_relationship"))

    assert earners() == {here.one.pk: earlier.pk, here.two.pk: full.pk}
    services.end_relationship(relationship_id=earlier.pk, by="CLIENT", actor=here.acting, now=NOW)
    assert earners() == {here.one.pk: full.pk, here.two.pk: full.pk}


def test_narrowing_full_access_asks_for_a_product(here):
    """Rule 18; the partner keeps full access until then."""
    relationship = world.make_relationship(here.client, here.partner)

    with pytest.raises(NotPossible) as refused:
        change(here, relationship, limited())

    relationship.refresh_from_db()
    assert (refused.value.field, relationship.access) == ("products", "FULL")
    assert not AuditEvent.objects.exists()


def test_widening_and_narrowing_keep_who_was_granted_first(here):
    """Q13: who has had a product all along keeps earning on it, also in the volume."""
    nord, _ = world.make_partner("Atelier Nord")
    day = dt.timedelta(days=1)
    first = world.make_relationship(
        here.client, here.partner, access=Access.LIMITED, products=(here.one,), since=NOW - 20 * day
    )
    world.make_relationship(
        here.client, nord, access=Access.LIMITED, products=(here.one, here.two), since=NOW - 10 * day
    )

    def earned_by_first():
        mine = Product.objects.with_earner().filter(earner_relationship=first.pk)
        volume = managed_total(partner_id=here.partner.pk, on=NOW.date())
        return set(mine), volume

    before = earned_by_first()
    change(here, first, services.Terms(access=Access.FULL, payer=Payer.CLIENT))
    assert earned_by_first() == before == ({here.one}, {"CHF": D("119.04")})
    assert selectors.snapshot(first)["rights"] == {str(here.one.pk): "ts"}  # the instance from before
    assert selectors.snapshot(Relationship.objects.get(pk=first.pk))["rights"] == {}

    change(here, first, limited(here.one))
    assert earned_by_first() == before


def test_full_access_dates_what_it_is_narrowed_to(here):
    """Q13: a product that full access opened first is not granted anew when the access is narrowed to it."""
    nord, _ = world.make_partner("Atelier Nord")
    full = world.make_relationship(here.client, here.partner, since=NOW - dt.timedelta(days=20))
    world.make_relationship(
        here.client, nord, access=Access.LIMITED, products=(here.one,), since=NOW - dt.timedelta(days=10)
    )

    change(here, full, limited(here.one))

    assert Product.objects.with_earner().get(pk=here.one.pk).earner_relationship == full.pk

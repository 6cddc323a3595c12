"""Two at the same instant on one relationship: one wins, the other is told. Rules 10, 12, 13, 17, 20, 48, Q13."""

from __future__ import annotations

import pytest
from django.db import transaction

from clients import services
from clients.choices import Access, Payer, RelationshipState
from clients.models import ClientAssignment, Grant, Relationship
from partnerportal.accounts import services as accounts
from partnerportal.accounts.choices import Role
from partnerportal.accounts.models import Membership, Organisation
from partnerportal.accounts.tokens import link_token
from partnerportal.audit.models import AuditEvent
from partnerportal.work.models import Job
from partners import services as partners
from tests import world
from tests.at_once import Waiting, at_once
from tests.clients.asking import FULL, invite, limited, request
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)
RIGHTS = {"has_technical": True, "has_statistics": True, "has_order": False, "has_billing": False}


def accept(relationship, actor):
    return lambda: services.accept(relationship_id=relationship.pk, actor=actor, now=NOW)


def lines(action):
    return AuditEvent.objects.filter(action=f"clients.relationship.{action}").count()


def test_accepted_twice_at_once_it_is_accepted_once(here):
    """Rule 10: one line, one mail."""
    relationship = invite(here, limited(here.product))

    assert at_once(*[accept(relationship, here.partner_acting)] * 2) == ["done", "refused"]

    assert Relationship.objects.get().state == RelationshipState.ACTIVE
    assert (lines("accepted"), Job.objects.filter(kind="clients.mail_answered").count()) == (1, 1)


def test_accepting_against_withdrawing_at_once(here):
    """Rule 12: either it holds, or it is withdrawn; never both."""
    relationship = invite(here, limited(here.product))

    outcomes = at_once(
        accept(relationship, here.partner_acting),
        lambda: services.withdraw(relationship_id=relationship.pk, actor=here.acting, now=NOW),
    )

    assert outcomes == ["done", "refused"]
    relationship.refresh_from_db()
    is_accepted = relationship.state == RelationshipState.ACTIVE
    assert relationship.state in {RelationshipState.ACTIVE, RelationshipState.WITHDRAWN}
    assert (lines("accepted"), lines("withdrawn")) == ((1, 0) if is_accepted else (0, 1))
    assert (relationship.access_since is not None) is is_accepted


def test_who_accepts_while_it_is_being_withdrawn_waits_and_is_told(here):
    """Rule 12: the accept has come first to the lock's queue, not to the row."""
    relationship = invite(here)

    with transaction.atomic():
        Relationship.objects.select_for_update().get(pk=relationship.pk)
        with Waiting(accept(relationship, here.partner_acting)) as waiting:
            services.withdraw(relationship_id=relationship.pk, actor=here.acting, now=NOW)

    assert waiting.outcome() == "refused"
    assert (Relationship.objects.get().state, lines("accepted")) == ("WITHDRAWN", 0)


def test_two_partners_accepting_full_access_at_once(here):
    """Q13: the database has the last word; the other's invitation goes on waiting."""
    nord, nord_acting = world.make_partner("Atelier Nord")
    invitations = [invite(here), invite(here, partner_id=nord.pk)]

    outcomes = at_once(
        accept(invitations[0], here.partner_acting),
        accept(invitations[1], nord_acting),
    )

    assert outcomes == ["done", "refused"]
    assert sorted(Relationship.objects.values_list("state", flat=True)) == ["ACTIVE", "PENDING"]
    assert lines("accepted") == 1


def test_a_client_answering_two_partners_with_full_access_at_once(here):
    """Q13: and of the refused answer no term is left on the row."""
    nord, nord_acting = world.make_partner("Atelier Nord")
    asks = {"access": Access.LIMITED, "payer": None}
    asked = [
        request(here, here.acting.user.email, **asks),
        request(here, here.acting.user.email, partner_id=nord.pk, actor=nord_acting, **asks),
    ]

    outcomes = at_once(
        *[
            lambda one=one: services.answer_request(relationship_id=one.pk, terms=FULL, actor=here.acting, now=NOW)
            for one in asked
        ]
    )

    assert outcomes == ["done", "refused"]
    assert sorted(Relationship.objects.values_list("state", "access", "payer")) == [
        ("ACTIVE", "FULL", "CLIENT"),
        ("PENDING", "LIMITED", None),
    ]


def test_one_widened_to_full_access_while_another_accepts_it(here):
    """Q13: change against accept, at once."""
    nord, _acting = world.make_partner("Atelier Nord")
    invitation = invite(here)
    other = world.make_relationship(here.client, nord, access=Access.LIMITED, products=(here.product,))

    outcomes = at_once(
        accept(invitation, here.partner_acting),
        lambda: services.change_access(relationship_id=other.pk, terms=FULL, actor=here.acting, now=NOW),
    )

    assert outcomes == ["done", "refused"]
    full = Relationship.objects.filter(state=RelationshipState.ACTIVE, access=Access.FULL)
    assert full.count() == 1


def change(here, relationship, terms):
    return lambda: services.change_access(relationship_id=relationship.pk, terms=terms, actor=here.acting, now=NOW)


def end(here, relationship):
    return lambda: services.end_relationship(relationship_id=relationship.pk, by="CLIENT", actor=here.acting, now=NOW)


def test_a_change_of_access_waits_for_the_end_and_changes_nothing(here):
    """Rule 17, rule 48."""
    relationship = world.make_relationship(here.client, here.partner, access=Access.LIMITED, products=(here.product,))

    with transaction.atomic():
        Relationship.objects.select_for_update().get(pk=relationship.pk)
        with Waiting(change(here, relationship, FULL)) as waiting:
            end(here, relationship)()

    assert waiting.outcome() == "refused"
    relationship.refresh_from_db()
    assert (relationship.state, relationship.access) == ("ENDED", "LIMITED")
    assert (Grant.objects.count(), lines("access_changed")) == (1, 0)


def test_a_change_of_access_and_an_end_at_once(here):
    """Rule 48: whoever is faster, it has ended; the receipt says what the rows said then."""
    relationship = world.make_relationship(here.client, here.partner, payer=Payer.PARTNER)

    outcomes = at_once(change(here, relationship, limited(here.product)), end(here, relationship))

    assert outcomes in (["done", "done"], ["done", "refused"])
    relationship.refresh_from_db()
    assert relationship.state == RelationshipState.ENDED
    was_changed = lines("access_changed") == 1
    assert relationship.access == ("LIMITED" if was_changed else "FULL")
    assert relationship.receipt.facts["access"] == relationship.access
    assert Grant.objects.exists() is was_changed


def assign(here, relationship, member):
    return lambda: services.assign_member(
        relationship_id=relationship.pk,
        membership_id=member.pk,
        rights=RIGHTS,
        actor=here.partner_acting,
        now=NOW,
    )


def test_an_assignment_waits_for_the_end_and_lets_nobody_in(here):
    """Rule 20, rule 48."""
    relationship = world.make_relationship(here.client, here.partner)
    member = world.make_member(here.partner.organisation, Role.COLLABORATOR)

    with transaction.atomic():
        Relationship.objects.select_for_update().get(pk=relationship.pk)
        with Waiting(assign(here, relationship, member)) as waiting:
            end(here, relationship)()

    assert waiting.outcome() == "refused"
    assert not ClientAssignment.objects.exists()
    assert not AuditEvent.objects.filter(action="clients.assignment.made").exists()


def test_an_end_waits_for_the_assignment_and_takes_it_with_it(here):
    """Rule 48: an end that is reported is an end that is done."""
    relationship = world.make_relationship(here.client, here.partner)
    member = world.make_member(here.partner.organisation, Role.COLLABORATOR)

    with transaction.atomic():
        assign(here, relationship, member)()
        with Waiting(end(here, relationship)) as waiting:
            assert ClientAssignment.objects.count() == 1

    assert waiting.outcome() == "done"
    assert not ClientAssignment.objects.exists()
    assert Relationship.objects.get().receipt.facts["cut"]["people"] == 2  # who leads the partner, and they


def joining(here):
    """Return a collaborator of the partner, and how they accept to be an external member of the client."""
    person = world.make_member(here.partner.organisation, Role.COLLABORATOR)
    invitation = accounts.invite_member(
        organisation_id=here.client.pk,
        email=person.user.email,
        role=Role.COLLABORATOR,
        has_accounting=False,
        is_external=True,
        actor=here.acting,
        now=NOW,
    )
    token = link_token(purpose=accounts.INVITATION_LINK, pk=invitation.pk, version=invitation.link_version)
    return person, lambda: accounts.accept_invitation(token=token, user=person.user, now=NOW)


@pytest.mark.parametrize("first", ["partnership", "member"])
def test_an_external_member_who_joins_while_the_partnership_starts_is_not_there_twice(here, first):
    """Rule 13: whoever comes first, one tie is left, and it is the partnership's."""
    person, join = joining(here)
    begin = accept(invite(here), here.partner_acting)
    sooner, later = (begin, join) if first == "partnership" else (join, begin)

    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=here.client.pk)
        with Waiting(later) as waiting:
            sooner()

    assert waiting.outcome() == ("refused" if first == "partnership" else "done")
    assert not Membership.objects.filter(organisation=here.client, user=person.user).exists()
    assert Relationship.objects.get().state == RelationshipState.ACTIVE


def test_an_external_member_joins_the_partner_while_the_partnership_is_accepted(here):
    """Rule 13: whichever comes first, the other sees it: no double membership is left."""
    user = world.make_user("Lea Furrer")
    tie = world.make_member(here.client, Role.COLLABORATOR, user=user, is_external=True)
    relationship = invite(here)
    invitation = accounts.invite_member(
        organisation_id=here.partner.pk,
        email=user.email,
        role=Role.COLLABORATOR,
        has_accounting=False,
        actor=here.partner_acting,
        now=NOW,
    )
    token = link_token(purpose=accounts.INVITATION_LINK, pk=invitation.pk, version=invitation.link_version)

    outcomes = at_once(
        accept(relationship, here.partner_acting),
        lambda: accounts.accept_invitation(token=token, user=user, now=NOW),
    )

    assert outcomes == ["done", "done"]
    assert not Membership.objects.filter(pk=tie.pk).exists()
    assert ClientAssignment.objects.get().membership == Membership.objects.get(user=user)


def test_a_code_against_an_answer_to_the_request_at_the_address(here):
    """Promise 2: both take the locks in one order, so that neither waits for the other in a circle."""
    by_mail = request(here, here.acting.user.email)
    code = services.make_request_code(organisation_id=here.client.pk, actor=here.acting, now=NOW)

    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=here.client.pk)
        with Waiting(lambda: request(here, code=code)) as waiting:
            services.answer_request(relationship_id=by_mail.pk, terms=FULL, actor=here.acting, now=NOW)

    assert waiting.outcome() == "refused"
    assert Relationship.objects.values_list("state", "is_by_code").get() == ("ACTIVE", False)


def test_a_code_against_a_new_name_of_the_client(here):
    request(here, here.acting.user.email)
    code = services.make_request_code(organisation_id=here.client.pk, actor=here.acting, now=NOW)

    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=here.client.pk)
        with Waiting(lambda: request(here, code=code)) as waiting:
            accounts.change_organisation(
                organisation_id=here.client.pk, details={"name": "Neu AG"}, actor=here.acting, now=NOW
            )

    assert waiting.outcome() == "done"
    assert Relationship.objects.get(is_by_code=True).client_name == "neu ag"


def test_somebody_who_is_replaced_leaves_the_partner_at_that_moment(here):
    """Rule 13: the leaving waits, and takes what the acceptance has given with it."""
    user = world.make_user("Lea Furrer")
    world.make_member(here.client, Role.COLLABORATOR, user=user, is_external=True)
    theirs = world.make_member(here.partner.organisation, Role.COLLABORATOR, user=user)
    relationship = invite(here)

    with transaction.atomic():
        services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)
        with Waiting(
            lambda: accounts.remove_member(membership_id=theirs.pk, actor=here.partner_acting, now=NOW)
        ) as waiting:
            pass

    assert waiting.outcome() == "done"
    assert not ClientAssignment.objects.exists()
    assert not Membership.objects.filter(user=user).exists()


@pytest.mark.parametrize("act", ["leave", "suspend"])
def test_an_acceptance_waits_for_what_becomes_of_the_partner(here, act):
    """Rules 48 and 49: else it would hold with a partner that is gone, and come back with it."""
    invitation = invite(here)

    with transaction.atomic():
        if act == "leave":
            partners.leave_programme(partner_id=here.partner.pk, actor=here.partner_acting, now=NOW)
        else:
            partners.suspend_partner(partner_id=here.partner.pk, actor=here.partner_acting, now=NOW)
        with Waiting(accept(invitation, here.partner_acting)) as waiting:
            pass

    assert waiting.outcome() == "refused"
    invitation.refresh_from_db()
    assert invitation.state == ("WITHDRAWN" if act == "leave" else "PENDING")


def test_a_partner_that_leaves_waits_for_an_acceptance_and_ends_it(here):
    """Rule 48."""
    invitation = invite(here)

    with transaction.atomic():
        services.accept(relationship_id=invitation.pk, actor=here.partner_acting, now=NOW)
        with Waiting(
            lambda: partners.leave_programme(partner_id=here.partner.pk, actor=here.partner_acting, now=NOW)
        ) as waiting:
            pass

    assert waiting.outcome() == "done"
    invitation.refresh_from_db()
    assert invitation.state == "ENDED"


def test_a_member_is_removed_twice_at_once(here):
    """The second is told."""
    member = world.make_member(here.client, Role.COLLABORATOR)

    outcomes = at_once(
        *[lambda: accounts.remove_member(membership_id=member.pk, actor=here.acting, now=NOW)] * 2,
    )

    assert outcomes == ["done", "refused"]

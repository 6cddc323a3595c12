"""Somebody of another company as a member of a client, and how a partnership takes their place. Rule 13."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.urls import reverse

from billing.permissions import BillingPermission
from clients import services
from clients.exceptions import NotPossible
from clients.models import ClientAssignment, Product, Relationship
from clients.permissions import ClientPermission
from partnerportal.accounts import services as accounts
from partnerportal.accounts.choices import Role
from partnerportal.accounts.exceptions import StaysCollaborator
from partnerportal.accounts.models import MemberInvitation, Membership
from partnerportal.accounts.permissions import AccountPermission
from partnerportal.accounts.tokens import link_token
from partnerportal.audit.models import AuditEvent
from partnerportal.work.models import Job
from partners import services as partners
from tests import world
from tests.browsers import signed_in
from tests.clients.asking import invite, limited, request
from tests.world import NOW

pytestmark = pytest.mark.django_db
INVITE = reverse("accounts:member_invite")
MEMBERS = reverse("accounts:member_list")
EXTERNAL = "Collaborator (External)"


@pytest.fixture
def person(here):
    """A collaborator of the partner."""
    return world.make_member(here.partner.organisation, Role.COLLABORATOR, user=world.make_user("Lea Furrer"))


def typed(email, **changes):
    return {"email": email, "role": "COLLABORATOR", "is_external": "on"} | changes


def asked(here, person, **changes):
    values = {"email": person.user.email, "role": Role.COLLABORATOR, "has_accounting": False, "is_external": True}
    return accounts.invite_member(organisation_id=here.client.pk, actor=here.acting, now=NOW, **values | changes)


def link(invitation):
    return link_token(purpose=accounts.INVITATION_LINK, pk=invitation.pk, version=invitation.link_version)


def written():
    return MemberInvitation.objects.count(), AuditEvent.objects.count(), Job.objects.count()


@pytest.mark.parametrize("role", [Role.LEGAL, Role.ADMINISTRATOR])
def test_who_leads_a_client_invites_somebody_of_another_company(here, person, role, run_jobs):
    """Rule 13: from the form to the member, and called external on every page and in the mail."""
    leader = signed_in(world.make_member(here.client, role).user)

    assert leader.post(INVITE, typed(person.user.email)).status_code == 302
    run_jobs()
    address = re.search(r"/join/\S+/", mail.outbox[0].body)[0]
    waiting = leader.get(MEMBERS).content.decode()
    theirs = signed_in(person.user)
    shown = theirs.get(address, follow=True).content.decode()
    assert theirs.post(f"{address}accept/").status_code == 302

    member = Membership.objects.get(organisation=here.client, user=person.user)
    assert (member.role, member.is_external) == (Role.COLLABORATOR, True)
    assert all(EXTERNAL in text for text in (mail.outbox[0].body, waiting, shown))
    assert "you reach Bäckerei Moser through that partnership instead" in shown
    assert EXTERNAL in leader.get(MEMBERS).content.decode()
    assert leader.get(MEMBERS, {"sort": "role"}).status_code == 200


def test_a_member_of_the_house_is_not_called_external(here, run_jobs):
    browser = signed_in(here.acting.user)

    browser.post(INVITE, {"email": "lena@example.ch", "role": "COLLABORATOR"})
    run_jobs()

    assert MemberInvitation.objects.get().is_external is False
    assert "xternal" not in browser.get(MEMBERS).content.decode() + mail.outbox[0].body


@pytest.mark.parametrize("role", [Role.LEGAL, Role.ADMINISTRATOR])
def test_somebody_of_another_company_is_invited_as_a_collaborator_only(here, person, role):
    """Rule 13: told beside the role; nothing typed is lost, nothing is written."""
    before = written()

    answer = signed_in(here.acting.user).post(INVITE, typed(person.user.email, role=role))

    assert answer.status_code == 409
    assert "can only be a collaborator" in answer.context["form"].errors["role"][0]
    assert answer.context["form"]["email"].value() == person.user.email
    assert written() == before


@pytest.mark.parametrize("role", [Role.LEGAL, Role.ADMINISTRATOR])
def test_an_external_member_comes_to_lead_nothing(here, person, role):
    """Rule 13: a sentence instead of a fault of the database."""
    member = world.make_member(here.client, Role.COLLABORATOR, user=person.user, is_external=True)
    page = reverse("accounts:member_change", args=[member.pk])

    answer = signed_in(here.acting.user).post(page, {"role": role})

    assert answer.status_code == 409
    assert "can only be a collaborator" in answer.context["form"].errors["role"][0]
    with pytest.raises(StaysCollaborator):
        accounts.change_role(membership_id=member.pk, role=role, has_accounting=False, actor=here.acting, now=NOW)
    member.refresh_from_db()
    assert (member.role, written()) == (Role.COLLABORATOR, (0, 0, 0))


def test_a_collaborator_invites_nobody(here, person):
    member = world.make_member(here.client, Role.COLLABORATOR)

    assert signed_in(member.user).post(INVITE, typed(person.user.email)).status_code == 403
    assert written() == (0, 0, 0)


def test_an_external_member_has_what_a_collaborator_has_and_nothing_more(here, person):
    """Rule 13: in permissions and in what is seen."""
    external = world.acting(world.make_member(here.client, Role.COLLABORATOR, user=person.user, is_external=True))
    collaborator = world.acting(world.make_member(here.client, Role.COLLABORATOR))
    permissions = [*AccountPermission, *ClientPermission, *BillingPermission]

    held, theirs = ({one for one in permissions if one.granted_to(who)} for who in (external, collaborator))

    assert held == theirs
    assert not held & {AccountPermission.MEMBER_INVITE, ClientPermission.RELATIONSHIP_INVITE}
    assert list(Product.objects.visible_to(external)) == [here.product]


def test_the_partner_reads_whose_tie_its_answer_replaces_and_it_is_replaced(here, person):
    """Rule 13: said beforehand, done on accepting; each goes on reaching the client, through the partner."""
    people = [person, here.partner_acting.membership]
    for one in people:
        world.make_member(here.client, Role.COLLABORATOR, user=one.user, is_external=True)
    stranger = world.make_member(here.client, Role.COLLABORATOR, is_external=True)
    of_the_house = world.make_member(here.client, Role.COLLABORATOR)
    relationship = invite(here, limited(here.product))
    partner = signed_in(here.partner_acting.user)
    partner.post(reverse("accounts:switch"), {"organisation": here.partner.pk})
    page = reverse("clients:client_answer", args=[relationship.pk])

    beforehand = partner.get(page).content.decode()
    assert partner.post(page).status_code == 302

    assert "2 of your people are external members of Bäckerei Moser" in beforehand
    left = set(Membership.objects.filter(organisation=here.client))
    assert left == {here.acting.membership, stranger, of_the_house}
    assert ClientAssignment.objects.get().membership == person
    assert AuditEvent.objects.filter(action="accounts.member.external_replaced").count() == 2
    theirs = signed_in(person.user)
    entered = theirs.post(reverse("clients:client_enter", args=[relationship.pk]), follow=True)
    assert list(entered.context["table"].data.data) == [here.product]


def test_one_is_told_in_the_singular_and_none_is_not_told(here, person):
    relationship = invite(here)
    partner = signed_in(here.partner_acting.user)
    page = reverse("clients:client_answer", args=[relationship.pk])

    nobody = partner.get(page).content.decode()
    world.make_member(here.client, Role.COLLABORATOR, user=person.user, is_external=True)

    assert "external" not in nobody
    assert "1 of your people is an external member of Bäckerei Moser" in partner.get(page).content.decode()


def test_an_invitation_that_waits_is_withdrawn_with_the_tie(here, person):
    """Rule 13: no double membership comes later, either; somebody else's invitation stays."""
    theirs, other = asked(here, person), asked(here, person, email="other@example.ch")
    relationship = invite(here)

    services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)

    theirs.refresh_from_db()
    other.refresh_from_db()
    assert (theirs.withdrawn_at, other.withdrawn_at) == (NOW, None)


def test_nobody_becomes_external_beside_a_partnership(here, person):
    """Rule 13: an invitation of later is refused with a sentence, and makes no member."""
    world.make_relationship(here.client, here.partner)
    invitation = asked(here, person)
    before = written()

    answer = signed_in(person.user).post(reverse("accounts:invitation_accept", args=[link(invitation)]))

    assert answer.status_code == 409
    assert "works with Studio Lumen already" in " ".join(answer.context["form"].non_field_errors())
    with pytest.raises(NotPossible):
        accounts.accept_invitation(token=link(invitation), user=person.user, now=NOW)
    invitation.refresh_from_db()
    assert (invitation.accepted_at, written()) == (None, before)
    assert not Membership.objects.filter(organisation=here.client, user=person.user).exists()


@pytest.mark.parametrize("state", ["PENDING", "REFUSED", "ENDED"])
def test_without_a_partnership_in_force_they_join(here, person, state):
    """Rule 13, rule 49: only what is accepted and not over stands in the way."""
    world.make_relationship(here.client, here.partner, state=state)

    member = accounts.accept_invitation(token=link(asked(here, person)), user=person.user, now=NOW)

    assert member.is_external
    assert not Relationship.objects.accepted().exists()


def mails():
    return {one.to[0]: one for one in mail.outbox if "You reach" in one.subject}


def test_each_whose_tie_is_replaced_gets_a_mail_and_the_client_reads_how_many(here, person, run_jobs):
    """Rule 13: nobody finds the own access gone silently."""
    world.make_member(here.client, Role.COLLABORATOR, user=person.user, is_external=True)
    relationship = invite(here, limited(here.product))
    services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)
    run_jobs()

    told = mails()[person.user.email]
    assert told.subject == "You reach Bäckerei Moser through Studio Lumen now"
    assert "with what it grants to Studio Lumen and Studio Lumen lets you do" in told.body
    assert reverse("clients:client_detail", args=[relationship.pk]) in told.body
    (accepted,) = [one for one in mail.outbox if one.subject == "Studio Lumen has accepted"]
    for body in (accepted.body, accepted.alternatives[0][0]):
        assert "1 of your external members belongs to Studio Lumen" in body


def test_a_mail_about_a_tie_that_is_over_is_not_sent(here, person, run_jobs):
    """Promise 7: it would promise what does not hold."""
    world.make_member(here.client, Role.COLLABORATOR, user=person.user, is_external=True)
    relationship = invite(here)
    services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)
    services.end_relationship(relationship_id=relationship.pk, by="CLIENT", actor=here.acting, now=NOW)
    run_jobs()

    assert not mails()


def test_the_client_reads_whose_tie_its_answer_replaces(here, person):
    """Rule 13: the client's page names them before it answers a request; an invitation's page names nobody."""
    world.make_member(here.client, Role.COLLABORATOR, user=person.user, is_external=True)
    asked_for = request(here, here.acting.user.email)
    browser = signed_in(here.acting.user)

    answering = browser.get(reverse("clients:relationship_answer", args=[asked_for.pk])).content.decode()
    asked_for.delete()
    inviting = browser.get(reverse("clients:partner_invite", args=[here.partner.pk])).content.decode()

    assert "Lea Furrer becomes part of this partnership" in answering
    assert "Lea Furrer" not in inviting


def joining(here, user, **changes):
    """An invitation into the partner, and the token of its link."""
    values = {"email": user.email, "role": Role.COLLABORATOR, "has_accounting": False, "is_external": False}
    invited = accounts.invite_member(
        organisation_id=here.partner.pk, actor=here.partner_acting, now=NOW, **values | changes
    )
    return link(invited)


@pytest.mark.parametrize("role", [Role.COLLABORATOR, Role.ADMINISTRATOR])
def test_who_joins_the_partner_later_reaches_the_client_through_it(here, role, run_jobs):
    """Rule 13: no double membership, whichever of the two came first."""
    user = world.make_user("Lea Furrer")
    world.make_member(here.client, Role.COLLABORATOR, user=user, is_external=True)
    other = world.make_client("Rossi SA")[0]
    elsewhere = world.make_member(other, Role.COLLABORATOR, user=user, is_external=True)
    relationship = world.make_relationship(here.client, here.partner)

    joined = accounts.accept_invitation(token=joining(here, user, role=role), user=user, now=NOW)
    run_jobs()

    assert set(Membership.objects.filter(user=user)) == {joined, elsewhere}
    assert ClientAssignment.objects.filter(membership=joined).count() == (role == Role.COLLABORATOR)
    assert AuditEvent.objects.get(action="accounts.member.external_replaced").organisation_id == here.client.pk
    assert list(mails()) == [user.email]
    browser = signed_in(user)
    browser.post(reverse("accounts:switch"), {"organisation": here.partner.pk})
    entered = browser.post(reverse("clients:client_enter", args=[relationship.pk]), follow=True)
    assert list(entered.context["table"].data.data) == [here.product]


@pytest.mark.parametrize("state", ["PENDING", "ENDED"])
def test_who_joins_a_company_that_is_no_partner_of_the_client_stays_external(here, state):
    user = world.make_user()
    tie = world.make_member(here.client, Role.COLLABORATOR, user=user, is_external=True)
    world.make_relationship(here.client, here.partner, state=state)

    accounts.accept_invitation(token=joining(here, user), user=user, now=NOW)

    assert Membership.objects.filter(pk=tie.pk).exists()
    assert not AuditEvent.objects.filter(action="accounts.member.external_replaced").exists()


def test_a_member_of_the_house_stays_one_when_joining_the_partner(here):
    """Rule 13 speaks of external users: what the client has made of its own people is the client's to end."""
    user = world.make_user()
    own = world.make_member(here.client, Role.COLLABORATOR, user=user)
    world.make_relationship(here.client, here.partner)

    accounts.accept_invitation(token=joining(here, user), user=user, now=NOW)

    assert Membership.objects.filter(pk=own.pk).exists()


def test_while_the_partner_is_suspended_the_tie_stays_and_goes_when_it_is_back(here, run_jobs):
    """Rules 13 and 48: nobody's own access is cut for one that opens nothing."""
    user = world.make_user()
    tie = world.make_member(here.client, Role.COLLABORATOR, user=user, is_external=True)
    relationship = world.make_relationship(here.client, here.partner)
    token = joining(here, user)
    partners.suspend_partner(partner_id=here.partner.pk, actor=here.partner_acting, now=NOW)

    joined = accounts.accept_invitation(token=token, user=user, now=NOW)
    run_jobs()
    assert Membership.objects.filter(pk=tie.pk).exists()

    partners.reinstate_partner(partner_id=here.partner.pk, reason="Paid", actor=here.partner_acting, now=NOW)
    run_jobs()
    assert not Membership.objects.filter(pk=tie.pk).exists()
    assert list(Relationship.objects.reachable_by(joined)) == [relationship]
    assert list(mails()) == [user.email]


def test_who_is_external_to_both_belongs_to_neither(here):
    """Rule 13: a freelancer is not one of the partner's people, whichever came first."""
    user = world.make_user()
    tie = world.make_member(here.client, Role.COLLABORATOR, user=user, is_external=True)
    services.accept(relationship_id=invite(here).pk, actor=here.partner_acting, now=NOW)

    accounts.accept_invitation(token=joining(here, user, is_external=True), user=user, now=NOW)

    assert Membership.objects.filter(pk=tie.pk).exists()
    assert not ClientAssignment.objects.exists()


def test_what_is_replaced_and_let_in_is_written_with_the_relationship(here, person):
    """Promise 7: client and partner read both lines; an invitation that is withdrawn has one, too."""
    world.make_member(here.client, Role.COLLABORATOR, user=person.user, is_external=True)
    asked(here, world.make_member(here.partner.organisation, Role.COLLABORATOR))
    relationship = invite(here)

    services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)

    lines = dict(AuditEvent.objects.values_list("action", "relationship_id"))
    assert lines["accounts.member.external_replaced"] == relationship.pk
    assert lines["clients.assignment.made"] == relationship.pk
    assert "accounts.member.invitation_withdrawn" in lines

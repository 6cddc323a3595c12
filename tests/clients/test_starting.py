"""How a relationship starts: rules 6 to 14, Q13 to Q17."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse

from clients import services
from clients.choices import Access, Payer, RelationshipState, Side
from clients.exceptions import AlreadyRelated, LinkUnusable, NotPossible
from clients.models import ClientAssignment, Product, Relationship
from clients.permissions import ClientPermission
from partnerportal.accounts.choices import Role
from partnerportal.accounts.models import Membership
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.states import IllegalTransition
from partners.models import Partner
from tests import world
from tests.clients.asking import FULL, invite, limited, request
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COLLABORATOR])
def test_only_a_legal_representative_invites_and_requests(here, role):
    """Rules 6 and 7."""
    member = world.acting(world.make_member(here.client, role))

    for permission in (ClientPermission.RELATIONSHIP_INVITE, ClientPermission.CLIENT_REQUEST):
        assert permission.granted_to(here.acting)
        assert not permission.granted_to(member)


@pytest.mark.parametrize("text", ["lumen", "STUDIO", "Stúdio", "hello@nord.example"])
def test_client_finds_approved_partners_by_name_or_mail(here, text):
    """Rule 8."""
    nord, _ = world.make_partner("Atelier Nord", contact_email="hello@nord.example")
    world.make_partner("Studio Lumen Zwei", state="SUSPENDED", suspended_at=NOW, contact_email="x@y.ch")

    found = list(Partner.objects.approved().matching(text))

    assert found == [nord if "@" in text else here.partner]


def test_part_of_a_mail_address_finds_nobody(here):
    """Rule 8: an address is known or not; nobody fishes for it."""
    assert not Partner.objects.approved().matching("lumen.example").exists()


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (services.Terms(access=Access.LIMITED), "products"),
        (services.Terms(access=Access.FULL), "payer"),
        (services.Terms(access=Access.LIMITED, payer=Payer.CLIENT), "payer"),
        (services.Terms(access=Access.FULL, payer=Payer.CLIENT, products=(services.ProductRights(1),)), "products"),
    ],
)
def test_terms_that_do_not_fit_are_refused(here, terms, field):
    """Rules 9 and 18."""
    with pytest.raises(NotPossible) as refusal:
        invite(here, terms)

    assert refusal.value.field == field
    assert not Relationship.objects.exists()
    assert not AuditEvent.objects.exists()


def test_products_of_others_are_refused(here):
    """Rule 9: only the client's own."""
    foreign = world.make_product(world.make_organisation("Fremd"), here.offers["office"])

    with pytest.raises(NotPossible):
        invite(here, limited(here.product, foreign))

    assert not Relationship.objects.exists()


@pytest.mark.parametrize("state", ["SUSPENDED", "LEFT"])
def test_partner_without_status_cannot_be_invited(here, state):
    """Rule 8, Q21."""
    date = {"SUSPENDED": "suspended_at", "LEFT": "left_at"}[state]
    Partner.objects.filter(pk=here.partner.pk).update(state=state, **{date: NOW})

    with pytest.raises(NotPossible):
        invite(here)

    assert not Relationship.objects.exists()


def test_nobody_is_their_own_partner(here):
    """Q14."""
    with pytest.raises(NotPossible):
        invite(here, client_id=here.partner.pk, actor=here.partner_acting)

    assert not Relationship.objects.exists()


def test_pending_opens_nothing(here):
    """Rule 11."""
    relationship = invite(here)

    assert relationship.state == RelationshipState.PENDING
    in_space = world.acting(here.partner_acting.membership, relationship)
    assert not Product.objects.visible_to(in_space).exists()
    assert not Relationship.objects.reachable_by(here.partner_acting.membership).exists()


def test_accepting_opens_what_was_granted(here, run_jobs):
    """Rules 10, 14, 16: mails to the partner, then to the client; full access opens later products too."""
    relationship = invite(here)
    run_jobs()
    services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)
    later = world.make_product(here.client, here.offers["office"])
    run_jobs()

    in_space = world.acting(here.partner_acting.membership, relationship)
    assert set(Product.objects.visible_to(in_space)) == {here.product, later}
    assert [message.to for message in mail.outbox] == [[here.partner_acting.user.email], [here.acting.user.email]]
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == [
        "clients.relationship.invited",
        "clients.relationship.accepted",
    ]


def test_client_grants_something_else_than_asked(here):
    """Rule 10: what is granted counts, what was asked is kept."""
    relationship = request(here, here.acting.user.email)
    assert relationship.client == here.client

    services.answer_request(relationship_id=relationship.pk, terms=limited(here.product), actor=here.acting, now=NOW)

    relationship.refresh_from_db()
    assert (relationship.state, relationship.access, relationship.payer) == ("ACTIVE", "LIMITED", None)
    assert (relationship.asked_access, relationship.asked_payer) == ("FULL", "PARTNER")
    assert list(relationship.grants.values_list("product", flat=True)) == [here.product.pk]


def test_partner_cannot_answer_its_own_request(here):
    """Rule 10, Q17: the receiving side answers."""
    relationship = request(here, here.acting.user.email)

    with pytest.raises(NotPossible):
        services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)

    relationship.refresh_from_db()
    assert relationship.state == RelationshipState.PENDING


def test_refusing_opens_nothing(here, run_jobs):
    """Rule 10; one mail to the side that asked (Q20)."""
    relationship = invite(here)
    services.refuse(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)
    run_jobs()

    relationship.refresh_from_db()
    assert (relationship.state, relationship.access_since) == (RelationshipState.REFUSED, None)
    assert mail.outbox[-1].to == [here.acting.user.email]


def test_withdrawn_invitation_cannot_be_accepted(here, run_jobs):
    """Rule 12: its link is dead, and a mail that was not sent yet is not sent."""
    relationship = invite(here)
    services.withdraw(relationship_id=relationship.pk, actor=here.acting, now=NOW)
    run_jobs()

    with pytest.raises(IllegalTransition):
        services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)
    relationship.refresh_from_db()
    assert (relationship.state, relationship.link_version) == (RelationshipState.WITHDRAWN, 2)
    assert mail.outbox == []


def test_resending_waits_anew_with_a_new_link(here):
    """Rule 12, Q15."""
    relationship = invite(here)
    later = NOW + dt.timedelta(days=20)

    services.resend(relationship_id=relationship.pk, actor=here.acting, now=later)

    relationship.refresh_from_db()
    assert (relationship.state, relationship.link_version) == (RelationshipState.PENDING, 2)
    assert relationship.expires_at == later + dt.timedelta(days=30)


def test_invitation_expires_after_thirty_days_and_may_be_resent(here):
    """Q15: exactly at the thirtieth day, not before."""
    relationship = invite(here)

    assert services.expire_invitations(now=NOW + dt.timedelta(days=30, seconds=-1)) == 0
    assert services.expire_invitations(now=NOW + dt.timedelta(days=30)) == 1
    assert services.expire_invitations(now=NOW + dt.timedelta(days=31)) == 0

    relationship.refresh_from_db()
    assert relationship.state == RelationshipState.EXPIRED
    services.resend(relationship_id=relationship.pk, actor=here.acting, now=NOW + dt.timedelta(days=31))
    relationship.refresh_from_db()
    assert relationship.state == RelationshipState.PENDING


def test_expired_invitation_is_not_accepted_before_the_nightly_run(here):
    """Q15: the clock decides, not the job."""
    relationship = invite(here)

    with pytest.raises(LinkUnusable):
        services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW + dt.timedelta(days=30))

    relationship.refresh_from_db()
    assert relationship.state == RelationshipState.PENDING


def test_second_invitation_between_the_two_is_refused(here):
    """Rule 13: no double."""
    invite(here)

    with pytest.raises(AlreadyRelated):
        invite(here)

    assert Relationship.objects.count() == 1


def test_external_member_becomes_the_partnership(here):
    """Rule 13: the tie is replaced, and the person keeps reaching the client, through the partner."""
    collaborator = world.make_member(here.partner.organisation, Role.COLLABORATOR)
    world.make_member(here.client, Role.COLLABORATOR, user=collaborator.user, is_external=True)
    relationship = invite(here)

    services.accept(relationship_id=relationship.pk, actor=here.partner_acting, now=NOW)

    assert not Membership.objects.filter(organisation=here.client, user=collaborator.user).exists()
    assert ClientAssignment.objects.get().membership == collaborator
    assert Relationship.objects.reachable_by(collaborator).get() == relationship


def test_unknown_mail_is_asked_and_claimed(here, run_jobs):
    """Q16: who gets the mail says for which organisation; then it is answered as any request."""
    relationship = request(here, "new@example.ch")
    run_jobs()
    assert (relationship.client, mail.outbox[-1].to) == (None, ["new@example.ch"])
    newcomer, acting = world.make_client("Neu AG")
    product = world.make_product(newcomer, here.offers["office"])

    services.claim_request(relationship_id=relationship.pk, client_id=newcomer.pk, actor=acting, now=NOW)
    services.answer_request(relationship_id=relationship.pk, terms=limited(product), actor=acting, now=NOW)

    relationship.refresh_from_db()
    assert (relationship.client, relationship.state) == (newcomer, "ACTIVE")


def test_claimed_request_is_nobody_elses(here):
    """Q16."""
    relationship = request(here, "new@example.ch")
    newcomer, acting = world.make_client("Neu AG")
    services.claim_request(relationship_id=relationship.pk, client_id=newcomer.pk, actor=acting, now=NOW)

    with pytest.raises(LinkUnusable):
        services.claim_request(relationship_id=relationship.pk, client_id=here.client.pk, actor=here.acting, now=NOW)

    relationship.refresh_from_db()
    assert relationship.client == newcomer


def test_asking_tells_nothing_about_who_has_an_account(here):
    """The same answer for a known and an unknown address; asking one twice is refused either way."""
    for email in (here.acting.user.email, "nobody@example.ch"):
        assert request(here, email).started_by == Side.PARTNER
        with pytest.raises(AlreadyRelated):
            request(here, email)


@pytest.mark.parametrize("ending", [None, "refuse", "withdraw"])
def test_a_request_that_was_not_accepted_names_nobody(here, client, ending, run_jobs):
    """Promise 2: who asks an address does not learn whose it is, in the list, on the page, in mails, in the trail."""
    here.client.city = "Rorschacherberg"
    here.client.save()
    relationship = request(here, here.acting.user.email)
    if ending:
        actor = here.acting if ending == "refuse" else here.partner_acting
        getattr(services, ending)(relationship_id=relationship.pk, actor=actor, now=NOW)
    mail.outbox.clear()
    run_jobs()
    client.force_login(here.partner_acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    pages = [
        client.get(reverse("clients:client_list")),
        client.get(reverse("clients:client_list"), {"search": here.client.name}),
        client.get(reverse("clients:client_detail", args=[relationship.pk])),
        client.get(reverse("accounts:activity_list")),
    ]
    found = client.get(reverse("clients:client_list"), {"search": here.acting.user.email})

    told = [page.content.decode() for page in pages] + [
        one.subject + one.body for one in mail.outbox if here.partner_acting.user.email in one.to
    ]
    assert all(page.status_code == 200 for page in pages)
    assert not [text for text in told if here.client.city in text]
    assert not [text for text in told[:1] + told[2:] if here.client.name in text]
    assert here.acting.user.email in found.content.decode()


def test_an_accepted_request_names_the_client(here, client):
    relationship = request(here, here.acting.user.email)
    services.answer_request(relationship_id=relationship.pk, terms=FULL, actor=here.acting, now=NOW)
    client.force_login(here.partner_acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert here.client.name in client.get(reverse("clients:client_list"), {"sort": "client"}).content.decode()
    assert here.client.name in client.get(reverse("clients:client_detail", args=[relationship.pk])).content.decode()


@pytest.mark.parametrize("started_by", Side.values)
def test_nothing_is_sent_again_for_a_partner_without_status(here, started_by, run_jobs):
    """Rule 12, Q21: a suspended partner wins no new clients."""
    relationship = invite(here) if started_by == Side.CLIENT else request(here, here.acting.user.email)
    Partner.objects.update(state="SUSPENDED", suspended_at=NOW)
    before = Relationship.objects.values().get()

    with pytest.raises(NotPossible, match="status"):
        services.resend(relationship_id=relationship.pk, actor=here.acting, now=NOW + dt.timedelta(days=3))

    assert Relationship.objects.values().get() == before

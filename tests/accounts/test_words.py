"""What pages and mails about people say: whom to ask, what was done, where to go on."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from partnerportal.accounts import services
from partnerportal.accounts.choices import Role
from partnerportal.accounts.models import MemberInvitation
from partnerportal.accounts.tokens import link_token
from partnerportal.home.help_pages import PROMISES
from partnerportal.settings import base
from tests import world
from tests.access import visitors
from tests.world import NOW

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
VALUES = {
    "email": "neu@example.ch",
    "password1": "a-long-pass-phrase-7",
    "password2": "a-long-pass-phrase-7",
    "name": "Nina Neu",
    "organisation_kind": "INDIVIDUAL",
    "country": "CH",
}


def test_the_page_for_limited_members_says_who_can_give_the_right(client):
    organisation, _acting = world.make_client("Erste AG")
    member = world.make_member(organisation, Role.COLLABORATOR, user=world.make_user("Luc Perrin"))
    client.force_login(member.user, backend=BACKEND)

    answer = client.get(reverse("accounts:member_list"))

    assert answer.status_code == 403
    assert "These legal representatives can give you the right: Ana Keller." in answer.content.decode()
    assert "You act for Erste AG as: Collaborator" in answer.content.decode()


def test_in_a_clients_space_the_client_gives_the_right():
    site = visitors.build()

    answer = site.browser("in_space").get(reverse("accounts:activity_list"))

    assert answer.status_code == 403
    assert "You are in the space of Bäckerei Moser" in answer.content.decode()


def test_the_mail_after_signing_up_is_sent_again(client):
    """To who waits for it, and the answer is the same for everybody."""
    client.post(reverse("account_signup"), VALUES)
    verified = world.make_user()
    page = reverse("accounts:confirmation_resend")
    assert page in client.get(reverse("account_email_verification_sent")).content.decode()
    mail.outbox.clear()

    answers = [client.post(page, {"email": address}) for address in ("NEU@example.ch", verified.email, "no@example.ch")]

    assert {(one.status_code, one["Location"]) for one in answers} == {
        (302, reverse("account_email_verification_sent"))
    }
    assert [message.to for message in mail.outbox] == [["neu@example.ch"]]
    assert "/auth/confirm-email/" in mail.outbox[0].body


@pytest.mark.parametrize("address", ["neu@example.ch", "no@example.ch"])
def test_sending_again_is_limited_alike_for_every_address(client, settings, address):
    client.post(reverse("account_signup"), VALUES)
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    page = reverse("accounts:confirmation_resend")
    for _time in range(2):
        assert client.post(page, {"email": address}).status_code == 302
    mail.outbox.clear()

    refused = client.post(page, {"email": address})

    assert refused.status_code == 409
    assert "Wait ten minutes" in refused.context["form"].errors["email"][0]
    assert mail.outbox == []


def test_mails_of_the_log_in_name_the_provider_in_the_subject(client):
    client.post(reverse("account_reset_password"), {"email": "nobody@example.ch"})
    client.post(reverse("account_signup"), VALUES)

    assert [message.subject for message in mail.outbox] == [
        "You have no account at Alpacloud yet",
        "Confirm your address for Alpacloud",
    ]
    assert all("Alpacloud" in message.body for message in mail.outbox)


def test_a_used_invitation_tells_who_has_used_it(client):
    organisation, acting = world.make_client("Erste AG")
    newcomer = world.make_user("Nina Neu")
    invitation = services.invite_member(
        organisation_id=organisation.pk,
        email=newcomer.email,
        role=Role.COLLABORATOR,
        has_accounting=False,
        actor=acting,
        now=NOW,
    )
    token = link_token(purpose=services.INVITATION_LINK, pk=invitation.pk, version=invitation.link_version)
    services.accept_invitation(token=token, user=newcomer, now=NOW)
    page = reverse("accounts:invitation_accept", args=[token])

    client.force_login(newcomer, backend=BACKEND)
    own = client.get(page).content.decode()
    client.force_login(world.make_user("Fremd"), backend=BACKEND)
    foreign = client.get(page).content.decode()

    assert "You have accepted this invitation on 23 November 2026" in own
    assert "Erste AG" not in foreign
    assert "This link is not for this account" in foreign
    assert MemberInvitation.objects.get().accepted_at == NOW


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.page)
def test_each_promise_leads_to_where_it_can_be_checked(client, promise):
    """Section 4 of what the product promises; a visitor comes there by the log-in, if it is the organisation's own."""
    address = reverse(promise.page, args=[promise.argument] if promise.argument else [])

    page = client.get(reverse("home:promises")).content.decode()
    there = client.get(address, follow=True)

    assert f'href="{address}"' in page
    assert there.status_code == 200
    assert [target for target, _status in there.redirect_chain] in ([], [f"{reverse('account_login')}?next={address}"])

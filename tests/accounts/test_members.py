"""People, organisations and roles: rules 22, 28, 44, and the role rules of domain.md section 1."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.core import mail
from django.urls import reverse

from billing.permissions import BillingPermission
from clients.choices import Access
from clients.models import Product
from clients.permissions import ClientPermission
from partnerportal.accounts import services
from partnerportal.accounts.choices import OrganisationKind, Role
from partnerportal.accounts.exceptions import InvitationUnusable, LastLegalRepresentative, NotYours
from partnerportal.accounts.models import MemberInvitation, Organisation
from partnerportal.accounts.tokens import link_token, read_token
from partnerportal.audit.models import AuditEvent
from tests import world
from tests.at_once import at_once
from tests.world import NOW, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("country", "currency"), [("CH", "CHF"), ("LI", "CHF"), ("FR", "EUR"), ("US", "EUR")])
def test_currency_follows_the_address(country, currency):
    """Rule 44."""
    organisation = services.create_organisation(
        owner=world.make_user(), kind=OrganisationKind.COMPANY, name="Neu AG", country=country, now=NOW
    )

    assert organisation.currency == currency
    assert organisation.memberships.get().role == Role.LEGAL


def test_moving_abroad_changes_the_currency_and_mails_a_summary(run_jobs):
    """Rule 44, N7."""
    organisation, acting = world.make_client()

    services.change_organisation(
        organisation_id=organisation.pk, details={"country": "FR", "city": "Lyon"}, actor=acting, now=NOW
    )
    run_jobs()

    organisation.refresh_from_db()
    assert (organisation.currency, organisation.city) == ("EUR", "Lyon")
    assert "Lyon" in mail.outbox[0].body
    assert AuditEvent.objects.get().changes["city"] == {"from": "Bern", "to": "Lyon"}


@pytest.mark.parametrize("act", ["demote", "remove"])
def test_last_legal_representative_stays(act):
    """Rule 22."""
    organisation, acting = world.make_client()

    with pytest.raises(LastLegalRepresentative):
        if act == "demote":
            services.change_role(
                membership_id=acting.membership.pk, role=Role.COLLABORATOR, has_accounting=False, actor=acting, now=NOW
            )
        else:
            services.remove_member(membership_id=acting.membership.pk, actor=acting, now=NOW)

    assert organisation.memberships.get().role == Role.LEGAL
    assert not AuditEvent.objects.exists()


def test_second_legal_representative_may_go():
    """Rule 22: one stays."""
    organisation, acting = world.make_client()
    second = world.make_member(organisation)

    services.remove_member(membership_id=second.pk, actor=acting, now=NOW)

    assert organisation.memberships.get() == acting.membership


def test_only_a_legal_representative_gives_or_takes_that_role():
    """Section 1."""
    organisation, acting = world.make_client()
    administrator = world.acting(world.make_member(organisation, Role.ADMINISTRATOR))
    collaborator = world.make_member(organisation, Role.COLLABORATOR)
    second = world.make_member(organisation)

    for membership, role in ((collaborator, Role.LEGAL), (second, Role.COLLABORATOR)):
        with pytest.raises(NotYours):
            services.change_role(
                membership_id=membership.pk, role=role, has_accounting=False, actor=administrator, now=NOW
            )
    with pytest.raises(NotYours):
        services.invite_member(
            organisation_id=organisation.pk,
            email="x@y.ch",
            role=Role.LEGAL,
            has_accounting=False,
            actor=administrator,
            now=NOW,
        )

    roles = sorted(organisation.memberships.values_list("role", flat=True))
    assert roles == ["ADMINISTRATOR", "COLLABORATOR", "LEGAL", "LEGAL"]
    assert not MemberInvitation.objects.exists()
    assert acting


def test_changed_role_is_mailed(run_jobs):
    """N6."""
    organisation, acting = world.make_client()
    collaborator = world.make_member(organisation, Role.COLLABORATOR, has_accounting=True)

    services.change_role(
        membership_id=collaborator.pk, role=Role.ADMINISTRATOR, has_accounting=True, actor=acting, now=NOW
    )
    run_jobs()

    collaborator.refresh_from_db()
    assert (collaborator.role, collaborator.has_accounting) == (Role.ADMINISTRATOR, False)
    assert mail.outbox[0].to == [collaborator.user.email]
    assert "Administrator" in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_two_legal_representatives_removing_each_other_at_once():
    """Rule 22: one stays, whoever is faster."""
    organisation, first = world.make_client()
    second = world.acting(world.make_member(organisation))

    outcomes = at_once(
        partial(services.remove_member, membership_id=second.membership.pk, actor=first, now=NOW),
        partial(services.remove_member, membership_id=first.membership.pk, actor=second, now=NOW),
    )

    assert outcomes in (["done", "refused"], ["DoesNotExist", "done"])
    assert organisation.memberships.filter(role=Role.LEGAL).count() == 1


def invite(organisation, acting, email):
    invitation = services.invite_member(
        organisation_id=organisation.pk,
        email=email,
        role=Role.COLLABORATOR,
        has_accounting=True,
        actor=acting,
        now=NOW,
    )
    return invitation, link_token(purpose=services.INVITATION_LINK, pk=invitation.pk, version=invitation.link_version)


def test_invited_person_joins_once(run_jobs):
    organisation, acting = world.make_client()
    person = world.make_user("Neu Person")
    _invitation, token = invite(organisation, acting, person.email)
    run_jobs()

    membership = services.accept_invitation(token=token, user=person, now=NOW)

    assert (membership.role, membership.has_accounting) == (Role.COLLABORATOR, True)
    assert f"/join/{token}/" in mail.outbox[0].body
    with pytest.raises(InvitationUnusable):
        services.accept_invitation(token=token, user=person, now=NOW)
    assert person.memberships.count() == 1


@pytest.mark.parametrize("how", ["other person", "expired", "withdrawn", "forged"])
def test_unusable_invitation_makes_no_member(how):
    organisation, acting = world.make_client()
    person = world.make_user("Neu Person")
    invitation, token = invite(organisation, acting, person.email)
    now = NOW
    if how == "other person":
        person = world.make_user("Jemand")
    elif how == "expired":
        now = NOW + dt.timedelta(days=30)
    elif how == "withdrawn":
        services.withdraw_invitation(invitation_id=invitation.pk, actor=acting, now=NOW)
    else:
        token = token[:-1] + ("A" if token[-1] != "A" else "B")

    with pytest.raises(InvitationUnusable) as refusal:
        services.accept_invitation(token=token, user=person, now=now)

    assert invitation.email not in str(refusal.value)
    assert organisation.memberships.count() == 1


def test_token_of_one_purpose_is_no_token_of_another():
    token = link_token(purpose="clients.relationship", pk=1, version=1)

    assert read_token(purpose="accounts.invitation", token=token) is None
    assert read_token(purpose="clients.relationship", token=token) == (1, 1)


def test_invoices_need_the_accounting_right():
    """Rule 28."""
    organisation, _acting = world.make_client()
    members = {
        "legal": world.make_member(organisation),
        "administrator": world.make_member(organisation, Role.ADMINISTRATOR),
        "accounting": world.make_member(organisation, Role.COLLABORATOR, has_accounting=True),
        "collaborator": world.make_member(organisation, Role.COLLABORATOR),
    }

    held = {name: BillingPermission.INVOICE_VIEW.granted_to(world.acting(one)) for name, one in members.items()}

    assert held == {"legal": True, "administrator": True, "accounting": True, "collaborator": False}


def test_permission_is_asked_of_the_acting_never_of_the_person(client):
    """One person, legal representative in one organisation and collaborator in another."""
    moser, acting = world.make_client("Bäckerei Moser")
    horizon, _ = world.make_client("Fondation Horizon")
    world.make_member(horizon, Role.COLLABORATOR, user=acting.user)
    offers = world.make_catalogue()
    for organisation in (moser, horizon):
        world.make_product(organisation, offers["office"], name=organisation.name)
    client.force_login(acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    pages = [reverse(name) for name in ("accounts:member_list", "clients:relationship_list", "clients:product_list")]

    as_legal = [client.get(page).status_code for page in pages]
    client.post(reverse("accounts:switch"), {"organisation": horizon.pk})
    as_collaborator = [client.get(page).status_code for page in pages]

    assert (as_legal, as_collaborator) == ([200, 200, 200], [403, 403, 200])
    names = client.get(pages[2]).content.decode()
    assert "Fondation Horizon" in names
    assert Product.objects.visible_to(acting).get().name == "Bäckerei Moser"
    assert client.post(reverse("accounts:switch"), {"organisation": 10**9}).status_code == 404


def test_acting_for_a_client_widens_nobodys_rights():
    """Rule 21: what is not delegated is not held in a client's space, by whomever."""
    client_organisation, _ = world.make_client()
    partner, partner_acting = world.make_partner()
    relationship = world.make_relationship(client_organisation, partner, access=Access.FULL)
    in_space = world.acting(partner_acting.membership, relationship, frozenset({"view", "order"}))

    held = {
        permission.name for permission in (*ClientPermission, *BillingPermission) if permission.granted_to(in_space)
    }
    assert held == {"PRODUCT_VIEW", "ORDER_VIEW", "ORDER_PLACE", "AMOUNT_EXPLAIN", "DUE_VIEW", "RENEWAL_SET"}


def test_sign_up_makes_an_organisation_after_the_mail_is_verified(client):
    """A lone sign-up creates one, with the person as its legal representative."""
    values = {
        "email": "neu@example.ch",
        "password1": "a-long-pass-phrase-7",
        "password2": "a-long-pass-phrase-7",
        "name": "Nina Neu",
        "organisation_kind": "COMPANY",
        "organisation_name": "Neu GmbH",
        "country": "LI",
    }

    response = client.post(reverse("account_signup"), values)

    assert response.status_code == 302
    organisation = Organisation.objects.get()
    assert (organisation.name, organisation.currency) == ("Neu GmbH", "CHF")
    assert organisation.memberships.get().user.email == "neu@example.ch"
    assert client.get(reverse("home:account")).status_code == 302  # not signed in before the mail is verified
    assert mail.outbox[0].to == ["neu@example.ch"]


def test_signing_up_twice_tells_nothing(client):
    """No account enumeration: the same answer, and only the owner of the address gets a mail."""
    person = world.make_user()
    values = {
        "email": person.email,
        "password1": "a-long-pass-phrase-7",
        "password2": "a-long-pass-phrase-7",
        "name": "Jemand",
        "organisation_kind": "INDIVIDUAL",
        "country": "CH",
    }

    response = client.post(reverse("account_signup"), values)

    assert (response.status_code, response["Location"]) == (302, reverse("account_email_verification_sent"))
    assert not Organisation.objects.exists()
    assert mail.outbox[0].to == [person.email]


def test_staff_without_second_factor_reach_only_its_set_up(client):
    """And with one set up elsewhere, this session proves it first."""
    staff = world.make_user("Rita Baur", staff_role="REVIEWER")
    client.post(reverse("account_login"), {"login": staff.email, "password": PASSWORD})

    answers = {name: client.get(reverse(name)).get("Location") for name in ("home:staff", "accounts:profile")}

    assert answers == {"home:staff": reverse("mfa_index"), "accounts:profile": reverse("mfa_index")}
    assert client.get(reverse("mfa_index")).status_code == 200


def test_an_invited_person_signs_up_without_an_organisation_of_their_own(client):
    """Whoever follows an invitation is asked for mail, password and name: the organisation waits already."""
    organisation, acting = world.make_client()
    invitation = services.invite_member(
        organisation_id=organisation.pk,
        email="new@example.ch",
        role=Role.COLLABORATOR,
        has_accounting=False,
        actor=acting,
        now=NOW,
    )
    token = link_token(purpose="accounts.invitation", pk=invitation.pk, version=invitation.link_version)
    client.get(reverse("accounts:invitation_welcome", args=[token]))

    form = client.get(reverse("account_signup")).context["form"]
    answer = client.post(
        reverse("account_signup"),
        {"email": "new@example.ch", "password1": PASSWORD, "password2": PASSWORD, "name": "Eva Lang"},
    )

    assert list(form.fields) == ["email", "password1", "password2", "name"]
    assert answer.status_code == 302
    assert Organisation.objects.get() == organisation
    assert mail.outbox[-1].to == ["new@example.ch"]

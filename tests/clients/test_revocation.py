"""What is taken back is gone at once: for the next request, the open page, the queue, the mail. Promise 1, rule 48.

Each check is made twice in one session, before and after, so that it fails if the page had never opened.
"""

from __future__ import annotations

import datetime as dt
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from billing import services as billing
from billing.models import Order
from clients import services
from clients.choices import Access, Payer
from clients.models import ClientAssignment, Product, Relationship, RightUse
from partnerportal.accounts import services as accounts
from partnerportal.accounts.choices import Role
from partnerportal.audit.models import AuditEvent
from partnerportal.work import services as work
from partnerportal.work.models import Job
from partners import services as partner_services
from partners.models import Partner
from tests import world
from tests.browsers import signed_in
from tests.clients.asking import invite, limited, request

pytestmark = pytest.mark.django_db
ORDER = reverse("billing:order_place")
ALL = {"has_technical": True, "has_statistics": True, "has_order": True, "has_billing": True}
SEEING = dict.fromkeys(ALL, False)


@pytest.fixture
def now():
    """Sets are asked by the clock, so these tests live in the present."""
    return timezone.now()


@pytest.fixture
def here(here, now):
    """A client that pays what its partner orders; of the partner a collaborator by name and one in a team."""
    here.now = now
    here.relationship = world.make_relationship(
        here.client, here.partner, payer=Payer.CLIENT, since=now - timedelta(days=9)
    )
    organisation = here.partner.organisation
    here.named, here.teamed = (world.make_member(organisation, Role.COLLABORATOR) for _ in range(2))
    here.administrator = world.make_member(organisation, Role.ADMINISTRATOR)
    here.assignment = world.assign(here.relationship, here.named, **ALL)
    here.team = world.make_team(organisation, people=(here.teamed,), clients=(here.relationship,), **ALL)
    billing.top_up(
        organisation_id=here.client.pk, currency="CHF", amount=900, reference="t", actor=here.acting, now=now
    )
    return here


def inside(here, membership):
    """Return a browser in the client's space."""
    browser = signed_in(membership.user)
    assert browser.post(reverse("clients:client_enter", args=[here.relationship.pk])).status_code == 302
    return browser


def end(here):
    services.end_relationship(relationship_id=here.relationship.pk, by="CLIENT", actor=here.acting, now=here.now)


def narrow(here, *products):
    services.change_access(
        relationship_id=here.relationship.pk, terms=limited(*products), actor=here.acting, now=here.now
    )


def narrow_to_another(here):
    narrow(here, world.make_product(here.client, here.offers["office"]))


def let_the_term_run_out(here):
    Relationship.objects.update(ends_at=here.now - timedelta(seconds=1))


def suspend(here):
    partner_services.suspend_partner(partner_id=here.partner.pk, actor=world.make_reviewer(), now=here.now)


def leave(here):
    partner_services.leave_programme(partner_id=here.partner.pk, actor=here.partner_acting, now=here.now)


def take_off(here):
    services.unassign_member(assignment_id=here.assignment.pk, actor=here.partner_acting, now=here.now)


def take_out_of_the_team(here):
    services.set_team_members(team_id=here.team.pk, membership_ids=[], actor=here.partner_acting, now=here.now)


def take_the_client_from_the_team(here):
    services.take_clients(
        team_id=here.team.pk, relationship_ids=[here.relationship.pk], actor=here.partner_acting, now=here.now
    )


def delete_the_team(here):
    services.delete_team(team_id=here.team.pk, actor=here.partner_acting, now=here.now)


def lower_the_role(here):
    accounts.change_role(
        membership_id=here.administrator.pk,
        role=Role.COLLABORATOR,
        has_accounting=False,
        actor=here.partner_acting,
        now=here.now,
    )


def remove_from_the_partner(here):
    accounts.remove_member(membership_id=here.administrator.pk, actor=here.partner_acting, now=here.now)


def narrow_the_assignment(here):
    services.change_assignment(assignment_id=here.assignment.pk, rights=SEEING, actor=here.partner_acting, now=here.now)


def narrow_the_team(here):
    services.change_team(
        team_id=here.team.pk,
        name="Web",
        rights=SEEING,
        reaches_all=False,
        actor=here.partner_acting,
        now=here.now,
    )


WAYS = {  # what is done → who was in the client's space
    "end": (end, "administrator"),
    "narrowed to another product": (narrow_to_another, "administrator"),
    "the agreed end": (let_the_term_run_out, "administrator"),
    "suspended": (suspend, "administrator"),
    "left the programme": (leave, "administrator"),
    "taken off the client": (take_off, "named"),
    "taken out of the team": (take_out_of_the_team, "teamed"),
    "the client taken from the team": (take_the_client_from_the_team, "teamed"),
    "the team deleted": (delete_the_team, "teamed"),
    "the role lowered": (lower_the_role, "administrator"),
    "removed from the partner": (remove_from_the_partner, "administrator"),
}
STAYS_INSIDE = {"narrowed to another product"}


@pytest.mark.parametrize("way", WAYS)
def test_the_next_request_finds_nothing(here, way):
    """Rule 48, promise 1: in the session that was in the client's space a moment ago; and nobody enters again."""
    act, who = WAYS[way]
    browser = inside(here, getattr(here, who))
    page = reverse("clients:product_detail", args=[here.product.pk])
    listed = reverse("clients:product_list")
    enter = reverse("clients:client_enter", args=[here.relationship.pk])
    assert browser.get(page).status_code == 200
    assert list(browser.get(listed).context["table"].data.data) == [here.product]

    act(here)

    assert browser.get(page).status_code == 404
    assert ("client_space" in browser.session) is (way in STAYS_INSIDE)
    if way not in STAYS_INSIDE:
        assert browser.post(enter).status_code == 404
    shown = browser.get(listed)
    assert shown.status_code == 403 or here.product not in shown.context["table"].data.data


def test_with_the_suspension_lifted_it_opens_again(here):
    """Rule 48: the relationship stayed; what was closed was the status."""
    browser = inside(here, here.named)
    page = reverse("clients:product_detail", args=[here.product.pk])
    suspend(here)
    assert browser.get(page).status_code == 404

    partner_services.reinstate_partner(
        partner_id=here.partner.pk, reason="Paid.", actor=world.make_reviewer(), now=here.now
    )

    assert browser.post(reverse("clients:client_enter", args=[here.relationship.pk])).status_code == 302
    assert browser.get(page).status_code == 200


# A page that was drawn before


def drawn(page):
    """What the page carries in hidden fields, for whom it was drawn included."""
    names = ("key", "shown", "drawn_for")
    found = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.content.decode()) for name in names}
    return {name: match[1] for name, match in found.items() if match}


def priced(here, browser):
    """Look at the price of an order; return what the second button would send."""
    values = {"offer": here.offers["web-hosting"].pk, "quantity": 1, "name": "moser.ch"}
    values |= drawn(browser.get(ORDER))
    page = browser.post(ORDER, values)
    assert "9.92" in page.content.decode()
    return values | drawn(page) | {"confirm": "yes"}


def narrow_to_the_product(here):
    narrow(here, here.product)


ORDERING = {
    "end": (end, "administrator", 409),
    "narrowed": (narrow_to_the_product, "administrator", 403),
    "the agreed end": (let_the_term_run_out, "administrator", 409),
    "suspended": (suspend, "administrator", 409),
    "taken off the client": (take_off, "named", 403),
    "the assignment narrowed": (narrow_the_assignment, "named", 403),
    "taken out of the team": (take_out_of_the_team, "teamed", 403),
    "the team narrowed": (narrow_the_team, "teamed", 403),
    "the role lowered": (lower_the_role, "administrator", 403),
}


@pytest.mark.parametrize("way", ORDERING)
def test_an_order_confirmed_afterwards_is_not_placed(here, way):
    """Rule 26, rule 48: neither for the client nor, by mistake, for oneself."""
    act, who, status = ORDERING[way]
    browser = inside(here, getattr(here, who))
    confirmed = priced(here, browser)
    act(here)
    products = Product.objects.count()

    answer = browser.post(ORDER, confirmed)

    assert answer.status_code == status
    assert not Order.objects.exists()
    assert Product.objects.count() == products


def test_the_same_form_orders_while_the_access_holds(here):
    """The forms above are refused for what was taken back, not for how they were sent."""
    browser = inside(here, here.named)

    assert browser.post(ORDER, priced(here, browser)).status_code == 302
    assert Order.objects.get().client == here.client


def take_technical_back(here):
    terms = services.Terms(
        access=Access.LIMITED, products=(services.ProductRights(here.product.pk, has_technical=False),)
    )
    services.change_access(relationship_id=here.relationship.pk, terms=terms, actor=here.acting, now=here.now)


DESCRIBING = {
    "the right taken back": (take_technical_back, "administrator", 403),
    "the assignment narrowed": (narrow_the_assignment, "named", 403),
    "the team narrowed": (narrow_the_team, "teamed", 403),
    "end": (end, "administrator", 404),
    "suspended": (suspend, "administrator", 404),
    "taken off the client": (take_off, "named", 404),
}


@pytest.mark.parametrize("way", [*DESCRIBING, "nothing"])
def test_a_description_sent_afterwards_is_not_saved(here, way):
    """Rule 21, Q18."""
    act, who, status = DESCRIBING.get(way, (lambda _here: None, "named", 302))
    browser = inside(here, getattr(here, who))
    page = reverse("clients:product_describe", args=[here.product.pk])
    open_page = browser.get(page)
    sent = {"name": "changed.ch", "technical_note": "Changed", "seen": open_page.context["form"]["seen"].value()}
    sent |= drawn(open_page)
    act(here)

    answer = browser.post(page, sent)

    here.product.refresh_from_db()
    is_saved = way == "nothing"
    assert answer.status_code == status
    assert (here.product.name, here.product.technical_note) == (
        ("changed.ch", "Changed") if is_saved else ("moser.ch", "")
    )
    assert AuditEvent.objects.filter(action="clients.product.described").exists() is is_saved


def test_statistics_are_read_no_more_once_the_right_is_taken_back(here):
    """Q18."""
    browser = inside(here, here.administrator)
    page = reverse("clients:product_statistics", args=[here.product.pk])
    assert browser.get(page).status_code == 200
    terms = services.Terms(
        access=Access.LIMITED, products=(services.ProductRights(here.product.pk, has_statistics=False),)
    )

    services.change_access(relationship_id=here.relationship.pk, terms=terms, actor=here.acting, now=here.now)

    assert browser.get(page).status_code == 403


# What waits in the queue (an export that runs, and the exports that wait at an end: tests/billing/test_export.py)


@pytest.mark.parametrize("way", ["taken off the client", "suspended", "the agreed end", "nothing"])
def test_an_export_that_waits_yields_no_file(here, way):
    """Rule 50, promise 1: the access is asked again when the job runs."""
    here.named.has_accounting = True
    here.named.save()
    job = billing.start_client_export(
        relationship=here.relationship,
        since=None,
        until=None,
        state="",
        file_format="csv",
        actor=world.acting(here.named),
        now=here.now,
    )
    if way != "nothing":
        WAYS[way][0](here)

    work.run(job_id=job.pk, now=here.now)

    job = Job.objects.get(pk=job.pk)
    assert bool(job.result_file) is (way == "nothing")
    assert (job.state == "DONE") is (way == "nothing")


# A mail that was not sent yet


def change_the_access(here):
    narrow(here, here.product)


def change_the_payer(here):
    services.change_payer(relationship_id=here.relationship.pk, payer=Payer.PARTNER, actor=here.acting, now=here.now)


def announce_the_end(here):
    Relationship.objects.update(ends_at=here.now + timedelta(days=5))
    services.announce_ends(now=here.now)


def ask_about_what_is_unused(here):
    long_ago = here.now - timedelta(days=200)
    Relationship.objects.update(created_at=long_ago, answered_at=long_ago, access_since=long_ago)
    RightUse.objects.create(relationship=here.relationship, right="view", last_used_on=long_ago.date())
    services.ask_about_unused(now=here.now)


def ask_for_a_review(here):
    long_ago = here.now - timedelta(days=400)
    Relationship.objects.update(created_at=long_ago, answered_at=long_ago, access_since=long_ago)
    services.ask_for_reviews(now=here.now)


MAILS = {
    "mail_access_changed": change_the_access,
    "mail_payer_changed": change_the_payer,
    "mail_ending": announce_the_end,
    "mail_unused": ask_about_what_is_unused,
    "mail_review": ask_for_a_review,
}


@pytest.mark.parametrize("ending", [None, end, leave, let_the_term_run_out])
@pytest.mark.parametrize("kind", MAILS)
def test_a_mail_about_access_that_is_over_is_not_sent(here, run_jobs, kind, ending):
    """Promise 1, Q20: only that it has ended is told."""
    MAILS[kind](here)
    job = Job.objects.get(kind=f"clients.{kind}")
    if ending is not None:
        ending(here)

    work.run(job_id=job.pk, now=timezone.now())

    job.refresh_from_db()
    assert (job.state, job.error) == ("DONE", "")
    assert bool(mail.outbox) is (ending is None)


@pytest.mark.parametrize("kind", ["mail_asked", "mail_waiting"])
@pytest.mark.parametrize("asked_by", ["client", "partner", "partner by an unknown address"])
@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_a_question_that_was_withdrawn_is_not_mailed(here, kind, asked_by, is_withdrawn):
    """Rule 12."""
    end(here)
    Job.objects.all().delete()
    if asked_by == "client":
        relationship, actor = invite(here, now=here.now), here.acting
    else:
        email = here.acting.user.email if asked_by == "partner" else "nobody@example.ch"
        relationship, actor = request(here, email, now=here.now), here.partner_acting
    if kind == "mail_waiting":
        services.remind_of_questions(now=relationship.expires_at - dt.timedelta(days=1))
    job = Job.objects.get(kind=f"clients.{kind}")
    if is_withdrawn:
        services.withdraw(relationship_id=relationship.pk, actor=actor, now=here.now)

    work.run(job_id=job.pk, now=max(timezone.now(), job.not_before))

    job.refresh_from_db()
    assert (job.state, job.error) == ("DONE", "")
    assert bool(mail.outbox) is not is_withdrawn


def test_who_is_taken_off_one_client_keeps_the_others(here):
    """Rule 20: what is taken is what was named."""
    other = world.make_relationship(world.make_client("Zwei AG")[0], here.partner)
    world.assign(other, here.named)

    take_off(here)

    assert list(Relationship.objects.reachable_by(here.named)) == [other]
    assert ClientAssignment.objects.get().relationship == other
    assert Partner.objects.get(pk=here.partner.pk).is_approved

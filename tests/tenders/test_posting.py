"""Rules 53 and 54, Q24, Q25, Q28: who posts a call, when it is on the board, who is told what."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.states import IllegalTransition
from partnerportal.work.models import Job
from partners.models import Partner
from tenders import services
from tenders.exceptions import NotPossible
from tenders.models import Tender
from tests import world

pytestmark = pytest.mark.django_db


def post(values=None, organisation=None, actor=None, now=world.NOW):
    return services.post_tender(
        values=world.TENDER | (values or {}),
        organisation_id=organisation.pk if organisation else None,
        mail_language="en",
        actor=actor or services.Visitor(),
        now=now,
    )


def test_a_visitors_call_waits_for_its_confirmation(run_jobs, now):
    """Rule 53, Q25."""
    world.make_partner(wants_tenders=True)

    tender = post()
    run_jobs()

    assert tender.state == "DRAFT"
    assert not Tender.objects.open_at(now).exists()
    assert [message.to for message in mail.outbox] == [["lena@moser.example"]]
    assert "/tenders/confirm/" in mail.outbox[0].body


def test_confirming_puts_it_on_the_board_for_sixty_days(run_jobs, now):
    """Q25, Q28: the author gets a secret link, opted-in partners the extract."""
    _, acting = world.make_partner(wants_tenders=True)
    tender = post()
    run_jobs()
    mail.outbox.clear()

    services.confirm_tender(tender_id=tender.pk, actor=services.Visitor(), now=now)
    run_jobs()

    tender.refresh_from_db()
    assert (tender.state, tender.expires_at) == ("OPEN", now + dt.timedelta(days=60))
    assert {message.to[0] for message in mail.outbox} == {"lena@moser.example", acting.user.email}
    author = next(message for message in mail.outbox if message.to == ["lena@moser.example"])
    assert "/tenders/mine/" in author.body
    assert AuditEvent.objects.filter(action="tenders.tender.opened", actor_label="Visitor").count() == 1


def test_confirming_twice_is_refused_and_mails_nobody_twice(run_jobs, now):
    tender = post()
    services.confirm_tender(tender_id=tender.pk, actor=services.Visitor(), now=now)
    run_jobs()
    sent = len(mail.outbox)

    with pytest.raises(IllegalTransition):
        services.confirm_tender(tender_id=tender.pk, actor=services.Visitor(), now=now)
    run_jobs()

    assert len(mail.outbox) == sent


def test_a_draft_cannot_be_confirmed_after_its_time(now):
    tender = post()

    with pytest.raises(NotPossible):
        services.confirm_tender(tender_id=tender.pk, actor=services.Visitor(), now=now + dt.timedelta(days=8))

    tender.refresh_from_db()
    assert tender.state == "DRAFT"


def test_a_clients_call_is_open_at_once(now):
    """Rule 53."""
    client, acting = world.make_client()

    tender = post(organisation=client, actor=acting)

    assert (tender.state, tender.opened_at, tender.organisation) == ("OPEN", now, client)


def test_only_approved_partners_that_opted_in_are_mailed_once(run_jobs, now):
    """Rule 54, promise 9."""
    _, wanting = world.make_partner("Wanting", wants_tenders=True)
    world.make_partner("Silent")
    world.make_partner("Suspended", wants_tenders=True, state="SUSPENDED", suspended_at=now)
    client, acting = world.make_client()

    tender = post(organisation=client, actor=acting)
    run_jobs()
    Job.objects.filter(kind="tenders.tell_partners").update(state="QUEUED", finished_at=None)
    run_jobs()

    extracts = [message for message in mail.outbox if "New call for tenders" in message.subject]
    assert [message.to for message in extracts] == [[wanting.user.email]]
    assert f"/partner/tenders/{tender.pk}/" in extracts[0].body


def test_the_mail_holds_the_extract_and_never_contact_data(run_jobs, now):
    """Rules 54 and 55: title, category, place, budget range, the first 200 characters."""
    world.make_partner(wants_tenders=True)
    client, acting = world.make_client()

    post(organisation=client, actor=acting)
    run_jobs()

    message = next(one for one in mail.outbox if "New call" in one.subject)
    for body in (message.body, message.alternatives[0][0]):
        assert "Our website is old" in body
        assert "CHF 2’000 – 5’000" in body
        assert "New website · Bern" in body
        for hidden in ("Secret ending", "Lena Moser", "lena@moser.example", "555 01 02"):
            assert hidden not in body


def test_a_partner_that_opts_out_meanwhile_is_not_mailed(run_jobs, now):
    world.make_partner(wants_tenders=True)
    client, acting = world.make_client()
    post(organisation=client, actor=acting)
    Partner.objects.update(wants_tenders=False)

    run_jobs()

    assert not [one for one in mail.outbox if "New call" in one.subject]


def test_the_extract_is_the_first_200_characters_at_most():
    """Q24."""
    tender = world.make_tender(description="word " * 100)

    assert tender.extract.startswith("word word")
    assert len(tender.extract) <= 201
    assert tender.extract.endswith("word…")
    assert world.make_tender(description="Short, and never told whole to everybody.").extract == "Short, and never…"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("description", "Write to me at lena@moser.example, please, as soon as you can."),
        ("title", "Call +41 (31) 555 01 02"),
        ("place", "Bern, lena@moser.example"),
        ("place", "Bern (079 412 34 56)"),
        ("description", "My brother answers at 044 668 18 00 from nine to five on every working day."),
        ("description", "Ruft einfach an: 0041 44 668 18 00, am liebsten am Vormittag zwischen acht und zehn."),
    ],
)
def test_contact_data_in_the_text_is_refused(field, text):
    """Rule 54: the extract is public."""
    with pytest.raises(NotPossible) as refusal:
        post({field: text})

    assert refusal.value.field == field
    assert not Tender.objects.exists()
    assert not Job.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        "We pay 5 000 to 12 000 francs, in 2026 or 2027, for 1 200 pages and 35 mailboxes in all.",
        "The shop sells 18 500 parts; the list of 24.11.2026 has 7 columns, from 8.30 to 17.30 on weekdays.",
    ],
)
def test_figures_in_the_text_are_no_phone_numbers(text):
    assert post({"description": text}).description == text


def test_calls_and_drafts_run_out(run_jobs, now):
    """Q25: after 60 days; nobody is told of a draft that was never confirmed."""
    opened = world.make_tender(expires_at=now)
    draft = world.make_tender(state="DRAFT", expires_at=now, contact_email="other@moser.example")
    fresh = world.make_tender()

    assert services.expire_tenders(now=now) == 2
    assert services.expire_tenders(now=now) == 0
    run_jobs()

    assert {one.pk: one.state for one in Tender.objects.all()} == {
        opened.pk: "EXPIRED",
        draft.pk: "EXPIRED",
        fresh.pk: "OPEN",
    }
    assert [message.to for message in mail.outbox] == [["lena@moser.example"]]


@pytest.mark.parametrize("organisation", [True, False])
def test_a_wished_day_is_not_in_the_past(organisation, now):
    """Q24: neither a visitor's nor a client's; today is fine."""
    client, acting = world.make_client()
    owner = {"organisation": client, "actor": acting} if organisation else {}
    yesterday = now.date() - dt.timedelta(days=1)

    with pytest.raises(NotPossible, match="has passed") as refusal:
        post({"wished_on": yesterday}, **owner)

    assert refusal.value.field == "wished_on"
    assert not Tender.objects.exists()
    assert not AuditEvent.objects.exists()
    assert not Job.objects.exists()
    assert post({"wished_on": now.date()}, **owner).wished_on == now.date()


@pytest.mark.parametrize("page", ["tenders:post", "tenders:account_post"])
def test_the_form_says_so_beside_the_field_and_keeps_what_was_typed(client, page):
    _organisation, acting = world.make_client()
    if page == "tenders:account_post":
        client.force_login(acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    today = timezone.localdate()
    typed = world.TENDER | {"consents": "on", "wished_on": (today - dt.timedelta(days=1)).isoformat()}

    answer = client.post(reverse(page), typed)

    form = answer.context["form"]
    assert list(form.errors) == ["wished_on"]
    assert "has passed" in form.errors["wished_on"][0]
    assert form["title"].value() == world.TENDER["title"]
    assert form["wished_on"].field.widget.attrs["min"] == today.isoformat()
    assert not Tender.objects.exists()

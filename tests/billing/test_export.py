"""The export of a client's billing data: rules 50 to 52, Q31, Q32, promise 1."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal as D

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from billing import jobs, services
from billing.exports import COLUMNS
from billing.models import Order
from clients import services as client_services
from clients.choices import Payer
from partnerportal.accounts.choices import Role
from partnerportal.audit.models import AuditEvent
from partnerportal.kernel.csv import BOM, neutralised
from partnerportal.work import services as work
from partnerportal.work.choices import JobState
from partnerportal.work.models import Job
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    """A client with one line that the partner paid, one that earned cashback, and one that is none of its business."""

    class Here:
        offers = world.make_catalogue()
        client, acting = world.make_client("=Böse; Bäckerei")
        partner, partner_acting = world.make_partner()

    order(Here, None, "before")
    Here.relationship = world.make_relationship(Here.client, Here.partner, payer=Payer.PARTNER)
    order(Here, Here.relationship, "rebate")
    order(Here, None, "cashback")
    return Here


def order(here, relationship, key):
    return services.place_order(
        client_id=here.client.pk,
        items=[services.Item(here.offers["web-hosting"], 2)],
        relationship_id=relationship.pk if relationship else None,
        key=key,
        actor=here.acting,
        now=NOW,
    )


def start(here, **changes):
    values = {"since": None, "until": None, "state": "", "file_format": "csv"}
    whose = {"relationship": here.relationship, "actor": here.partner_acting}
    return services.start_client_export(now=NOW, **whose | values | changes)


def rows(job):
    text = default_storage.open(Job.objects.get(pk=job.pk).result_file).read().decode()
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM)), delimiter=";"))


def test_export_holds_the_partners_lines_and_nothing_of_the_clients_invoices(here):
    """Rule 51: of what the client paid only the cashback, without document, VAT or total."""
    job = start(here)
    work.run(job_id=job.pk, now=NOW)

    rebate, cashback = rows(job)

    assert tuple(rebate) == COLUMNS
    assert (rebate["payer"], rebate["benefit_kind"], rebate["gross"]) == ("partner", "rebate", "17.16")
    assert (cashback["payer"], cashback["benefit_kind"], cashback["net_paid"]) == ("client", "cashback", "18.85")
    assert [cashback[name] for name in ("document", "vat_rate", "vat", "gross")] == ["", "", "", ""]
    assert cashback["benefit_amount"] == "3.77"
    assert rebate["client"] == "'=Böse; Bäckerei"


def test_filters_and_empty_result(here):
    """Rule 52: a header-only file."""
    job = start(here, since=NOW.date().replace(year=2030))
    work.run(job_id=job.pk, now=NOW)

    assert rows(job) == []
    assert Job.objects.get(pk=job.pk).result == {"rows": 0}


def test_json_is_the_second_format(here):
    """Q32."""
    job = start(here, file_format="json")
    work.run(job_id=job.pk, now=NOW)

    found = json.loads(default_storage.open(Job.objects.get(pk=job.pk).result_file).read())

    assert [one["benefit_kind"] for one in found] == ["rebate", "cashback"]


def test_client_reads_that_it_was_exported(here):
    """Q43."""
    start(here)

    event = AuditEvent.objects.visible_to(here.acting).get(action="billing.export.started")
    assert (event.actor_label, event.relationship_id) == ("Ana Keller", here.relationship.pk)


def test_an_end_during_the_export_stops_it_and_leaves_no_file(here, monkeypatch, settings):
    """Promise 1: between two parts the client ends the relationship; whoever exports reads why."""
    settings.EXPORT_BATCH = 1
    job = start(here)
    progress = jobs.Running.progress

    def end_then_go_on(run, *args):
        client_services.end_relationship(relationship_id=here.relationship.pk, by="CLIENT", actor=here.acting, now=NOW)
        progress(run, *args)

    monkeypatch.setattr(jobs.Running, "progress", end_then_go_on)
    assert work.run(job_id=job.pk, now=NOW) == JobState.CANCELLED

    job = Job.objects.get(pk=job.pk)
    assert (job.result_file, "has ended" in job.error) == ("", True)
    assert not default_storage.exists(f"exports/{job.pk}/part-00000")


def test_an_end_stops_the_exports_that_wait(here):
    """Promise 1: and no other client's."""
    elsewhere = world.make_relationship(world.make_client()[0], here.partner)
    waiting, other = start(here), start(here, relationship=elsewhere)

    client_services.end_relationship(relationship_id=here.relationship.pk, by="CLIENT", actor=here.acting, now=NOW)

    assert Job.objects.get(pk=waiting.pk).state == JobState.CANCELLED
    assert Job.objects.get(pk=other.pk).state == JobState.QUEUED


def test_a_right_revoked_during_the_export_yields_no_file(here, monkeypatch, settings):
    """Promise 1: between two parts the partner takes the accounting from whoever exports."""
    settings.EXPORT_BATCH = 1
    collaborator = world.make_member(here.partner.organisation, Role.COLLABORATOR, has_accounting=True)
    world.assign(here.relationship, collaborator)
    job = start(here, actor=world.acting(collaborator))
    progress = jobs.Running.progress

    def revoke_then_go_on(run, *args):
        type(collaborator).objects.filter(pk=collaborator.pk).update(has_accounting=False)
        progress(run, *args)

    monkeypatch.setattr(jobs.Running, "progress", revoke_then_go_on)
    assert work.run(job_id=job.pk, now=NOW) == JobState.FAILED

    job = Job.objects.get(pk=job.pk)
    assert (job.result_file, "ended" in job.error) == ("", True)
    assert not default_storage.exists(f"exports/{job.pk}/part-00000")


def test_file_is_out_of_reach_once_the_access_has_ended(here, client):
    """Promise 1: also a finished one."""
    job = start(here)
    work.run(job_id=job.pk, now=NOW)
    client.force_login(here.partner_acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = reverse("billing:export_download", args=[job.pk])
    assert client.get(page).status_code == 200

    client_services.end_relationship(relationship_id=here.relationship.pk, by="CLIENT", actor=here.acting, now=NOW)

    assert client.get(page).status_code == 404


def test_the_list_names_the_client_and_hands_the_file_over_while_the_access_holds(here, client):
    """Rule 50, promise 1: no link leads to a file that is out of reach."""
    job = start(here)
    work.run(job_id=job.pk, now=NOW)
    client.force_login(here.partner_acting.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    link = reverse("billing:export_download", args=[job.pk])

    before = client.get(reverse("billing:export_list")).content.decode()
    client_services.end_relationship(relationship_id=here.relationship.pk, by="CLIENT", actor=here.acting, now=NOW)
    after = client.get(reverse("billing:export_list")).content.decode()

    assert "=Böse; Bäckerei" in before
    assert link in before
    assert link not in after


def test_runner_that_takes_over_goes_on_after_the_last_part(here, monkeypatch, settings):
    """A killed worker loses nothing and doubles nothing."""
    settings.EXPORT_BATCH = 1
    job = start(here)
    progress, killed = jobs.Running.progress, []

    def die_once(run, *args):
        progress(run, *args)
        if not killed:
            killed.append(True)
            raise SystemExit  # as abrupt as it gets within one process

    monkeypatch.setattr(jobs.Running, "progress", die_once)
    with pytest.raises(SystemExit):
        work.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.progress_done, job.progress_total) == (JobState.RUNNING, 1, 2)

    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, runner=None)
    assert work.run(job_id=job.pk, now=NOW) == JobState.DONE

    assert [one["benefit_kind"] for one in rows(job)] == ["rebate", "cashback"]


@pytest.mark.parametrize(
    ("value", "written"),
    [("=1+1", "'=1+1"), ("+41 22", "'+41 22"), ("-12.50", "-12.50"), ("@x", "'@x"), (D("-1.20"), "-1.20"), (None, "")],
)
def test_cells_never_start_a_formula(value, written):
    """Q32: numbers stay numbers."""
    assert neutralised(value) == written


@pytest.mark.parametrize("text", ["Bäckerei\u2028Moser", "Bäckerei\u0085Moser", 'Bäckerei "Moser"\n'])
def test_json_holds_any_name(here, text):
    here.client.name = text
    here.client.save()
    job = start(here, file_format="json")
    assert work.run(job_id=job.pk, now=NOW) == JobState.DONE

    found = json.loads(default_storage.open(Job.objects.get(pk=job.pk).result_file).read())

    assert {one["client"] for one in found} == {text}


def test_days_are_those_of_the_portal(here):
    """Q32: half past midnight in Zurich on the first is not yet the first in Greenwich."""
    late = dt.datetime(2026, 11, 30, 23, 30, tzinfo=dt.UTC)
    Order.objects.filter(key="rebate").update(placed_at=late)
    job = start(here, since=dt.date(2026, 12, 1), until=dt.date(2026, 12, 1))
    work.run(job_id=job.pk, now=NOW)

    assert [(one["benefit_kind"], one["date"]) for one in rows(job)] == [("rebate", "2026-12-01")]


def test_a_cancelled_export_leaves_nothing_behind(here, monkeypatch, settings):
    settings.EXPORT_BATCH = 1
    job = start(here)
    progress = jobs.Running.progress

    def cancel_then_go_on(run, *args):
        work.cancel(job_id=job.pk, now=NOW)
        progress(run, *args)

    monkeypatch.setattr(jobs.Running, "progress", cancel_then_go_on)
    assert work.run(job_id=job.pk, now=NOW) == JobState.CANCELLED

    assert Job.objects.get(pk=job.pk).result_file == ""
    assert not default_storage.exists(f"exports/{job.pk}/part-00000")


@pytest.mark.parametrize(
    ("role", "has_accounting", "is_assigned", "status"),
    [
        (Role.LEGAL, False, False, 200),
        (Role.ADMINISTRATOR, False, False, 200),
        (Role.COLLABORATOR, True, True, 200),
        (Role.COLLABORATOR, False, True, 403),
        (Role.COLLABORATOR, True, False, 404),
    ],
)
def test_who_may_export(here, client, role, has_accounting, is_assigned, status):
    """Rule 50."""
    member = world.make_member(here.partner.organisation, role, has_accounting=has_accounting)
    if is_assigned:
        world.assign(here.relationship, member)
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    answer = client.get(reverse("billing:export_start", args=[here.relationship.pk]))

    assert answer.status_code == status

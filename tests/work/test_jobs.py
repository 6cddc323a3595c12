"""The job row is the truth: it survives dead workers, absent brokers and two runners at once."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import transaction
from django.urls import reverse
from kombu.exceptions import OperationalError

from partnerportal.work import registry, services
from partnerportal.work.choices import JobState
from partnerportal.work.models import Job
from partnerportal.work.running import GiveUp, LostJob
from partnerportal.work.templatetags.kinds import KINDS
from tests import world
from tests.access import visitors
from tests.world import NOW

pytestmark = pytest.mark.django_db
RAN: list[dict] = []


@registry.register("tests.note", max_attempts=2)
def note(run, **parameters):
    """Note that it ran."""
    RAN.append(parameters)
    if parameters.get("fail"):
        raise ValueError(parameters["fail"])
    if parameters.get("give_up"):
        raise GiveUp(parameters["give_up"])
    run.progress(1, 2, {"after": 1})
    return {"noted": len(RAN)}


@pytest.fixture(autouse=True)
def nothing_ran():
    RAN.clear()


def start(**parameters):
    return services.start(kind="tests.note", parameters=parameters, now=NOW)


def test_job_runs_once_and_keeps_its_result():
    job = start(word="a")

    assert services.run(job_id=job.pk, now=NOW) == JobState.DONE
    assert services.run(job_id=job.pk, now=NOW) is None

    job.refresh_from_db()
    assert (job.result, job.progress_done, job.checkpoint, job.attempts) == ({"noted": 1}, 1, {"after": 1}, 1)
    assert RAN == [{"word": "a"}]


def test_same_key_starts_once():
    first = services.start(kind="tests.note", parameters={}, now=NOW, key="k")
    second = services.start(kind="tests.note", parameters={}, now=NOW, key="k")

    assert first == second
    assert Job.objects.count() == 1


def test_unknown_kind_is_refused():
    with pytest.raises(registry.UnknownKind):
        services.start(kind="tests.nothing", parameters={}, now=NOW)

    assert not Job.objects.exists()


def test_failure_is_tried_again_later_then_told():
    job = start(fail="broken")

    assert services.run(job_id=job.pk, now=NOW) == JobState.QUEUED
    job.refresh_from_db()
    assert job.error == "ValueError: broken"
    assert services.run(job_id=job.pk, now=NOW) is None  # not before its time
    assert services.run(job_id=job.pk, now=job.not_before) == JobState.FAILED

    services.try_again(job_id=job.pk, now=job.not_before)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)


def test_giving_up_is_not_tried_again():
    job = start(give_up="The access has ended.")

    assert services.run(job_id=job.pk, now=NOW) == JobState.FAILED
    job.refresh_from_db()
    assert job.error == "The access has ended."


def test_job_of_a_dead_worker_is_taken_over_and_the_dead_one_writes_nothing():
    """Kill -9: the claim is lost, a new runner goes on from the checkpoint, the old one cannot write any more."""
    job = start()
    dead = services.claim(job_id=job.pk, now=NOW)
    dead.progress(1, 2, {"after": 1})
    Job.objects.filter(pk=job.pk).update(heartbeat_at=NOW)

    assert services.sweep(now=NOW + dt.timedelta(seconds=31)) == 1
    job.refresh_from_db()
    assert (job.state, job.checkpoint) == (JobState.DONE, {"after": 1})  # eager: the broker ran it at once
    with pytest.raises(LostJob):
        dead.progress(2, 2)
    assert len(RAN) == 1


def test_job_that_gives_signs_of_life_is_left_alone():
    job = start()
    services.claim(job_id=job.pk, now=NOW)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=NOW + dt.timedelta(seconds=20))

    services.sweep(now=NOW + dt.timedelta(seconds=31))

    job.refresh_from_db()
    assert job.state == JobState.RUNNING


def test_cancel_before_it_runs():
    job = start()

    services.cancel(job_id=job.pk, now=NOW)

    assert services.run(job_id=job.pk, now=NOW) is None
    job.refresh_from_db()
    assert (job.state, RAN) == (JobState.CANCELLED, [])


def test_cancel_while_it_runs_stops_it_at_its_next_progress():
    job = start()
    Job.objects.filter(pk=job.pk).update(cancel_requested_at=NOW)

    assert services.run(job_id=job.pk, now=NOW) == JobState.CANCELLED
    job.refresh_from_db()
    assert job.result == {}


@pytest.mark.parametrize("fault", [OperationalError("gone"), ConnectionError("refused")])
def test_absent_broker_fails_no_page_and_the_work_runs_later(monkeypatch, fault, django_capture_on_commit_callbacks):
    """The row is written; the sweeper tells the broker once it is back."""
    from partnerportal.work import tasks

    deliver = tasks.run_job.apply_async

    def away(*_args, **_kwargs):
        raise fault

    monkeypatch.setattr(tasks.run_job, "apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        job = start()
    job.refresh_from_db()
    assert (job.state, job.published_at) == (JobState.QUEUED, None)
    assert services.sweep(now=NOW) == 0

    monkeypatch.setattr(tasks.run_job, "apply_async", deliver)
    assert services.sweep(now=NOW) == 1
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_rolled_back_act_leaves_no_job():
    with pytest.raises(RuntimeError), transaction.atomic():
        start()
        raise RuntimeError

    assert not Job.objects.exists()


def test_only_one_runner_holds_a_job():
    job = start()

    first, second = services.claim(job_id=job.pk, now=NOW), services.claim(job_id=job.pk, now=NOW)

    assert second is None
    assert isinstance(first.runner, uuid.UUID)


def test_collaborators_see_their_own_jobs_only():
    """Jobs are the organisation's; a collaborator's list is their own."""
    partner, acting = world.make_partner()
    collaborator = world.acting(world.make_member(partner.organisation, "COLLABORATOR"))
    job = services.start(
        kind="billing.client_export",
        parameters={"relationship_id": 1},
        now=NOW,
        actor=acting,
    )

    assert Job.objects.visible_to(acting).get() == job
    assert not Job.objects.visible_to(collaborator).exists()
    assert not Job.objects.visible_to(None).exists()


def test_every_kind_of_work_has_words():
    """Staff read what a job does, not its code."""
    assert set(KINDS) == {name for name in registry._KINDS if not name.startswith("tests.")}


def test_staff_read_jobs_in_words():
    """The codes stand on the job's own page only, for whoever looks into the logs."""
    site = visitors.build()
    failed = Job.objects.get(pk=site.arguments["billing:staff_job_detail"][0])
    Job.objects.exclude(pk=failed.pk).delete()
    Job.objects.update(state=JobState.FAILED, finished_at=NOW, error="No rate")
    staff = site.browser("staff")

    for page in (reverse("billing:staff_job_list"), reverse("home:staff")):
        shown = staff.get(page).content.decode()
        assert "Nightly: yearly check of the volumes" in shown
        assert "billing.review_thresholds" not in shown
        assert ">FAILED<" not in shown
    detail = staff.get(reverse("billing:staff_job_detail", args=[failed.pk])).content.decode()
    assert "Nightly: yearly check of the volumes" in detail
    assert "billing.review_thresholds" in detail

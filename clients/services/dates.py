"""What happens to relationships because a day passed: they expire, end as agreed, and people are told in time. Q15.

Each notice is a job with a key that names what it is about: however often a run is repeated, each is started once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from math import ceil
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Coalesce

from clients import selectors, tasks
from clients.choices import EndedBy, RelationshipState
from clients.exceptions import EndIncomplete
from clients.models import Relationship
from clients.services.ending import end_relationship
from clients.services.starting import record_question
from partnerportal.accounts.acting import SYSTEM
from partnerportal.work.registry import Kind

logger = logging.getLogger(__name__)
DAY = timedelta(days=1)
TOGETHER = 500  # jobs that are started in one go
Wanted = tuple[str, dict[str, Any]]  # a job's key and its parameters


@transaction.atomic
def expire_invitations(*, now: datetime) -> int:
    """Expire every request and invitation whose time is over (Q15); return how many."""
    expired = 0
    for relationship in Relationship.objects.expired_by(now).select_for_update(skip_locked=True, of=("self",)):
        relationship.state = RelationshipState.EXPIRED
        relationship.save(update_fields=["state"])
        action = "clients.relationship.expired"
        record_question(relationship, action, actor=SYSTEM, now=now)
        if relationship.is_request and relationship.client is not None:
            # The partner reads it whether or not the address has an account: a missing line would tell (promise 2).
            partner = relationship.partner.organisation
            record_question(relationship, action, actor=SYSTEM, now=now, organisation=partner)
        expired += 1
    return expired


@transaction.atomic
def remind_of_questions(*, now: datetime) -> int:
    """Remind who has not answered a request or an invitation that soon expires, once; return how many there are."""
    soon = now + settings.PROGRAMME["invitation_reminder_days"] * DAY
    waiting = Relationship.objects.pending().filter(expires_at__gt=now, expires_at__lte=soon).answerable()
    for pk, version in waiting.values_list("pk", "link_version"):
        key = f"clients.mail_waiting:{pk}:{version}"
        tasks.mail_waiting.start(now=now, key=key, relationship_id=pk, link_version=version)
    return len(waiting)


def end_agreed_access(*, now: datetime) -> int:
    """End every relationship whose agreed end has come; return how many. It opened nothing since that moment.

    One that cannot be ended stops no other: each has a transaction of its own. Raises :class:`EndIncomplete` at last if
    there was one.
    """
    ended, failed = 0, []
    for pk in Relationship.objects.over_at(now).order_by("pk").values_list("pk", flat=True):
        try:
            ended += _end_agreed(pk, now)
        except EndIncomplete as fault:
            logger.exception("relationship %s could not be ended", pk, exc_info=fault)
            failed.append(pk)
    if failed:
        message = f"{ended} have ended; still open: {failed}"
        raise EndIncomplete(message)
    return ended


@transaction.atomic
def _end_agreed(relationship_id: int, now: datetime) -> int:
    still = Relationship.objects.over_at(now).select_for_update(of=("self",)).filter(pk=relationship_id)
    if not still.exists():  # renewed or ended meanwhile
        return 0
    end_relationship(relationship_id=relationship_id, by=EndedBy.TERM, actor=SYSTEM, now=now)
    return 1


@transaction.atomic
def announce_ends(*, now: datetime) -> int:
    """Tell both sides 30, 7 and 1 days before access ends as agreed, each once; return how many ends are near."""
    notices = settings.PROGRAMME["ending_notice_days"]
    near = Relationship.objects.active(now).filter(ends_at__lte=now + max(notices) * DAY)

    def notice(pk: int, ends_at: datetime) -> Wanted:
        left = ceil((ends_at - now) / DAY)
        days = min(days for days in notices if left <= days)
        key = f"clients.mail_ending:{pk}:{ends_at:%Y-%m-%dT%H:%M}:{days}"
        return key, {"relationship_id": pk, "ends_at": ends_at.isoformat()}

    found = near.order_by("pk").values_list("pk", "ends_at").iterator(chunk_size=TOGETHER)
    return _tell_each(tasks.mail_ending, (notice(pk, ends_at) for pk, ends_at in found), now=now)


@transaction.atomic
def ask_about_unused(*, now: datetime) -> int:
    """Ask clients whether access that nobody has used for long is still needed, once for each time that it falls idle;
    return how many relationships are idle.
    """

    def question(pk: int, idle: list[selectors.Idle]) -> Wanted:
        what = ",".join(f"{one.right.value}={one.since:%Y%m%d}" for one in idle)
        return f"clients.mail_unused:{pk}:{what}", {"relationship_id": pk}

    found = selectors.idle_relationships(now=now)
    return _tell_each(tasks.mail_unused, (question(pk, idle) for pk, idle in found), now=now)


@transaction.atomic
def ask_for_reviews(*, now: datetime) -> int:
    """Ask clients to look through who has access, once each time that it is due; return how many it is due for."""
    due_before = now - relativedelta(months=settings.PROGRAMME["review_months"])
    looked_at = (
        Relationship.objects.active(now)
        .values("client")
        .annotate(oldest=Min(Coalesce("reviewed_at", "answered_at")))
        .filter(oldest__lte=due_before)
        .order_by("client")
        .values_list("client", "oldest")
    )

    def question(client_id: int, oldest: datetime) -> Wanted:
        since = relativedelta(now, oldest)
        times = (since.years * 12 + since.months) // settings.PROGRAMME["review_months"]  # asked again each time
        return f"clients.mail_review:{client_id}:{oldest.date().isoformat()}:{times}", {"client_id": client_id}

    found = looked_at.iterator(chunk_size=TOGETHER)
    return _tell_each(tasks.mail_review, (question(pk, oldest) for pk, oldest in found), now=now)


def _tell_each(task: Kind, wanted: Iterable[Wanted], *, now: datetime) -> int:
    """Start a job for each key that has none, some hundred at a time: nothing keeps them all. Return how many are due.

    Most have one: what is due today was due yesterday.
    """
    count = 0
    rest = iter(wanted)
    while some := dict(islice(rest, TOGETHER)):
        task.start_each(some, now=now)
        count += len(some)
    return count

"""Staff changes prices, partner rates, steps and VAT: from a day on, after its effect was shown. Rules 39 and 45.

What held in the past is never edited; a trigger holds it, too. A changed rate never changes what was ordered (Q11).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import selectors
from billing.exceptions import RateRefused, RatesChanged
from billing.selectors import BadLine, Plan, RateList, Stated, Thing, Timeline, Value
from partnerportal.accounts.acting import Acting
from partnerportal.audit import log


@transaction.atomic
def change_rate(
    *, rate_list: RateList, thing: Thing, value: Value, valid_from: date, shown: str, actor: Acting, now: datetime
) -> None:
    """Let ``value`` hold from ``valid_from`` (inclusive) until whatever is planned after it; replace what is planned
    for that very day.

    ``shown``: the plan's, as the person saw it. Raises :class:`RateRefused` for a value or a day that a rule refuses
    (rates at most 35 %, partner price at most the public one, steps that never fall: rule 39), and
    :class:`RatesChanged` if it would do something else than what was shown.
    """
    _take_turns(rate_list)
    plan = selectors.plan_change(
        rate_list=rate_list, thing=thing, value=value, start=valid_from, today=timezone.localdate(now)
    )
    _write(plan, shown=shown, actor=actor, now=now)


@transaction.atomic
def withdraw_rate(
    *, rate_list: RateList, thing: Thing, valid_from: date, shown: str, actor: Acting, now: datetime
) -> None:
    """Take back what is planned from ``valid_from`` on; raises as :func:`change_rate`."""
    _take_turns(rate_list)
    plan = selectors.plan_withdrawal(rate_list=rate_list, thing=thing, start=valid_from, today=timezone.localdate(now))
    _write(plan, shown=shown, actor=actor, now=now)


@transaction.atomic
def import_rates(*, rate_list: RateList, stated: Iterable[Stated], shown: str, actor: Acting, now: datetime) -> int:
    """Put all that a file says into a list, or nothing of it; return how many changes that made.

    The same file a second time changes nothing. Raises :class:`RateRefused` if a line cannot stand, and
    :class:`RatesChanged` as :func:`change_rate`.
    """
    _take_turns(rate_list)
    plan, bad = selectors.plan_lines(rate_list=rate_list, stated=stated, today=timezone.localdate(now))
    if bad:
        raise RateRefused(bad_lines_in_words(bad))
    _write(plan, shown=shown, actor=actor, now=now)
    return len(plan.changes)


def bad_lines_in_words(bad: Iterable[BadLine]) -> str:
    """Say which lines cannot stand, in their order."""
    lines = sorted(bad, key=lambda one: one.number)
    return " ".join(_("Line %(number)s: %(reason)s") % {"number": one.number, "reason": one.reason} for one in lines)


def _take_turns(rate_list: RateList) -> None:
    """Let one change of a list wait for the other; who only reads (orders, quotes) waits for nobody."""
    table = connection.ops.quote_name(rate_list.model._meta.db_table)  # noqa: SLF001 -- Django documents _meta
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


def _write(plan: Plan, *, shown: str, actor: Acting, now: datetime) -> None:
    if plan.shown != shown:
        raise RatesChanged(
            _("Nothing was saved: the list or what it bears on has changed since this was shown. Look at it again.")
        )
    today = timezone.localdate(now)
    changes = plan.changes
    for key, spans in plan.after.items():
        thing = plan.things[key]
        _store(plan.rate_list, thing, spans, selectors.earliest_day(plan.before.get(key, ()), today))
    for change in changes:
        log.record(
            at=now,
            actor=actor,
            action=plan.rate_list.action,
            subject=_subject(plan.rate_list, change.thing),
            changes={
                "what": change.thing.key,
                "from": change.start.isoformat(),
                "before": change.before,
                "after": change.after,
            },
        )


def _store(rate_list: RateList, thing: Thing, spans: Timeline, earliest: date) -> None:
    """Make the rows say ``spans``: planned rows are written anew, of those that have begun only the end moves."""
    rows = rate_list.rows(thing)
    rows.filter(valid_from__gte=earliest).delete()
    begun = [span for span in spans if span.start < earliest]
    end = begun[-1].end if begun else None
    rows.filter(models.Q(valid_until=None) | models.Q(valid_until__gte=earliest)).update(valid_until=end)
    rate_list.model.objects.bulk_create(
        rate_list.model(**rate_list.stored(thing), **fields, valid_from=span.start, valid_until=span.end)
        for span in spans
        if span.start >= earliest
        for fields in rate_list.fields_of(span.value)
    )


def _subject(rate_list: RateList, thing: Thing) -> models.Model:
    """The offer or the family; of a country the row that was written last."""
    return thing.row or rate_list.rows(thing).latest("valid_from")

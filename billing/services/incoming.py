"""What came in at the bank: taken from a statement, then booked by a job, many at once. Rules 41 and 43, Q9, promise 4.

Each transfer is a row from the moment it is read. The job books those that wait in chunks, a transaction each: killed
at any instant, it goes on with what still waits, and a transfer that is told twice is one payment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from billing.choices import EntryKind, IncomingState, Means
from billing.exceptions import PaymentRefused
from billing.models import IncomingPayment, Invoice, LedgerEntry, StatementLine
from billing.services.ledger import Movement, post, subject_of
from billing.services.payments import Booked, Incoming, settle_payments
from partnerportal import bulk
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.models import Organisation
from partnerportal.audit import log
from partnerportal.work import services as work_services
from partnerportal.work.models import Job

KIND = "billing.book_payments"
BATCH = 1_000
INVOICE_NUMBER = re.compile(r"\b(\d{4}-\d{5,})\b")
PURPOSE = 140  # signs of what the payer wrote that are kept
NUMBER_GOES_ON, CUT_OFF = re.compile(r"[\w-]"), re.compile(r"[\w-]+$")
ACCOUNT_REFERENCE = re.compile(r"\bPP-?0*(\d{1,12})\b")


@transaction.atomic
def take_statement(*, lines: Sequence[StatementLine], actor: Acting, now: datetime) -> tuple[int, Job]:
    """Keep the transfers of a statement and start booking them; return how many are new, and the job.

    One whose number is known already is left as it is.
    """
    before = IncomingPayment.objects.filter(reference__in=[one.reference for one in lines]).count()
    IncomingPayment.objects.bulk_create(
        [
            IncomingPayment(
                reference=one.reference,
                purpose=_kept(one.purpose),
                amount=one.amount,
                currency=one.currency,
                received_on=one.received_on,
                entered_at=now,
                entered_by_label=actor.label,
            )
            for one in lines
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    new = len(lines) - before
    job = work_services.start(kind=KIND, parameters={}, actor=actor, now=now)
    log.record(at=now, actor=actor, action="billing.statement.taken", subject=job, changes={"transfers": new})
    return new, job


def _kept(purpose: str) -> str:
    """Return as much of what the payer wrote as is kept; a number that is cut off would be that of something else."""
    begun = purpose[:PURPOSE]
    return CUT_OFF.sub("", begun) if NUMBER_GOES_ON.match(purpose, PURPOSE) else begun


@bulk.many_objects()
@transaction.atomic
def book_waiting(*, most: int, now: datetime, actor: Acting) -> int:
    """Book up to ``most`` transfers that wait; return how many were looked at, 0 once none waits.

    A handful of statements, however many. One that fits no invoice and no account waits for finance, with the reason.
    Another runner's transfers are passed over.
    """
    waiting = IncomingPayment.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    rows = list(waiting.filter(state=IncomingState.WAITING).order_by("pk")[:most])
    if not rows:
        return 0
    invoices = _invoices(rows)
    for_invoices = [row for row in rows if row.pk in invoices]
    incoming = [Incoming(invoices[row.pk].pk, row.amount, Means.TRANSFER, row.reference) for row in for_invoices]
    top_ups = _top_ups([row for row in rows if row.pk not in invoices and not row.problem])
    owners = [(owner.pk, row.currency) for row, owner in top_ups]
    settled = settle_payments(incoming=incoming, actor=actor, now=now, others=owners)
    for row, booked in zip(for_invoices, settled, strict=True):
        _note_payment(row, booked, now)
    _top_up(top_ups, actor=actor, now=now)
    bulk.change(rows, "state", "problem", "payment", "settled_at")
    return len(rows)


@transaction.atomic
def clarify(*, incoming_id: int, how: str, actor: Acting, now: datetime) -> IncomingPayment:
    """Finance has dealt with a transfer that fitted nothing; ``how`` stays beside it.

    Raises :class:`PaymentRefused` for one that is settled, and without saying how.
    """
    if not how.strip():
        raise PaymentRefused(_("Say what became of the money."), field="how")
    incoming = IncomingPayment.objects.select_for_update(no_key=True).get(pk=incoming_id)
    if incoming.state != IncomingState.UNCLEAR:
        raise PaymentRefused(_("This payment is settled already."))
    incoming.state, incoming.settled_at, incoming.resolution = IncomingState.CLARIFIED, now, how.strip()
    incoming.save(update_fields=["state", "settled_at", "resolution"])
    log.record(
        at=now,
        actor=actor,
        action="billing.incoming.clarified",
        subject=incoming,
        changes={
            "amount": str(incoming.amount),
            "currency": incoming.currency,
            "problem": incoming.problem,
            "how": how.strip(),
        },
    )
    return incoming


@transaction.atomic
def try_incoming_again(*, incoming_id: int, actor: Acting, now: datetime) -> None:
    """Book a transfer once more that fitted nothing, after what was wrong is mended. Raises :class:`PaymentRefused`."""
    incoming = IncomingPayment.objects.select_for_update(no_key=True).get(pk=incoming_id)
    if incoming.state != IncomingState.UNCLEAR:
        raise PaymentRefused(_("This payment is settled already."))
    changes = {"amount": str(incoming.amount), "currency": incoming.currency, "problem": incoming.problem}
    incoming.state, incoming.problem = IncomingState.WAITING, ""
    incoming.save(update_fields=["state", "problem"])
    log.record(at=now, actor=actor, action="billing.incoming.tried_again", subject=incoming, changes=changes)
    work_services.start(kind=KIND, parameters={}, actor=actor, now=now)


def _invoices(rows: Sequence[IncomingPayment]) -> dict[int, Invoice]:
    """Return by row the invoice that its purpose names; where it names one that does not fit, say so on the row."""
    numbers = {row.pk: named[1] for row in rows if (named := INVOICE_NUMBER.search(row.purpose))}
    by_number = {one.number: one for one in Invoice.objects.filter(number__among=numbers.values())}
    found = {}
    for row in rows:
        number = numbers.get(row.pk)
        if number is None:
            continue
        invoice = by_number.get(number)
        if invoice is None:
            _unclear(row, gettext_noop("There is no invoice of this number."))
        elif invoice.currency != row.currency:
            _unclear(row, gettext_noop("The invoice is in another currency."))
        else:
            found[row.pk] = invoice
    return found


def _note_payment(row: IncomingPayment, booked: Booked, now: datetime) -> None:
    if booked.payment is None:
        _unclear(row, gettext_noop("It is more than what is open on the invoice, or its number is another payment's."))
        return
    row.payment, row.state, row.settled_at = booked.payment, IncomingState.BOOKED, now


def _top_ups(rows: Sequence[IncomingPayment]) -> list[tuple[IncomingPayment, Organisation]]:
    """Return the transfers that name a prepaid account's reference, with whose it is; the others are unclear."""
    owners = {row.pk: int(named[1]) for row in rows if (named := ACCOUNT_REFERENCE.search(row.purpose))}
    known = {organisation.pk: organisation for organisation in Organisation.objects.filter(pk__in=owners.values())}
    booked = set(
        LedgerEntry.objects.filter(kind=EntryKind.TOP_UP, reference__in=[row.reference for row in rows]).values_list(
            "reference", flat=True
        )
    )
    fitting = []
    for row in rows:
        owner = known.get(owners.get(row.pk, 0))
        if owner is None:
            _unclear(row, gettext_noop("It names neither an invoice nor a prepaid account."))
        elif row.reference in booked:
            _unclear(row, gettext_noop("The bank’s number is that of a top-up which was booked by hand."))
        else:
            fitting.append((row, owner))
    return fitting


def _top_up(top_ups: Sequence[tuple[IncomingPayment, Organisation]], *, actor: Acting, now: datetime) -> None:
    movements = [
        Movement((owner.pk, row.currency), EntryKind.TOP_UP, row.amount, {"reference": row.reference})
        for row, owner in top_ups
    ]
    keys = post(movements, actor=actor, now=now)
    log.record_each(
        at=now,
        actor=actor,
        action="billing.prepaid.topped_up",
        acts=[
            log.Act(subject_of(pk, movement), owner, changes={"amount": str(row.amount), "currency": row.currency})
            for (row, owner), movement, pk in zip(top_ups, movements, keys, strict=True)
        ],
    )
    for row, _owner in top_ups:
        row.state, row.settled_at = IncomingState.BOOKED, now


def _unclear(row: IncomingPayment, problem: str) -> None:
    row.state, row.problem = IncomingState.UNCLEAR, problem

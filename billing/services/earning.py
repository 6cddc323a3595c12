"""Cashback is credited once for each paid line, and taken back in proportion to what is credited of it.

Rules 38, 41, 42; Q9, Q10, Q36. Both work on many lines at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Sum
from django.utils import timezone

from billing import tasks
from billing.choices import EarningKind, EntryKind, Outcome
from billing.models import CreditNoteLine, Earning, LedgerEntry, Order, OrderLine, PrepaidAccount
from billing.pricing import reversed_cashback
from billing.services.ledger import Movement, Owner, post, subject_of
from partnerportal import bulk
from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.accounts.models import Organisation
from partnerportal.audit import log

ZERO = Decimal("0.00")


class EarningLine(NamedTuple):
    """What an order line earns, and for whom: all that is asked of it here, of thousands at once."""

    pk: int
    partner_id: int | None  # None: nobody earns on it
    relationship_id: int | None
    offer_id: int
    client_id: int
    currency: str
    cashback: Decimal
    rebate: Decimal = ZERO  # one of the two at the most (rule 31)

    @classmethod
    def of(cls, line: OrderLine) -> EarningLine:
        """Return it of a line that brings its order along."""
        return cls.of_columns(line.order, vars(line))

    @classmethod
    def of_columns(cls, order: Order, line: Mapping[str, Any]) -> EarningLine:
        """Return it of the columns of an order's line. A rebate is what it costs less than at the public price, net."""
        return cls(
            pk=line["id"],
            partner_id=line["earning_partner_id"],
            relationship_id=line["earner_id"],
            offer_id=line["offer_id"],
            client_id=order.client_id,
            currency=order.currency,
            cashback=line["cashback"],
            rebate=line["public_net"] - line["charged_net"] if line["outcome"] == Outcome.REBATE else ZERO,
        )

    @property
    def earns_cashback(self) -> bool:
        """Tell whether somebody is credited something once the line is paid."""
        return self.cashback > 0 and self.partner_id is not None


def earning_lines(invoice_ids: Collection[int]) -> list[EarningLine]:
    """Return the lines of these invoices that earn cashback."""
    lines = OrderLine.objects.filter(order__invoice__pk__among=invoice_ids, cashback__gt=0)
    columns = ("pk", "earning_partner", "earner", "offer", "order__client", "order__currency", "cashback")
    found = lines.filter(earning_partner__isnull=False).order_by("pk").values_list(*columns)
    return [EarningLine(*values) for values in found]


def owner_of(line: EarningLine) -> Owner:
    """Return whose account a line's cashback moves: the earning partner's, in the invoice's currency (rule 38).

    Raises ``ValueError`` for a line on which nobody earns.
    """
    if line.partner_id is None:
        raise ValueError("nobody earns on this line")
    return line.partner_id, line.currency


def credit(
    lines: Sequence[EarningLine],
    *,
    now: datetime,
    credits: Sequence[CreditNoteLine] = (),
    held: Mapping[Owner, PrepaidAccount] | None = None,
) -> None:
    """Credit the cashback of lines whose invoices have just been paid (Q9), and take back what is credited already.

    ``credits``: the credited lines that settled them, where it was no payment; a rebate on these is undone, too.
    ``held``: the accounts, as for :func:`billing.services.ledger.post`.

    Call it in the payment's transaction, once for an invoice: its state makes sure of that under its lock, and the
    entry's unique key would refuse a second one (rule 41).
    """
    movements = [
        Movement(
            owner_of(line),
            EntryKind.CASHBACK,
            line.cashback,
            {"line_id": line.pk, "relationship_id": line.relationship_id},
        )
        for line in lines
    ]
    keys, when = post(movements, actor=SYSTEM, now=now, held=held), _when(now)
    bulk.add_columns(
        Earning,
        [
            _earning(line, EarningKind.CASHBACK, line.cashback, when, entry_id=pk)
            for line, pk in zip(lines, keys, strict=True)
        ],
    )
    _record(keys, movements, action="billing.cashback.credited", actor=SYSTEM, now=now)
    tasks.mail_cashback_credited.start_each(
        {f"billing.mail_cashback_credited:{pk}": {"entry_id": pk} for pk in keys}, now=now
    )
    before = CreditNoteLine.objects.filter(line__among=[line.pk for line in lines], entry=None)
    known = {one.pk: one for one in credits} | {one.pk: one for one in before.select_related("credit_note")}
    take_back([known[pk] for pk in sorted(known)], actor=SYSTEM, now=now)


def take_back(credits: Sequence[CreditNoteLine], *, actor: Acting, now: datetime) -> None:
    """Take cashback back for credited lines: each by an entry of its own, linked to the one that it takes back.

    After each the sum taken back is round(cashback × credited so far / charged), so that the last full credit leaves
    exactly nothing (rule 42). A line of which no cashback was credited yet is left alone: its payment comes here again.
    What was saved by a rebate on a credited line is undone in the same proportion.
    """
    if not credits:
        return
    line_ids = {credit.line_id for credit in credits}
    credited = LedgerEntry.objects.filter(line__in=line_ids, kind=EntryKind.CASHBACK)
    cashbacks: dict[Any, Any] = {entry.line_id: entry for entry in credited.select_related("account", "line__order")}
    wholes = {line_id: entry.amount for line_id, entry in cashbacks.items()}
    charged = {line_id: entry.line.charged_net for line_id, entry in cashbacks.items()}
    shares = _shares(credits, wholes=wholes, charged=charged, taken=_taken_back(line_ids))
    movements = [_reversal(cashbacks[credit_line.line_id], credit_line, amount) for credit_line, amount in shares]
    keys, when = post(movements, actor=actor, now=now), _when(now)
    lost = [
        _earning(
            EarningLine.of(cashbacks[credit_line.line_id].line),
            EarningKind.REVERSAL,
            -amount,
            when,
            entry_id=pk,
            credit_line_id=credit_line.pk,
        )
        for (credit_line, amount), pk in zip(shares, keys, strict=True)
    ]
    bulk.add_columns(Earning, [*lost, *_undone_rebates(credits, when)])
    _record(keys, movements, action="billing.cashback.taken_back", actor=actor, now=now)
    tasks.mail_cashback_taken_back.start_each(
        {f"billing.mail_cashback_taken_back:{pk}": {"entry_id": pk} for pk in keys}, now=now
    )


def _shares(
    credits: Sequence[CreditNoteLine],
    *,
    wholes: Mapping[int, Decimal],
    charged: Mapping[int, Decimal],
    taken: Mapping[int, Decimal],
) -> list[tuple[CreditNoteLine, Decimal]]:
    """Return what each of these credited lines takes of its order line's whole, in proportion to all that is credited.

    By order line: ``wholes`` what there was, ``charged`` its net, ``taken`` what went before. Lines without a whole,
    and shares of nothing, are left out.
    """
    before: dict[int, Decimal] = defaultdict(lambda: ZERO, taken)
    so_far: dict[int, Decimal] = defaultdict(lambda: ZERO)
    wanted, found = {credit.pk for credit in credits}, []
    for credit_line in CreditNoteLine.objects.filter(line__in=wholes).select_related("credit_note").order_by("pk"):
        line_id = credit_line.line_id
        so_far[line_id] += credit_line.net
        if credit_line.pk in wanted:
            amount = reversed_cashback(
                credited=wholes[line_id],
                paid_net=charged[line_id],
                refunded_net=so_far[line_id],
                reversed_before=before[line_id],
            )
            before[line_id] += amount
            if amount:
                found.append((credit_line, amount))
    return found


def note_rebates(lines: Sequence[EarningLine], *, now: datetime) -> None:
    """Note what the rebates of lines that were just ordered earn their partners; lines without one are left out.

    Call it in the order's transaction.
    """
    when = _when(now)
    earned = [_earning(line, EarningKind.REBATE, line.rebate, when) for line in lines if line.rebate > 0]
    bulk.add_columns(Earning, earned)


def _undone_rebates(credits: Sequence[CreditNoteLine], when: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what credited lines lose of their rebates: what is not paid any more was no saving, in proportion."""
    rebated = OrderLine.objects.filter(pk__in={credit.line_id for credit in credits}, outcome=Outcome.REBATE)
    lines = {line.pk: line for line in rebated.filter(charged_net__gt=0).select_related("order")}
    lost = Earning.objects.filter(line__in=lines, kind=EarningKind.UNDONE).values_list("line").annotate(Sum("amount"))
    shares = _shares(
        credits,
        wholes={pk: EarningLine.of(line).rebate for pk, line in lines.items()},
        charged={pk: line.charged_net for pk, line in lines.items()},
        taken={line_id: -amount for line_id, amount in lost},
    )
    return [
        _earning(
            EarningLine.of(lines[credit_line.line_id]),
            EarningKind.UNDONE,
            -amount,
            when,
            credit_line_id=credit_line.pk,
        )
        for credit_line, amount in shares
    ]


def _earning(
    line: EarningLine,
    kind: EarningKind,
    amount: Decimal,
    when: Mapping[str, Any],
    *,
    entry_id: int | None = None,
    credit_line_id: int | None = None,
) -> dict[str, Any]:
    """Return the columns of an :class:`Earning`; ``when``: those of :func:`_when`."""
    return {
        **when,
        "partner_id": line.partner_id,
        "kind": kind,
        "currency": line.currency,
        "amount": amount,
        "line_id": line.pk,
        "client_id": line.client_id,
        "offer_id": line.offer_id,
        "relationship_id": line.relationship_id,
        "entry_id": entry_id,
        "credit_line_id": credit_line_id,
    }


def _when(now: datetime) -> dict[str, Any]:
    return {"earned_at": now, "month": month_of(now)}


def month_of(moment: datetime) -> date:
    """Return the first day of a moment's month, by the provider's clock: the one that its documents carry."""
    return timezone.localdate(moment, timezone.get_default_timezone()).replace(day=1)


def cashback_taken_back(*, nets: Mapping[int, Decimal]) -> list[tuple[OrderLine, Decimal]]:
    """Return what crediting ``nets`` (by order line, net) would take back of which line's cashback, before it is done.

    Lines of which no cashback was credited yet are not there.
    """
    entries = LedgerEntry.objects.filter(line__in=nets, kind=EntryKind.CASHBACK)
    taken = _taken_back(nets)
    before = dict(CreditNoteLine.objects.filter(line__in=nets).values_list("line").annotate(Sum("net")))
    found = []
    for entry in entries.select_related("line__earning_partner__organisation", "line__order").order_by("line"):
        line: Any = entry.line
        amount = reversed_cashback(
            credited=entry.amount,
            paid_net=line.charged_net,
            refunded_net=before.get(line.pk, ZERO) + nets[line.pk],
            reversed_before=taken.get(line.pk, ZERO),
        )
        found.append((line, amount))
    return found


def _taken_back(line_ids: Iterable[int]) -> dict[int, Decimal]:
    """Return by line what was taken back of its cashback so far."""
    reversals = LedgerEntry.objects.filter(line__in=line_ids, kind=EntryKind.REVERSAL)
    return {line_id: -amount for line_id, amount in reversals.values_list("line").annotate(Sum("amount"))}


def _reversal(cashback: LedgerEntry, credit_line: CreditNoteLine, amount: Decimal) -> Movement:
    facts = {
        "line_id": cashback.line_id,
        "credit_line_id": credit_line.pk,
        "counter_entry_id": cashback.pk,
        "relationship_id": cashback.relationship_id,
        "reference": credit_line.credit_note.number,
        "reason": credit_line.credit_note.reason,
    }
    return Movement((cashback.account.organisation_id, cashback.account.currency), EntryKind.REVERSAL, -amount, facts)


def _record(keys: Sequence[int], movements: Sequence[Movement], *, action: str, actor: Acting, now: datetime) -> None:
    owners = Organisation.objects.in_bulk({movement.owner[0] for movement in movements})
    acts = [
        log.Act(
            subject_of(pk, movement),
            owners[movement.owner[0]],
            relationship_id=movement.facts["relationship_id"],
            changes={"amount": str(abs(movement.amount)), "currency": movement.owner[1]},
        )
        for pk, movement in zip(keys, movements, strict=True)
    ]
    log.record_each(at=now, actor=actor, action=action, acts=acts)

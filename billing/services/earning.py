"""Cashback is credited once for each paid line, and taken back in proportion to what is credited of it.

Rules 38, 41, 42; Q9, Q10, Q36. Both work on many lines at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from billing import tasks
from billing.choices import EntryKind
from billing.models import CreditNoteLine, LedgerEntry, OrderLine
from billing.pricing import reversed_cashback
from billing.services.ledger import Movement, Owner, post
from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.audit import log

ZERO = Decimal("0.00")


def earning_lines(invoice_ids: Iterable[int]) -> list[OrderLine]:
    """Return the lines of these invoices that earn cashback, with their orders."""
    lines = OrderLine.objects.filter(order__invoice__in=list(invoice_ids), cashback__gt=0)
    return list(lines.filter(earning_partner__isnull=False).select_related("order").order_by("pk"))


def owner_of(line: OrderLine) -> Owner:
    """Return whose account a line's cashback moves: the earning partner's, in the invoice's currency (rule 38).

    Raises ``ValueError`` for a line on which nobody earns.
    """
    if line.earning_partner_id is None:
        raise ValueError("nobody earns on this line")
    return line.earning_partner_id, line.order.currency


def credit(lines: Sequence[OrderLine], *, now: datetime) -> list[LedgerEntry]:
    """Credit the cashback of lines whose invoices have just been paid (Q9), and take back what is credited already.

    Call it in the payment's transaction, once for an invoice: its state makes sure of that under its lock, and the
    entry's unique key would refuse a second one (rule 41).
    """
    movements = [
        Movement(owner_of(line), EntryKind.CASHBACK, line.cashback, {"line": line, "relationship_id": line.earner_id})
        for line in lines
    ]
    entries = post(movements, actor=SYSTEM, now=now)
    _record(entries, action="billing.cashback.credited", actor=SYSTEM, now=now)
    tasks.mail_cashback_credited.start_each(
        {f"billing.mail_cashback_credited:{entry.pk}": {"entry_id": entry.pk} for entry in entries}, now=now
    )
    before = CreditNoteLine.objects.filter(line__in=[line.pk for line in lines], entry=None)
    take_back(list(before.select_related("credit_note").order_by("pk")), actor=SYSTEM, now=now)
    return entries


def take_back(credits: Sequence[CreditNoteLine], *, actor: Acting, now: datetime) -> list[LedgerEntry]:
    """Take cashback back for credited lines: each by an entry of its own, linked to the one that it takes back.

    After each the sum taken back is round(cashback × credited so far / charged), so that the last full credit leaves
    exactly nothing (rule 42). A line of which no cashback was credited yet is left alone: its payment comes here again.
    """
    line_ids = {credit.line_id for credit in credits}
    credited_entries = LedgerEntry.objects.filter(line__in=line_ids, kind=EntryKind.CASHBACK)
    cashbacks: dict[Any, Any] = {entry.line_id: entry for entry in credited_entries.select_related("account", "line")}
    credited, taken = _so_far(line_ids)
    movements = []
    wanted = {credit.pk for credit in credits}
    for credit_line in CreditNoteLine.objects.filter(line__in=cashbacks).select_related("credit_note").order_by("pk"):
        cashback = cashbacks[credit_line.line_id]
        credited[credit_line.line_id] += credit_line.net
        if credit_line.pk not in wanted:
            continue
        amount = reversed_cashback(
            credited=cashback.amount,
            paid_net=cashback.line.charged_net,
            refunded_net=credited[credit_line.line_id],
            reversed_before=taken[credit_line.line_id],
        )
        taken[credit_line.line_id] += amount
        if amount:
            movements.append(_reversal(cashback, credit_line, amount))
    entries = post(movements, actor=actor, now=now)
    _record(entries, action="billing.cashback.taken_back", actor=actor, now=now)
    tasks.mail_cashback_taken_back.start_each(
        {f"billing.mail_cashback_taken_back:{entry.pk}": {"entry_id": entry.pk} for entry in entries}, now=now
    )
    return entries


def cashback_taken_back(*, nets: Mapping[int, Decimal]) -> list[tuple[OrderLine, Decimal]]:
    """Return what crediting ``nets`` (by order line, net) would take back of which line's cashback, before it is done.

    Lines of which no cashback was credited yet are not there.
    """
    entries = LedgerEntry.objects.filter(line__in=nets, kind=EntryKind.CASHBACK)
    _credited, taken = _so_far(nets)
    before = dict(
        CreditNoteLine.objects.filter(line__in=nets).values("line").annotate(net=Sum("net")).values_list("line", "net")
    )
    found = []
    for entry in entries.select_related("line__earning_partner__organisation", "line__order").order_by("line"):
        line: Any = entry.line
        amount = reversed_cashback(
            credited=entry.amount,
            paid_net=line.charged_net,
            refunded_net=before.get(line.pk, ZERO) + nets[line.pk],
            reversed_before=taken[line.pk],
        )
        found.append((line, amount))
    return found


def _so_far(line_ids: Iterable[int]) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """Return what is credited of each line, to be summed up, and what of its cashback was taken back before."""
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for line_id, amount in LedgerEntry.objects.filter(line__in=line_ids, kind=EntryKind.REVERSAL).values_list(
        "line", "amount"
    ):
        taken[line_id] -= amount
    return defaultdict(lambda: ZERO), taken


def _reversal(cashback: LedgerEntry, credit_line: CreditNoteLine, amount: Decimal) -> Movement:
    facts = {
        "line": cashback.line,
        "credit_line": credit_line,
        "counter_entry": cashback,
        "relationship_id": cashback.relationship_id,
        "reference": credit_line.credit_note.number,
        "reason": credit_line.credit_note.reason,
    }
    return Movement((cashback.account.organisation_id, cashback.account.currency), EntryKind.REVERSAL, -amount, facts)


def _record(entries: Sequence[LedgerEntry], *, action: str, actor: Acting, now: datetime) -> None:
    acts = [
        log.Act(
            entry,
            entry.account.organisation,
            relationship_id=entry.relationship_id,
            changes={"amount": str(abs(entry.amount)), "currency": entry.account.currency},
        )
        for entry in entries
    ]
    log.record_each(at=now, actor=actor, action=action, acts=acts)

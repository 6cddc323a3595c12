"""The prepaid account: every movement is an entry, and the balance moves under the same lock (Q34, rules 41, 43)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from billing import tasks
from billing.choices import EntryKind
from billing.exceptions import PaymentRefused
from billing.models import LedgerEntry, OrderLine, PrepaidAccount
from partnerportal.accounts.acting import SYSTEM, Acting
from partnerportal.audit import log


def locked_account(*, organisation_id: int, currency: str) -> PrepaidAccount:
    """Return an organisation's account in one currency, locked for a movement; it is opened when needed."""
    PrepaidAccount.objects.get_or_create(organisation_id=organisation_id, currency=currency)
    return PrepaidAccount.objects.select_for_update().get(organisation=organisation_id, currency=currency)


def move(
    account: PrepaidAccount, kind: str, amount: Decimal, *, actor: Acting, now: datetime, **facts: Any
) -> LedgerEntry:
    """Add an entry of ``amount`` (signed) to a locked account; balance and entry move together."""
    account.balance += amount
    account.save(update_fields=["balance"])
    return LedgerEntry.objects.create(
        account=account,
        kind=kind,
        amount=amount,
        balance_after=account.balance,
        actor_label=actor.label,
        created_at=now,
        **facts,
    )


@transaction.atomic
def top_up(
    *, organisation_id: int, currency: str, amount: Decimal, reference: str, actor: Acting, now: datetime
) -> LedgerEntry:
    """Add money that came in. ``reference`` names the incoming transfer: a notice that is repeated counts once.

    Raises :class:`PaymentRefused` for an amount that is not positive.
    """
    if amount <= 0:
        raise PaymentRefused(_("A top-up is more than zero."), field="amount")
    account = locked_account(organisation_id=organisation_id, currency=currency)
    known = LedgerEntry.objects.filter(kind=EntryKind.TOP_UP, reference=reference).first()
    if known is not None:
        return known
    entry = move(account, EntryKind.TOP_UP, amount, actor=actor, now=now, reference=reference)
    log.record(
        at=now,
        actor=actor,
        action="billing.prepaid.topped_up",
        subject=entry,
        organisation=account.organisation,
        changes={"amount": str(amount), "currency": currency},
    )
    return entry


def credit(*, line: OrderLine, now: datetime) -> LedgerEntry | None:
    """Credit the cashback of a paid line to the partner that earned it, in the invoice's currency, once (rules 38, 41).

    Returns None for a line without cashback or one that was credited before. Call it in the payment's transaction.
    """
    if not line.cashback or line.earning_partner_id is None:
        return None
    account = locked_account(organisation_id=line.earning_partner_id, currency=line.order.currency)
    if LedgerEntry.objects.filter(line=line, kind=EntryKind.CASHBACK).exists():
        return None
    entry = move(
        account,
        EntryKind.CASHBACK,
        line.cashback,
        actor=SYSTEM,
        now=now,
        line=line,
        relationship_id=line.earner_id,
    )
    log.record(
        at=now,
        actor=SYSTEM,
        action="billing.cashback.credited",
        subject=entry,
        organisation=account.organisation,
        relationship_id=line.earner_id,
        changes={"amount": str(line.cashback), "currency": account.currency},
    )
    tasks.mail_cashback_credited.start(now=now, key=f"billing.mail_cashback_credited:{entry.pk}", entry_id=entry.pk)
    return entry

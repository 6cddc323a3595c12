"""The prepaid account: every movement is an entry, and the balance moves under the same lock (Q34, rules 41, 43).

All movements are posted by :func:`post`, one or ten thousand of them. It locks every account that is concerned in one
statement and in one order, so that two payments which move each other's accounts wait for each other and never both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from billing.choices import EntryKind
from billing.exceptions import InsufficientBalance, PaymentRefused
from billing.models import LedgerEntry, PrepaidAccount
from partnerportal import bulk
from partnerportal.accounts.acting import Acting
from partnerportal.audit import log
from partnerportal.kernel.money import Money
from partnerportal.web import writing

Owner = tuple[int, str]  # organisation and currency: whose account
BATCH = 1_000


# The columns of an entry that say where it comes from: of each kind only some are filled.
_NO_FACTS: Mapping[str, Any] = {
    "line_id": None,
    "payment_id": None,
    "credit_note_id": None,
    "credit_line_id": None,
    "withdrawal_id": None,
    "correction_id": None,
    "counter_entry_id": None,
    "relationship_id": None,
    "reference": "",
    "reason": "",
}


class Movement(NamedTuple):
    """An entry that is to be posted. ``amount`` is signed; ``facts`` are its columns that say where it comes from."""

    owner: Owner
    kind: str
    amount: Decimal
    facts: Mapping[str, Any]


def lock_accounts(owners: Iterable[Owner]) -> dict[Owner, PrepaidAccount]:
    """Return the accounts of these owners, opened where needed, locked in one order until the transaction's end."""
    wanted = sorted(set(owners))
    known = _locked(wanted)
    missing = [owner for owner in wanted if owner not in known]
    if not missing:
        return known
    # Opened only once the others are held: a new row makes whoever opens it, too, wait as a lock does.
    opened = [
        PrepaidAccount(organisation_id=organisation_id, currency=currency) for organisation_id, currency in missing
    ]
    PrepaidAccount.objects.bulk_create(opened, ignore_conflicts=True, batch_size=BATCH)
    return known | _locked(missing)


def _locked(owners: Sequence[Owner]) -> dict[Owner, PrepaidAccount]:
    if not owners:
        return {}
    by_currency: dict[str, list[int]] = {}
    for organisation_id, currency in owners:
        by_currency.setdefault(currency, []).append(organisation_id)
    mine = Q()
    for currency, organisation_ids in by_currency.items():
        mine |= Q(currency=currency, organisation__among=organisation_ids)
    locked = PrepaidAccount.objects.select_for_update(no_key=True).filter(mine).order_by("pk")
    return {(account.organisation_id, account.currency): account for account in locked}


def post(
    movements: Sequence[Movement],
    *,
    actor: Acting,
    now: datetime,
    held: Mapping[Owner, PrepaidAccount] | None = None,
) -> list[int]:
    """Add an entry for each movement, and move the balances with them; return the entries' keys in the same order.

    ``held``: the accounts, where the caller has locked them in this transaction and gives them to everything that moves
    them. A handful of statements, however many there are. Raises :class:`InsufficientBalance` if one that spends would
    take its balance below zero (rule 43); a reversal may (Q10).
    """
    accounts = lock_accounts(movement.owner for movement in movements) if held is None else held
    keys = bulk.take_keys(LedgerEntry, len(movements))
    entries = []
    for pk, movement in zip(keys, movements, strict=True):
        account = accounts[movement.owner]
        account.balance += movement.amount
        if movement.amount < 0 and account.balance < 0 and movement.kind != EntryKind.REVERSAL:
            raise _too_little(account, before=account.balance - movement.amount)
        entries.append(
            {
                **_NO_FACTS,
                **movement.facts,
                "id": pk,
                "account_id": account.pk,
                "kind": movement.kind,
                "amount": movement.amount,
                "balance_after": account.balance,
                "actor_label": actor.label,
                "created_at": now,
            }
        )
    bulk.add_columns(LedgerEntry, entries)
    bulk.change([accounts[owner] for owner in sorted({movement.owner for movement in movements})], "balance")
    return keys


def subject_of(pk: int, movement: Movement) -> log.Subject:
    """Return how the trail names the entry of a movement."""
    return log.Subject(LedgerEntry, pk, LedgerEntry.label(movement.owner[1], movement.amount))


def _too_little(account: PrepaidAccount, *, before: Decimal) -> InsufficientBalance:
    return InsufficientBalance(
        _("The prepaid account holds %(balance)s. Top it up, or pay a part.")
        % {"balance": writing.money(Money(before, account.currency))},
        missing=-account.balance,
        currency=account.currency,
    )


@transaction.atomic
def top_up(
    *, organisation_id: int, currency: str, amount: Decimal, reference: str, actor: Acting, now: datetime
) -> LedgerEntry:
    """Add money that came in. ``reference`` names the incoming transfer: a notice that is repeated counts once.

    Raises :class:`PaymentRefused` for an amount outside the limits of one operation (Q35), and for a reference under
    which something else was booked.
    """
    _check_top_up(amount, currency)
    owner = (organisation_id, currency)
    account = lock_accounts([owner])[owner]
    known = LedgerEntry.objects.filter(kind=EntryKind.TOP_UP, reference=reference).first()
    if known is not None:
        if known.account_id != account.pk or known.amount != amount:
            raise PaymentRefused(_("This reference belongs to another top-up."), field="reference")
        return known
    (pk,) = post([Movement(owner, EntryKind.TOP_UP, amount, {"reference": reference})], actor=actor, now=now)
    entry = LedgerEntry.objects.select_related("account").get(pk=pk)
    log.record(
        at=now,
        actor=actor,
        action="billing.prepaid.topped_up",
        subject=entry,
        organisation=account.organisation,
        changes={"amount": str(amount), "currency": currency},
    )
    return entry


def _check_top_up(amount: Decimal, currency: str) -> None:
    least, most = settings.PROGRAMME["top_up_least"], settings.PROGRAMME["top_up_most"]
    if not least <= amount <= most:
        raise PaymentRefused(
            _("A top-up is between %(least)s and %(most)s.")
            % {
                "least": writing.money(Money(least, currency)),
                "most": writing.money(Money(most, currency)),
            },
            field="amount",
        )

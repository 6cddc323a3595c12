"""Money leaves the prepaid account for a bank account: asked for, approved by finance, paid out (Q10, Q35, Q42)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from billing import tasks
from billing.choices import WITHDRAWAL_TRANSITIONS, EntryKind, WithdrawalState
from billing.exceptions import WithdrawalRefused
from billing.models import LedgerEntry, PrepaidAccount, Withdrawal
from billing.services.ledger import Movement, lock_accounts, post
from partnerportal.accounts.acting import Acting
from partnerportal.audit import log
from partnerportal.kernel.money import Money
from partnerportal.kernel.states import check_transition
from partnerportal.web import writing


def withdrawal_least() -> Decimal:
    """Return the smallest amount of one withdrawal, in the account's currency (Q35)."""
    return settings.PROGRAMME["withdrawal_least"]


@transaction.atomic
def request_withdrawal(
    *,
    organisation_id: int,
    currency: str,
    amount: Decimal,
    iban: str,
    holder: str,
    key: str,
    actor: Acting,
    now: datetime,
) -> Withdrawal:
    """Ask for ``amount`` of a prepaid account to be paid to a bank account. It leaves the balance at once.

    ``key``: made with the form; a repeated request returns the withdrawal that it made the first time. Raises
    :class:`WithdrawalRefused` below the smallest amount, above the balance, for an IBAN that is none, and while any
    account of the organisation is below zero (Q10).
    """
    accounts = PrepaidAccount.objects.filter(organisation=organisation_id)
    owners = {(organisation_id, code) for code in accounts.values_list("currency", flat=True)} | {
        (organisation_id, currency)
    }
    locked = lock_accounts(owners)
    account = locked[organisation_id, currency]
    known = Withdrawal.objects.filter(account=account, key=key).first()
    if known is not None:
        return known
    _check(account, amount, any(one.balance < 0 for one in locked.values()))
    withdrawal = Withdrawal.objects.create(
        account=account,
        amount=amount,
        iban=_checked_iban(iban),
        holder=holder.strip(),
        key=key,
        requested_at=now,
        requested_by_id=actor.user_id,
        requested_by_label=actor.label,
    )
    facts = {"withdrawal_id": withdrawal.pk, "reference": str(withdrawal)}
    post([Movement((organisation_id, currency), EntryKind.WITHDRAWAL, -amount, facts)], actor=actor, now=now)
    _record(withdrawal, "billing.withdrawal.requested", actor, now)
    return withdrawal


@transaction.atomic
def take_back_withdrawal(*, withdrawal_id: int, actor: Acting, now: datetime) -> Withdrawal:
    """Take a withdrawal back that nobody has approved yet; its money is on the balance again. Raises
    IllegalTransition.
    """
    return _give_back(withdrawal_id, WithdrawalState.WITHDRAWN, "", actor, now)


@transaction.atomic
def approve_withdrawal(*, withdrawal_id: int, actor: Acting, now: datetime) -> Withdrawal:
    """Finance lets a withdrawal be transferred.

    Raises IllegalTransition, and :class:`WithdrawalRefused` while an account of the organisation is below zero (Q10):
    cashback may have been taken back since it was asked for.
    """
    withdrawal = _locked(withdrawal_id)
    check_transition(WITHDRAWAL_TRANSITIONS, withdrawal.state, WithdrawalState.APPROVED)
    if PrepaidAccount.objects.filter(organisation=withdrawal.account.organisation_id, balance__lt=0).exists():
        raise WithdrawalRefused(_("A balance of this organisation is below zero: reject it, or wait until it is not."))
    _decide(withdrawal, WithdrawalState.APPROVED, actor, now)
    _record(withdrawal, "billing.withdrawal.approved", actor, now)
    _tell(withdrawal, now)
    return withdrawal


@transaction.atomic
def reject_withdrawal(*, withdrawal_id: int, reason: str, actor: Acting, now: datetime) -> Withdrawal:
    """Finance gives the money back to the balance, also when the bank has sent it back; ``reason`` goes to whoever
    asked. Raises IllegalTransition, and :class:`WithdrawalRefused` without a reason.
    """
    if not reason.strip():
        raise WithdrawalRefused(_("Say why: whoever asked reads it."), field="reason")
    withdrawal = _give_back(withdrawal_id, WithdrawalState.REJECTED, reason.strip(), actor, now)
    _tell(withdrawal, now)
    return withdrawal


@transaction.atomic
def pay_out_withdrawal(*, withdrawal_id: int, actor: Acting, now: datetime) -> Withdrawal:
    """Note that the bank has transferred an approved withdrawal. Raises IllegalTransition."""
    withdrawal = _locked(withdrawal_id)
    check_transition(WITHDRAWAL_TRANSITIONS, withdrawal.state, WithdrawalState.PAID_OUT)
    withdrawal.state, withdrawal.paid_out_at = WithdrawalState.PAID_OUT, now
    withdrawal.save(update_fields=["state", "paid_out_at"])
    _record(withdrawal, "billing.withdrawal.paid_out", actor, now)
    _tell(withdrawal, now)
    return withdrawal


def _check(account: PrepaidAccount, amount: Decimal, is_any_negative: bool) -> None:
    if not settings.PROGRAMME["withdrawals"]:
        raise WithdrawalRefused(_("Withdrawals are switched off. The balance pays orders and renewals."))
    if is_any_negative:
        raise WithdrawalRefused(
            _("A balance of yours is below zero, because cashback was taken back. Withdraw again once it is not.")
        )
    least = withdrawal_least()
    if amount < least:
        words = _("The smallest withdrawal is %(least)s.")
        raise WithdrawalRefused(words % {"least": _money(least, account)}, field="amount")
    if amount > account.balance:
        words = _("The prepaid account holds %(balance)s.")
        raise WithdrawalRefused(words % {"balance": _money(account.balance, account)}, field="amount")


def _money(amount: Decimal, account: PrepaidAccount) -> str:
    return writing.money(Money(amount, account.currency))


def _checked_iban(text: str) -> str:
    try:
        return str(IBAN(text).compact)
    except SchwiftyException:
        raise WithdrawalRefused(
            _("This is not a valid IBAN. Compare it with the one on your bank statement."), field="iban"
        ) from None


def _locked(withdrawal_id: int) -> Withdrawal:
    withdrawals = Withdrawal.objects.select_for_update(of=("self",), no_key=True)
    return withdrawals.select_related("account__organisation").get(pk=withdrawal_id)


def _decide(withdrawal: Withdrawal, state: WithdrawalState, actor: Acting, now: datetime, reason: str = "") -> None:
    withdrawal.state, withdrawal.reason = state, reason
    withdrawal.decided_at, withdrawal.decided_by_label = now, actor.label
    withdrawal.save(update_fields=["state", "reason", "decided_at", "decided_by_label"])


def _give_back(withdrawal_id: int, state: WithdrawalState, reason: str, actor: Acting, now: datetime) -> Withdrawal:
    withdrawal = _locked(withdrawal_id)
    check_transition(WITHDRAWAL_TRANSITIONS, withdrawal.state, state)
    _decide(withdrawal, state, actor, now, reason)
    left = LedgerEntry.objects.get(withdrawal=withdrawal, kind=EntryKind.WITHDRAWAL)
    owner = (withdrawal.account.organisation_id, withdrawal.account.currency)
    facts = {
        "withdrawal_id": withdrawal.pk,
        "counter_entry_id": left.pk,
        "reference": str(withdrawal),
        "reason": reason,
    }
    post([Movement(owner, EntryKind.RETURN, withdrawal.amount, facts)], actor=actor, now=now)
    is_rejected = state == WithdrawalState.REJECTED
    _record(withdrawal, "billing.withdrawal.rejected" if is_rejected else "billing.withdrawal.taken_back", actor, now)
    return withdrawal


def _record(withdrawal: Withdrawal, action: str, actor: Acting, now: datetime) -> None:
    log.record(
        at=now,
        actor=actor,
        action=action,
        subject=withdrawal,
        organisation=withdrawal.account.organisation,
        changes={"amount": str(withdrawal.amount), "currency": withdrawal.account.currency},
    )


def _tell(withdrawal: Withdrawal, now: datetime) -> None:
    key = f"billing.mail_withdrawal:{withdrawal.pk}:{withdrawal.state}"
    tasks.mail_withdrawal.start(now=now, key=key, withdrawal_id=withdrawal.pk, state=withdrawal.state)

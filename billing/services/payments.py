"""Money that comes for invoices: booked once, from the prepaid account or from outside (rules 41 and 43; Q9).

One payment or thousands go the same way: lock the invoices, see what is known already, book, close what is settled, and
move the accounts, in a handful of statements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from billing.choices import INVOICE_TRANSITIONS, EntryKind, InvoiceState, Means
from billing.exceptions import PaymentRefused
from billing.models import Invoice, Payment, PrepaidAccount
from billing.services import earning, standing
from billing.services.earning import EarningLine
from billing.services.ledger import Movement, Owner, lock_accounts, post
from partnerportal import bulk
from partnerportal.accounts.acting import Acting
from partnerportal.audit import log
from partnerportal.kernel.states import check_transition

LinesOf = Mapping[int, Sequence[EarningLine]]  # by order, what earns cashback once its invoice is paid


@dataclass(frozen=True, slots=True)
class Incoming:
    """Money for an invoice, VAT included. ``reference`` names the payment: told twice, it is one payment (rule 41)."""

    invoice_id: int
    amount: Decimal
    means: str
    reference: str


@dataclass(frozen=True, slots=True)
class Booked:
    """What became of one: the payment (``is_new`` unless it was known), or the sentence that refuses it."""

    incoming: Incoming
    payment: Payment | None
    is_new: bool = False
    refusal: PaymentRefused | None = None


class Known(NamedTuple):
    """What a caller that has just written the invoices knows of them: what earns in them, and the accounts, locked."""

    lines: LinesOf
    accounts: Mapping[Owner, PrepaidAccount]


@transaction.atomic
def settle_payment(
    *, invoice_id: int, amount: Decimal, means: str, reference: str, actor: Acting, now: datetime
) -> Payment:
    """Book money that came for an invoice (VAT included). Fully paid, its lines' cashback is credited (Q9).

    ``reference`` names the payment: a notice received twice is one payment (rule 41). Raises :class:`PaymentRefused`
    for an amount above what is open.
    """
    incoming = Incoming(invoice_id, amount, means, reference)
    (booked,) = settle_payments(incoming=[incoming], actor=actor, now=now)
    if booked.payment is None:
        raise booked.refusal or PaymentRefused(reference)
    return booked.payment


@transaction.atomic
def settle_payments(
    *, incoming: Sequence[Incoming], actor: Acting, now: datetime, others: Iterable[Owner] = ()
) -> list[Booked]:
    """Book many payments, each as :func:`settle_payment` does; what does not fit is told and stops none of the others.

    ``others``: whose accounts the caller moves afterwards in this transaction; they are locked with those moved here.
    Raises :class:`InsufficientBalance` if one from a prepaid account finds too little there: see
    :func:`pay_each_from_prepaid` for those that may stay open.
    """
    invoices = _locked([one.invoice_id for one in incoming])
    return _settle(incoming, invoices, others, actor=actor, now=now)


def _settle(
    incoming: Sequence[Incoming],
    invoices: Mapping[int, Invoice],
    others: Iterable[Owner] = (),
    known: Known | None = None,
    *,
    actor: Acting,
    now: datetime,
) -> list[Booked]:
    """Book payments of invoices that are held."""
    before = {
        payment.reference: payment
        for payment in Payment.objects.filter(reference__among=[one.reference for one in incoming])
    }
    outcomes: list[Booked] = []
    for one in incoming:
        outcome = _decide(one, invoices[one.invoice_id], before, now)
        outcomes.append(outcome)
        if outcome.payment is not None and outcome.is_new:
            before[one.reference] = outcome.payment
            invoices[one.invoice_id].paid += one.amount
    payments = [one.payment for one in outcomes if one.payment and one.is_new]
    if payments:
        _book(payments, invoices, others, known, actor=actor, now=now)
    return outcomes


@transaction.atomic
def pay_from_prepaid(
    *, invoice_id: int, actor: Acting, now: datetime, amount: Decimal | None = None, key: str = ""
) -> Invoice:
    """Pay an invoice from its payer's prepaid account, wholly or the given ``amount`` of it (VAT included, rule 43).

    ``key``: made with the form; a part that is sent twice under it is paid once. Raises :class:`InsufficientBalance`,
    :class:`PaymentRefused` for an amount above what is open, and nothing for an invoice that is paid already.
    """
    invoice = _locked([invoice_id])[invoice_id]
    if invoice.open_amount == 0:
        return invoice
    wanted = invoice.open_amount if amount is None else amount
    reference = f"prepaid-{invoice.pk}-{key or invoice.payments.count() + 1}"
    if invoice.payments.filter(reference=reference, amount=wanted).exists():
        return invoice
    if not 0 < wanted <= invoice.open_amount:
        raise PaymentRefused(_("Pay at least 0.01 and at most what is open."), field="amount")
    settle_payment(invoice_id=invoice.pk, amount=wanted, means=Means.PREPAID, reference=reference, actor=actor, now=now)
    invoice.refresh_from_db()
    return invoice


@transaction.atomic
def pay_each_from_prepaid(*, invoices: Sequence[Invoice], lines: LinesOf, actor: Acting, now: datetime) -> list[int]:
    """Pay each of these unpaid invoices as a whole, in this order, while its payer's account holds enough for it.

    The others stay open. Returns the ids of those that are paid. The invoices are new, or locked by the caller, and
    know afterwards that they are paid. ``lines``: what earns cashback in them, by order.
    """
    owners = {invoice.pk: (invoice.payer_id, invoice.currency) for invoice in invoices}
    earners = [earning.owner_of(line) for invoice in invoices for line in lines.get(invoice.order_id, ())]
    accounts = lock_accounts([*owners.values(), *earners])
    left: dict[Owner, Decimal] = {owner: account.balance for owner, account in accounts.items()}
    payable = []
    for invoice in invoices:
        if 0 < invoice.open_amount <= left[owners[invoice.pk]]:
            left[owners[invoice.pk]] -= invoice.open_amount
            payable.append(invoice)
    incoming = [
        Incoming(invoice.pk, invoice.open_amount, Means.PREPAID, f"prepaid-{invoice.pk}-1") for invoice in payable
    ]
    held = {invoice.pk: invoice for invoice in payable}
    _settle(incoming, held, known=Known(lines, accounts), actor=actor, now=now)
    return [invoice.pk for invoice in payable]


def _locked(invoice_ids: Collection[int]) -> dict[int, Invoice]:
    invoices = Invoice.objects.select_for_update(of=("self",), no_key=True).select_related("payer")
    return {invoice.pk: invoice for invoice in invoices.filter(pk__among=invoice_ids).order_by("pk")}


def _decide(one: Incoming, invoice: Invoice, known: dict[str, Payment], now: datetime) -> Booked:
    payment = known.get(one.reference)
    if payment is not None:
        if payment.invoice_id != invoice.pk or payment.amount != one.amount:
            refusal = PaymentRefused(_("This payment reference belongs to another payment."), field="reference")
            return Booked(one, None, refusal=refusal)
        return Booked(one, payment)
    if not 0 < one.amount <= invoice.open_amount:
        refusal = PaymentRefused(_("The amount is not what is open on this invoice."), field="amount")
        return Booked(one, None, refusal=refusal)
    payment = Payment(invoice=invoice, means=one.means, reference=one.reference, amount=one.amount, received_at=now)
    return Booked(one, payment, is_new=True)


def _book(
    payments: list[Payment],
    invoices: Mapping[int, Invoice],
    others: Iterable[Owner],
    known: Known | None,
    *,
    actor: Acting,
    now: datetime,
) -> None:
    """Write the payments, close what they settle, and move the accounts that they concern."""
    paid = {payment.invoice_id: invoices[payment.invoice_id] for payment in payments}
    settled = [invoice for invoice in paid.values() if invoice.open_amount == 0]
    if known is None:
        lines = earning.earning_lines([invoice.pk for invoice in settled])
    else:
        lines = [line for invoice in settled for line in known.lines.get(invoice.order_id, ())]
    prepaid = [payment for payment in payments if payment.means == Means.PREPAID]
    payers = [(payment.invoice.payer_id, payment.invoice.currency) for payment in prepaid]
    order_ids = [invoice.order_id for invoice in settled]
    standing.hold_products(order_ids=order_ids)
    earners = [earning.owner_of(line) for line in lines]
    # All at once: nobody waits crosswise.
    accounts = lock_accounts([*payers, *earners, *others]) if known is None else known.accounts
    bulk.add(payments)
    for invoice in settled:
        check_transition(INVOICE_TRANSITIONS, invoice.state, InvoiceState.PAID)
        invoice.state, invoice.paid_at = InvoiceState.PAID, now
    write_settlement(list(paid.values()))
    post(
        [
            Movement(
                owner,
                EntryKind.PAYMENT,
                -payment.amount,
                {"payment_id": payment.pk, "reference": payment.invoice.number},
            )
            for owner, payment in zip(payers, prepaid, strict=True)
        ],
        actor=actor,
        now=now,
        held=accounts,
    )
    log.record_each(
        at=now,
        actor=actor,
        action="billing.payment.settled",
        acts=[
            log.Act(
                payment,
                payment.invoice.payer,
                changes={"invoice": payment.invoice.number, "amount": str(payment.amount), "means": payment.means},
            )
            for payment in payments
        ],
    )
    earning.credit(lines, now=now, held=accounts)
    standing.settle_products(order_ids=order_ids, now=now)


def write_settlement(invoices: Sequence[Invoice]) -> None:
    """Store how much of these invoices is paid and credited, in one statement. The caller holds their locks."""
    bulk.change(invoices, "paid", "credited", "refunded", "state", "paid_at")

"""Credit notes: what takes an invoice back, wholly or partly, as a document of its own. Rule 42, Q10, promise 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from billing import tasks
from billing.choices import INVOICE_TRANSITIONS, EntryKind, InvoiceState, RefundMeans
from billing.exceptions import CreditChanged, CreditRefused
from billing.models import CreditNote, CreditNoteLine, Invoice, OrderLine
from billing.pricing import vat
from billing.services import earning, standing
from billing.services.invoices import CREDIT_NOTE, PROVIDER, take_number
from billing.services.ledger import Movement, lock_accounts, post
from billing.services.payments import write_settlement
from partnerportal.accounts.acting import Acting
from partnerportal.accounts.selectors import address_of
from partnerportal.audit import log
from partnerportal.kernel.money import Money
from partnerportal.kernel.states import check_transition
from partnerportal.web import writing

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class CreditAmounts:
    """What a credit note comes to: ``total`` = ``net`` + ``vat``, of which ``refunded`` had been paid and goes back.

    ``before``: what of the invoice was credited until then, VAT included.
    """

    net: Decimal
    vat: Decimal
    refunded: Decimal
    before: Decimal

    @property
    def total(self) -> Decimal:
        """What it takes back, VAT included."""
        return self.net + self.vat


@transaction.atomic
def credit_invoice(
    *,
    invoice_id: int,
    nets: Mapping[int, Decimal],
    reason: str,
    means: str,
    actor: Acting,
    now: datetime,
    shown: str | None = None,
) -> CreditNote:
    """Issue a credit note over a part of an invoice or all that is left of it.

    ``nets``: by order line, how much of it to take back, net. ``reason`` stands on the document. What is still open is
    credited first, the rest had been paid and goes back by ``means`` (:class:`RefundMeans`). Cashback on the lines is
    taken back in proportion (rule 42). ``shown``: the amounts as a person saw them (:func:`amounts_shown`); None where
    nobody was shown any. Raises :class:`CreditRefused`, and :class:`CreditChanged` if they would be others by now.
    """
    locked = Invoice.objects.select_for_update(of=("self",), no_key=True)
    invoice = locked.select_related("payer", "order__client").get(pk=invoice_id)
    if not reason.strip():
        raise CreditRefused(_("Say why: the reason stands on the document."), field="reason")
    amounts = credit_amounts(invoice=invoice, nets=nets)
    if shown is not None and shown != amounts_shown(amounts):
        raise CreditChanged(_("The invoice has changed meanwhile. Look at the amounts once more."))
    lines = list(OrderLine.objects.filter(pk__in=nets).select_related("order"))
    earning_lines = earning.earning_lines([invoice.pk])  # of all its lines: settled by this, the others earn, too
    earners = [earning.owner_of(one) for one in earning_lines]
    refunds_here = amounts.refunded > 0 and means == RefundMeans.PREPAID
    payers = [(invoice.payer_id, invoice.currency)] if refunds_here else []
    standing.hold_products(order_ids=[invoice.order_id])
    lock_accounts([*payers, *earners])  # all at once, in one order
    note = _write(invoice, amounts, reason.strip(), means, now)
    credit_lines = [
        CreditNoteLine(credit_note=note, line=line, net=nets[line.pk]) for line in sorted(lines, key=_position)
    ]
    CreditNoteLine.objects.bulk_create(credit_lines)
    is_paid_now = _settle(invoice, amounts, now)
    if refunds_here:
        facts = {"credit_note_id": note.pk, "reference": note.number, "reason": note.reason}
        movement = Movement((invoice.payer_id, invoice.currency), EntryKind.REFUND, note.refunded, facts)
        post([movement], actor=actor, now=now)
    _record(note, invoice, actor, now)
    if is_paid_now:  # the credit has settled what was open: what is left of the lines earns from now on
        earning.credit(earning_lines, now=now, credits=credit_lines)
    else:
        earning.take_back(credit_lines, actor=actor, now=now)
    if invoice.state != InvoiceState.OPEN:
        standing.settle_products(order_ids=[invoice.order_id], now=now)
    tasks.mail_credit_note_issued.start(
        now=now, key=f"billing.mail_credit_note_issued:{note.pk}", credit_note_id=note.pk
    )
    return note


def hold_for_credits(invoices: Sequence[Invoice]) -> None:
    """Hold what credit notes of many open invoices may move, all at once: else two of them would take the accounts in
    two goes. The caller holds the invoices.
    """
    standing.hold_products(order_ids=[invoice.order_id for invoice in invoices])
    payers = [(invoice.payer_id, invoice.currency) for invoice in invoices if invoice.paid]
    lines = earning.earning_lines([invoice.pk for invoice in invoices])
    lock_accounts([*payers, *map(earning.owner_of, lines)])


def credit_amounts(*, invoice: Invoice, nets: Mapping[int, Decimal]) -> CreditAmounts:
    """Return what a credit note over ``nets`` (by order line, net) would come to. Raises :class:`CreditRefused`.

    VAT is reckoned on all that is credited so far and the earlier notes' taken off, so that the last note brings the
    sum to exactly the invoice's.
    """
    left = creditable(invoice=invoice)
    if not nets or any(amount <= 0 for amount in nets.values()):
        raise CreditRefused(_("Credit at least 0.01 of at least one line."))
    for line_id, amount in nets.items():
        if amount > left.get(line_id, ZERO):
            words = _("At most %(left)s is left of this line.")
            money = writing.money(Money(left.get(line_id, ZERO), invoice.currency))
            raise CreditRefused(words % {"left": money}, field=f"line_{line_id}")
    before = invoice.credit_notes.aggregate(net=Sum("net", default=ZERO), vat=Sum("vat", default=ZERO))
    net = sum(nets.values(), ZERO)
    tax = vat(net=before["net"] + net, rate=invoice.vat_rate) - before["vat"]
    return CreditAmounts(net, tax, max(net + tax - invoice.open_amount, ZERO), invoice.credited)


def amounts_shown(amounts: CreditAmounts) -> str:
    """Return what a page shows of the amounts, in short, for a form to carry; sent twice it does not fit any more."""
    return f"{amounts.net} {amounts.vat} {amounts.refunded} {amounts.before}"


def creditable(*, invoice: Invoice) -> dict[int, Decimal]:
    """Return by order line how much of it is not credited yet, net."""
    lines = invoice.order.lines.annotate(taken=Sum("credits__net", default=ZERO))
    return {line.pk: line.charged_net - line.taken for line in lines}


def _position(line: OrderLine) -> int:
    return line.position


def _write(invoice: Invoice, amounts: CreditAmounts, reason: str, means: str, now: datetime) -> CreditNote:
    return CreditNote.objects.create(
        number=take_number(issuer=PROVIDER, kind=CREDIT_NOTE, year=timezone.localdate(now).year),
        invoice=invoice,
        payer=invoice.payer,
        currency=invoice.currency,
        issued_at=now,
        reason=reason,
        net=amounts.net,
        vat_rate=invoice.vat_rate,
        vat_treatment=invoice.vat_treatment,
        vat=amounts.vat,
        total=amounts.total,
        refunded=amounts.refunded,
        refund_means=means if amounts.refunded else "",
        issuer_snapshot=dict(settings.PROVIDER),
        payer_snapshot=address_of(invoice.payer),
        client_name=invoice.client_name,
        language=invoice.payer.language,
    )


def _settle(invoice: Invoice, amounts: CreditAmounts, now: datetime) -> bool:
    """Write on the invoice what is credited and where it stands; return whether that has made it a paid one."""
    before = invoice.state
    invoice.credited += amounts.total
    invoice.refunded += amounts.refunded
    state: str = invoice.state
    if invoice.credited == invoice.total:
        state = InvoiceState.REFUNDED if invoice.refunded else InvoiceState.CANCELLED
    elif invoice.open_amount == 0:
        state = InvoiceState.PAID
    if state != invoice.state:
        check_transition(INVOICE_TRANSITIONS, invoice.state, state)
        invoice.state, invoice.paid_at = state, invoice.paid_at or now
    write_settlement([invoice])
    return before != state == InvoiceState.PAID


def _record(note: CreditNote, invoice: Invoice, actor: Acting, now: datetime) -> None:
    log.record(
        at=now,
        actor=actor,
        action="billing.credit_note.issued",
        subject=note,
        organisation=invoice.payer,
        changes={
            "invoice": invoice.number,
            "total": str(note.total),
            "refunded": str(note.refunded),
            "currency": note.currency,
            "reason": note.reason,
        },
    )

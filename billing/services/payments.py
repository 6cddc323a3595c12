"""Money that comes for invoices: booked once, from the prepaid account or from outside (rules 41 and 43; Q9)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from billing.choices import EntryKind, Means
from billing.exceptions import InsufficientBalance, PaymentRefused
from billing.models import Invoice, Payment
from billing.services.invoices import mark_paid
from billing.services.ledger import locked_account, move
from partnerportal.accounts.acting import Acting
from partnerportal.audit import log


@transaction.atomic
def settle_payment(
    *, invoice_id: int, amount: Decimal, means: str, reference: str, actor: Acting, now: datetime
) -> Payment:
    """Book money that came for an invoice (VAT included). Fully paid, its lines' cashback is credited (Q9).

    ``reference`` names the payment: a notice received twice is one payment (rule 41). Raises :class:`PaymentRefused`
    for an amount above what is open.
    """
    invoice = Invoice.objects.select_for_update(of=("self",)).select_related("payer").get(pk=invoice_id)
    known = Payment.objects.filter(reference=reference).first()
    if known is not None:
        if known.invoice_id != invoice.pk or known.amount != amount:
            raise PaymentRefused(_("This payment reference belongs to another payment."))
        return known
    if not 0 < amount <= invoice.open_amount:
        raise PaymentRefused(_("The amount is not what is open on this invoice."), field="amount")
    payment = Payment.objects.create(invoice=invoice, means=means, reference=reference, amount=amount, received_at=now)
    invoice.paid += amount
    if invoice.open_amount == 0:
        mark_paid(invoice, now=now)
    else:
        invoice.save(update_fields=["paid"])
    log.record(
        at=now,
        actor=actor,
        action="billing.payment.settled",
        subject=payment,
        organisation=invoice.payer,
        changes={"invoice": invoice.number, "amount": str(amount), "means": means},
    )
    return payment


@transaction.atomic
def pay_from_prepaid(*, invoice_id: int, actor: Acting, now: datetime, amount: Decimal | None = None) -> Invoice:
    """Pay an invoice from its payer's prepaid account, wholly or the given ``amount`` of it (VAT included, rule 43).

    Raises :class:`InsufficientBalance`, :class:`PaymentRefused` for an amount above what is open, and nothing for an
    invoice that is paid already.
    """
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
    wanted = invoice.open_amount if amount is None else amount
    if invoice.open_amount == 0:
        return invoice
    if not 0 < wanted <= invoice.open_amount:
        raise PaymentRefused(_("Pay at least 0.01 and at most what is open."), field="amount")
    account = locked_account(organisation_id=invoice.payer_id, currency=invoice.currency)
    if account.balance < wanted:
        message = _("The prepaid account holds %(currency)s %(balance)s. Top it up, or pay a part.") % {
            "currency": account.currency,
            "balance": account.balance,
        }
        raise InsufficientBalance(message)
    reference = f"prepaid-{invoice.pk}-{invoice.payments.count() + 1}"
    payment = settle_payment(
        invoice_id=invoice.pk, amount=wanted, means=Means.PREPAID, reference=reference, actor=actor, now=now
    )
    # The payment may have credited cashback to this very account: read the balance under the lock once more.
    account.refresh_from_db(fields=["balance"])
    move(account, EntryKind.PAYMENT, -wanted, actor=actor, now=now, payment=payment, reference=invoice.number)
    invoice.refresh_from_db()
    return invoice

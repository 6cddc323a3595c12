"""Words and states of orders, invoices and the ledger."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderKind(models.TextChoices):
    """An order of something new, a renewal of what is there, its change to a dearer plan, or more units of it."""

    ORDER = "ORDER", _("Order")
    RENEWAL = "RENEWAL", _("Renewal")
    CHANGE = "CHANGE", _("Change of plan")
    UNITS = "UNITS", _("More units")


class Standing(models.TextChoices):
    """The steps that a product takes by date, of which people are told (section 9)."""

    OVERDUE = "OVERDUE", _("Overdue")
    BLOCKED = "BLOCKED", _("Blocked")
    TERMINATED = "TERMINATED", _("Terminated")
    WORKING = "WORKING", _("Works again")
    WITHOUT_PAYER = "WITHOUT_PAYER", _("No payment means")


class Outcome(models.TextChoices):
    """What a line brings the partner (rule 31)."""

    REBATE = "REBATE", _("Rebate")
    CASHBACK = "CASHBACK", _("Cashback")
    NOTHING = "NOTHING", _("Nothing")


class Means(models.TextChoices):
    """How something is paid."""

    PREPAID = "PREPAID", _("Prepaid account")
    TRANSFER = "TRANSFER", _("Bank transfer")
    CARD = "CARD", _("Card")


class IncomingState(models.TextChoices):
    """Where a transfer of a bank statement stands."""

    WAITING = "WAITING", _("Waiting to be booked")
    BOOKED = "BOOKED", _("Booked")
    UNCLEAR = "UNCLEAR", _("To be clarified")
    CLARIFIED = "CLARIFIED", _("Clarified")


class InvoiceState(models.TextChoices):
    """Where an invoice stands."""

    OPEN = "OPEN", _("To pay")
    PAID = "PAID", _("Paid")
    REFUNDED = "REFUNDED", _("Refunded")  # all of it is credited, and what was paid went back
    CANCELLED = "CANCELLED", _("Cancelled")  # all of it is credited, and nothing had been paid


INVOICE_TRANSITIONS = {
    InvoiceState.OPEN: {InvoiceState.PAID, InvoiceState.REFUNDED, InvoiceState.CANCELLED},
    InvoiceState.PAID: {InvoiceState.REFUNDED},
}
SETTLED = (InvoiceState.PAID, InvoiceState.REFUNDED, InvoiceState.CANCELLED)


class EntryKind(models.TextChoices):
    """Why the prepaid account moved."""

    TOP_UP = "TOP_UP", _("Top-up")
    PAYMENT = "PAYMENT", _("Payment")
    REFUND = "REFUND", _("Refund")
    CASHBACK = "CASHBACK", _("Cashback")
    REVERSAL = "REVERSAL", _("Cashback taken back")
    WITHDRAWAL = "WITHDRAWAL", _("Withdrawal")
    RETURN = "RETURN", _("Withdrawal returned")
    CORRECTION = "CORRECTION", _("Correction")


CREDITS = (EntryKind.TOP_UP, EntryKind.REFUND, EntryKind.CASHBACK, EntryKind.RETURN)
DEBITS = (EntryKind.PAYMENT, EntryKind.REVERSAL, EntryKind.WITHDRAWAL)  # a correction goes either way
EARNED = (EntryKind.CASHBACK, EntryKind.REVERSAL)


class EarningKind(models.TextChoices):
    """How a partner earned something, or lost it again."""

    REBATE = "REBATE", _("Rebate")
    UNDONE = "UNDONE", _("Rebate undone")  # what was ordered with it was credited
    CASHBACK = "CASHBACK", _("Cashback")
    REVERSAL = "REVERSAL", _("Cashback taken back")


class RefundMeans(models.TextChoices):
    """Where the money of a credit note goes."""

    PREPAID = "PREPAID", _("To the prepaid account")
    TRANSFER = "TRANSFER", _("By bank transfer")


class WithdrawalState(models.TextChoices):
    """Where a withdrawal stands. Its money has left the balance from the request on."""

    REQUESTED = "REQUESTED", _("Waiting for approval")
    APPROVED = "APPROVED", _("Approved")
    PAID_OUT = "PAID_OUT", _("Paid out")
    REJECTED = "REJECTED", _("Rejected")
    WITHDRAWN = "WITHDRAWN", _("Taken back")


WITHDRAWAL_TRANSITIONS = {
    WithdrawalState.REQUESTED: {WithdrawalState.APPROVED, WithdrawalState.REJECTED, WithdrawalState.WITHDRAWN},
    WithdrawalState.APPROVED: {WithdrawalState.PAID_OUT, WithdrawalState.REJECTED},  # the bank may send it back
}
RETURNED = (WithdrawalState.REJECTED, WithdrawalState.WITHDRAWN)


class CorrectionState(models.TextChoices):
    """Where a correction stands: above a set amount a second person decides."""

    PROPOSED = "PROPOSED", _("Waiting for a second person")
    BOOKED = "BOOKED", _("Booked")
    REJECTED = "REJECTED", _("Rejected")


CORRECTION_TRANSITIONS = {CorrectionState.PROPOSED: {CorrectionState.BOOKED, CorrectionState.REJECTED}}


class ResaleState(models.TextChoices):
    """Where a re-invoicing document stands (Q39)."""

    DRAFT = "DRAFT", _("Draft")
    ISSUED = "ISSUED", _("Issued")


RESALE_TRANSITIONS = {ResaleState.DRAFT: {ResaleState.ISSUED}}

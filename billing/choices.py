"""Words and states of orders, invoices and the ledger."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderKind(models.TextChoices):
    """An order of something new, a renewal of what is there, or its change to a dearer plan."""

    ORDER = "ORDER", _("Order")
    RENEWAL = "RENEWAL", _("Renewal")
    CHANGE = "CHANGE", _("Change of plan")


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


class InvoiceState(models.TextChoices):
    """Where an invoice stands."""

    OPEN = "OPEN", _("To pay")
    PAID = "PAID", _("Paid")


INVOICE_TRANSITIONS = {InvoiceState.OPEN: {InvoiceState.PAID}}


class EntryKind(models.TextChoices):
    """Why the prepaid account moved."""

    TOP_UP = "TOP_UP", _("Top-up")
    PAYMENT = "PAYMENT", _("Payment")
    CASHBACK = "CASHBACK", _("Cashback")
    REVERSAL = "REVERSAL", _("Cashback taken back")


CREDITS = (EntryKind.TOP_UP, EntryKind.CASHBACK)
DEBITS = (EntryKind.PAYMENT, EntryKind.REVERSAL)


class ResaleState(models.TextChoices):
    """Where a re-invoicing document stands (Q39)."""

    DRAFT = "DRAFT", _("Draft")
    ISSUED = "ISSUED", _("Issued")


RESALE_TRANSITIONS = {ResaleState.DRAFT: {ResaleState.ISSUED}}

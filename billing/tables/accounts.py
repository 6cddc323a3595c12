"""Lists about prepaid accounts: movements, accounts, incoming payments, withdrawals, corrections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from billing.models import (
    Correction,
    IncomingPayment,
    LedgerEntry,
    PrepaidAccount,
    Withdrawal,
)
from partnerportal.web.tables import (
    DateColumn,
    LinkColumn,
    MoneyColumn,
    Place,
    PortalTable,
    StateColumn,
)


class LedgerTable(PortalTable):
    """Movements of a prepaid account."""

    noun = ngettext_lazy("%(count)s movement", "%(count)s movements", "count")
    caption = _("Movements")
    empty_title = _("Nothing has moved yet")
    empty_hint = _("Top-ups, payments and cashback appear here.")

    phone: ClassVar[Mapping[str, Place]] = {
        "kind": Place.MAIN,
        "amount": Place.ASIDE,
        "created_at": Place.NOTE,
        "about": Place.NOTE,
        "balance_after": Place.NAMED,
    }
    created_at = DateColumn(verbose_name=_("When"), with_time=True)
    kind = tables.Column(verbose_name=_("Movement"))
    about = tables.Column(accessor="reference", verbose_name=_("About"), empty_values=(), orderable=False)
    amount = MoneyColumn(verbose_name=_("Amount"), signed=True, currency_field="account__currency", with_currency=True)
    balance_after = MoneyColumn(verbose_name=_("Balance"), orderable=False)

    class Meta(PortalTable.Meta):
        model = LedgerEntry
        fields: tuple[str, ...] = ("created_at", "kind", "about", "amount", "balance_after")

    def value_about(self, record: LedgerEntry) -> str:
        """Name the line that earned or the reference, and why."""
        named = str(record.line) if record.line_id else record.reference
        return f"{named}, {record.reason}" if record.reason else named

    def render_about(self, record: LedgerEntry) -> str:
        """Name what moved it, with the way to where it is explained; the reason below."""
        named = str(record.line) if record.line_id else record.reference
        address = self.address_of(record)
        shown = format_html('<a href="{}">{}</a>', address, named) if address else named
        return format_html('{}<span class="sub">{}</span>', shown, record.reason) if record.reason else shown

    def address_of(self, record: LedgerEntry) -> str:
        """Return where a movement is explained: the line's amounts, the invoice, the credit note."""
        if record.line is not None:
            return record.line.explanation
        if record.payment is not None:
            return reverse("billing:invoice_detail", args=[record.payment.invoice_id])
        if record.credit_note_id:
            return reverse("billing:credit_note_detail", args=[record.credit_note_id])
        return ""


class StaffLedgerTable(LedgerTable):
    """Movements of anybody's prepaid account, for staff, with who made them."""

    phone: ClassVar[Mapping[str, Place]] = {**LedgerTable.phone, "actor_label": Place.NAMED}
    actor_label = tables.Column(verbose_name=_("By"), orderable=False)

    class Meta(LedgerTable.Meta):
        fields: tuple[str, ...] = ("created_at", "kind", "about", "actor_label", "amount", "balance_after")
        sequence = fields

    def address_of(self, record: LedgerEntry) -> str:
        """Return staff's page of what moved it."""
        if record.line_id:
            return reverse("billing:staff_line_explain", args=[record.line_id])
        if record.payment is not None:
            return reverse("billing:staff_invoice_detail", args=[record.payment.invoice_id])
        if record.credit_note_id:
            return reverse("billing:staff_credit_note_detail", args=[record.credit_note_id])
        if record.withdrawal_id:
            return reverse("billing:staff_withdrawal_detail", args=[record.withdrawal_id])
        if record.correction_id:
            return reverse("billing:staff_correction_detail", args=[record.correction_id])
        return ""


class StaffAccountTable(PortalTable):
    """Prepaid accounts of everybody, for staff."""

    noun = ngettext_lazy("%(count)s account", "%(count)s accounts", "count")
    caption = _("Prepaid accounts")
    empty_title = _("No account")
    empty_hint = _("An account is opened with the first movement of an organisation in a currency.")

    phone: ClassVar[Mapping[str, Place]] = {
        "organisation": Place.MAIN,
        "balance": Place.ASIDE,
        "currency": Place.HIDDEN,
    }
    organisation = tables.Column(
        linkify=("billing:staff_account_detail", {"pk": tables.A("pk")}),
        verbose_name=_("Organisation"),
        orderable=False,
    )
    currency = tables.Column(verbose_name=_("Currency"), orderable=False)
    balance = MoneyColumn(verbose_name=_("Balance"), currency_field="currency", with_currency=True)

    class Meta(PortalTable.Meta):
        model = PrepaidAccount
        fields = ("organisation", "currency", "balance")


class TransferTable(PortalTable):
    """Transfers of bank statements, for staff."""

    noun = ngettext_lazy("%(count)s payment", "%(count)s payments", "count")
    caption = _("Incoming payments")
    empty_title = _("Nothing has come in yet")
    empty_hint = _("Bring a statement of the bank in: each of its lines appears here with what became of it.")

    phone: ClassVar[Mapping[str, Place]] = {
        "purpose": Place.MAIN,
        "amount": Place.ASIDE,
        "state": Place.STATE,
        "entered_at": Place.NOTE,
        "reference": Place.NAMED,
    }
    entered_at = DateColumn(verbose_name=_("Brought in"), with_time=True)
    purpose = LinkColumn(
        verbose_name=_("Purpose"),
        orderable=False,
        url=lambda one: reverse("billing:staff_transfer_detail", args=[one.pk]),
        sub=lambda one: one.problem_in_words,
        empty_values=(),
    )
    reference = tables.Column(verbose_name=_("Bank’s number"), orderable=False)
    amount = MoneyColumn(verbose_name=_("Amount"), currency_field="currency", with_currency=True, orderable=False)
    state = StateColumn(
        verbose_name=_("State"), orderable=False, tones={"BOOKED": "good", "UNCLEAR": "warn", "WAITING": "hollow"}
    )

    class Meta(PortalTable.Meta):
        model = IncomingPayment
        fields = ("entered_at", "purpose", "reference", "amount", "state")


class WithdrawalTable(PortalTable):
    """Withdrawals of everybody, for staff."""

    noun = ngettext_lazy("%(count)s withdrawal", "%(count)s withdrawals", "count")
    caption = _("Withdrawals")
    empty_title = _("No withdrawal")
    empty_hint = _("What organisations want to be paid to their bank appears here.")

    phone: ClassVar[Mapping[str, Place]] = {
        "organisation": Place.MAIN,
        "amount": Place.ASIDE,
        "state": Place.STATE,
        "number": Place.NOTE,
        "requested_at": Place.NOTE,
    }
    number = tables.Column(
        accessor="pk",
        linkify=("billing:staff_withdrawal_detail", {"pk": tables.A("pk")}),
        verbose_name=_("Withdrawal"),
        orderable=False,
    )
    organisation = tables.Column(accessor="account__organisation", verbose_name=_("Organisation"), orderable=False)
    requested_at = DateColumn(verbose_name=_("Asked for"), with_time=True)
    amount = MoneyColumn(
        verbose_name=_("Amount"), currency_field="account__currency", with_currency=True, orderable=False
    )
    state = StateColumn(verbose_name=_("State"), orderable=False)

    class Meta(PortalTable.Meta):
        model = Withdrawal
        fields = ("number", "organisation", "requested_at", "amount", "state")

    def render_number(self, record: Withdrawal) -> str:
        """Write its number."""
        return str(record)


class CorrectionTable(PortalTable):
    """Corrections of prepaid accounts, for staff."""

    noun = ngettext_lazy("%(count)s correction", "%(count)s corrections", "count")
    caption = _("Corrections")
    empty_title = _("No correction")
    empty_hint = _("Open a prepaid account and choose “Correct it”.")

    phone: ClassVar[Mapping[str, Place]] = {
        "organisation": Place.MAIN,
        "amount": Place.ASIDE,
        "state": Place.STATE,
        "number": Place.NOTE,
        "reason": Place.NOTE,
        "proposed_by_label": Place.NAMED,
        "proposed_at": Place.NAMED,
    }
    number = tables.Column(
        accessor="pk",
        linkify=("billing:staff_correction_detail", {"pk": tables.A("pk")}),
        verbose_name=_("Correction"),
        orderable=False,
    )
    organisation = tables.Column(accessor="account__organisation", verbose_name=_("Organisation"), orderable=False)
    proposed_at = DateColumn(verbose_name=_("Proposed"), with_time=True)
    proposed_by_label = tables.Column(verbose_name=_("By"), orderable=False)
    reason = tables.Column(verbose_name=_("Reason"), orderable=False)
    amount = MoneyColumn(
        verbose_name=_("Amount"), signed=True, currency_field="account__currency", with_currency=True, orderable=False
    )
    state = StateColumn(verbose_name=_("State"), orderable=False, tones={"PROPOSED": "hollow", "BOOKED": "good"})

    class Meta(PortalTable.Meta):
        model = Correction
        fields = ("number", "organisation", "proposed_at", "proposed_by_label", "reason", "amount", "state")

    def render_number(self, record: Correction) -> str:
        """Write its number."""
        return str(record)

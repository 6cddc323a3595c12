"""Lists of orders, invoices, ledger entries, earnings, exports, re-invoicing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import django_tables2 as tables
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from billing import selectors
from billing.models import (
    Correction,
    CreditNote,
    Earning,
    IncomingPayment,
    Invoice,
    LedgerEntry,
    Order,
    OrderLine,
    PrepaidAccount,
    RenewalFailure,
    Resale,
    Withdrawal,
)
from clients.models import Product
from clients.templatetags.products import next_renewal, standing
from partnerportal.web.tables import (
    DateColumn,
    LinkColumn,
    MoneyColumn,
    NumberColumn,
    Place,
    PortalTable,
    StateColumn,
    SubColumn,
)
from partnerportal.work.choices import JobState
from partnerportal.work.models import Job
from partnerportal.work.templatetags.kinds import kind_in_words


class OrderTable(PortalTable):
    """Orders and renewals."""

    noun = ngettext_lazy("%(count)s order", "%(count)s orders", "count")
    caption = _("Orders and renewals")
    empty_title = _("No order yet")
    empty_hint = _("Orders and renewals appear here, the newest first.")

    phone: ClassVar[Mapping[str, Place]] = {
        "number": Place.MAIN,
        "net": Place.ASIDE,
        "kind": Place.NOTE,
        "placed_at": Place.NOTE,
        "client": Place.NAMED,
        "payer": Place.NAMED,
    }
    number = tables.Column(
        linkify=("billing:order_detail", {"pk": tables.A("pk")}),
        accessor="pk",
        verbose_name=_("Order"),
        orderable=False,
    )
    placed_at = DateColumn(verbose_name=_("Placed"), with_time=True)
    kind = SubColumn(verbose_name=_("What"), sub=lambda order: order.content)
    client = tables.Column(verbose_name=_("For"), order_by=("client__search_name",))
    payer = tables.Column(verbose_name=_("Paid by"), order_by=("payer__search_name",))
    # Who does not pay does not see the amount; the order's page says whose it is.
    net = MoneyColumn(
        verbose_name=_("Net"), currency_field="currency", with_currency=True, orderable=False, default="–"
    )

    class Meta(PortalTable.Meta):
        model = Order
        fields = ("number", "placed_at", "kind", "client", "payer", "net")

    def render_number(self, record: Order) -> str:
        """Write the order's number."""
        return str(record)


class InvoiceTable(PortalTable):
    """Invoices of one payer."""

    noun = ngettext_lazy("%(count)s invoice", "%(count)s invoices", "count")
    caption = _("Invoices")
    empty_title = _("No invoice yet")
    empty_hint = _("An invoice is issued with each order that you pay.")

    phone: ClassVar[Mapping[str, Place]] = {
        "number": Place.MAIN,
        "issued_at": Place.NAMED,
        "due_on": Place.NAMED,
        "net": Place.HIDDEN,
        "total": Place.ASIDE,
        "state": Place.STATE,
    }
    number = tables.Column(linkify=("billing:invoice_detail", {"pk": tables.A("pk")}), verbose_name=_("Invoice"))
    issued_at = DateColumn(verbose_name=_("Issued"))
    due_on = DateColumn(verbose_name=_("Due"))
    net = MoneyColumn(verbose_name=_("Net"))
    total = MoneyColumn(verbose_name=_("Total"), currency_field="currency", with_currency=True)
    state = StateColumn(verbose_name=_("State"), tones={"OPEN": "hollow"})

    class Meta(PortalTable.Meta):
        model = Invoice
        fields: tuple[str, ...] = ("number", "issued_at", "due_on", "net", "total", "state")


class StaffInvoiceTable(InvoiceTable):
    """Invoices of everybody, for staff: sorted by what an index holds, for there are very many."""

    phone: ClassVar[Mapping[str, Place]] = {**InvoiceTable.phone, "payer": Place.NOTE, "issued_at": Place.HIDDEN}

    number = tables.Column(
        linkify=("billing:staff_invoice_detail", {"pk": tables.A("pk")}), verbose_name=_("Invoice"), orderable=True
    )
    payer = tables.Column(verbose_name=_("Payer"))
    issued_at = DateColumn(verbose_name=_("Issued"), orderable=True)

    class Meta(InvoiceTable.Meta):
        orderable = False
        fields: tuple[str, ...] = ("number", "payer", "issued_at", "due_on", "net", "total", "state")
        sequence = fields


class CreditNoteTable(PortalTable):
    """Credit notes to one payer."""

    noun = ngettext_lazy("%(count)s credit note", "%(count)s credit notes", "count")
    caption = _("Credit notes")
    empty_title = _("No credit note")
    empty_hint = _("What is taken back of an invoice appears here.")

    phone: ClassVar[Mapping[str, Place]] = {
        "number": Place.MAIN,
        "total": Place.ASIDE,
        "issued_at": Place.NOTE,
        "invoice": Place.NAMED,
        "reason": Place.NOTE,
        "refunded": Place.NAMED,
    }
    number = tables.Column(
        linkify=("billing:credit_note_detail", {"pk": tables.A("pk")}), verbose_name=_("Credit note"), orderable=False
    )
    issued_at = DateColumn(verbose_name=_("Issued"))
    invoice = tables.Column(
        linkify=("billing:invoice_detail", {"pk": tables.A("invoice_id")}),
        verbose_name=_("Of invoice"),
        orderable=False,
    )
    reason = tables.Column(verbose_name=_("Reason"), orderable=False)
    refunded = MoneyColumn(verbose_name=_("Paid back"), orderable=False)
    total = MoneyColumn(verbose_name=_("Total"), currency_field="currency", with_currency=True, orderable=False)

    class Meta(PortalTable.Meta):
        model = CreditNote
        fields: tuple[str, ...] = ("number", "issued_at", "invoice", "reason", "refunded", "total")


class StaffCreditNoteTable(CreditNoteTable):
    """Credit notes to everybody, for staff."""

    phone: ClassVar[Mapping[str, Place]] = {**CreditNoteTable.phone, "payer": Place.NOTE, "issued_at": Place.HIDDEN}
    number = tables.Column(
        linkify=("billing:staff_credit_note_detail", {"pk": tables.A("pk")}), verbose_name=_("Credit note")
    )
    payer = tables.Column(verbose_name=_("Payer"), orderable=False)
    invoice = tables.Column(
        linkify=("billing:staff_invoice_detail", {"pk": tables.A("invoice_id")}),
        verbose_name=_("Of invoice"),
        orderable=False,
    )

    class Meta(CreditNoteTable.Meta):
        fields: tuple[str, ...] = ("number", "issued_at", "payer", "invoice", "reason", "refunded", "total")
        sequence = fields


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


class EarningTable(PortalTable):
    """What was earned, and what was lost again."""

    noun = ngettext_lazy("%(count)s line", "%(count)s lines", "count")
    caption = _("Earnings")
    empty_title = _("Nothing earned yet")
    empty_hint = _("Rebates and cashback appear here once a client orders, or you order for one.")

    phone: ClassVar[Mapping[str, Place]] = {
        "what": Place.MAIN,
        "amount": Place.ASIDE,
        "client": Place.NOTE,
        "earned_at": Place.NOTE,
        "kind": Place.NOTE,
        "why": Place.ACT,
    }
    earned_at = DateColumn(verbose_name=_("When"))
    client = tables.Column(verbose_name=_("Client"), order_by=("client__search_name",))
    what = SubColumn(accessor="line", verbose_name=_("What"), orderable=False, sub=lambda earning: _reason_of(earning))
    kind = tables.Column(verbose_name=_("Kind"), orderable=False)
    amount = MoneyColumn(verbose_name=_("Amount"), signed=True, currency_field="currency", with_currency=True)
    only_on_page = frozenset({"why"})
    why = tables.Column(accessor="pk", verbose_name=_("More"), orderable=False)

    class Meta(PortalTable.Meta):
        model = Earning
        fields = ("earned_at", "client", "what", "kind", "amount", "why")

    def render_why(self, record: Earning) -> str:
        """Link to the explanation."""
        return _explain(record.explanation, record.line)


def _reason_of(earning: Earning) -> str:
    """Say why something was lost again: the reason on the credit note."""
    return earning.credit_line.credit_note.reason if earning.credit_line is not None else ""


def _explain(address: str, line: OrderLine | None) -> str:
    return format_html('<a href="{}">{}<span class="visually-hidden"> {}</span></a>', address, _("Explain"), line)


class PendingTable(PortalTable):
    """Lines whose cashback waits for the client's payment."""

    noun = ngettext_lazy("%(count)s line", "%(count)s lines", "count")
    caption = _("Pending cashback")
    empty_title = _("Nothing is pending")
    empty_hint = _("Cashback is credited as soon as the client has paid; what waits for that stands here.")

    phone: ClassVar[Mapping[str, Place]] = {
        "what": Place.MAIN,
        "cashback": Place.ASIDE,
        "client": Place.NOTE,
        "placed_at": Place.NOTE,
        "due_on": Place.NAMED,
        "why": Place.ACT,
    }
    placed_at = DateColumn(accessor="order__placed_at", verbose_name=_("Ordered"))
    client = tables.Column(accessor="order__client", verbose_name=_("Client"), order_by=("order__client__search_name",))
    what = tables.Column(accessor="offer_name", verbose_name=_("What"), orderable=False)
    due_on = DateColumn(accessor="order__invoice__due_on", verbose_name=_("The client pays by"), orderable=False)
    cashback = MoneyColumn(verbose_name=_("Cashback"), currency_field="order__currency", with_currency=True)
    only_on_page = frozenset({"why"})
    why = tables.Column(accessor="pk", verbose_name=_("More"), orderable=False)

    class Meta(PortalTable.Meta):
        model = OrderLine
        fields = ("placed_at", "client", "what", "due_on", "cashback", "why")

    def render_what(self, record: OrderLine) -> str:
        """Quantity and offer."""
        return str(record)

    def render_why(self, record: OrderLine) -> str:
        """Link to the explanation."""
        return _explain(record.explanation, record)


class UnearnedTable(PortalTable):
    """Lines that brought the partner nothing. Without amounts: what a client pays is its own affair (rule 24)."""

    noun = ngettext_lazy("%(count)s line", "%(count)s lines", "count")
    caption = _("Earned nothing")
    empty_title = _("Everything has earned")
    empty_hint = _("Orders and renewals of your clients that bring you nothing appear here, with the reason.")

    phone: ClassVar[Mapping[str, Place]] = {
        "what": Place.MAIN,
        "placed_at": Place.ASIDE,
        "client": Place.NOTE,
        "reason": Place.NOTE,
    }
    placed_at = DateColumn(accessor="order__placed_at", verbose_name=_("Ordered"), orderable=False)
    client = tables.Column(accessor="order__client", verbose_name=_("Client"), orderable=False)
    what = tables.Column(accessor="offer_name", verbose_name=_("What"), orderable=False)
    reason = tables.Column(verbose_name=_("Why nothing"), orderable=False)

    class Meta(PortalTable.Meta):
        model = OrderLine
        fields = ("placed_at", "client", "what", "reason")

    def render_what(self, record: OrderLine) -> str:
        """Quantity and offer."""
        return str(record)

    def render_reason(self, record: OrderLine) -> str:
        """The rule that decided, in words."""
        return selectors.why_nothing(record)

    value_reason = render_reason


class ExportTable(PortalTable):
    """Exports, with their progress."""

    noun = ngettext_lazy("%(count)s export", "%(count)s exports", "count")
    caption = _("Exports")
    empty_title = _("No export yet")
    empty_hint = _("Open a client and choose “Export billing data”.")

    phone: ClassVar[Mapping[str, Place]] = {
        "client_name": Place.MAIN,
        "state": Place.ASIDE,
        "created_at": Place.NOTE,
        "progress_done": Place.NAMED,
        "file": Place.ACT,
    }
    client_name = tables.Column(
        verbose_name=_("Client"), linkify=("billing:export_detail", {"pk": tables.A("pk")}), orderable=False
    )
    created_at = DateColumn(verbose_name=_("Started"), with_time=True)
    progress_done = NumberColumn(verbose_name=_("Rows"))
    state = StateColumn(verbose_name=_("State"))
    only_on_page = frozenset({"file"})
    file = tables.Column(accessor="result_file", verbose_name=_("File"), orderable=False, default="")

    class Meta(PortalTable.Meta):
        model = Job
        fields = ("client_name", "created_at", "progress_done", "state", "file")

    def render_file(self, record: Any) -> str:
        """Link to the file while the client may still be reached."""
        if record.state != JobState.DONE or not record.is_handed_over:
            return ""
        address = reverse("billing:export_download", args=[record.pk])
        return format_html(
            '<a href="{}">{}<span class="visually-hidden"> {}</span></a>', address, _("Download"), record.client_name
        )


class ResaleTable(PortalTable):
    """Re-invoicing documents."""

    noun = ngettext_lazy("%(count)s document", "%(count)s documents", "count")
    caption = _("Re-invoicing")
    empty_title = _("Nothing re-invoiced yet")
    empty_hint = _("Open an order that you paid for a client and choose “Re-invoice”.")
    empty_action = (_("See your orders"), cast("str", reverse_lazy("billing:order_list")))

    phone: ClassVar[Mapping[str, Place]] = {
        "client": Place.MAIN,
        "net": Place.ASIDE,
        "state": Place.STATE,
        "line": Place.NOTE,
        "number": Place.NAMED,
        "created_at": Place.NAMED,
    }
    created_at = DateColumn(verbose_name=_("Drafted"))
    number = tables.Column(verbose_name=_("Number"), default="")
    client = tables.Column(
        linkify=("billing:resale_detail", {"pk": tables.A("pk")}),
        verbose_name=_("Client"),
        order_by=("client__search_name",),
    )
    line = tables.Column(verbose_name=_("For"), orderable=False)
    net = MoneyColumn(verbose_name=_("Net"), currency_field="line__order__currency", with_currency=True)
    state = StateColumn(verbose_name=_("State"))

    class Meta(PortalTable.Meta):
        model = Resale
        fields = ("created_at", "number", "client", "line", "net", "state")


class StaffJobTable(PortalTable):
    """Work behind the pages, for staff."""

    noun = ngettext_lazy("%(count)s job", "%(count)s jobs", "count")
    caption = _("Jobs")
    empty_title = _("No job")
    empty_hint = _("Work appears here as it is started.")

    phone: ClassVar[Mapping[str, Place]] = {
        "kind": Place.MAIN,
        "state": Place.ASIDE,
        "created_at": Place.NOTE,
        "attempts": Place.NAMED,
    }
    kind = tables.Column(
        verbose_name=_("What"),
        linkify=("billing:staff_job_detail", {"pk": tables.A("pk")}),
        orderable=False,
    )
    created_at = DateColumn(verbose_name=_("Started"), with_time=True)
    attempts = NumberColumn(verbose_name=_("Tries"), orderable=False)
    state = StateColumn(verbose_name=_("State"), orderable=False)

    class Meta(PortalTable.Meta):
        model = Job
        fields = ("kind", "created_at", "attempts", "state")

    def render_kind(self, value: str) -> str:
        """Say what the work is in words."""
        return kind_in_words(value)


class DueTable(PortalTable):
    """Products by the day until which they are paid: one's own, and those of clients whose renewals one pays."""

    noun = ngettext_lazy("%(count)s product", "%(count)s products", "count")
    caption = _("What is due")
    empty_title = _("Nothing is due")
    empty_hint = _("What has to be renewed stands here in time, what is overdue on top.")

    phone: ClassVar[Mapping[str, Place]] = {
        "name": Place.MAIN,
        "state": Place.ASIDE,
        "offer": Place.NOTE,
        "organisation": Place.NAMED,
        "renews_on": Place.NAMED,
        "going_on": Place.NAMED,
    }
    name = tables.Column(verbose_name=_("Product"))
    offer = tables.Column(verbose_name=_("Offer"), order_by=("offer__name",))
    organisation = tables.Column(verbose_name=_("For"), order_by=("organisation__search_name",))
    renews_on = DateColumn(verbose_name=_("Paid until"))
    going_on = tables.Column(accessor="pk", verbose_name=_("Next renewal"), orderable=False)
    state = tables.Column(verbose_name=_("State"))

    class Meta(PortalTable.Meta):
        model = Product
        fields = ("name", "offer", "organisation", "renews_on", "going_on", "state")

    def __init__(self, *args: Any, here: int, may_order: bool, has_clients: bool, **kwargs: Any) -> None:
        """``here``: the organisation acted for. What is a client's is looked at in that client's space."""
        super().__init__(*args, exclude=[] if has_clients else ["organisation"], **kwargs)
        self.here, self.may_order = here, may_order

    def render_name(self, record: Product) -> str:
        """Link to how it goes on, where that may be read from here, after a box to choose it for renewal."""
        name: Any = record.name
        if record.organisation_id == self.here:
            address = reverse("billing:product_renewal", args=[record.pk])
            name = format_html('<a href="{}">{}</a>', address, record.name)
        if record.is_cancelled or not self.may_order:
            return cast("str", name)
        label = _("Renew %(product)s") % {"product": record.name}
        box = format_html('<input type="checkbox" name="product" value="{}" aria-label="{}">', record.pk, label)
        return format_html("{} {}", box, name)

    def value_name(self, record: Product) -> str:
        """Give files the name."""
        return record.name

    def render_going_on(self, record: Product) -> str:
        """Say whether it renews by itself."""
        return next_renewal(record)

    def render_state(self, record: Product) -> str:
        """Say since when it is overdue."""
        badge = standing(record)
        return format_html('<span class="badge {}">{}</span>', badge["tone"], badge["label"])


class RenewalFailureTable(PortalTable):
    """Renewals that could not be placed, for staff."""

    noun = ngettext_lazy("%(count)s renewal", "%(count)s renewals", "count")
    caption = _("Failed renewals")
    empty_title = _("Every renewal was placed")
    empty_hint = _("What the nightly run could not renew stands here, with the reason.")

    phone: ClassVar[Mapping[str, Place]] = {
        "product": Place.MAIN,
        "period_start": Place.NAMED,
        "reason": Place.NOTE,
        "first_seen_at": Place.ASIDE,
        "again": Place.ACT,
    }
    only_on_page = frozenset({"again"})
    product = SubColumn(
        verbose_name=_("Product"), sub=lambda failure: failure.product.organisation.name, orderable=False
    )
    reason = tables.Column(verbose_name=_("Why"), orderable=False)
    period_start = DateColumn(verbose_name=_("Paid until"), orderable=False)
    first_seen_at = DateColumn(verbose_name=_("Since"))
    again = tables.Column(accessor="pk", verbose_name=_("More"), orderable=False)

    class Meta(PortalTable.Meta):
        model = RenewalFailure
        fields = ("product", "reason", "period_start", "first_seen_at", "again")

    def __init__(self, *args: Any, may_retry: bool = False, **kwargs: Any) -> None:
        """``may_retry``: whether the reader may try again."""
        super().__init__(*args, exclude=[] if may_retry else ["again"], **kwargs)

    def render_again(self, record: RenewalFailure) -> str:
        """Link to another try."""
        address = reverse("billing:staff_renewal_retry", args=[record.pk])
        hidden = '<span class="visually-hidden"> {}</span>'
        return format_html('<a href="{}">{}' + hidden + "</a>", address, _("Try again"), record.product)


class RateTable(PortalTable):
    """A list of prices or rates as of a day."""

    noun = ngettext_lazy("%(count)s entry", "%(count)s entries", "count")
    caption = _("Prices and rates")
    empty_title = _("Nothing here yet")
    empty_hint = _("What the catalogue sells appears here.")

    phone: ClassVar[Mapping[str, Place]] = {
        "label": Place.MAIN,
        "value": Place.ASIDE,
        "since": Place.NAMED,
        "next_words": Place.NAMED,
    }
    label = LinkColumn(
        verbose_name=_("What"),
        url=lambda entry: reverse("billing:staff_rate_detail", args=[entry.rate_list.slug, entry.thing.key]),
        sub=lambda entry: entry.thing.group,
    )
    value = tables.Column(verbose_name=_("Holds"), orderable=False)
    since = DateColumn(verbose_name=_("Since"))
    next_words = tables.Column(verbose_name=_("Planned"), orderable=False, default="")

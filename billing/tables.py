"""Lists of orders, invoices, ledger entries, earnings, exports, re-invoicing."""

from __future__ import annotations

from typing import cast

import django_tables2 as tables
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from billing.models import Invoice, LedgerEntry, Order, OrderLine, Resale
from partnerportal.web.tables import DateColumn, MoneyColumn, NumberColumn, PortalTable, StateColumn
from partnerportal.work.models import Job
from partnerportal.work.templatetags.kinds import kind_in_words


class OrderTable(PortalTable):
    """Orders and renewals."""

    noun = ngettext_lazy("%(count)s order", "%(count)s orders", "count")
    caption = _("Orders and renewals")
    empty_title = _("No order yet")
    empty_hint = _("Orders and renewals appear here, the newest first.")

    number = tables.Column(
        linkify=("billing:order_detail", {"pk": tables.A("pk")}), accessor="pk", verbose_name=_("Order")
    )
    placed_at = DateColumn(verbose_name=_("Placed"), with_time=True)
    kind = tables.Column(verbose_name=_("Kind"))
    client = tables.Column(verbose_name=_("For"), order_by=("client__search_name",))
    payer = tables.Column(verbose_name=_("Paid by"), order_by=("payer__search_name",))
    placed_by_label = tables.Column(verbose_name=_("By"))

    class Meta(PortalTable.Meta):
        model = Order
        fields = ("number", "placed_at", "kind", "client", "payer", "placed_by_label")

    def render_number(self, record: Order) -> str:
        """Write the order's number."""
        return str(record)


class InvoiceTable(PortalTable):
    """Invoices of one payer."""

    noun = ngettext_lazy("%(count)s invoice", "%(count)s invoices", "count")
    caption = _("Invoices")
    empty_title = _("No invoice yet")
    empty_hint = _("An invoice is issued with each order that you pay.")

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

    number = tables.Column(
        linkify=("billing:staff_invoice_detail", {"pk": tables.A("pk")}), verbose_name=_("Invoice"), orderable=True
    )
    payer = tables.Column(verbose_name=_("Payer"))
    issued_at = DateColumn(verbose_name=_("Issued"), orderable=True)

    class Meta(InvoiceTable.Meta):
        orderable = False
        fields: tuple[str, ...] = ("number", "payer", "issued_at", "due_on", "net", "total", "state")
        sequence = fields


class LedgerTable(PortalTable):
    """Movements of a prepaid account."""

    noun = ngettext_lazy("%(count)s movement", "%(count)s movements", "count")
    caption = _("Movements")
    empty_title = _("Nothing has moved yet")
    empty_hint = _("Top-ups, payments and cashback appear here.")

    created_at = DateColumn(verbose_name=_("When"), with_time=True)
    kind = tables.Column(verbose_name=_("Movement"))
    about = tables.Column(accessor="reference", verbose_name=_("About"), empty_values=(), orderable=False)
    amount = MoneyColumn(verbose_name=_("Amount"), signed=True, currency_field="account__currency", with_currency=True)
    balance_after = MoneyColumn(verbose_name=_("Balance"), orderable=False)

    class Meta(PortalTable.Meta):
        model = LedgerEntry
        fields = ("created_at", "kind", "about", "amount", "balance_after")

    def render_about(self, record: LedgerEntry) -> str:
        """Name the line that earned, or the reference."""
        return str(record.line) if record.line_id else record.reference


class EarningTable(PortalTable):
    """Lines that earned something."""

    noun = ngettext_lazy("%(count)s line", "%(count)s lines", "count")
    caption = _("Earnings")
    empty_title = _("Nothing earned yet")
    empty_hint = _("Rebates and cashback appear here once a client orders, or you order for one.")

    placed_at = DateColumn(accessor="order__placed_at", verbose_name=_("Ordered"))
    client = tables.Column(accessor="order__client", verbose_name=_("Client"), order_by=("order__client__search_name",))
    what = tables.Column(accessor="offer_name", verbose_name=_("What"))
    public_net = MoneyColumn(verbose_name=_("Public price"), currency_field="order__currency", with_currency=True)
    outcome = tables.Column(verbose_name=_("Benefit"))
    earned = MoneyColumn(accessor="cashback", verbose_name=_("Earned"), orderable=False)
    state = StateColumn(
        accessor="order__invoice__state", verbose_name=_("State"), orderable=False, tones={"OPEN": "hollow"}
    )
    why = tables.Column(accessor="pk", verbose_name=_("More"), orderable=False)

    class Meta(PortalTable.Meta):
        model = OrderLine
        fields = ("placed_at", "client", "what", "public_net", "outcome", "earned", "state", "why")

    def render_what(self, record: OrderLine) -> str:
        """Quantity and offer."""
        return str(record)

    def value_earned(self, record: OrderLine) -> object:
        """The exact figure."""
        return record.public_net - record.charged_net if record.outcome == "REBATE" else record.cashback

    def render_earned(self, record: OrderLine) -> str:
        """The rebate or the cashback."""
        return self.columns["public_net"].column.render(self.value_earned(record), record)

    def render_why(self, record: OrderLine) -> str:
        """Link to the explanation."""
        return format_html('<a href="{}">{}</a>', record.explanation, _("Explain"))


class ExportTable(PortalTable):
    """Exports, with their progress."""

    noun = ngettext_lazy("%(count)s export", "%(count)s exports", "count")
    caption = _("Exports")
    empty_title = _("No export yet")
    empty_hint = _("Open a client and choose “Export billing data”.")

    created_at = DateColumn(
        verbose_name=_("Started"), with_time=True, linkify=("billing:export_detail", {"pk": tables.A("pk")})
    )
    progress_done = NumberColumn(verbose_name=_("Rows"))
    state = StateColumn(verbose_name=_("State"))

    class Meta(PortalTable.Meta):
        model = Job
        fields = ("created_at", "progress_done", "state")


class ResaleTable(PortalTable):
    """Re-invoicing documents."""

    noun = ngettext_lazy("%(count)s document", "%(count)s documents", "count")
    caption = _("Re-invoicing")
    empty_title = _("Nothing re-invoiced yet")
    empty_hint = _("Open an order that you paid for a client and choose “Re-invoice”.")
    empty_action = (_("See your orders"), cast("str", reverse_lazy("billing:order_list")))

    created_at = DateColumn(verbose_name=_("Drafted"), linkify=("billing:resale_detail", {"pk": tables.A("pk")}))
    number = tables.Column(verbose_name=_("Number"), default="")
    client = tables.Column(verbose_name=_("Client"), order_by=("client__search_name",))
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

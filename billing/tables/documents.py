"""Lists of invoices, credit notes and re-invoicing documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, cast

import django_tables2 as tables
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from billing.models import (
    CreditNote,
    Invoice,
    Resale,
)
from partnerportal.web.tables import (
    DateColumn,
    MoneyColumn,
    Place,
    PortalTable,
    StateColumn,
)


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

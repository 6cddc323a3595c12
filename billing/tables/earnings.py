"""Lists of what was earned, what is pending, and what earned nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from billing import selectors
from billing.models import (
    Earning,
    OrderLine,
)
from partnerportal.web.tables import (
    DateColumn,
    MoneyColumn,
    Place,
    PortalTable,
    SubColumn,
)


def _reason_of(earning: Earning) -> str:
    """Say why something was lost again: the reason on the credit note."""
    return earning.credit_line.credit_note.reason if earning.credit_line is not None else ""


def _explain(address: str, line: OrderLine | None) -> str:
    return format_html('<a href="{}">{}<span class="visually-hidden"> {}</span></a>', address, _("Explain"), line)


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

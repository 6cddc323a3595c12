"""Lists of orders, of what is due, and of renewals that failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from billing.models import (
    Order,
    RenewalFailure,
)
from clients.models import Product
from clients.templatetags.products import next_renewal, standing
from partnerportal.web.tables import (
    DateColumn,
    MoneyColumn,
    Place,
    PortalTable,
    SubColumn,
)


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

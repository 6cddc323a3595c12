"""Lists of products, and of those on offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from clients import selectors
from clients.models import Product, ProductTransfer, Relationship
from clients.templatetags.products import standing
from partnerportal.web.tables import DateColumn, NumberColumn, Place, PortalTable


class ProductTable(PortalTable):
    """Products of one organisation."""

    noun = ngettext_lazy("%(count)s product", "%(count)s products", "count")
    caption = _("Products")
    empty_title = _("No product here yet")
    empty_hint = _("What is ordered appears here.")

    phone: ClassVar[Mapping[str, Place]] = {
        "name": Place.MAIN,
        "state": Place.ASIDE,
        "offer": Place.NOTE,
        "quantity": Place.NAMED,
        "renews_on": Place.NAMED,
        "renewal_payer": Place.NAMED,
    }
    name = tables.Column(linkify=("clients:product_detail", {"pk": tables.A("pk")}), verbose_name=_("Product"))
    offer = tables.Column(verbose_name=_("Offer"), order_by=("offer__name",))
    quantity = NumberColumn(verbose_name=_("Units"))
    renews_on = DateColumn(verbose_name=_("Paid until"))
    renewal_payer = tables.Column(
        verbose_name=_("Renewal paid by"), orderable=False
    )  # an order would tell what is hidden
    state = tables.Column(verbose_name=_("State"))

    class Meta(PortalTable.Meta):
        model = Product
        fields = ("name", "offer", "quantity", "renews_on", "renewal_payer", "state")

    def __init__(self, *args: Any, relationship: Relationship | None = None, **kwargs: Any) -> None:
        """``relationship``: in whose space the list is read; None in the owner's own."""
        super().__init__(*args, **kwargs)
        self.relationship = relationship

    def render_state(self, record: Product) -> str:
        """Say when it is overdue. Written here: a template for each row would take as long as the rest of the row."""
        badge = standing(record)
        return format_html('<span class="badge {}">{}</span>', badge["tone"], badge["label"])

    def render_renewal_payer(self, value: Any, record: Product) -> str:
        """Say plainly when nobody would pay; a partner does not learn of others."""
        if not selectors.may_read_payer(record, relationship=self.relationship):
            return ""
        if record.renewal_payer == "NOBODY":
            return format_html('<span class="badge warn">{}</span>', value)
        return self._payer(value, record)

    def _payer(self, value: Any, record: Product) -> Any:
        """Say "you" to the owner."""
        return _now("You") if self.relationship is None and record.renewal_payer == "CLIENT" else value

    def value_renewal_payer(self, value: Any, record: Product) -> str:
        """Say the same in a file."""
        is_readable = selectors.may_read_payer(record, relationship=self.relationship)
        return self._payer(value, record) if is_readable else ""


class TransferTable(PortalTable):
    """Products that others offer to one's own organisation."""

    noun = ngettext_lazy("%(count)s product", "%(count)s products", "count")
    caption = _("Products offered to you")
    empty_title = _("Nobody offers you a product")
    empty_hint = _("When another organisation wants to give you one, it stands here and comes by mail.")

    phone: ClassVar[Mapping[str, Place]] = {
        "product": Place.MAIN,
        "from_organisation": Place.ASIDE,
        "offer": Place.NOTE,
        "created_at": Place.NAMED,
        "expires_at": Place.NAMED,
    }
    product = tables.Column(
        linkify=("clients:transfer_answer", {"pk": tables.A("pk")}),
        verbose_name=_("Product"),
        order_by=("product__name",),
    )
    offer = tables.Column(accessor="product__offer", verbose_name=_("Offer"), order_by=("product__offer__name",))
    from_organisation = tables.Column(verbose_name=_("From"), order_by=("from_organisation__search_name",))
    created_at = DateColumn(verbose_name=_("Offered"))
    expires_at = DateColumn(verbose_name=_("Waits until"))

    class Meta(PortalTable.Meta):
        model = ProductTransfer
        fields = ("product", "offer", "from_organisation", "created_at", "expires_at")

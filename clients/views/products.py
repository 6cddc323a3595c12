"""Products of the organisation acted for: one's own, or what a client has opened. Rules 15, 16, 21, 23, 29, Q18."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients import forms, selectors, services
from clients.choices import Payer, ProductState
from clients.filters import ProductFilter
from clients.models import Product, ProductTransfer, Relationship
from clients.permissions import ClientPermission
from clients.services.products import description
from clients.tables import ProductTable
from partnerportal.web import charts, writing
from partnerportal.web.views import ActionView, PageView, PolicyView, TableView

GIGABYTE = Decimal(1000)  # of megabytes, as hosts sell them


class ProductListView(TableView):
    """Products."""

    permission = ClientPermission.PRODUCT_VIEW
    table_class = ProductTable
    filterset_class = ProductFilter
    template_name = "clients/product_list.html"

    def get_queryset(self) -> QuerySet[Product]:
        """What may be seen here, what is due first on top."""
        return Product.objects.visible_to(self.request.acting).select_related("offer").order_by("renews_on", "pk")

    def get_table_kwargs(self) -> dict[str, Any]:
        """Tell the table in whose space it is read."""
        return super().get_table_kwargs() | {"relationship": self.request.acting.relationship}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell of products that others offer, to whoever may answer."""
        acting, offered = self.request.acting, 0
        if ClientPermission.TRANSFER_ANSWER.granted_to(acting):
            offered = ProductTransfer.objects.waiting_at(timezone.now()).offered_to(acting).count()
        unpaid = 0
        if ClientPermission.RENEWALS_PAY.granted_to(acting):
            unpaid = selectors.renewals_without_payer(organisation_id=acting.home.pk).count()
        return super().get_context_data(offered_count=offered, unpaid_count=unpaid, **kwargs)


class RenewalsPayView(ActionView):
    """Renewals that nobody pays since a partner does not any more: pay them oneself (Q19)."""

    permission = ClientPermission.RENEWALS_PAY
    form_class = forms.RenewalsForm
    template_name = "clients/renewals_pay.html"

    def find(self, **_kwargs: Any) -> None:
        """Those of one's own organisation, what is due first on top."""
        acting = self.request.acting
        unpaid = selectors.renewals_without_payer(organisation_id=acting.home.pk if acting and acting.home else None)
        self.products = list(unpaid.select_related("offer").order_by("renews_on", "name", "pk"))

    def get_initial(self) -> dict[str, Any]:
        """Let the button carry what the page shows."""
        return {"shown": ",".join(str(product.pk) for product in self.products)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name them."""
        return super().get_context_data(products=self.products, back=reverse("clients:product_list"), **kwargs)

    def act(self, form: forms.RenewalsForm) -> str:
        """Take them on."""
        count = services.pay_renewals(
            organisation_id=self.request.acting.home.pk,
            shown=form.cleaned_data["shown"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        words = ngettext("You pay %(count)s renewal from now on.", "You pay %(count)s renewals from now on.", count)
        messages.success(self.request, words % {"count": writing.number(count)})
        return reverse("clients:product_list")


class OneProduct(PolicyView):
    """Finds a product that may be seen here; in a client's space asks for the permission's right on that product."""

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One that may be seen here."""
        visible = Product.objects.visible_to(self.request.acting).select_related("offer__family", "organisation")
        self.product = get_object_or_404(visible, pk=pk)

    def permit(self) -> None:
        """Raise 403 unless the permission is held on this product: what a space allows holds not on each (rule 21)."""
        super().permit()
        if not self.holds(self.permission):
            raise PermissionDenied

    def holds(self, permission: ClientPermission) -> bool:
        """Tell whether a permission is held on this product."""
        rights = self.rights
        return permission.granted_to(self.request.acting) and (rights is None or permission.value.right in rights)

    @property
    def rights(self) -> frozenset[str] | None:
        """What a partner's person may do with the product; None in one's own organisation, where roles decide."""
        acting = self.request.acting
        if acting.relationship is None:
            return None
        if not hasattr(self, "_rights"):
            self._rights = selectors.reach(membership=acting.membership, product_id=self.product.pk).rights
        return self._rights

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the product and the way back to it."""
        back = reverse("clients:product_detail", args=[self.product.pk])
        return super().get_context_data(product=self.product, back=back, **kwargs)


class ProductDetailView(OneProduct, PageView):
    """One product: owner, payer, who manages it, what may be done."""

    permission = ClientPermission.PRODUCT_VIEW
    template_name = "clients/product_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add who manages and who pays it, the rights on it, and the offer that waits."""
        acting, product = self.request.acting, self.product
        managers = list(selectors.managers_of(product=product))
        if acting.relationship is not None:  # a partner does not learn of others
            managers = [one for one in managers if one.pk == acting.relationship.pk]
        may_transfer = self.holds(ClientPermission.PRODUCT_TRANSFER)
        return super().get_context_data(
            managers=managers,
            may_open_managers=ClientPermission.RELATIONSHIP_VIEW.granted_to(acting),
            payer=_paying_partner(managers),
            may_pay=ClientPermission.RENEWALS_PAY.granted_to(acting),
            may_read_payer=selectors.may_read_payer(product, relationship=acting.relationship),
            rights=self.rights,
            may_see_renewal=self.holds(ClientPermission.RENEWAL_SET),
            follows_tone="" if product.is_cancelled or product.state == ProductState.TERMINATED else "warn",
            may_describe=self.holds(ClientPermission.PRODUCT_DESCRIBE),
            may_see_statistics=self.holds(ClientPermission.PRODUCT_STATISTICS),
            may_transfer=may_transfer and product.state != ProductState.TERMINATED,
            transfer=self._transfer(),
            **kwargs,
        )

    def _transfer(self) -> ProductTransfer | None:
        """Return the offer that waits; it is the owner's own business."""
        if self.request.acting.relationship is not None:
            return None
        return selectors.transfer_waiting(product=self.product, now=timezone.now())


def _paying_partner(managers: list[Relationship]) -> Relationship | None:
    return next((one for one in managers if one.payer == Payer.PARTNER), None)


class ProductDescribeView(OneProduct, ActionView):
    """Change a product's name and technical note (the right "technical")."""

    permission = ClientPermission.PRODUCT_DESCRIBE
    form_class = forms.DescribeForm
    template_name = "clients/product_describe.html"

    def get_initial(self) -> dict[str, Any]:
        """What it is called and noted now."""
        now = description(self.product)
        return {**now, "seen": now}

    def act(self, form: forms.DescribeForm) -> str:
        """Save."""
        services.describe_product(
            product_id=self.product.pk,
            organisation_id=self.product.organisation_id,
            name=form.cleaned_data["name"],
            technical_note=form.cleaned_data["technical_note"],
            seen=form.cleaned_data["seen"],
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("Saved."))
        return reverse("clients:product_detail", args=[self.product.pk])


class ProductStatisticsView(OneProduct, PageView):
    """What a product was used for in the last weeks (the right "statistics"): figures to read, nothing to do."""

    permission = ClientPermission.PRODUCT_STATISTICS
    template_name = "clients/product_statistics.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Draw visits, traffic and storage by week."""
        weeks = selectors.usage_by_week(product_id=self.product.pk, on=timezone.localdate())
        context = _drawn(weeks) if any(week.has_figures for week in weeks) else {}
        return super().get_context_data(**context, **kwargs)


def _drawn(weeks: list[selectors.Week]) -> dict[str, Any]:
    traffic_unit, traffic = _sized([week.traffic_mb for week in weeks])
    storage_unit, storage = _sized([week.storage_mb for week in weeks])
    visits = [Decimal(week.visits) for week in weeks]
    latest = max(place for place, week in enumerate(weeks) if week.has_figures)
    return {
        "figures": [
            {"label": _("Visits in these weeks"), "value": writing.number(sum(visits))},
            {"label": _("Traffic in these weeks"), "value": writing.number(sum(traffic)), "unit": traffic_unit},
            {"label": _("Storage now"), "value": writing.number(storage[latest]), "unit": storage_unit},
        ],
        "visits": _by_week(weeks, visits, title=_("Visits by week")),
        "traffic": _by_week(weeks, traffic, title=_("Traffic by week"), unit=traffic_unit),
        "storage": _by_week(weeks, storage, title=_("Storage by week"), unit=storage_unit),
        "traffic_unit": traffic_unit,
        "storage_unit": storage_unit,
        "rows": [
            {
                "week": week,
                "label": writing.day_of_month(week.monday),
                "visits": writing.number(week.visits),
                "traffic": writing.number(traffic[place]),
                "storage": writing.number(storage[place]),
            }
            for place, week in reversed(list(enumerate(weeks)))
        ],
    }


def _sized(megabytes: list[int]) -> tuple[str, list[Decimal]]:
    """Return a unit in which the figures are short, and the figures in it."""
    if max(megabytes) < GIGABYTE:
        return "MB", [Decimal(one) for one in megabytes]
    return "GB", [(one / GIGABYTE).quantize(Decimal("0.1")) for one in megabytes]


def _by_week(weeks: list[selectors.Week], values: list[Decimal], *, title: str, unit: str = "") -> dict[str, object]:
    figures = [
        charts.Count(
            writing.day_of_month(week.monday),
            _("%(first)s to %(last)s")
            % {"first": writing.short_day(week.monday), "last": writing.short_day(week.sunday)},
            value,
            is_now=week.is_now,
        )
        for week, value in zip(weeks, values, strict=True)
    ]
    return charts.counts(figures, title=title, unit=unit)

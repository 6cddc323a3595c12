"""What falls due, how one product goes on, and a change of its plan. Section 9; rules 24 to 26, promises 3 and 6."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.db.models.functions import Least
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import forms, selectors, services
from billing.exceptions import PriceChanged
from billing.filters import DueFilter
from billing.models import Order, PrepaidAccount
from billing.permissions import BillingPermission
from billing.services import Quote
from billing.tables import DueTable
from billing.views import costs, refusals
from billing.views.ordering import Ordering
from clients import selectors as client_selectors
from clients import services as client_services
from clients.choices import Access, Payer, ProductState
from clients.models import Product, Relationship
from clients.permissions import ClientPermission
from clients.templatetags.products import is_overdue
from partnerportal.accounts.forms import ConfirmForm
from partnerportal.kernel.states import Refused
from partnerportal.web import writing
from partnerportal.web.views import ActionView, PageView, PolicyView, TableView, TwoStepView


class DueListView(TableView):
    """What falls due: one's own, and at clients whose renewals one pays."""

    permission = BillingPermission.DUE_VIEW
    table_class = DueTable
    filterset_class = DueFilter
    template_name = "billing/due_list.html"

    def get_queryset(self) -> QuerySet[Product]:
        """The next months, or all on request; what is overdue or due first stands on top."""
        products = Product.objects.renewed_by(self.request.acting).in_use()
        if self.request.GET.get("when") != "all":
            until = timezone.localdate() + relativedelta(months=settings.PROGRAMME["due_list_months"])
            products = products.filter(Q(renews_on__lt=until) | Q(overdue_since__isnull=False))
        first_unpaid = products.annotate(unpaid_on=Least("overdue_since", "renews_on"))
        return first_unpaid.select_related("offer", "organisation").order_by("unpaid_on", "pk")

    def get_table_kwargs(self) -> dict[str, Any]:
        """Tell the table for whom it is, and whether one may renew here."""
        acting = self.request.acting
        return super().get_table_kwargs() | {
            "here": acting.organisation.pk,
            "may_order": BillingPermission.ORDER_PLACE.granted_to(acting),
            "has_clients": self.has_clients,
        }

    @cached_property
    def has_clients(self) -> bool:
        """Whether one pays renewals of clients; in a client's space nobody else is looked at."""
        return paying_relationships(self.request.acting).exists()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say how far the list looks."""
        months = settings.PROGRAMME["due_list_months"]
        is_all = self.request.GET.get("when") == "all"
        return super().get_context_data(months=months, is_all=is_all, has_clients=self.has_clients, **kwargs)


def paying_relationships(acting: Any) -> QuerySet[Relationship]:
    """Return the relationships through which one's organisation pays clients' renewals; none in a client's space."""
    if acting is None or acting.home is None or acting.relationship is not None:
        return Relationship.objects.none()
    return Relationship.objects.reachable_by(acting.membership).filter(access=Access.FULL, payer=Payer.PARTNER)


class RenewClientsView(refusals.SaysWhy, refusals.ShowsWays, TwoStepView):
    """Renew products of many clients, and one's own, at once: the price of each client, then all of it or nothing."""

    permission = BillingPermission.ORDER_PLACE
    form_class = forms.RenewForm
    template_name = "billing/renew_clients.html"
    outdated = PriceChanged
    quotes: Sequence[Quote] = ()

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer what one pays, what is due first on top."""
        products = Product.objects.renewed_by(self.request.acting).in_use().filter(cancelled_at=None)
        related = products.select_related("offer", "next_offer", "organisation")
        return super().get_form_kwargs() | {"products": related.order_by("renews_on", "pk"), "with_owner": True}

    def get_initial(self) -> dict[str, Any]:
        """A fresh key, and what was chosen in the list."""
        return {"key": forms.new_key(), "products": self.request.GET.getlist("product")}

    def prepare(self, form: forms.RenewForm) -> None:
        """Price each client's."""
        self.quotes = services.quote_renewals(shares=self._shares(form), now=timezone.now())

    def _shares(self, form: forms.RenewForm) -> list[services.Share]:
        acting = self.request.acting
        relationships = dict(paying_relationships(acting).values_list("client", "pk"))
        if acting.relationship is not None:  # in a client's space whatever is ordered is ordered through it
            relationships = {acting.organisation.pk: acting.relationship_id}
        chosen: dict[int, list[int]] = {}
        for product in form.cleaned_data["products"]:
            chosen.setdefault(product.organisation_id, []).append(product.pk)
        return [
            services.Share(client_id, tuple(sorted(pks)), relationships.get(client_id))
            for client_id, pks in sorted(chosen.items())
        ]

    def act(self, form: forms.RenewForm) -> str:
        """Renew, pay what the account holds enough for, and say what happened."""
        actor, now = self.request.acting, timezone.now()
        orders = services.renew_for_clients(
            shares=self._shares(form),
            key=form.cleaned_data["key"],
            shown=self.request.POST.get("shown", ""),
            actor=actor,
            now=now,
        )
        paid = 0
        for order in orders:
            try:
                services.pay_from_prepaid(invoice_id=order.invoice.pk, actor=actor, now=now)
            except Refused:
                continue
            paid += 1
        words = _("Renewed for %(count)s clients; %(paid)s of the invoices are paid from the prepaid account.")
        messages.success(self.request, words % {"count": writing.number(len(orders)), "paid": writing.number(paid)})
        return reverse("billing:order_list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say who pays, what it costs together, and what the account holds, to whoever may read that."""
        acting = self.request.acting
        payer = costs.payer_here(acting)
        context: dict[str, Any] = {"quotes": self.quotes, "payer": payer, "is_payer": payer == acting.home}
        if self.quotes:
            context["total"] = sum(quote.total for quote in self.quotes)
            context["shown"] = services.shown_together(self.quotes)
            if costs.is_told_balance(acting, payer):
                accounts = PrepaidAccount.objects.filter(organisation=payer, currency=payer.currency)
                context["balance"] = accounts.values_list("balance", flat=True).first() or Decimal("0.00")
        return super().get_context_data(**context, **kwargs)


class OneProduct(PolicyView):
    """Finds a product that may be seen here; in a client's space asks for the permission's right on it (rule 21)."""

    def find(self, *, pk: int, **_kwargs: Any) -> None:
        """One that may be seen here."""
        visible = Product.objects.visible_to(self.request.acting)
        related = ("offer__family", "next_offer", "organisation")
        self.product = get_object_or_404(visible.select_related(*related), pk=pk)

    def permit(self) -> None:
        """Raise 403 unless the permission is held on this product."""
        super().permit()
        if not self.holds(self.permission):
            raise PermissionDenied

    def holds(self, permission: Any) -> bool:
        """Tell whether a permission is held on this product."""
        acting = self.request.acting
        if not permission.granted_to(acting) or acting.relationship is None:
            return bool(permission.granted_to(acting))
        reach = client_selectors.reach(membership=acting.membership, product_id=self.product.pk)
        return permission.value.right in reach.rights

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the product and the way back."""
        kwargs.setdefault("back", reverse("billing:product_renewal", args=[self.product.pk]))
        return super().get_context_data(product=self.product, **kwargs)


class ProductRenewalView(OneProduct, PageView):
    """How a product goes on: until when it is paid, its next renewal with who pays and for how much, its plan."""

    permission = BillingPermission.DUE_VIEW
    template_name = "billing/product_renewal.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Price the next renewal for whoever may read that."""
        acting, product, today = self.request.acting, self.product, timezone.localdate()
        managers = list(client_selectors.managers_of(product=product))
        payer = next((one.partner.organisation for one in managers if one.is_paid_by_partner), None)
        days = settings.PROGRAMME["renewal_days"]
        placed_on = product.renews_on - timedelta(days=days)
        owed = selectors.open_invoices_of(product_id=product.pk, payer_id=acting.home.pk)
        may_read_invoices = BillingPermission.INVOICE_VIEW.granted_to(acting)
        return super().get_context_data(
            placed_on=placed_on if placed_on > today else None,
            days=days,
            is_paid=product.state == ProductState.ACTIVE and not is_overdue(product),
            payer=payer,
            may_read_payer=client_selectors.may_read_payer(product, relationship=acting.relationship),
            quote=self._quote(),
            open_invoices=[one.line.order.invoice for one in owed] if may_read_invoices else [],
            may_renew=self.holds(BillingPermission.ORDER_PLACE),
            may_set=self.holds(ClientPermission.RENEWAL_SET),
            may_switch_on=client_services.may_switch_on(product, on=today),
            may_cancel=self.holds(ClientPermission.PRODUCT_CANCEL),
            may_pay=ClientPermission.RENEWALS_PAY.granted_to(acting),
            has_plans=bool(selectors.plans_for(product=product, currency=acting.home.currency, on=today)),
            is_counted=not product.offer.is_per_unit,
            may_grow=product.offer.is_sold and not product.offer.is_per_unit,
            **kwargs,
        )

    def _quote(self) -> Quote | None:
        """Return the next renewal's price, to whoever may read it."""
        acting = self.request.acting
        if self.product.is_cancelled or not BillingPermission.AMOUNT_EXPLAIN.granted_to(acting):
            return None
        return readable(services.quote_next_renewal(products=[self.product], now=timezone.now()), acting)


def readable(quote: Quote | None, acting: Any) -> Quote | None:
    """Return a renewal's price to whoever pays it or would order it here; nothing to others (rules 24 and 25)."""
    if quote is None or (quote.payer != acting.home and acting.relationship is None):
        return None
    is_partners_own = acting.relationship is None or quote.payer in {acting.home, acting.organisation}
    return quote if is_partners_own else None


class PlanChangeView(OneProduct, Ordering):
    """Change to another plan: a dearer one at once and pro rata, a cheaper one from the next renewal on."""

    permission = BillingPermission.ORDER_PLACE
    form_class = forms.PlanForm
    template_name = "billing/plan_change.html"
    paid_message = gettext_lazy("The plan is changed, and paid from the prepaid account.")
    open_message = gettext_lazy("The plan is changed. The invoice waits to be paid.")

    @property
    def currency(self) -> str:
        """The currency of whoever pays."""
        acting = self.request.acting
        is_paid_by_partner = acting.relationship is not None and acting.relationship.is_paid_by_partner
        return str((acting.home if is_paid_by_partner else acting.organisation).currency)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the plans that it can change to."""
        plans = selectors.plans_for(product=self.product, currency=self.currency, on=timezone.localdate())
        return super().get_form_kwargs() | {"plans": plans, "product": self.product}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether the page shows already what the change would be."""
        is_shown = self.quote is not None or "waiting" in kwargs
        return super().get_context_data(is_shown=is_shown, currency=self.currency, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """A fresh key with each form that is shown."""
        return {"key": forms.new_key()}

    def form_valid(self, form: forms.PlanForm) -> HttpResponse:
        """Show the price of a dearer plan first; a cheaper one costs nothing now, and waits."""
        if form.plan.is_dearer:
            return super().form_valid(form)
        if "confirm" not in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form, waiting=form.plan))
        try:
            services.choose_next_plan(
                client_id=self.request.acting.organisation.pk,
                product_id=self.product.pk,
                offer=form.plan.offer,
                actor=self.request.acting,
                now=timezone.now(),
            )
        except Refused as refusal:
            return self.conflict(form, refusal)
        words = _("From %(day)s on it is %(plan)s. Until then you can take that back.")
        messages.success(
            self.request, words % {"day": writing.day(self.product.renews_on), "plan": form.plan.offer.name}
        )
        return redirect("billing:product_renewal", self.product.pk)

    def price(self, form: forms.PlanForm) -> Quote:
        """Price it."""
        return services.quote_change(
            product_id=self.product.pk, offer=form.plan.offer, now=timezone.now(), **self.through()
        )

    def place(self, form: forms.PlanForm) -> Order:
        """Change it."""
        return services.change_plan(
            product_id=self.product.pk,
            offer=form.plan.offer,
            key=form.cleaned_data["key"],
            shown=self.shown,
            actor=self.request.acting,
            now=timezone.now(),
            **self.through(),
        )


class PlanKeepView(OneProduct, ActionView):
    """Take back a plan that was chosen for the next renewal."""

    permission = BillingPermission.ORDER_PLACE
    form_class = ConfirmForm
    template_name = "billing/plan_keep.html"

    def act(self, form: ConfirmForm) -> str:
        """Keep the plan that it has."""
        services.keep_plan(
            client_id=self.product.organisation_id,
            product_id=self.product.pk,
            actor=self.request.acting,
            now=timezone.now(),
        )
        messages.success(self.request, _("The plan stays as it is."))
        return reverse("billing:product_renewal", args=[self.product.pk])

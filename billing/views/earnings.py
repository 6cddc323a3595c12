"""What a partner earned: the overview by month, client and offer; line by line; pending; and what earned nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from billing import forms, selectors
from billing.filters import EarningFilter, LineFilter
from billing.models import Earning, OrderLine
from billing.permissions import BillingPermission
from billing.selectors import Period, Share
from billing.tables import EarningTable, PendingTable, UnearnedTable
from partnerportal.kernel.money import Money
from partnerportal.web import charts, writing
from partnerportal.web.paging import NearPaginator
from partnerportal.web.views import PageView, TableView
from partners.pages import OwnPartner

SHOWN = 10  # clients, and offers, that the overview names
NOTHING = Decimal("0.00")


class EarningsView(OwnPartner, PageView):
    """Earnings of some months in one currency, as a picture and as tables; each figure leads to the lines it sums."""

    permission = BillingPermission.EARNING_VIEW
    template_name = "billing/earnings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The months that were asked for, or the last twelve."""
        acting, today = self.request.acting, timezone.localdate()
        totals = selectors.totals_once(acting)
        pending = selectors.sum_pending(selectors.pending_lines(OrderLine.objects.earned_for(acting)))
        form = forms.EarningsForm(self.request.GET.dict(), today=today)
        period = form.period()
        earned = selectors.earned_by_month(totals=totals, period=period)
        currency = self._currency(form, [*earned, *pending])
        months = earned.get(currency, [])
        whole = self._sum(months)
        return super().get_context_data(
            form=form,
            currency=currency,
            currencies=self._currencies(currency, {*earned, *pending, currency}),
            period=period,
            figures=self._figures(months, whole, pending, currency, period),
            chart=self._chart(months, pending.get(currency, NOTHING), currency, today) if months else None,
            months=[self._row(one, currency, month=one.first_day) for one in reversed(months) if one.total or one.lost],
            whole=self._row(whole, currency, period=period),
            shares=[
                (_("By client"), _("Client"), self._shares("client", currency, period)),
                (_("By offer"), _("Offer"), self._shares("offer", currency, period)),
            ],
            shown=SHOWN,
            **kwargs,
        )

    def _currency(self, form: forms.EarningsForm, known: list[str]) -> str:
        own = self.partner.organisation.currency
        asked = form.cleaned_data.get("currency", "")
        if asked:
            return asked
        return own if own in known or not known else known[0]

    def _currencies(self, current: str, codes: set[str]) -> list[dict[str, Any]]:
        kept = {name: value for name, value in self.request.GET.items() if name != "currency"}
        return [
            {"code": code, "is_current": code == current, "url": f"?{urlencode(kept | {'currency': code})}"}
            for code in sorted(codes)
        ]

    @staticmethod
    def _sum(months: list[selectors.Month]) -> selectors.Earned:
        whole = selectors.Earned()
        for month in months:
            whole.rebate, whole.cashback, whole.lost = (
                whole.rebate + month.rebate,
                whole.cashback + month.cashback,
                whole.lost + month.lost,
            )
        return whole

    def _figures(
        self,
        months: list[selectors.Month],
        whole: selectors.Earned,
        pending: dict[str, Decimal],
        currency: str,
        period: Period,
    ) -> list[dict[str, Any]]:
        last = months[-1].total if months else NOTHING
        return [
            {
                "label": _("In the last of these months"),
                "value": Money(last, currency),
                "url": self._lines(currency, month=period.last),
                "url_text": _("Its lines"),
            },
            {
                "label": _("In all of them"),
                "value": Money(whole.total, currency),
                "url": self._lines(currency, period=period),
                "url_text": _("Their lines"),
            },
            {
                "label": _("Pending until the clients have paid"),
                "value": Money(pending.get(currency, NOTHING), currency),
                "url": f"{reverse('billing:pending_list')}?{urlencode({'currency': currency})}",
                "url_text": _("What waits"),
            },
        ]

    @staticmethod
    def _chart(months: list[selectors.Month], pending: Decimal, currency: str, today: date) -> dict[str, Any]:
        is_now = today.replace(day=1)
        bars = [
            charts.Month(
                month.first_day,
                month.total,
                pending if month.first_day == is_now else NOTHING,
                month.first_day == is_now,
            )
            for month in months
        ]
        return charts.bars(bars, title=_("Earnings by month"), currency=currency)

    def _row(self, earned: Any, currency: str, **where: Any) -> dict[str, Any]:
        """A row of a table: each figure with the address of the lines that it sums."""
        return {
            "earned": earned,
            "name": earned.name
            if isinstance(earned, Share)
            else writing.month(earned.first_day)
            if where.get("month")
            else "",
            "rebate_url": self._lines(currency, kind="REBATE", **where),
            "cashback_url": self._lines(currency, kind="CASHBACK", **where),
            "lost_url": self._lines(currency, kind="LOST", **where),
            "total_url": self._lines(currency, **where),
        }

    def _shares(self, key: str, currency: str, period: Period) -> list[dict[str, Any]]:
        read = selectors.earned_by_client if key == "client" else selectors.earned_by_offer
        shares: list[Share] = read(acting=self.request.acting, currency=currency, period=period, most=SHOWN)
        return [self._row(share, currency, period=period, **{key: share.pk}) for share in shares]

    @staticmethod
    def _lines(currency: str, *, month: date | None = None, period: Period | None = None, **filters: Any) -> str:
        first, last = (month, month) if month else (period.first, period.last) if period else (None, None)
        asked = {"currency": currency, **filters}
        if first and last:
            asked |= {"since": first.isoformat(), "until": (last + relativedelta(months=1, days=-1)).isoformat()}
        return f"{reverse('billing:earning_list')}?{urlencode(asked)}"


class EarningListView(OwnPartner, TableView):
    """Everything that was earned or lost again, with the sum of what the filters leave."""

    permission = BillingPermission.EARNING_VIEW
    table_class = EarningTable
    filterset_class = EarningFilter
    template_name = "billing/earning_list.html"

    def get_queryset(self) -> QuerySet[Earning]:
        """The newest first."""
        earnings = Earning.objects.visible_to(self.request.acting)
        return earnings.select_related("client", "line", "credit_line__credit_note").order_by("-earned_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the sum, unless there are more rows than the list counts."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if not context["table"].paginator.capped:
            sums = selectors.sum_by_currency(self.object_list)
            context["sums"] = [Money(amount, code) for code, amount in sums.items()]
        return context


class PendingListView(OwnPartner, TableView):
    """Cashback that waits for the clients' payments (Q9)."""

    permission = BillingPermission.EARNING_VIEW
    table_class = PendingTable
    filterset_class = LineFilter
    template_name = "billing/pending_list.html"

    def get_queryset(self) -> QuerySet[OrderLine]:
        """What waits longest first."""
        lines = selectors.pending_lines(OrderLine.objects.earned_for(self.request.acting))
        return lines.select_related("order__client", "order__invoice").order_by("pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the sum of what the filters leave."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        sums = selectors.sum_pending(self.object_list)
        return context | {"sums": [Money(amount, code) for code, amount in sums.items()]}


class UnearnedListView(OwnPartner, TableView):
    """What clients ordered and renewed that brought nothing, and why."""

    permission = BillingPermission.EARNING_VIEW
    table_class = UnearnedTable
    filterset_class = LineFilter
    paginator_class = NearPaginator
    template_name = "billing/unearned_list.html"

    def get_queryset(self) -> QuerySet[OrderLine]:
        """The newest first."""
        lines = OrderLine.objects.unearned_for(self.request.acting)
        return lines.select_related("order__client").order_by("-pk")

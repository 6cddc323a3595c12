"""Filters of orders, invoices, earnings and jobs."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from billing.choices import InvoiceState, OrderKind, Outcome
from billing.models import Invoice, LedgerEntry, Order, OrderLine
from partnerportal.work.choices import JobState
from partnerportal.work.models import Job


class OrderFilter(filters.FilterSet):
    """Orders by kind."""

    kind = filters.ChoiceFilter(choices=OrderKind.choices, label=_("Kind"), empty_label=_("Orders and renewals"))

    class Meta:
        model = Order
        fields = ["kind"]


class InvoiceFilter(filters.FilterSet):
    """Invoices by status and period."""

    state = filters.ChoiceFilter(choices=InvoiceState.choices, label=_("Status"), empty_label=_("Any status"))
    since = filters.DateFilter(field_name="issued_at", lookup_expr="date__gte", label=_("From"))
    until = filters.DateFilter(field_name="issued_at", lookup_expr="date__lte", label=_("To"))

    class Meta:
        model = Invoice
        fields = ["state", "since", "until"]


class EarningFilter(filters.FilterSet):
    """Earnings by kind."""

    outcome = filters.ChoiceFilter(
        choices=[choice for choice in Outcome.choices if choice[0] != Outcome.NOTHING],
        label=_("Benefit"),
        empty_label=_("Rebate and cashback"),
    )

    class Meta:
        model = OrderLine
        fields = ["outcome"]


class LedgerFilter(filters.FilterSet):
    """Movements by kind."""

    class Meta:
        model = LedgerEntry
        fields = ["kind"]


class JobFilter(filters.FilterSet):
    """Jobs by state."""

    state = filters.ChoiceFilter(choices=JobState.choices, label=_("State"), empty_label=_("Any state"))

    class Meta:
        model = Job
        fields = ["state"]

"""Filters of orders, invoices, earnings and jobs."""

import django_filters as filters
from django.db.models import Q, QuerySet
from django.forms import HiddenInput
from django.utils.translation import gettext_lazy as _

from billing.choices import (
    CorrectionState,
    EarningKind,
    EntryKind,
    IncomingState,
    InvoiceState,
    OrderKind,
    WithdrawalState,
)
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
    Withdrawal,
)
from clients.models import Product
from partnerportal.accounts.choices import Currency
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import Family, Offer
from partnerportal.kernel.text import folded
from partnerportal.web.filters import FoldedNameFilter, SinceFilter, UntilFilter
from partnerportal.work.choices import JobState
from partnerportal.work.models import Job


class SoldFilter(filters.FilterSet):
    """What is sold, by words and family."""

    search = filters.CharFilter(method="matching", label=_("Offer"))
    family = filters.ModelChoiceFilter(
        queryset=Family.objects.filter(offers__is_sold=True).distinct().order_by("position", "name"),
        label=_("Family"),
        empty_label=_("All families"),
    )

    class Meta:
        model = Offer
        fields = ["search", "family"]

    def matching(self, queryset: QuerySet[Offer], _name: str, value: str) -> QuerySet[Offer]:
        """Look in the offer's name and description, and in its family's name."""
        named = Q(name__icontains=value) | Q(description__icontains=value) | Q(family__name__icontains=value)
        return queryset.filter(named)


class OrderFilter(filters.FilterSet):
    """Orders by client and kind."""

    search = FoldedNameFilter(field_name="client__search_name", label=_("Client"))
    kind = filters.ChoiceFilter(choices=OrderKind.choices, label=_("Kind"), empty_label=_("Orders and renewals"))

    class Meta:
        model = Order
        fields = ["search", "kind"]


class DueFilter(filters.FilterSet):
    """What is due by words, and how far ahead; the view reads ``when``, for the next months are no filter."""

    search = filters.CharFilter(method="matching", label=_("Product or client"))
    when = filters.ChoiceFilter(
        choices=[("all", _("All"))], label=_("When"), empty_label=_("The next months"), method="as_chosen"
    )

    class Meta:
        model = Product
        fields = ["search", "when"]

    def matching(self, queryset: QuerySet[Product], _name: str, text: str) -> QuerySet[Product]:
        """Keep products whose name, offer or owner holds the text."""
        owner = Q(organisation__search_name__contains=folded(text))
        return queryset.filter(Q(name__icontains=text) | Q(offer__name__icontains=text) | owner)

    def as_chosen(self, queryset: QuerySet[Product], _name: str, _value: str) -> QuerySet[Product]:
        """Leave them as the view has chosen."""
        return queryset


class InvoiceFilter(filters.FilterSet):
    """Invoices by status and period."""

    state = filters.ChoiceFilter(choices=InvoiceState.choices, label=_("Status"), empty_label=_("Any status"))
    since = SinceFilter(field_name="issued_at", label=_("From"))
    until = UntilFilter(field_name="issued_at", label=_("To"))

    class Meta:
        model = Invoice
        fields = ["state", "since", "until"]


class StaffInvoiceFilter(InvoiceFilter):
    """Everybody's invoices, by number or payer too."""

    search = filters.CharFilter(method="matching", label=_("Number or payer"))

    class Meta(InvoiceFilter.Meta):
        fields = ["search", "state", "since", "until"]

    def matching(self, queryset: QuerySet[Invoice], _name: str, text: str) -> QuerySet[Invoice]:
        """Keep invoices whose number begins so, or whose payer's name holds the text."""
        payers = Organisation.objects.filter(search_name__contains=folded(text)).values("pk")
        return queryset.filter(Q(number__istartswith=text.strip()) | Q(payer__in=payers))


class EarningFilter(filters.FilterSet):
    """Earnings by client, kind and time; the overview's figures also name a client or an offer by its number."""

    LOST = "LOST"
    search = FoldedNameFilter(field_name="client__search_name", label=_("Client"))
    kind = filters.ChoiceFilter(
        choices=[*EarningKind.choices, (LOST, _("All that was taken back"))],
        method="of_kind",
        label=_("Kind"),
        empty_label=_("Any kind"),
    )
    since = SinceFilter(field_name="earned_at", label=_("From"))
    until = UntilFilter(field_name="earned_at", label=_("To"))
    currency = filters.ChoiceFilter(choices=Currency.choices, label=_("Currency"), empty_label=_("Any currency"))
    client = filters.NumberFilter(field_name="client", widget=HiddenInput)
    offer = filters.NumberFilter(field_name="offer", widget=HiddenInput)

    class Meta:
        model = Earning
        fields = ["search", "kind", "since", "until", "currency", "client", "offer"]

    def of_kind(self, queryset: QuerySet[Earning], _name: str, kind: str) -> QuerySet[Earning]:
        """Keep one kind, or both that take something away."""
        kinds = [EarningKind.UNDONE, EarningKind.REVERSAL] if kind == self.LOST else [kind]
        return queryset.filter(kind__in=kinds)


class LineFilter(filters.FilterSet):
    """Lines of orders by client, time and currency."""

    search = FoldedNameFilter(field_name="order__client__search_name", label=_("Client"))
    since = SinceFilter(field_name="order__placed_at", label=_("From"))
    until = UntilFilter(field_name="order__placed_at", label=_("To"))
    currency = filters.ChoiceFilter(
        field_name="order__currency", choices=Currency.choices, label=_("Currency"), empty_label=_("Any currency")
    )

    class Meta:
        model = OrderLine
        fields = ["search", "since", "until", "currency"]


class CreditNoteFilter(filters.FilterSet):
    """Credit notes by period."""

    since = SinceFilter(field_name="issued_at", label=_("From"))
    until = UntilFilter(field_name="issued_at", label=_("To"))

    class Meta:
        model = CreditNote
        fields: list[str] = ["since", "until"]


class StaffCreditNoteFilter(CreditNoteFilter):
    """Everybody's credit notes, by number or payer too."""

    search = filters.CharFilter(method="matching", label=_("Number or payer"))

    class Meta(CreditNoteFilter.Meta):
        fields = ["search", "since", "until"]

    def matching(self, queryset: QuerySet[CreditNote], _name: str, text: str) -> QuerySet[CreditNote]:
        """Keep those whose number begins so, or whose payer's name holds the text."""
        payers = Organisation.objects.filter(search_name__contains=folded(text)).values("pk")
        return queryset.filter(Q(number__istartswith=text.strip()) | Q(payer__in=payers))


class AccountFilter(filters.FilterSet):
    """Prepaid accounts by owner."""

    search = filters.CharFilter(method="matching", label=_("Organisation or reference"))
    currency = filters.ChoiceFilter(choices=Currency.choices, label=_("Currency"), empty_label=_("Any currency"))

    class Meta:
        model = PrepaidAccount
        fields = ["search", "currency"]

    def matching(self, queryset: QuerySet[PrepaidAccount], _name: str, text: str) -> QuerySet[PrepaidAccount]:
        """Keep those of an organisation whose name holds the text, or whose reference (PP-000123) it is."""
        reference = text.strip().upper().removeprefix("PP").lstrip("-0")
        if reference.isdecimal() and len(reference) < 15:
            return queryset.filter(organisation=int(reference))
        return queryset.filter(organisation__search_name__contains=folded(text))


class IncomingFilter(filters.FilterSet):
    """Transfers by what they say and where they stand."""

    search = filters.CharFilter(method="matching", label=_("Purpose or bank number"))
    state = filters.ChoiceFilter(choices=IncomingState.choices, label=_("State"), empty_label=_("Any state"))

    class Meta:
        model = IncomingPayment
        fields = ["search", "state"]

    def matching(self, queryset: QuerySet[IncomingPayment], _name: str, text: str) -> QuerySet[IncomingPayment]:
        """Keep those whose purpose holds the text, or whose number it is."""
        return queryset.filter(Q(purpose__icontains=text.strip()) | Q(reference=text.strip()))


class WithdrawalFilter(filters.FilterSet):
    """Withdrawals by state."""

    state = filters.ChoiceFilter(choices=WithdrawalState.choices, label=_("State"), empty_label=_("Any state"))

    class Meta:
        model = Withdrawal
        fields = ["state"]


class CorrectionFilter(filters.FilterSet):
    """Corrections by state."""

    state = filters.ChoiceFilter(choices=CorrectionState.choices, label=_("State"), empty_label=_("Any state"))

    class Meta:
        model = Correction
        fields = ["state"]


class LedgerFilter(filters.FilterSet):
    """Movements by kind."""

    kind = filters.ChoiceFilter(choices=EntryKind.choices, label=_("Movement"), empty_label=_("Any movement"))

    class Meta:
        model = LedgerEntry
        fields = ["kind"]


class JobFilter(filters.FilterSet):
    """Jobs by state."""

    state = filters.ChoiceFilter(choices=JobState.choices, label=_("State"), empty_label=_("Any state"))

    class Meta:
        model = Job
        fields = ["state"]

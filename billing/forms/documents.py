"""Well-formed input about paying, crediting, exporting and re-invoicing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.choices import InvoiceState, Means, RefundMeans
from partnerportal.kernel.money import Money
from partnerportal.web import writing


class PayForm(forms.Form):
    """How much of an invoice to pay from the prepaid account (rule 43)."""

    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal("0.01"), max_digits=14, decimal_places=2)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)


class PaymentNoticeForm(forms.Form):
    """Money that came from outside, entered by the provider's finance."""

    amount = forms.DecimalField(label=_("Amount, VAT included"), min_value=0, max_digits=14, decimal_places=2)
    means = forms.ChoiceField(
        label=_("Means"), choices=[choice for choice in Means.choices if choice[0] != Means.PREPAID]
    )
    reference = forms.CharField(
        label=_("Reference of the payment"), max_length=80, help_text=_("The same reference counts once.")
    )


class CreditForm(forms.Form):
    """How much of each line of an invoice to credit, why, and where the money goes (rule 42)."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Stands on the credit note, and in the partner's account.")
    )
    means = forms.ChoiceField(
        label=_("What had been paid goes back"), choices=RefundMeans.choices, initial=RefundMeans.PREPAID
    )

    def __init__(self, *args: Any, lines: Sequence[Any], left: Mapping[int, Decimal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if left[line.pk] > 0]
        amounts = {
            f"line_{line.pk}": forms.DecimalField(
                label=str(line),
                min_value=0,
                max_value=left[line.pk],
                max_digits=14,
                decimal_places=2,
                required=False,
                help_text=_("Net. %(left)s is left to credit.")
                % {"left": writing.money(Money(left[line.pk], line.order.currency))},
            )
            for line in self.lines
        }
        self.fields = {**amounts, **self.fields}

    def clean(self) -> dict[str, Any]:
        """At least one line is credited."""
        super().clean()
        if not self.errors and not self.nets:
            self.add_error(None, _("Enter how much to credit of at least one line."))
        return self.cleaned_data

    @property
    def nets(self) -> dict[int, Decimal]:
        """The amounts by line."""
        given = {line.pk: self.cleaned_data.get(f"line_{line.pk}") for line in self.lines}
        return {pk: amount for pk, amount in given.items() if amount}


class ExportForm(forms.Form):
    """Which lines to export (rule 52)."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    state = forms.ChoiceField(label=_("Status"), choices=[("", _("Any")), *InvoiceState.choices], required=False)
    file_format = forms.ChoiceField(
        label=_("Format"), choices=[("csv", _("CSV, for spreadsheets")), ("json", "JSON")], initial="csv"
    )

    def clean(self) -> dict[str, Any]:
        """A period runs forward."""
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("since") and cleaned.get("until") and cleaned["since"] > cleaned["until"]:
            self.add_error("until", _("The period ends before it begins."))
        return cleaned


class IssueForm(forms.Form):
    """Nothing to type: the button issues the draft that the page shows."""

    shown = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)


class MarkupForm(forms.Form):
    """What a partner adds when it re-invoices (Q39)."""

    markup = forms.DecimalField(
        label=_("Markup in per cent"),
        min_value=0,
        max_value=900,
        max_digits=6,
        decimal_places=2,
        help_text=_("On what you paid. 10 makes 100.00 into 110.00."),
    )
    vat = forms.DecimalField(
        label=_("VAT in per cent"),
        min_value=0,
        max_value=Decimal("99.99"),
        max_digits=4,
        decimal_places=2,
        help_text=_("The VAT that your company charges; 0 if it charges none."),
    )

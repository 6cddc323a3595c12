"""Which months of earnings to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils.translation import gettext_lazy as _

from billing.selectors import Period
from partnerportal.accounts.choices import Currency
from partnerportal.web import writing


class EarningsForm(forms.Form):
    """Which months of earnings to show, in which currency."""

    LENGTHS = [("3", _("3 months")), ("12", _("12 months")), ("24", _("24 months"))]
    months = forms.ChoiceField(label=_("Show"), choices=LENGTHS)
    until = forms.ChoiceField(label=_("Up to"))
    currency = forms.ChoiceField(choices=Currency.choices, required=False, widget=forms.HiddenInput)

    def __init__(self, asked: Mapping[str, Any], *, today: date) -> None:
        first = today.replace(day=1)
        super().__init__({"months": "12", "until": first.strftime("%Y-%m"), **asked})
        days = [first - relativedelta(months=number) for number in range(36)]
        until: Any = self.fields["until"]
        until.choices = [(day.strftime("%Y-%m"), writing.month(day)) for day in days]
        self.today = today

    def period(self) -> Period:
        """The months that are asked for; the last twelve where something odd is asked."""
        if not self.is_valid():
            return Period.ending(self.today, months=12)
        until = date.fromisoformat(f"{self.cleaned_data['until']}-01")
        return Period.ending(until, months=int(self.cleaned_data["months"]))

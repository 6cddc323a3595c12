"""Well-formed input about prices and rates, typed or as a file."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partnerportal.accounts.choices import Currency

_STEP = re.compile(r"(\d{1,7})\s*[:;,\s]\s*(\d{1,2}(?:\.\d{1,3})?)\s*%?")


class RateListForm(forms.Form):
    """Which entries of a list of prices or rates to show, and as of which day."""

    q = forms.CharField(label=_("Search"), required=False, max_length=80)
    currency = forms.ChoiceField(label=_("Currency"), choices=[("", _("All")), *Currency.choices], required=False)
    on = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, with_currency: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_currency:
            del self.fields["currency"]


class _FromADay(forms.Form):
    """A value and the day from which it holds."""

    valid_from = forms.DateField(
        label=_("From"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The first day on which it holds. What held before stays as it is."),
    )
    field_order: Any = None

    @property
    def value(self) -> tuple[Any, ...]:
        """What is asked for, as the list has it."""
        raise NotImplementedError  # a subclass that forgets it fails its first test


class PriceForm(_FromADay):
    """A price of an offer in one currency."""

    public_unit = forms.DecimalField(label=_("Public price"), min_value=0, max_digits=10, decimal_places=2)
    reseller_unit = forms.DecimalField(
        label=_("Partner price"),
        min_value=0,
        max_digits=10,
        decimal_places=2,
        required=False,
        help_text=_("For offers with a fixed partner price, such as domains. Empty: the partner rate holds."),
    )
    field_order = ["public_unit", "reseller_unit", "valid_from"]

    @property
    def value(self) -> tuple[Any, ...]:
        """Public price and partner price."""
        return (self.cleaned_data["public_unit"], self.cleaned_data["reseller_unit"])


class RateForm(_FromADay):
    """A rate, in per cent."""

    rate = forms.DecimalField(
        label=_("Rate in per cent"), min_value=0, max_value=Decimal("99.999"), max_digits=5, decimal_places=3
    )
    field_order = ["rate", "valid_from"]

    @property
    def value(self) -> tuple[Any, ...]:
        """The rate as a fraction."""
        return (self.cleaned_data["rate"] / 100,)


class ScaleForm(_FromADay):
    """A whole scale of degressive steps: it replaces the one that holds."""

    steps = forms.CharField(
        label=_("Steps"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 7, "inputmode": "text", "spellcheck": "false"}),
        help_text=_("One step a line: from how many units, and the rate in per cent, such as 30: 25"),
    )
    field_order = ["steps", "valid_from"]

    def clean_steps(self) -> tuple[tuple[int, Decimal], ...]:
        """Read a step from each line."""
        steps = []
        for number, line in enumerate(self.cleaned_data["steps"].splitlines(), start=1):
            if not line.strip():
                continue
            found = _STEP.fullmatch(line.strip())
            if found is None:
                sentence = gettext("Line %(number)s is not written as it has to be. Write it as in 30: 25")
                raise forms.ValidationError(sentence % {"number": number})
            steps.append((int(found[1]), Decimal(found[2]) / 100))
        return tuple(sorted(steps))

    @property
    def value(self) -> tuple[Any, ...]:
        """The scale."""
        return tuple(self.cleaned_data["steps"])


class CsvFileForm(forms.Form):
    """A CSV file; once it has been looked at, its text travels with the form."""

    file = forms.FileField(
        label=_("CSV file"),
        error_messages={"required": _("Choose a file.")},
        help_text=_("UTF-8, with semicolons or commas, headed as said above."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    text = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not self.data.get("text")

    def clean(self) -> dict[str, Any]:
        """Read the file's text: it is a text of a size that can be looked at."""
        super().clean()
        cleaned, file = self.cleaned_data, self.cleaned_data.get("file")
        limit = settings.PROGRAMME["rate_file_kilobytes"]
        if "file" in self.errors:
            return cleaned
        if file is not None:
            if file.size > limit * 1024:
                sentence = gettext("This file is larger than %(limit)s KB. Split it into several.")
                self.add_error("file", sentence % {"limit": limit})
                return cleaned
            content = file.read()
            try:
                cleaned["text"] = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", gettext("This file is not UTF-8 text. Save it as “CSV UTF-8”."))
                return cleaned
            if "\0" in cleaned["text"]:
                self.add_error("file", gettext("This is no CSV file. Save the table as “CSV UTF-8”."))
        elif len(cleaned["text"].encode()) > limit * 1024 * 2:  # a form may send each line end as two characters
            self.add_error("file", gettext("This page has lost what it needs. Choose the file again."))
        return cleaned

"""Well-formed input about orders, payments, exports and re-invoicing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.choices import InvoiceState, Means, RefundMeans
from billing.models import Price
from billing.selectors import OtherPlan, Period
from clients.models import Product
from partnerportal.accounts.choices import Currency
from partnerportal.accounts.forms import PasswordConfirmForm
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import MAX_PERIODS, Offer
from partnerportal.kernel.money import Money
from partnerportal.web import writing


def new_key() -> str:
    """Return a fresh key for a form that is shown: it makes a double click one order."""
    return uuid.uuid4().hex


class _OfferIterator(forms.models.ModelChoiceIterator):
    """Offers below the name of their family."""

    def __iter__(self) -> Iterator[Any]:
        yield "", self.field.empty_label
        for family, offers in groupby(self.queryset, key=lambda offer: offer.family):
            yield family.name, [self.choice(offer) for offer in offers]


class OfferChoiceField(forms.ModelChoiceField):
    """Offers on sale, by family."""

    iterator = _OfferIterator

    def __init__(self, **kwargs: Any) -> None:
        offers = Offer.objects.filter(is_sold=True).select_related("family").order_by("family__position", "name")
        super().__init__(queryset=offers, label=_("Offer"), empty_label=_("Choose an offer"), **kwargs)


class OrderForm(forms.Form):
    """What to order, and how much. List prices are said in ``currency``, as of ``day``."""

    offer = OfferChoiceField()
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=10_000, initial=1)
    periods = forms.IntegerField(
        label=_("Periods"),
        min_value=1,
        max_value=MAX_PERIODS,
        initial=1,
        required=False,
        help_text=_("How many months or years to pay at once. It renews by one."),
    )
    name = forms.CharField(
        label=_("Name"), max_length=100, required=False, help_text=_("How it is called in your list, such as moser.ch.")
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, currency: str, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        prices = dict(Price.objects.valid_on(day).filter(currency=currency).values_list("offer", "public_unit"))
        field: Any = self.fields["offer"]
        field.queryset = field.queryset.filter(pk__in=prices)
        if not field.queryset.filter(max_periods__gt=1).exists():
            del self.fields["periods"]
        field.label_from_instance = lambda offer: (
            _("%(offer)s, %(price)s a %(period)s")
            % {
                "offer": offer.name,
                "price": writing.money(Money(prices[offer.pk], currency)),
                "period": offer.get_period_display(),
            }
        )


class CartForm(forms.Form):
    """How many units of each line of a cart. ``was_…`` is what the page showed: only what differs was typed."""

    def __init__(self, *args: Any, items: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in items:
            quantity = forms.IntegerField(
                label=_("Quantity of %(offer)s") % {"offer": item.offer}, min_value=1, max_value=10_000, required=False
            )
            self.fields[f"quantity_{item.pk}"] = quantity
            self.initial.setdefault(f"quantity_{item.pk}", item.quantity)

    def clean(self) -> dict[str, Any]:
        """An emptied field is no number; a line that the page did not show yet has no field, and stays as it is."""
        super().clean()
        for name in self.fields:
            if name in self.data and self.cleaned_data.get(name, 0) is None:
                self.add_error(name, _("Enter a whole number, or take the line out."))
        return self.cleaned_data

    @staticmethod
    def pk_of(name: str) -> int:
        """Return whose line's quantity a field holds."""
        return int(name.removeprefix("quantity_"))

    @property
    def changed_quantities(self) -> dict[int, int]:
        """What was typed and differs from what the page showed, by line."""
        typed = {name: value for name, value in self.cleaned_data.items() if value is not None}
        return {self.pk_of(name): value for name, value in typed.items() if self.data.get(f"was_{name}") != str(value)}


class RenewForm(forms.Form):
    """Which products to renew by one period."""

    products = forms.ModelMultipleChoiceField(
        label=_("Products"),
        queryset=Product.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one product.")},
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, products: Any, with_owner: bool = False, **kwargs: Any) -> None:
        """``with_owner``: the products are of many organisations, and each row says of which."""
        super().__init__(*args, **kwargs)
        self._with_owner = with_owner
        field: Any = self.fields["products"]
        field.queryset = products

    def choices(self) -> list[dict[str, Any]]:
        """Return the products as rows, for the component that draws them."""
        chosen = {str(one) for one in self["products"].value() or []}
        field: Any = self.fields["products"]
        return [
            {
                "value": product.pk,
                "label": product.name,
                "note": self._note(product),
                "end": _("paid until %(day)s") % {"day": writing.short_day(product.renews_on)},
                "is_chosen": str(product.pk) in chosen,
            }
            for product in field.queryset
        ]

    def _note(self, product: Product) -> str:
        offer = str(product.renewed_offer)
        note = offer if product.quantity == 1 else f"{product.quantity} × {offer}"
        return f"{product.organisation} · {note}" if self._with_owner else note


class PlanForm(forms.Form):
    """Which plan a product is to have."""

    offer = forms.TypedChoiceField(
        label=_("Plan"), coerce=int, widget=forms.RadioSelect, error_messages={"required": _("Choose a plan.")}
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, plans: list[OtherPlan], product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans, self._product = {plan.offer.pk: plan for plan in plans}, product
        field: Any = self.fields["offer"]
        field.choices = [(pk, plan.offer.name) for pk, plan in self._plans.items()]

    @property
    def plan(self) -> OtherPlan:
        """The plan that was chosen."""
        return self._plans[self.cleaned_data["offer"]]

    def choices(self) -> list[dict[str, Any]]:
        """Return the plans as rows, for the component that draws them."""
        chosen, until = str(self["offer"].value() or ""), writing.short_day(self._product.renews_on)
        later = _("from %(day)s on") % {"day": until}
        return [
            {
                "value": pk,
                "label": plan.offer.name,
                "note": plan.offer.description,
                "end": _("%(price)s a %(period)s, %(begin)s")
                % {
                    "price": writing.amount(plan.unit),
                    "period": plan.offer.get_period_display(),
                    "begin": _("at once") if plan.is_dearer else later,
                },
                "is_chosen": str(pk) == chosen,
            }
            for pk, plan in self._plans.items()
        ]


class PayForm(forms.Form):
    """How much of an invoice to pay from the prepaid account (rule 43)."""

    amount = forms.DecimalField(label=_("Amount"), min_value=0, max_digits=14, decimal_places=2)


class CalculatorForm(forms.Form):
    """What the public calculator is asked."""

    offer = OfferChoiceField(to_field_name="code")
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=10_000, initial=35)
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices, initial=Currency.CHF)


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


class SimulatorForm(CalculatorForm):
    """What a partner asks the simulator: so many more units, and who pays them."""

    payer = forms.ChoiceField(
        label=_("Who pays"), choices=[("partner", _("I order and pay")), ("client", _("The client orders and pays"))]
    )
    field_order = ["offer", "quantity", "payer", "currency"]


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


class WithdrawForm(PasswordConfirmForm):
    """How much to withdraw, and to which bank account (Q35)."""

    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal("0.01"), max_digits=14, decimal_places=2)
    holder = forms.CharField(
        label=_("Account holder"), max_length=120, help_text=_("As the bank knows it: the account is your company's.")
    )
    iban = forms.CharField(label="IBAN", max_length=42, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    field_order = ["amount", "holder", "iban", "password"]


class TopUpForm(forms.Form):
    """Money that came for a prepaid account, as the bank's statement has it (Q35)."""

    account = forms.RegexField(
        label=_("Reference on the transfer"),
        regex=r"^PP-?\d{1,12}$",
        max_length=20,
        help_text=_("Such as PP-000123: it says whose account it is for."),
        error_messages={"invalid": _("A reference is PP- and digits, such as PP-000123.")},
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices, initial=Currency.CHF)
    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal("0.01"), max_digits=14, decimal_places=2)
    reference = forms.CharField(
        label=_("The bank's own number"), max_length=80, help_text=_("The same number counts once.")
    )

    def clean_account(self) -> Organisation:
        """Find the organisation that a reference names."""
        found = Organisation.objects.filter(pk=int(self.cleaned_data["account"].removeprefix("PP").lstrip("-"))).first()
        if found is None:
            raise forms.ValidationError(_("No organisation has this reference."))
        return found


class CorrectionForm(PasswordConfirmForm):
    """By how much to correct a prepaid account, and why."""

    amount = forms.DecimalField(
        label=_("Amount"), max_digits=14, decimal_places=2, help_text=_("With a minus if it is too much.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The owner of the account reads it."))
    field_order = ["amount", "reason", "password"]


class ClarifyForm(forms.Form):
    """What became of money that fitted nothing."""

    how = forms.CharField(
        label=_("What became of it"), max_length=200, help_text=_("Such as: sent back to the payer on 4 November.")
    )


class RejectionForm(forms.Form):
    """Why a withdrawal is not paid out."""

    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Whoever asked gets it by mail."))


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
        raise NotImplementedError


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


_STEP = re.compile(r"(\d{1,7})\s*[:;,\s]\s*(\d{1,2}(?:\.\d{1,3})?)\s*%?")


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

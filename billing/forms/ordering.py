"""Well-formed input about what to order, renew or change, and what it would cost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.models import Price
from billing.selectors import OtherPlan
from clients.models import Product
from partnerportal.accounts.choices import Currency
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
        units = product.renewed_quantity
        note = offer if units == 1 else f"{units} × {offer}"
        return f"{product.organisation} · {note}" if self._with_owner else note


class UnitsForm(forms.Form):
    """How many more units a product is to have."""

    quantity = forms.IntegerField(label=_("How many more"), min_value=1, max_value=10_000)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)


class FewerForm(forms.Form):
    """How many units a product is to have from the end of what is paid on."""

    units = forms.IntegerField(label=_("How many to keep"), min_value=1, max_value=10_000_000)
    begins_on = forms.DateField(widget=forms.HiddenInput)  # the day that the page shows


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


class CalculatorForm(forms.Form):
    """What the public calculator is asked."""

    offer = OfferChoiceField(to_field_name="code")
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=10_000, initial=35)
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices, initial=Currency.CHF)


class SimulatorForm(CalculatorForm):
    """What a partner asks the simulator: so many more units, and who pays them."""

    payer = forms.ChoiceField(
        label=_("Who pays"), choices=[("partner", _("I order and pay")), ("client", _("The client orders and pays"))]
    )
    field_order = ["offer", "quantity", "payer", "currency"]

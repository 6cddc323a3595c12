"""Well-formed input about families and offers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from partnerportal.catalogue.models import MAX_PERIODS, Family, Period

_CODE_SHAPE = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_CODE_WRONG = {"invalid": _("A code has small letters, figures and single hyphens only, such as web-hosting.")}
_CODE = _("Small letters, figures and hyphens, such as web-hosting. It stays: files and addresses use it.")


class FamilyForm(forms.Form):
    """The name of a family."""

    name = forms.CharField(label=_("Name"), max_length=80)


class FamilyCreateForm(FamilyForm):
    """A new family."""

    code = forms.RegexField(
        rf"^{_CODE_SHAPE}\Z", label=_("Code"), max_length=40, help_text=_CODE, error_messages=_CODE_WRONG
    )


class OfferForm(forms.Form):
    """What of an offer may change."""

    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(label=_("Description"), max_length=240, required=False)
    max_periods = forms.IntegerField(
        label=_("Periods at once"),
        min_value=1,
        max_value=MAX_PERIODS,
        initial=1,
        help_text=_("For how many months or years it may be paid at once."),
    )
    plan_line = forms.RegexField(
        rf"^{_CODE_SHAPE}\Z",
        label=_("Plan line"),
        max_length=40,
        required=False,
        help_text=_(
            "Offers with the same word here, in one family and period, are plans of each other, such as cloud-server "
            "for its sizes. Without one no product changes to or from this offer."
        ),
        error_messages=_CODE_WRONG,
    )


class OfferChangeForm(OfferForm):
    """An offer that is there."""

    is_sold = forms.BooleanField(
        label=_("Sold"),
        required=False,
        help_text=_("Without the tick nothing new is ordered of it; what runs goes on and renews."),
    )


class OfferCreateForm(OfferForm):
    """A new offer."""

    code = forms.RegexField(
        rf"^{_CODE_SHAPE}\Z", label=_("Code"), max_length=60, help_text=_CODE, error_messages=_CODE_WRONG
    )
    family = forms.ModelChoiceField(
        label=_("Family"), queryset=Family.objects.order_by("position", "name"), empty_label=_("Choose a family")
    )
    period = forms.ChoiceField(label=_("Sold by the"), choices=Period.choices)
    is_per_unit = forms.BooleanField(
        label=_("Each unit is a product of its own"),
        required=False,
        initial=True,
        help_text=_("Such as hostings and domains. Without the tick an order makes one product with a quantity."),
    )
    field_order = ["name", "code", "family", "period", "max_periods", "plan_line", "description", "is_per_unit"]

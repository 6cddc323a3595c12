"""Well-formed input about calls, answers and contracts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnerportal.accounts.choices import Currency
from partnerportal.catalogue.models import Offer
from partnerportal.web.forms import MAIL_LENGTH, needed
from tenders.choices import Category, Language
from tenders.exceptions import WISH_IS_PAST

TRAP = "homepage"  # a field that people do not see: whoever fills it in is a machine


class TenderForm(forms.Form):
    """A call for tenders (Q24)."""

    title = forms.CharField(label=_("Title"), max_length=120, help_text=_("What it is about, in one line."))
    category = forms.ChoiceField(label=_("Category"), choices=[("", _("Choose")), *Category.choices])
    description = forms.CharField(
        label=_("Description"),
        min_length=40,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "What you have, what you want, by when. Everybody sees the beginning; partners read the rest. "
            "Leave names, addresses and phone numbers out."
        ),
    )
    budget_min = forms.DecimalField(
        label=_("Budget from"), min_value=0, max_digits=12, decimal_places=0, required=False
    )
    budget_max = forms.DecimalField(label=_("Budget to"), min_value=1, max_digits=12, decimal_places=0, required=False)
    currency = forms.ChoiceField(label=_("Currency"), choices=Currency.choices)
    place = needed(forms.CharField(label=_("Place"), max_length=80), _("unless it can be done from anywhere"))
    is_remote = forms.BooleanField(label=_("The work can be done from anywhere"), required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages you work in"), choices=Language.choices, widget=forms.CheckboxSelectMultiple
    )
    wished_on = forms.DateField(
        label=_("Wished date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    contact_name = forms.CharField(label=_("Your name"), max_length=120)
    contact_email = forms.EmailField(
        max_length=MAIL_LENGTH, label=_("E-mail address"), help_text=_("Answers arrive here.")
    )
    contact_phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    consents = forms.BooleanField(
        label=_("Partners that answer may see my name, e-mail address and phone number."),
        error_messages={"required": _("Without this, nobody who answers could reach you.")},
    )

    groups = (
        (_("The project"), ("title", "category", "description")),
        (_("Where and when"), ("place", "is_remote", "languages", "wished_on")),
        (_("Budget"), ("budget_min", "budget_max", "currency")),
        (_("You"), ("contact_name", "contact_email", "contact_phone", "consents")),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["wished_on"].widget.attrs["min"] = today.isoformat()

    def clean_wished_on(self) -> date | None:
        """A wish is for a day that comes; the service says the same."""
        wished: date | None = self.cleaned_data["wished_on"]
        if wished is not None and wished < self.today:
            raise forms.ValidationError(WISH_IS_PAST)
        return wished

    def sections(self) -> list[dict[str, Any]]:
        """Return the fields in their groups, for the page."""
        return [
            {"title": title, "fields": [self[name] for name in names], "is_row": "currency" in names}
            for title, names in self.groups
        ]

    def clean(self) -> dict[str, Any]:
        """A range goes upwards; work happens somewhere."""
        super().clean()
        cleaned = self.cleaned_data
        low, high = cleaned.get("budget_min"), cleaned.get("budget_max")
        if low is not None and high is not None and low > high:
            self.add_error("budget_max", _("The upper end lies below the lower one."))
        if not cleaned.get("is_remote") and not cleaned.get("place") and "place" not in self.errors:
            self.add_error("place", _("Say where, or that it can be done from anywhere."))
        return cleaned


class ConfirmForm(forms.Form):
    """Nothing to type: the click is the act."""


class ProposalForm(forms.Form):
    """A partner's answer."""

    text = forms.CharField(
        label=_("Your answer"),
        min_length=20,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("How you would do it, when, and what you need to know. The author reads it with your name."),
    )
    price_net = forms.DecimalField(
        label=_("Price"), min_value=1, max_digits=12, decimal_places=2, required=False, help_text=_("Without VAT.")
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price_net"].label = _("Price in %(currency)s") % {"currency": currency}


class ContractForm(forms.Form):
    """What a partner agreed with the author (rule 57)."""

    offers = forms.ModelMultipleChoiceField(
        label=_("Products in the contract"),
        queryset=Offer.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Contracts won through the board use products of this catalogue only."),
    )
    value_net = forms.DecimalField(
        label=_("Value"),
        min_value=1,
        max_digits=12,
        decimal_places=2,
        help_text=_("Of the whole contract, without VAT."),
    )
    begins_on = forms.DateField(label=_("Begins on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    acknowledges_exclusivity = forms.BooleanField(
        label=_("The contract uses no hosting, mail, domain or cloud product of another provider."),
        error_messages={"required": _("The programme asks it of every contract won through the board.")},
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sold = Offer.objects.filter(is_sold=True).select_related("family")
        offers_field: Any = self.fields["offers"]
        offers_field.queryset = sold.order_by("family__position", "name", "pk")
        self.fields["value_net"].label = _("Value in %(currency)s") % {"currency": currency}

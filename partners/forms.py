"""Well-formed input of the application wizard and of its review."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from partnerportal.accounts.selectors import represented_by
from partnerportal.kernel.money import Money
from partnerportal.web.forms import MAIL_LENGTH, country_field
from partnerportal.web.writing import money


class CompanyForm(forms.Form):
    """Step 1: the entry in the commercial register."""

    register_country = country_field(label=_("Country of the commercial register"))
    register_number = forms.CharField(
        label=_("Register number"),
        max_length=40,
        help_text=_("Such as CHE-100.155.212 in Switzerland, or the SIRET in France."),
    )


class WebsiteForm(forms.Form):
    """Step 2: website, address for clients, expected volume."""

    website = forms.URLField(label=_("Website"), assume_scheme="https", help_text=_("It must be online and yours."))
    contact_email = forms.EmailField(
        max_length=MAIL_LENGTH,
        label=_("E-mail address for clients"),
        help_text=_("Clients find and invite you by your name or by this address."),
    )
    estimated_yearly_net = forms.DecimalField(
        label=_("Products you expect to manage, per year"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
    )

    def __init__(self, *args: Any, threshold: Money | None, managed: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        volume = self.fields["estimated_yearly_net"]
        volume.label = _("Products you expect to manage, per year, in %(currency)s") % {"currency": managed.currency}
        sentences: list[Any] = [_("List prices without VAT.")]
        if threshold is not None:
            months = settings.PROGRAMME["build_up_months"]
            sentences.append(
                _("The threshold is %(threshold)s a year; you have %(months)s months to reach it.")
                % {"threshold": money(threshold), "months": months}
            )
        if managed.amount:
            sentences.append(_("Your own products make up %(managed)s of it already.") % {"managed": money(managed)})
        volume.help_text = " ".join(str(sentence) for sentence in sentences)


class DutiesForm(forms.Form):
    """Step 3: what a partner takes on (rule 1, conditions 4 to 6)."""

    gives_support = forms.BooleanField(label=_("We give our clients support for the products we manage."))
    answers_for_invoices = forms.BooleanField(label=_("We answer for the invoices of the products we manage."))
    is_exclusive_for_tenders = forms.BooleanField(
        label=_("For contracts won through the tender board we use the provider's products only.")
    )


class SendForm(forms.Form):
    """Step 4: the special conditions, in the version that was shown (rule 5)."""

    terms_version = forms.CharField(widget=forms.HiddenInput)
    accepts = forms.BooleanField(
        label=_("I have read the special conditions and accept them for my organisation."),
        error_messages={"required": _("Accept the special conditions, or leave the application as a draft.")},
    )


class DecisionForm(forms.Form):
    """Nothing to type: approving is the act."""


class ReasonForm(forms.Form):
    """Why an application is rejected, or a partner's status is changed."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The organisation reads it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )


class AffiliationForm(forms.Form):
    """Who becomes an affiliate, by the address of somebody who represents it."""

    email = forms.EmailField(
        max_length=MAIL_LENGTH,
        label=_("E-mail address of a legal representative"),
        help_text=_("It tells organisations of the same name apart."),
    )

    def clean(self) -> dict[str, Any]:
        """Find the one organisation that the address represents."""
        super().clean()
        email = self.cleaned_data.get("email")
        if email:
            found = list(represented_by(email=email))
            if len(found) != 1:
                self.add_error(
                    "email", _("This address represents no organisation here, or more than one. Give another.")
                )
            else:
                self.cleaned_data["organisation"] = found[0]
        return self.cleaned_data

"""Well-formed input about prepaid accounts: withdrawals, top-ups, corrections, what came in."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from partnerportal.accounts.choices import Currency
from partnerportal.accounts.forms import PasswordConfirmForm
from partnerportal.accounts.models import Organisation


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
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    field_order = ["amount", "reason", "password"]


class ClarifyForm(forms.Form):
    """What became of money that fitted nothing."""

    how = forms.CharField(
        label=_("What became of it"), max_length=200, help_text=_("Such as: sent back to the payer on 4 November.")
    )


class RejectionForm(forms.Form):
    """Why a withdrawal is not paid out."""

    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("Whoever asked gets it by mail."))

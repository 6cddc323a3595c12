"""Well-formed input about products and where they move."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partnerportal.web.forms import MAIL_LENGTH, needed


class DescribeForm(forms.Form):
    """A product's name and technical note, and what the person had on screen when they began."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As everybody who sees the product reads it."))
    technical_note = forms.CharField(
        label=_("Technical note"),
        help_text=_("For whoever manages the product. Keep passwords elsewhere: this goes with the product."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    seen = forms.JSONField(widget=forms.HiddenInput, required=False)
    kept_hidden = ("seen",)  # over a log-in, too

    def clean_technical_note(self) -> str:
        """Keep lines as they are kept here: browsers send them with a carriage return."""
        return self.cleaned_data["technical_note"].replace("\r\n", "\n")


class AutomaticForm(forms.Form):
    """Whether a product renews by itself."""

    is_on = forms.BooleanField(widget=forms.HiddenInput, required=False)


class CancelForm(forms.Form):
    """To which day a product is cancelled: the one that the page showed."""

    ends_on = forms.DateField(widget=forms.HiddenInput)


class TransferForm(forms.Form):
    """To whom a product goes: an organisation that one leads oneself, or whoever reads a mail address."""

    BY_MAIL = "mail"

    receiver = forms.ChoiceField(label=_("To whom?"), widget=forms.RadioSelect)
    email = forms.EmailField(
        max_length=MAIL_LENGTH,
        label=_("E-mail address"),
        help_text=_(
            "Of a legal representative or an administrator there. They say for which organisation they accept."
        ),
    )

    def __init__(self, *args: Any, own: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not own:
            del self.fields["receiver"]
            return
        receiver_field: Any = self.fields["receiver"]
        receiver_field.choices = [*own, (self.BY_MAIL, _("Somebody else, by mail"))]
        needed(self.fields["email"], _("for somebody else"))

    def clean(self) -> dict[str, Any]:
        """Without an organisation of one's own there is an address."""
        super().clean()
        cleaned = self.cleaned_data
        chosen = cleaned.get("receiver", self.BY_MAIL)
        if chosen == self.BY_MAIL and "receiver" in self.fields and not cleaned.get("email") and not self.errors:
            self.add_error("email", _("Tell the address, or choose one of your organisations."))
        cleaned["to_organisation_id"] = None if chosen == self.BY_MAIL else int(chosen)
        return cleaned


class RenewalsForm(forms.Form):
    """Which renewals the page showed: the button takes on these and no others."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_shown(self) -> list[int]:
        """Return the products' numbers; what is no list of them was not drawn by us, and is none."""
        parts = str(self.cleaned_data["shown"]).split(",")
        return [int(part) for part in parts if part.isascii() and part.isdigit()]

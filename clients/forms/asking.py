"""Well-formed input about finding each other, asking and refusing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clients.choices import Access, Payer
from partnerportal.catalogue.models import Family
from partnerportal.web.forms import MAIL_LENGTH, needed


class PartnerSearchForm(forms.Form):
    """Find a partner by name or mail (rule 8)."""

    q = forms.CharField(label=_("Name or e-mail address of the partner"), max_length=160, required=False)


class RequestForm(forms.Form):
    """A partner asks for access, by mail address or by a code that the client has shown."""

    code = needed(
        forms.CharField(
            label=_("Request code of the client"),
            max_length=20,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "K7QF-3M9X"}),
        ),
        _("or an e-mail address"),
    )
    email = needed(
        forms.EmailField(
            max_length=MAIL_LENGTH,
            label=_("E-mail address of the client's legal representative"),
            help_text=_("Without a code: the client gets your request by mail, also if it has no account yet."),
        ),
        _("or a code"),
    )
    access = forms.ChoiceField(
        label=_("Access you ask for"),
        help_text=_(
            "The client grants that, less, or something else. One partner at a time can have full access. Where "
            "another has it, the client can give limited access."
        ),
        choices=[
            (Access.LIMITED, _("Limited: the products that the client chooses; you order nothing")),
            (Access.FULL, _("Full: the whole account; you order and renew for the client")),
        ],
        widget=forms.RadioSelect,
    )
    payer = needed(
        forms.ChoiceField(
            label=_("Who pays what you order?"),
            choices=[(Payer.CLIENT, _("The client pays")), (Payer.PARTNER, _("You pay"))],
            widget=forms.RadioSelect,
        ),
        _("with full access"),
    )
    families = forms.ModelMultipleChoiceField(
        label=_("Kinds of products"),
        help_text=_("For limited access. None ticked: you leave it to the client."),
        queryset=Family.objects.order_by("position", "name"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    rights = forms.MultipleChoiceField(
        label=_("What you would do with them"),
        help_text=_("For limited access. Seeing them is part of it."),
        choices=[("technical", _("Manage them")), ("statistics", _("Read their statistics"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label=_("A line to the client"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _(
            "The client makes one under “Partners with access”. It is valid for %(minutes)s minutes, and once."
        ) % {"minutes": settings.PROGRAMME["code_minutes"]}

    def clean(self) -> dict[str, Any]:
        """A code or an address; full access names a payer (rule 18)."""
        super().clean()
        cleaned = self.cleaned_data
        if not {"code", "email"} & self.errors.keys() and bool(cleaned.get("code")) == bool(cleaned.get("email")):
            words = (
                _("Enter one of the two, not both.") if cleaned.get("code") else _("Enter a code or an e-mail address.")
            )
            self.add_error("email", words)
        if cleaned.get("access") == Access.FULL and not cleaned.get("payer"):
            self.add_error("payer", _("Choose who pays what you order."))
        return cleaned


class RefuseForm(forms.Form):
    """Why not, if one wants to say."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=300,
        help_text=_("The other side reads it in its mail."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ClaimForm(forms.Form):
    """For which of one's organisations a request is meant (Q16)."""

    organisation = forms.TypedChoiceField(label=_("For which organisation?"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation_field: Any = self.fields["organisation"]
        organisation_field.choices = choices

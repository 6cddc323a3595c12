"""Well-formed input about a listing, and what somebody looks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from directory.choices import Canton, Skill, Spoken
from partnerportal.catalogue.models import Family
from partnerportal.web.forms import MAIL_LENGTH, country_field, needed

DESCRIPTION = "description_"


class ListingForm(forms.Form):
    """What a partner says about itself (Q29)."""

    skills = forms.MultipleChoiceField(
        label=_("What you help with"), choices=Skill.choices, widget=forms.CheckboxSelectMultiple
    )
    families = forms.ModelMultipleChoiceField(
        label=_("Products you work with"), queryset=Family.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages you speak with clients"), choices=Spoken.choices, widget=forms.CheckboxSelectMultiple
    )
    place = forms.CharField(label=_("Place"), max_length=80)
    country = country_field(label=_("Country"))
    region = needed(
        forms.ChoiceField(label=_("Canton"), choices=[("", _("Outside Switzerland")), *Canton.choices]),
        _("in Switzerland"),
    )
    website = forms.URLField(label=_("Website"), assume_scheme="https")
    email = forms.EmailField(max_length=MAIL_LENGTH, label=_("E-mail address for clients"))
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        families_field: Any = self.fields["families"]
        families_field.queryset = Family.objects.order_by("position", "name", "pk")
        for code, _name in settings.LANGUAGES:
            text = forms.CharField(
                label=str(get_language_info(code)["name_local"]).capitalize(),
                max_length=1200,
                widget=forms.Textarea(attrs={"rows": 4, "lang": code}),
            )
            self.fields[f"{DESCRIPTION}{code}"] = needed(text, _("one language at least"))

    def sections(self) -> list[dict[str, Any]]:
        """Return the fields in their groups, for the page."""
        texts = [name for name in self.fields if name.startswith(DESCRIPTION)]
        groups = (
            (
                _("About you"),
                _("In one language or several; readers get theirs. The first sentence stands on the card in the list."),
                texts,
            ),
            (_("What you do"), "", ["skills", "families", "languages"]),
            (_("Where"), "", ["place", "country", "region"]),
            (_("How clients reach you"), "", ["website", "email", "phone"]),
        )
        return [
            {"title": title, "note": note, "fields": [self[name] for name in names]} for title, note, names in groups
        ]

    def clean(self) -> dict[str, Any]:
        """One text at least; a Swiss address has a canton, others have none."""
        super().clean()
        cleaned = self.cleaned_data
        codes = [code for code, _name in settings.LANGUAGES]
        cleaned["descriptions"] = {code: cleaned.get(f"{DESCRIPTION}{code}", "").strip() for code in codes}
        if not any(cleaned["descriptions"].values()) and not self.errors:
            self.add_error(f"{DESCRIPTION}{codes[0]}", _("Describe your company in at least one language."))
        if cleaned.get("country") == "CH" and not cleaned.get("region") and "region" not in self.errors:
            self.add_error("region", _("Choose the canton: people filter by it."))
        return cleaned


class ConfirmForm(forms.Form):
    """Nothing to type: the click is the act."""


class SearchForm(forms.Form):
    """What somebody looks for; what is unknown is dropped, an address can be old."""

    q = forms.CharField(
        required=False, max_length=80, widget=forms.TextInput(attrs={"type": "search"}), label=_("Search partners")
    )

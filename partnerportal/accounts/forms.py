"""Well-formed input about people, organisations and members."""

from __future__ import annotations

import zoneinfo
from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core import context, ratelimit
from django import forms
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError as StdnumError

from partnerportal.accounts.choices import OrganisationKind, Role
from partnerportal.accounts.models import Organisation, User
from partnerportal.kernel import countries
from partnerportal.web.forms import MAIL_LENGTH, country_field, needed
from partnerportal.web.languages import offered

PENDING_INVITATION_KEY = "pending_member_invitation"


class SignupDetailsForm(forms.Form):
    """What we ask beside mail and password. A lone sign-up creates an organisation; an invited person joins one."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    organisation_kind = forms.ChoiceField(
        label=_("You sign up as"), choices=OrganisationKind.choices, initial=OrganisationKind.COMPANY
    )
    organisation_name = needed(
        forms.CharField(
            label=_("Name of the company or association"),
            max_length=160,
            widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        ),
        _("unless you are an individual"),
    )
    country = country_field(label=_("Country"), initial="CH", help_text=_("It decides your currency."))

    field_order = ["email", "password1", "password2", "name", "organisation_kind", "organisation_name", "country"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if PENDING_INVITATION_KEY in context.request.session:
            for name in ("organisation_kind", "organisation_name", "country"):
                del self.fields[name]  # an organisation waits already

    def clean(self) -> dict[str, Any]:
        """Ask for a name where there must be one."""
        super().clean()
        cleaned = self.cleaned_data
        if "organisation_kind" not in self.fields:
            return cleaned
        kind, name = cleaned.get("organisation_kind"), cleaned.get("organisation_name", "").strip()
        if kind != OrganisationKind.INDIVIDUAL and not name:
            self.add_error("organisation_name", _("Tell the name, or choose to sign up as an individual."))
        return cleaned

    def signup(self, request: Any, user: User) -> None:
        """Called by allauth once the person is saved."""
        from partnerportal.accounts import services  # noqa: PLC0415 -- allauth loads this form before the apps

        user.name = self.cleaned_data["name"]
        user.language = translation.get_language() or "en"
        user.save(update_fields=["name", "language"])
        if PENDING_INVITATION_KEY in request.session:
            return
        services.create_organisation(
            owner=user,
            kind=self.cleaned_data["organisation_kind"],
            name=self.cleaned_data["organisation_name"].strip() or user.name,
            country=self.cleaned_data["country"],
            language=user.language,
            now=timezone.now(),
        )


class _InALanguage(forms.Form):
    """Offers the languages that exist; where there is one only, nothing is asked and what was chosen before stays."""

    language = forms.ChoiceField(label=_("Language"), choices=offered)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(offered()) < 2:
            del self.fields["language"]


class OrganisationForm(_InALanguage, forms.ModelForm):
    """Details of an organisation. The service writes them; this form only checks them."""

    kind = forms.ChoiceField(label=_("Type"), choices=OrganisationKind.choices)
    country = country_field(
        label=_("Country"),
        help_text=_("It decides the currency of future invoices: CHF in Switzerland and Liechtenstein, else EUR."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=lambda: [(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
    )

    class Meta:
        model = Organisation
        fields = ["kind", "name", "street", "postcode", "city", "country", "vat_number", "language", "time_zone"]
        help_texts = {
            "vat_number": _(
                "A company with a valid number of its EU country gets invoices without VAT (reverse charge)."
            ),
        }

    def clean(self) -> dict[str, Any]:
        """Check the shape of an EU VAT number, and that it belongs to the country of the address."""
        super().clean()
        cleaned = self.cleaned_data
        number, country = cleaned.get("vat_number", ""), str(cleaned.get("country", ""))
        if number and country in countries.EU:
            try:
                cleaned["vat_number"] = eu_vat.validate(number)
            except StdnumError:
                self.add_error("vat_number", _("This is not a VAT number. It starts with two letters, such as FR."))
            else:
                if not cleaned["vat_number"].startswith(countries.vat_prefix(country)):
                    self.add_error("vat_number", _("This VAT number belongs to another country than the address."))
        return cleaned


class ConfirmationResendForm(forms.Form):
    """Where the mail that confirms an address goes once more."""

    email = forms.EmailField(
        max_length=MAIL_LENGTH, label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class OrganisationCreateForm(forms.Form):
    """A further organisation for somebody who has signed up already."""

    kind = forms.ChoiceField(label=_("Type"), choices=OrganisationKind.choices, initial=OrganisationKind.COMPANY)
    name = forms.CharField(label=_("Name"), max_length=160)
    country = country_field(label=_("Country"), initial="CH", help_text=_("It decides the currency."))


class MemberInviteForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(max_length=MAIL_LENGTH, label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.COLLABORATOR)
    has_accounting = forms.BooleanField(
        label=_("May see invoices and the prepaid account"),
        help_text=_("Legal representatives and administrators always may."),
        required=False,
    )
    is_external = forms.BooleanField(
        label=_("Works for another company"),
        help_text=_(
            "An external member is a collaborator at most. Once their company is your partner, they reach you through "
            "it instead."
        ),
        required=False,
    )


class MemberChangeForm(forms.Form):
    """A member's role."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    has_accounting = MemberInviteForm.base_fields["has_accounting"]


class ConfirmForm(forms.Form):
    """Nothing to type: the button is the act."""


class ProfileForm(_InALanguage, forms.ModelForm):
    """The person's own name and language."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    class Meta:
        model = User
        fields = ["name", "language"]


class PasswordConfirmForm(forms.Form):
    """The acting person's password before an act that hurts (rule 47).

    Somebody without a password must have proved themselves with their passkey or code a moment ago.
    """

    password = needed(
        forms.CharField(
            label=_("Your password"),
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
    )

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        if not request.user.has_usable_password():
            del self.fields["password"]

    def clean(self) -> dict[str, Any]:
        """Check the password, a few times a minute at most."""
        super().clean()
        cleaned = self.cleaned_data
        user = self.request.user
        if "password" not in self.fields:
            if not did_recently_reauthenticate(self.request):
                raise forms.ValidationError(_("Confirm that it is you with your passkey or code first."))
            return cleaned
        if not ratelimit.consume(self.request, action="reauthenticate", user=user):
            self.add_error("password", _("Too many tries. Wait a minute, then try again."))
        elif not user.check_password(cleaned.get("password") or ""):
            self.add_error("password", _("This is not your password. Nothing was changed."))
        return cleaned

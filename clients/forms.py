"""Well-formed input about partners with access and clients."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from clients import selectors
from clients.choices import Access, Payer
from clients.models import Product, Relationship
from partnerportal.accounts.models import Membership, Organisation
from partnerportal.catalogue.models import Family
from partnerportal.kernel.days import midnight
from partnerportal.web.forms import CheckGrid, GridField, GridRow, Preset, TickList, needed
from partnerportal.web.writing import short_day


class PartnerSearchForm(forms.Form):
    """Find a partner by name or mail (rule 8)."""

    q = forms.CharField(label=_("Name or e-mail address of the partner"), max_length=160, required=False)


# Columns of the grid of rights; a tick in any of them implies the first (Q18).
RIGHT_COLUMNS = {"see": _("See"), "technical": _("Manage"), "statistics": _("Statistics")}
# Shortcuts, nothing else: what counts is what stands ticked when the form is sent.
PRESETS = (
    Preset("agency", _("Web agency: everything"), ("see", "technical", "statistics")),
    Preset("monitoring", _("Monitoring only"), ("see", "statistics")),
    Preset("none", _("None"), ()),
)
LAST_YEAR = 2099
_INCOMPLETE = _("This page has lost what it needs. Open it again.")
AS_ASKED = Preset("asked", _("As asked"), None)


# Whoever grants access reads what each choice means for the invoices.
WHO_PAYS = [
    (Payer.CLIENT, _("You pay, and get the invoices")),
    (Payer.PARTNER, _("The partner pays, gets the invoices, and bills you itself")),
]


class TermsForm(forms.Form):
    """What a client grants: all of the account, or chosen products."""

    access = forms.ChoiceField(
        label=_("Access"),
        choices=[
            (Access.LIMITED, _("Limited: only the products that you choose; the partner orders nothing")),
            (
                Access.FULL,
                _("Full: the whole account, also products that come later; the partner orders and renews for you"),
            ),
        ],
        widget=forms.RadioSelect,
        initial=Access.LIMITED,
    )
    payer = needed(
        forms.ChoiceField(
            label=_("Who pays what the partner orders?"),
            choices=WHO_PAYS,
            widget=forms.RadioSelect,
        ),
        _("with full access"),
    )
    products = needed(
        GridField(
            label=_("Products, and what the partner may do with each"),
            help_text=_(
                "“Manage” lets it change technical settings; “Statistics” lets it read figures. Seeing a product is "
                "part of both."
            ),
            widget=CheckGrid(RIGHT_COLUMNS, _("Product")),
            error_messages={
                "invalid_choice": _(
                    "A product that you chose is no longer there. Look at the list again and choose anew."
                )
            },
        ),
        _("with limited access"),
    )
    last_day = forms.DateField(
        label=_("Last day of access"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(
        self,
        *args: Any,
        client: Organisation,
        partner_id: int,
        replaced_partner_id: int | None = None,
        asked: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.client = client
        other = selectors.full_access_of(client_id=client.pk, except_partner_id=partner_id)
        if other is not None and other.partner_id != replaced_partner_id:
            self.fields["access"].help_text = _(
                "%(partner)s has full access now, and one partner at a time can have it: narrow or end that access "
                "before you give it to another."
            ) % {"partner": other.partner}
        self.fields["last_day"].help_text = _(
            "Both sides get a mail %(days)s days before. You can renew it with one click; nothing is renewed by itself."
        ) % {"days": ", ".join(map(str, settings.PROGRAMME["ending_notice_days"]))}
        grid: Any = self.fields["products"].widget
        grid.rows = product_rows(client.pk)
        grid.presets = (AS_ASKED, *PRESETS) if asked else PRESETS

    def clean_last_day(self) -> date | None:
        """Keep to days that a calendar has; that it lies ahead is a rule, and the service's."""
        last_day: date | None = self.cleaned_data["last_day"]
        if last_day is not None and last_day.year > LAST_YEAR:
            raise forms.ValidationError(_("Choose a day before the year %(year)s.") % {"year": LAST_YEAR + 1})
        return last_day

    def clean(self) -> dict[str, Any]:
        """What belongs to the other access is not an error, it is dropped: the form shows both parts without script."""
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("access") == Access.LIMITED:
            cleaned["payer"] = ""
        elif cleaned.get("access") == Access.FULL:
            cleaned["products"] = {}
        return cleaned

    @property
    def ends_at(self) -> datetime | None:
        """The first moment without access: the client's midnight after the last day."""
        last_day = self.cleaned_data.get("last_day")
        if last_day is None:
            return None
        return midnight(last_day + timedelta(days=1), ZoneInfo(self.client.time_zone))


def product_rows(client_id: int) -> list[GridRow]:
    """Return the client's products as rows of a grid, in groups by family: name, offer, until when each is paid."""
    owned = Product.objects.in_use().filter(organisation=client_id).select_related("offer__family")
    return [
        GridRow(
            product.pk,
            product.name,
            _now("%(offer)s, paid until %(day)s") % {"offer": product.offer.name, "day": short_day(product.renews_on)},
            product.offer.family.name,
        )
        for product in owned.order_by("offer__family__position", "offer__family__name", "name", "pk")
    ]


def grid_of(grants: Iterable[tuple[int, bool, bool]]) -> dict[str, list[int]]:
    """Return (product, has_technical, has_statistics) as what the grid of rights shows ticked."""
    rows = list(grants)
    return {
        "see": [pk for pk, _technical, _statistics in rows],
        "technical": [pk for pk, technical, _statistics in rows if technical],
        "statistics": [pk for pk, _technical, statistics in rows if statistics],
    }


def initial_terms(relationship: Relationship) -> dict[str, Any]:
    """Return what a relationship grants now, as the form shows it."""
    grants = relationship.opened_grants.order_by("product")
    return {
        "access": relationship.access,
        "payer": relationship.payer,
        "products": grid_of(grants.values_list("product", "has_technical", "has_statistics")),
        "last_day": relationship.last_day,
    }


class InviteForm(TermsForm):
    """Terms and a line to the partner."""

    note = forms.CharField(
        label=_("A line to the partner"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class ChangeAccessForm(TermsForm):
    """Terms, and what the person had on screen when they began (two windows must not overwrite each other)."""

    seen = forms.JSONField(widget=forms.HiddenInput, error_messages={"required": _INCOMPLETE, "invalid": _INCOMPLETE})
    kept_hidden = ("seen",)  # over a log-in, too

    def clean_seen(self) -> dict[str, Any]:
        """It is drawn by the page; whoever changes it by hand is told to open the page again."""
        seen = self.cleaned_data["seen"]
        rights = seen.get("rights") if isinstance(seen, dict) else None
        if not isinstance(rights, dict) or not {"access", "payer", "ends_at", "last_day"} <= seen.keys():
            raise forms.ValidationError(_INCOMPLETE)
        are_rights = all(key.isdecimal() and isinstance(letters, str) for key, letters in rights.items())
        if not are_rights or not isinstance(seen["ends_at"], str | None):
            raise forms.ValidationError(_INCOMPLETE)
        return seen


def as_json(seen: dict[str, Any]) -> str:
    """Return terms as the hidden field sends them."""
    return ChangeAccessForm.base_fields["seen"].prepare_value(seen)


class PayerForm(forms.Form):
    """Whose means pay what the partner orders."""

    payer = forms.ChoiceField(label=_("Who pays what the partner orders?"), choices=WHO_PAYS, widget=forms.RadioSelect)


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


class RightsForm(forms.Form):
    """What a partner lets somebody do for a client at most; seeing its products is implied (rule 21)."""

    has_technical = forms.BooleanField(label=_("Manage products"), required=False, initial=True)
    has_statistics = forms.BooleanField(label=_("See statistics"), required=False, initial=True)
    has_order = forms.BooleanField(label=_("Order and renew"), required=False)
    has_billing = forms.BooleanField(label=_("Manage billing"), required=False)

    @property
    def rights(self) -> dict[str, bool]:
        """What was ticked, as the services take it."""
        return {name: self.cleaned_data[name] for name in selectors.FLAGS}


def _person(membership: Membership) -> str:
    """Say who it is; also that a person who was in a team leads the organisation now."""
    named = f"{membership.user} ({membership.user.email})"
    return f"{named} · {membership.get_role_display()}" if membership.is_whole else named


class AssignForm(RightsForm):
    """A collaborator and what they may do for the client (rules 20, 21)."""

    membership = forms.ModelChoiceField(
        label=_("Collaborator"), queryset=Membership.objects.none(), empty_label=_("Choose a collaborator")
    )
    field_order = ["membership"]

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        membership_field: Any = self.fields["membership"]
        membership_field.queryset = members
        membership_field.label_from_instance = _person


class PeopleField(forms.ModelMultipleChoiceField):
    """Members to tick."""

    widget = TickList

    def label_from_instance(self, membership: Membership) -> str:
        """Say who it is."""
        return _person(membership)


PERSON_GONE = _("A person whom you ticked is not in your organisation any more. Look at the list again.")


class TeamMembersForm(forms.Form):
    """Who is in a team, and who was ticked when the page was drawn."""

    members = PeopleField(
        label=_("People"),
        queryset=Membership.objects.none(),
        required=False,
        error_messages={"invalid_choice": PERSON_GONE},
    )
    seen = forms.JSONField(widget=forms.HiddenInput, required=False)
    kept_hidden = ("seen",)  # over a log-in, too

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members_field: Any = self.fields["members"]
        members_field.queryset = people


class TeamForm(RightsForm):
    """A team's name, what it may do at most, and whether every client is in its care."""

    name = forms.CharField(label=_("Name of the team"), max_length=80)
    reaches_all = forms.BooleanField(
        label=_("Reaches every client"),
        required=False,
        help_text=_("Also those that come later. Without it you give the team its clients, many at once."),
    )
    field_order = ["name"]


class TeamCreateForm(TeamForm):
    """A new team with its first people."""

    members = PeopleField(
        label=_("People"),
        queryset=Membership.objects.none(),
        required=False,
        error_messages={"invalid_choice": PERSON_GONE},
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members_field: Any = self.fields["members"]
        members_field.queryset = people


class TeamChangeForm(TeamForm):
    """A team's terms, and what stood on screen (two windows must not overwrite each other)."""

    seen = forms.JSONField(widget=forms.HiddenInput, required=False)
    kept_hidden = ("seen",)  # over a log-in, too


class TickedClientsForm(forms.Form):
    """The clients that were ticked in a list."""

    clients = forms.TypedMultipleChoiceField(
        label=_("Clients"),
        coerce=int,
        error_messages={"required": _("Tick at least one client.")},
        widget=forms.MultipleHiddenInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clients_field: Any = self.fields["clients"]
        sent = self.data.getlist("clients") if hasattr(self.data, "getlist") else []
        # Numbers only; whether they are clients of one's own is the service's rule.
        clients_field.choices = [(one, one) for one in sent if one.isdecimal() and len(one) < 19]


class ClaimForm(forms.Form):
    """For which of one's organisations a request is meant (Q16)."""

    organisation = forms.TypedChoiceField(label=_("For which organisation?"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation_field: Any = self.fields["organisation"]
        organisation_field.choices = choices


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


class TransferForm(forms.Form):
    """To whom a product goes: an organisation that one leads oneself, or whoever reads a mail address."""

    BY_MAIL = "mail"

    receiver = forms.ChoiceField(label=_("To whom?"), widget=forms.RadioSelect)
    email = forms.EmailField(
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

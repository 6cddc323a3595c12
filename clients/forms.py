"""Well-formed input about partners with access and clients."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from clients import selectors
from clients.choices import Access, Payer
from clients.models import Product
from partnerportal.accounts.models import Membership
from partnerportal.web.forms import TickList, needed
from partnerportal.web.writing import short_day


class PartnerSearchForm(forms.Form):
    """Find a partner by name or mail (rule 8)."""

    q = forms.CharField(label=_("Name or e-mail address of the partner"), max_length=160, required=False)


class ByFamily(ModelChoiceIterator):
    """Products in groups, one for each family of offers; the queryset brings them in that order."""

    def __iter__(self) -> Iterator[Any]:
        """Yield (family, choices)."""
        for family, products in groupby(self.queryset, key=lambda product: product.offer.family.name):
            yield family, [self.choice(product) for product in products]


class ProductsField(forms.ModelMultipleChoiceField):
    """Products to tick: name, offer, until when each is paid."""

    iterator = ByFamily
    widget = TickList

    def label_from_instance(self, product: Product) -> str:
        """Say which product it is, and until when it is paid."""
        paid = _now("paid until %(day)s") % {"day": short_day(product.renews_on)}
        return f"{product.name} · {product.offer.name} · {paid}"


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
        ProductsField(
            label=_("Products"),
            queryset=Product.objects.none(),
            error_messages={
                "invalid_choice": _(
                    "A product that you chose is no longer there. Look at the list again and choose anew."
                )
            },
        ),
        _("with limited access"),
    )

    def __init__(self, *args: Any, client_id: int, partner_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        other = selectors.full_access_of(client_id=client_id, except_partner_id=partner_id)
        if other is not None:
            self.fields["access"].help_text = _(
                "%(partner)s has full access now, and one partner at a time can have it: narrow or end that access "
                "before you give it to another."
            ) % {"partner": other.partner}
        products_field: Any = self.fields["products"]
        owned = Product.objects.in_use().filter(organisation=client_id).select_related("offer__family")
        products_field.queryset = owned.order_by("offer__family__position", "offer__family__name", "name", "pk")

    def clean(self) -> dict[str, Any]:
        """What belongs to the other access is not an error, it is dropped: the form shows both parts without script."""
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("access") == Access.LIMITED:
            cleaned["payer"] = ""
        elif cleaned.get("access") == Access.FULL:
            cleaned["products"] = Product.objects.none()
        return cleaned


class InviteForm(TermsForm):
    """Terms and a line to the partner."""

    note = forms.CharField(
        label=_("A line to the partner"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class ChangeAccessForm(TermsForm):
    """Terms, and what the person had on screen when they began (two windows must not overwrite each other)."""

    seen = forms.JSONField(widget=forms.HiddenInput, required=False)
    kept_hidden = ("seen",)  # over a log-in, too


class PayerForm(forms.Form):
    """Whose means pay what the partner orders."""

    payer = forms.ChoiceField(label=_("Who pays what the partner orders?"), choices=WHO_PAYS, widget=forms.RadioSelect)


class RequestForm(forms.Form):
    """A partner asks for access."""

    email = forms.EmailField(
        label=_("E-mail address of the client's legal representative"),
        help_text=_("The client reads what you ask for and grants that, less, or something else."),
    )
    access = forms.ChoiceField(
        label=_("Access you ask for"),
        help_text=_(
            "One partner at a time can have full access. Where another has it, the client can give limited access."
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
    note = forms.CharField(
        label=_("A line to the client"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        """Full access names a payer (rule 18)."""
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("access") == Access.FULL and not cleaned.get("payer"):
            self.add_error("payer", _("Choose who pays what you order."))
        if cleaned.get("access") == Access.LIMITED:
            cleaned["payer"] = None
        return cleaned


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

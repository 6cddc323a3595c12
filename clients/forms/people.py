"""Well-formed input about who of a partner reaches which client: assignments and teams."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients import selectors
from partnerportal.accounts.models import Membership
from partnerportal.web.forms import TickList


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


_INCOMPLETE = _("This page has lost what it needs. Open it again.")
PERSON_GONE = _("A person whom you ticked is not in your organisation any more. Look at the list again.")


class TeamMembersForm(forms.Form):
    """Who is in a team, and who was ticked when the page was drawn."""

    members = PeopleField(
        label=_("People"),
        queryset=Membership.objects.none(),
        required=False,
        error_messages={"invalid_choice": PERSON_GONE},
    )
    seen = forms.JSONField(widget=forms.HiddenInput, required=False, error_messages={"invalid": _INCOMPLETE})
    kept_hidden = ("seen",)  # over a log-in, too

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members_field: Any = self.fields["members"]
        members_field.queryset = people

    def clean_seen(self) -> list[int] | None:
        """Numbers of people; None where the page said nothing."""
        seen = self.cleaned_data["seen"]
        if seen is None or seen == "":
            return None
        if not isinstance(seen, list) or any(type(one) is not int for one in seen):
            raise forms.ValidationError(_INCOMPLETE)
        return seen


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

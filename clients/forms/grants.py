"""Well-formed input about what a client grants, and who pays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clients import selectors
from clients.choices import Access, Payer
from clients.models import Product, Relationship
from partnerportal.accounts.models import Organisation
from partnerportal.kernel.days import midnight
from partnerportal.web.forms import CheckGrid, GridField, GridRow, Preset, needed
from partnerportal.web.writing import short_day

# Columns of the grid of rights; a tick in any of them implies the first (Q18).
RIGHT_COLUMNS = {"see": _("See"), "technical": _("Manage"), "statistics": _("Statistics")}
# Shortcuts, nothing else: what counts is what stands ticked when the form is sent.
PRESETS = (
    Preset("agency", _("Web agency: everything"), ("see", "technical", "statistics")),
    Preset("monitoring", _("Monitoring only"), ("see", "statistics")),
    Preset("none", _("None"), ()),
)
LAST_YEAR = 2099
LONGEST_ID = 20  # digits; the database has shorter ones
_INCOMPLETE = _("This page has lost what it needs. Open it again.")
AS_ASKED = Preset("asked", _("As asked"), None)


# Whoever grants access reads what each choice means for the invoices.
WHO_PAYS = [
    (Payer.CLIENT, _("You pay, and get the invoices")),
    (Payer.PARTNER, _("The partner pays, gets the invoices, and bills you itself")),
]


def _notices() -> str:
    """Return "30 days, 7 days and 1 day"."""
    days = [ngettext("%(count)s day", "%(count)s days", one) % {"count": one} for one in _notice_days()]
    if len(days) < 2:
        return "".join(days)
    return _now("%(days)s and %(last)s") % {"days": ", ".join(days[:-1]), "last": days[-1]}


def _notice_days() -> list[int]:
    return sorted(settings.PROGRAMME["ending_notice_days"], reverse=True)


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
            "Both sides get a mail %(days)s before. You can renew it with one click; nothing is renewed by itself."
        ) % {"days": _notices()}
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
        are_rights = all(
            key.isdecimal() and len(key) < LONGEST_ID and isinstance(letters, str) for key, letters in rights.items()
        )
        if not are_rights or not isinstance(seen["ends_at"], str | None):
            raise forms.ValidationError(_INCOMPLETE)
        return seen


def as_json(seen: dict[str, Any]) -> str:
    """Return terms as the hidden field sends them."""
    return ChangeAccessForm.base_fields["seen"].prepare_value(seen)


class PayerForm(forms.Form):
    """Whose means pay what the partner orders."""

    payer = forms.ChoiceField(label=_("Who pays what the partner orders?"), choices=WHO_PAYS, widget=forms.RadioSelect)

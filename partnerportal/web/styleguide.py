"""The living style page: every component with its empty, loading, error, very long and very many states.

Only with DEBUG or DEMO. The names on it are invented.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import ngettext_lazy
from django_tables2 import Column, RequestConfig

from partnerportal.kernel.money import Money
from partnerportal.web import specimens, tables


class SpecimenForm(forms.Form):
    """One of each field."""

    company = forms.CharField(label="Company name", help_text="As it stands in the commercial register.")
    register = forms.CharField(label="Register number", help_text="For Switzerland the UID, such as CHE-123.456.788.")
    country = forms.ChoiceField(label="Country", choices=[("CH", "Switzerland"), ("FR", "France"), ("DE", "Germany")])
    founded = forms.DateField(
        label="Founded on", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    websites = forms.IntegerField(label="Websites under management", min_value=0)
    about = forms.CharField(label="What you do", widget=forms.Textarea, required=False)
    payer = forms.ChoiceField(
        label="Who pays what the partner orders",
        widget=forms.RadioSelect,
        choices=[("CLIENT", "We pay"), ("PARTNER", "The partner pays")],
        help_text="You can change it later.",
    )
    languages = forms.MultipleChoiceField(
        label="Languages",
        widget=forms.CheckboxSelectMultiple,
        choices=[("de", "German"), ("fr", "French"), ("it", "Italian")],
        required=False,
    )
    proof = forms.FileField(label="Extract from the register", required=False, help_text="PDF, at most 5 MB.")
    terms = forms.BooleanField(
        label="We accept the programme's terms of 1 January 2026", help_text="You get them by mail, too."
    )


class SpecimenFilter(forms.Form):
    """What a list's filter looks like."""

    q = forms.CharField(label="Search clients", required=False, help_text="Name, place or product")
    access = forms.ChoiceField(label="Access", required=False, choices=[("", "Any access"), ("FULL", "Full")])
    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any state"), ("ACTIVE", "Active")])
    ending = forms.BooleanField(label="Ends soon", required=False)


class SpecimenTable(tables.PortalTable):
    """A list of clients."""

    noun = ngettext_lazy("%(count)s client", "%(count)s clients", "count")
    caption = "Clients"
    empty_title = "No client yet"
    empty_hint = "Ask a client for access, or let it invite you by your company's name."
    empty_action = ("Add a client", "#")

    phone: ClassVar[Mapping[str, tables.Place]] = {
        "client": tables.Place.MAIN,
        "earned": tables.Place.ASIDE,
        "state": tables.Place.STATE,
        "access": tables.Place.NOTE,
        "since": tables.Place.NAMED,
        "products": tables.Place.NAMED,
    }
    client = tables.LinkColumn(url=lambda _row: "#", sub=lambda row: row["place"])
    access = Column()
    state = tables.StateColumn(words=lambda row: row["words"])
    since = tables.DateColumn()
    products = tables.NumberColumn()
    earned = tables.MoneyColumn(verbose_name="Earned, CHF")


def _rows(today: datetime.date) -> list[dict[str, Any]]:
    plain = [
        ("Bäckerei Moser", "Bern", "Limited, 3 products", "ACTIVE", "Active", 4, "18.40"),
        ("Clinique du Lac", "Lausanne, ends 30 Nov", "Full", "EXPIRING", "Ends in 7 days", 31, "208.32"),
        ("Garage Rossi SA", "Lugano", "Full", "ACTIVE", "Active", 12, "52.08"),
        ("Weingut am Hang", "Schaffhausen", "Asked for: full", "PENDING", "Waiting since Friday", None, None),
        (specimens.LONG, "Montreux", "Limited, 1 product", "ENDED", "Ended on 1 March", 1204, "12040.05"),
        ("Fondation Horizon", "Neuchâtel", "Full", "PAYMENT_PROBLEM", "Payment problem", 19, "-3.97"),
    ]
    rows = []
    for number in range(143):
        name, place, access, state, words, products, earned = plain[number % len(plain)]
        rows.append(
            {
                "client": name if number < len(plain) else f"{name} {number}",
                "place": place,
                "access": access,
                "state": state,
                "words": words,
                "since": today - datetime.timedelta(days=17 * number),
                "products": products,
                "earned": Money(Decimal(earned), "CHF") if earned else None,
            }
        )
    return rows


@login_not_required
def styleguide(request: Any) -> HttpResponse:
    """Show every component, or 404 outside of development and demo."""
    if not (settings.DEBUG or getattr(settings, "DEMO", False)):
        raise Http404
    today = timezone.localdate()
    rows = _rows(today)
    table, empty = SpecimenTable(rows), SpecimenTable([], prefix="empty-")
    RequestConfig(request, paginate={"per_page": 6}).configure(table)
    RequestConfig(request, paginate=False).configure(empty)
    narrow = SpecimenTable(rows[:6], prefix="narrow-")
    narrow.caption = "Clients, where there is no room for columns"
    RequestConfig(request, paginate=False).configure(narrow)
    bad = SpecimenForm(
        {"company": specimens.LONG, "register": "CHE-1", "websites": "-3", "about": "Nothing typed is lost."}
    )
    bad.add_error("register", "This number has the wrong check digit. Look at the extract again.")
    bad.add_error(None, "A partner with this register number exists already. Ask it to invite you.")
    context = {
        "refusal": {
            "rule": "Spending never takes a prepaid account below zero (rule 43).",
            "ways": [
                {"text": "Order it by invoice", "name": "confirm", "value": "invoice", "form": "none"},
                {"text": "Top up by CHF 72.90", "href": "#"},
                {"text": "Back to your own space", "post": "#", "next": "#"},
            ],
        },
        **specimens.pictures(),
        **specimens.texts(timezone.now()),
        "table": table,
        "empty_table": empty,
        "narrow_table": narrow,
        "form": SpecimenForm(prefix="fresh"),
        "bad_form": bad,
        "filter_form": SpecimenFilter(),
        "page": Paginator(range(12_345), 25).page(247),
        "noun": SpecimenTable.noun,
        "long": specimens.LONG,
        "money": {
            "plain": Money(Decimal("1234.5"), "CHF"),
            "euro": Money(Decimal("1234.5"), "EUR"),
            "minus": Money(Decimal("-69.44"), "CHF"),
            "huge": Money(Decimal("1234567.891"), "CHF"),
        },
        "rate": Decimal("0.081"),
        "today": today,
        "now": timezone.now(),
        "schemes": ["light", "dark"],
        "navigation": {
            "space": "partner",
            "user": "Ana Keller",
            "help_url": "#",
            "sections": [
                {"label": "Page", "links": [{"label": "Style page", "url": request.path, "is_current": True}]},
                {
                    "label": "Components",
                    "links": [
                        {"label": label, "url": f"#{anchor}"}
                        for label, anchor in [
                            ("Colour and type", "foundations"),
                            ("Buttons and states", "buttons"),
                            ("Figures and facts", "figures"),
                            ("Pictures", "pictures"),
                            ("Lists", "lists"),
                            ("Forms", "forms"),
                            ("Choices", "choices"),
                            ("Acts", "acts"),
                            ("Notices", "notices"),
                            ("Progress", "progress-of-work"),
                            ("Cards and waiting", "cards"),
                            ("Codes", "codes"),
                        ]
                    ],
                },
            ],
            "switcher": {
                "current": "Studio Lumen",
                "role": "Legal representative",
                "url": "#",
                "choices": [
                    {"label": "Studio Lumen", "note": "Partner, legal representative", "value": 1, "is_current": True},
                    {"label": specimens.LONG, "note": "Client, collaborator", "value": 2},
                ],
            },
        },
    }
    return render(request, "styleguide/styleguide.html", context)


urlpatterns: list[URLPattern] = [path("_styleguide/", styleguide, name="styleguide")]

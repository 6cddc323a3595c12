"""What the style page shows: invented names, real proportions, and the states that hurt."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from partnerportal.kernel.money import Money
from partnerportal.web import charts, writing

LONG = "Société coopérative immobilière des Rives-du-Léman-et-Environs en liquidation concordataire"
EARNED = "212.40 238.10 236.90 264.30 251.00 302.20 318.40 296.00 341.60 355.10 382.40 316.20"
VISITS = "7848 9188 10137 8891 8418 10135 10553 9298 9507 11181 11229 3518"


def _months(amounts: str, *, pending: str = "0") -> list[charts.Month]:
    values = [Decimal(text) for text in amounts.split()]
    first = datetime.date(2025, 12, 1)
    months = []
    for place, value in enumerate(values):
        number = first.month - 1 + place
        day = datetime.date(first.year + number // 12, number % 12 + 1, 1)
        is_now = place == len(values) - 1
        months.append(charts.Month(day, value, Decimal(pending) if is_now else Decimal(0), is_now=is_now))
    return months


def _weeks(figures: str) -> list[charts.Count]:
    values = [Decimal(text) for text in figures.split()]
    first = datetime.date(2026, 9, 7)
    weeks = []
    for place, value in enumerate(values):
        monday = writing.day_of_month(first + datetime.timedelta(weeks=place))
        weeks.append(charts.Count(monday, f"Week from {monday}", value, is_now=place == len(values) - 1))
    return weeks


def pictures() -> dict[str, Any]:
    """Charts, full, empty, negative and very large."""
    threshold = Money(Decimal(2000), "CHF")
    below = charts.meter(
        value=Money(Decimal(1240), "CHF"), threshold=threshold, projection=Money(Decimal(2180), "CHF"), label="2’000"
    )
    reached = charts.meter(value=Money(Decimal(2860), "CHF"), threshold=threshold)
    degressive = [
        charts.RateStep(quantity, Decimal(rate))
        for quantity, rate in [(1, "0"), (5, "0.05"), (10, "0.10"), (20, "0.20"), (30, "0.25"), (50, "0.30")]
    ]
    return {
        "earnings": charts.bars(_months(EARNED, pending="96.40"), title="Earnings by month", currency="CHF"),
        "earnings_reversed": charts.bars(_months("40 0 25 -30.50 12"), title="Earnings by month", currency="EUR"),
        "earnings_none": charts.bars(_months(" ".join("0" * 12)), title="Earnings by month", currency="CHF"),
        "earnings_large": charts.bars(_months("812040 901222.05 1204110"), title="Earnings by month", currency="CHF"),
        "visits": charts.counts(_weeks(VISITS), title="Visits by week"),
        "meter_below": below,
        "meter_reached": reached,
        "meter_none": charts.meter(value=Money(Decimal(0), "CHF"), threshold=threshold, label="2’000"),
        "chain": charts.chain(
            [
                charts.PriceStep(
                    "Public price",
                    Decimal("347.20"),
                    "35 web hostings for one month at 9.92. Price list of 1 January 2026.",
                ),
                charts.PriceStep(
                    "Partner rate 20 %", Decimal("277.76"), "Your rate for web hosting since 14 March 2024."
                ),
                charts.PriceStep(
                    "Degressive rate 25 %",
                    Decimal("208.32"),
                    "35 web hostings on 23 November 2026: the step from 30 to 49.",
                    is_sum=True,
                ),
            ],
            currency="CHF",
        ),
        "reach": reach(),
        "curve": charts.steps(degressive, title="Degressive rate by quantity", quantity=35),
    }


def reach() -> list[dict[str, Any]]:
    """Return a chain from a person to a product, with a right cut at each of two links."""
    names = ("see", "manage", "see statistics", "order and renew", "manage billing")

    def link(kind: str, what: str, why: str, states: str, cuts: str = "", **more: Any) -> dict[str, Any]:
        words = {"through": "let through", "cut": "cut here", "gone": "gone before"}
        cells = [
            {"right": right, "state": state, "words": words[state]}
            for right, state in zip(names, states.split(), strict=True)
        ]
        return {"kind": kind, "what": what, "why": why, "cuts": cuts, "cells": cells, **more}

    two, one = "through through cut through gone", "through through gone through gone"
    every = "through through through through"
    return [
        link(
            "Membership", f"{LONG}, Collaborator of Studio Lumen AG", "Let in where a team says so.", f"{every} through"
        ),
        link("Team", "Team Web", "At most: all but billing.", f"{every} cut", "manage billing"),
        link("Right on the product", "moser.ch", "The client has granted: manage.", two, "see statistics"),
        link("What remains", "See, manage, order and renew", "", one, is_result=True),
    ]


def texts(now: datetime.datetime) -> dict[str, Any]:
    """Everything that is made of words."""
    hour = datetime.timedelta(hours=1)
    return {
        "acting": {
            "client": "Clinique du Lac",
            "person": "Ana Keller",
            "partner": "Studio Lumen",
            "summary": "full access, you pay",
            "relationship_url": "#",
            "leave_url": "#",
        },
        "figures": [
            {
                "label": "Earned in November",
                "value": Money(Decimal("412.60"), "CHF"),
                "change": "+30.20",
                "note": "on October",
            },
            {
                "label": "Volume, last 12 months",
                "value": "2’860",
                "currency": "CHF",
                "note": "Threshold 2’000 reached.",
            },
            {"label": "Prepaid account", "value": Money(Decimal("1284.15"), "CHF"), "url": "#", "url_text": "Withdraw"},
        ],
        "facts": [
            {"label": "Ordered by", "value": "Ana Keller, Studio Lumen"},
            {"label": "Relationship", "value": "Full access", "url": "#", "note": "since 2 May 2025"},
            {"label": "Ordered at", "value": now},
            {"label": "Accounting right", "value": True},
            {"label": "Second factor", "value": ""},
        ],
        "amounts": [
            {"label": "Net", "value": Money(Decimal("208.32"), "CHF")},
            {"label": "VAT 8.1 %", "value": Money(Decimal("16.87"), "CHF")},
            {"label": "Total", "value": Money(Decimal("225.19"), "CHF"), "is_sum": True},
        ],
        "tabs": [
            {"label": "Prices", "url": "#", "is_current": True},
            {"label": "Partner rates", "url": "#", "is_current": False},
            {"label": "Degressive steps", "url": "#", "is_current": False},
        ],
        "todo": [
            {
                "what": "Bäckerei Moser wants to give you access",
                "url": "#",
                "when": "2 h",
                "why": "Limited, 3 products.",
            },
            {
                "what": "Access to Clinique du Lac ends in 7 days",
                "url": "#",
                "when": "30 Nov",
                "why": "Only the client can renew it.",
                "actions": [{"text": "Remind them", "url": "#"}],
            },
            {"what": f"{LONG} asks a question", "when": "today"},
        ],
        "timeline": [
            {
                "at": now,
                "what": "Invoice 2026-00418 paid",
                "who": "Ana Keller, Studio Lumen, for Clinique du Lac",
                "tone": "good",
                "url": "#",
            },
            {"at": now - hour, "what": "Access changed", "who": "Lena Moser", "note": "Order and renew added"},
            {"at": now - 26 * hour, "what": "Payment refused", "who": "Bank", "tone": "bad"},
        ],
        "steps": [
            {"label": "Company", "state": "done", "url": "#"},
            {"label": "Website", "state": "current"},
            {"label": "Declarations", "state": "next"},
            {"label": "Terms", "state": "next"},
        ],
        "cards": [
            {
                "title": "Studio Lumen",
                "initials": "SL",
                "text": "Websites and shops for small firms, looked after for years.",
                "tags": ["Zürich", "Web, Shop", "German, English"],
            },
            {
                "title": "Atelier Nord",
                "initials": "AN",
                "text": "WordPress et accessibilité pour associations et écoles.",
                "tags": ["Genève", "French"],
            },
            {"title": LONG, "initials": "SC", "text": "", "tags": ["Montreux"]},
        ],
        "choices": [
            {
                "value": "1",
                "label": "moser-brot.ch",
                "note": "Web hosting, renews on 3 March 2027",
                "end": "CHF 119.04 a year",
                "is_chosen": True,
            },
            {"value": "2", "label": "post.moser-brot.ch", "note": "Mail hosting, 12 boxes", "end": "CHF 216.00 a year"},
            {
                "value": "3",
                "label": "shop.moser-brot.ch",
                "note": "Looked after by Atelier Nord",
                "end": "not possible",
                "is_disabled": True,
            },
        ],
        "grid_columns": [{"label": "See"}, {"label": "Manage"}, {"label": "Order"}],
        "grid_rows": [
            {
                "label": "moser-brot.ch",
                "note": "Web hosting",
                "cells": [
                    {"name": "see", "value": 1, "is_chosen": True, "label": "See moser-brot.ch"},
                    {"name": "manage", "value": 1, "label": "Manage moser-brot.ch"},
                    {
                        "name": "order",
                        "value": 1,
                        "is_disabled": True,
                        "reason": "only with full access",
                        "label": "Order",
                    },
                ],
            },
            {
                "label": "post.moser-brot.ch",
                "note": "Mail hosting",
                "cells": [
                    {"name": "see", "value": 2, "is_chosen": True, "label": "See post.moser-brot.ch"},
                    {"name": "manage", "value": 2, "is_chosen": True, "label": "Manage post.moser-brot.ch"},
                    {},
                ],
            },
        ],
        "diff": [
            {"what": "See moser-brot.ch"},
            {"what": "Order and renew", "change": "added", "note": "the partner pays"},
            {"what": "Manage billing", "change": "removed"},
        ],
        "consequences": [
            "Studio Lumen loses access to 31 products at once.",
            "Two running exports stop and leave no file.",
            "The products stay yours. So does every invoice.",
        ],
        "jobs": [
            {"label": "Export of 1’240 invoice lines", "percent": 62, "note": "769 of 1’240 lines", "is_running": True},
            {"label": "Export of 1’240 invoice lines", "percent": None, "is_running": True},
            {"label": "Export done", "percent": 100, "result_url": "#", "result_text": "Download the CSV file"},
            {
                "label": "Export failed",
                "percent": 31,
                "is_failed": True,
                "error": "Access was taken back while the file was written. No file was made.",
            },
        ],
        "facets": [
            {
                "legend": "Help with",
                "name": "help",
                "choices": [
                    {"value": "web", "label": "Websites", "count": 84, "is_chosen": True},
                    {"value": "shop", "label": "Shops", "count": 31},
                    {"value": "mail", "label": "Mail", "count": 1052},
                ],
            },
            {"legend": "Speaks", "name": "language", "choices": [{"value": "de", "label": "German", "count": 96}]},
        ],
        "problem_lines": ["Choose one product."],
        "recovery": ["8fk2 lm4p", "q9xw 71ce", "0aav r5t8", "mm2c 6hdn", "zz19 u3ke", "p0lo 4swf"],
    }

"""How a language writes amounts, rates and times. Pages, mails and documents all come here.

Swiss francs are written the Swiss way in every language; other currencies as the language has them. A Swiss provider's
English has no way of its own: its euros stand like its francs, EUR 1’234.50, in one column and in one sentence. Dates
are British in English. Only the language in force is asked, never a person: whoever writes a mail activates its
reader's language.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from django.conf import settings
from django.utils import dateformat, timezone
from django.utils.translation import get_language

from partnerportal.kernel.money import Money, round_cents

NO_BREAK = "\u00a0"
NARROW = "\u202f"
MINUS = "\u2212"
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}


@dataclass(frozen=True, slots=True)
class Writing:
    """Separators of figures, and where the currency stands."""

    group: str
    point: str
    symbol_first: bool
    group_from: int = 4  # Spanish leaves four digits together


SWISS = Writing("’", ".", symbol_first=True)
WRITINGS = {
    "en": Writing(",", ".", symbol_first=True),
    "fr": Writing(NARROW, ",", symbol_first=False),
    "de": Writing(".", ",", symbol_first=False),
    "it": Writing(".", ",", symbol_first=False),
    "es": Writing(".", ",", symbol_first=False, group_from=5),
}
DAY = {"en": "j F Y", "fr": "j F Y", "de": "j. F Y", "it": "j F Y", "es": r"j \d\e F \d\e Y"}
SHORT_DAY = {"en": "j M Y", "fr": "j M Y", "de": "j. M Y", "it": "j M Y", "es": "j M Y"}


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE)[:2]


def writing(currency: str | None = None) -> Writing:
    """Return how figures are written now; without a currency, as the provider's country has it."""
    language = _language()
    if currency == "CHF":
        return SWISS
    if settings.PROVIDER["country"] == "CH" and (language == "en" or (currency is None and language in {"de", "it"})):
        return SWISS
    return WRITINGS.get(language, WRITINGS["en"])


def _digits(number: Decimal, style: Writing) -> str:
    text = f"{abs(number):f}"
    whole, _, rest = text.partition(".")
    if len(whole) >= style.group_from:
        parts: list[str] = []
        while len(whole) > 3:
            parts.insert(0, whole[-3:])
            whole = whole[:-3]
        whole = style.group.join([whole, *parts])
    return whole + (style.point + rest if rest else "")


def number(value: Decimal | int, *, currency: str | None = None) -> str:
    """Write a count or a quantity, every digit it has: 10’000."""
    exact = Decimal(value)
    return (MINUS if exact < 0 else "") + _digits(exact, writing(currency))


def amount(value: Money | Decimal | int, *, currency: str | None = None, signed: bool = False) -> str:
    """Write an amount with two places and without its currency: 1’234.50; ``signed`` puts a + before gains."""
    if isinstance(value, Money):
        currency = value.currency
        value = value.amount
    cents = round_cents(Decimal(value))
    sign = MINUS if cents < 0 else "+" if signed and cents > 0 else ""
    return sign + _digits(cents, writing(currency))


def whole(value: Money | Decimal | int, *, currency: str | None = None) -> str:
    """Write an amount in whole units, for axes and thresholds: 2’000."""
    if isinstance(value, Money):
        currency = value.currency
        value = value.amount
    return number(round_cents(Decimal(value)).to_integral_value(), currency=currency)


def money(value: Money, *, signed: bool = False) -> str:
    """Write an amount with its currency: CHF 1’234.50, EUR 1’234.50, 1 234,50 €."""
    style = writing(value.currency)
    figures = amount(value, signed=signed)
    symbol = value.currency if style is SWISS else SYMBOLS.get(value.currency, value.currency)
    if not style.symbol_first:
        return f"{figures}{NO_BREAK}{symbol}"
    if len(symbol) == 1:
        sign = figures[0] if figures[0] in {MINUS, "+"} else ""
        return f"{sign}{symbol}{figures.removeprefix(sign)}"
    return f"{symbol}{NO_BREAK}{figures}"


def percent(rate: Decimal | int) -> str:
    """Write a rate, stored as a fraction, as per cent: 0.081 is 8.1 %."""
    exact = (Decimal(str(rate)) * 100).normalize()
    if exact == exact.to_integral_value():
        exact = exact.quantize(Decimal(1))
    return f"{number(exact)}{NO_BREAK}%"


def share(part: Decimal) -> str:
    """Write how much of a whole is reached, a fraction, with one place and never rounded up: 0.9996 is 99.9 %."""
    return percent(part.quantize(Decimal("0.001"), rounding=ROUND_FLOOR))


def _local(value: datetime.date | datetime.datetime) -> datetime.date | datetime.datetime:
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def day(value: datetime.date | datetime.datetime) -> str:
    """Write a day in full: 23 November 2026."""
    return dateformat.format(_local(value), DAY.get(_language(), DAY["en"]))


def short_day(value: datetime.date | datetime.datetime) -> str:
    """Write a day for a column: 23 Nov 2026."""
    return dateformat.format(_local(value), SHORT_DAY.get(_language(), SHORT_DAY["en"]))


def moment(value: datetime.datetime) -> str:
    """Write a day and a time: 23 Nov 2026, 14:05."""
    return f"{short_day(value)}, {dateformat.format(_local(value), 'H:i')}"


def month(value: datetime.date) -> str:
    """Write a month in full: November 2026."""
    return dateformat.format(value, "F Y")


def short_month(value: datetime.date) -> str:
    """Write a month for an axis: Nov."""
    return dateformat.format(value, "M").rstrip(".")


def day_of_month(value: datetime.date) -> str:
    """Write a day for an axis, without its year: 23 Nov."""
    return dateformat.format(value, "j M").rstrip(".")

"""Quotes from given facts, without an organisation: the quote command and the public calculator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django_countries import countries

from billing.exceptions import NoPrice
from billing.models import VatRate
from billing.pricing import Case, Line, Outcome, StepAhead, is_taxed, price_line, step_ahead, vat, vat_treatment
from billing.selectors.decisions import row_in_words
from billing.selectors.rates import RateBook
from partnerportal.accounts.choices import Currency
from partnerportal.catalogue.models import MAX_PERIODS, Offer

MAX_QUANTITY = 1_000_000_000  # of one line: more is a slip, and beyond what amounts are exact for
COUNTRY_OF = {Currency.CHF: "CH", Currency.EUR: "FR"}
NAMES = frozenset(
    "offer quantity periods currency access payer ordered_by managed partner_count client_count country".split()
)
AMOUNTS = "public_net after_partner_rate preferential_net charged_net rebate cashback vat total".split()


class BadQuestion(ValueError):
    """The question is not well formed; the message is a sentence that says how it should be."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a quote is asked for. The counts are what the degressive step is read from, taken as given."""

    offer: str
    quantity: int
    currency: str
    access: str
    ordered_by: str
    payer: str | None = None
    managed: bool = True
    partner_count: int | None = None
    client_count: int | None = None
    country: str | None = None
    periods: int = 1  # months or years that are paid at once

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Question:
        """Check ``given`` and return the question. Raises :class:`BadQuestion`."""
        unknown = sorted(set(given) - NAMES)
        if unknown:
            raise BadQuestion(f"Unknown: {', '.join(unknown)}.")
        for name in ("offer", "quantity", "currency", "access", "ordered_by"):
            if given.get(name) is None:
                raise BadQuestion(f"{name} is missing.")
        values = {name: value for name, value in given.items() if value is not None}
        _text(values, "offer")
        _number(values, "quantity", least=1, most=MAX_QUANTITY)
        _number(values, "periods", least=1, most=MAX_PERIODS)
        _number(values, "partner_count", least=0)
        _number(values, "client_count", least=0)
        _one_of(values, "currency", tuple(Currency.values))
        _one_of(values, "access", ("full", "limited", "none"))
        _one_of(values, "ordered_by", ("client", "partner"))
        _one_of(values, "payer", ("client", "partner"))
        if values["access"] == "full" and "payer" not in values:
            raise BadQuestion("payer is required with access full: client or partner.")
        if values["access"] != "full" and "payer" in values:
            raise BadQuestion("payer goes with access full only.")
        if "managed" in values and values["access"] != "limited":
            raise BadQuestion("managed goes with access limited only.")
        if not isinstance(values.get("managed", True), bool):
            raise BadQuestion("managed is true or false.")
        if "country" in values:
            _text(values, "country")
            if values["country"] not in countries.countries:
                raise BadQuestion("country is a code of ISO 3166 in two capital letters, such as CH.")
        return cls(**values)


class Quoter:
    """Answers many questions from the prices and rates of one day: five queries in all."""

    def __init__(self, day: date) -> None:
        self._book = RateBook(day)
        self._offers = {offer.code: offer for offer in Offer.objects.filter(is_sold=True)}
        self._vat = {str(rate.country): rate.rate for rate in VatRate.objects.valid_on(day)}

    def line(self, question: Question) -> Line:
        """Price the question. Raises :class:`BadQuestion` for an offer or a price that is not there."""
        return price_line(**self._terms(question))

    def ahead(self, question: Question) -> StepAhead | None:
        """Return the next degressive step, where it is near. Raises as :meth:`line`."""
        return step_ahead(**self._terms(question), within=settings.PROGRAMME["step_hint_units"])

    def _terms(self, question: Question) -> dict[str, Any]:
        offer = self._offers.get(question.offer)
        if offer is None:
            raise BadQuestion(f"There is no offer {question.offer!r}. Offers: {', '.join(sorted(self._offers))}.")
        if question.periods > offer.max_periods:
            raise BadQuestion(f"periods is at most {offer.max_periods} for {offer.code}.")
        try:
            rates = self._book.rates(offer=offer, currency=question.currency)
        except NoPrice as missing:
            raise BadQuestion(str(missing)) from missing
        return {
            "rates": rates,
            "quantity": question.quantity,
            "periods": question.periods,
            "case": Case(
                access=question.access,
                ordered_by=question.ordered_by,
                payer=question.payer,
                is_managed=question.managed,
            ),
            "partner_count": question.quantity if question.partner_count is None else question.partner_count,
            "client_count": question.quantity if question.client_count is None else question.client_count,
            "client_degressive": settings.PROGRAMME["client_degressive"],
        }

    def answer(self, question: Question) -> dict[str, Any]:
        """Answer with plain values: amounts with two decimals and rates as fractions, both as text."""
        line = self.line(question)
        if line.outcome is Outcome.REFUSED:
            return _refused(line)
        vat_rate = self._vat_rate(question.country or COUNTRY_OF[Currency(question.currency)])
        tax = vat(net=line.charged, rate=vat_rate)
        return {
            "public_net": _amount(line.public_net),
            "after_partner_rate": _amount(line.after_partner_rate),
            "preferential_net": _amount(line.preferential_net),
            "charged_net": _amount(line.charged_net),
            "charged_to": line.charged_to,
            "rebate": _amount(line.rebate),
            "cashback": _amount(line.cashback),
            "vat_rate": _rate(vat_rate),
            "vat": _amount(tax),
            "total": _amount(line.charged + tax),
            "partner_rate": _rate(line.partner_rate),
            "partner_degressive_rate": _rate(line.partner_degressive_rate),
            "client_degressive_rate": _rate(line.client_degressive_rate),
            "outcome": str(line.outcome),
            "reason": _reason(line),
            "steps": [
                {"label": STEP_LABELS[step.label], "amount": _amount(step.amount), "rate": _rate(step.rate)}
                for step in line.steps
            ],
            "next_step": _next_step(self.ahead(question)),
        }

    def _vat_rate(self, country: str) -> Decimal:
        if not is_taxed(vat_treatment(country=country, has_valid_vat_number=False)):
            return Decimal(0)
        try:
            return self._vat[country]
        except KeyError:
            raise BadQuestion(f"There is no VAT rate for {country} today.") from None


def _refused(line: Line) -> dict[str, Any]:
    nothing = dict.fromkeys(("vat_rate", "partner_rate", "partner_degressive_rate", "client_degressive_rate"))
    return {
        **dict.fromkeys(AMOUNTS),
        **nothing,
        "charged_to": None,
        "outcome": str(line.outcome),
        "reason": row_in_words(line.reason),
        "steps": [],
        "next_step": None,
    }


def _next_step(ahead: StepAhead | None) -> dict[str, Any] | None:
    if ahead is None:
        return None
    return {
        "from_units": ahead.from_units,
        "rate": _rate(ahead.rate),
        "quantity": ahead.quantity,
        "preferential_net": _amount(ahead.line.preferential_net),
        "charged_net": _amount(ahead.line.charged_net),
    }


def _reason(line: Line) -> str:
    """Say which row applies; and where it would earn, that nothing is left to earn (rule 35)."""
    if line.outcome is Outcome.NOTHING and line.preferential_net is not None:
        return f"{row_in_words(line.reason)} Nothing is earned: the client pays no more than the preferential price."
    return row_in_words(line.reason)


# The command speaks English, like every command; the pages word these for themselves.
STEP_LABELS = {
    "public": "Public price",
    "client_degressive": "Degressive rate of the client",
    "partner_rate": "Partner rate",
    "partner_degressive": "Degressive rate of the partner",
    "reseller_price": "Fixed partner price",
    "cashback": "Cashback",
}


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _rate(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _text(values: Mapping[str, Any], name: str) -> None:
    if not isinstance(values[name], str):
        raise BadQuestion(f"{name} is a text.")


def _number(values: Mapping[str, Any], name: str, *, least: int, most: int | None = None) -> None:
    value = values.get(name, least)
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or value < least or (most is not None and value > most):
        raise BadQuestion(f"{name} is a whole number from {least} {'up' if most is None else f'to {most}'}.")


def _one_of(values: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> None:
    if name in values and values[name] not in choices:
        raise BadQuestion(f"{name} is one of {', '.join(choices)}.")

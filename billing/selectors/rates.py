"""Which prices and rates hold on a day, read once and used for many lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from stdnum.eu import vat as eu_vat

from billing.exceptions import NoPrice
from billing.models import DegressiveStep, PartnerRate, Price, VatRate
from billing.pricing import Rates, VatTreatment, is_taxed, vat_treatment
from partnerportal.accounts.choices import OrganisationKind
from partnerportal.accounts.models import Organisation
from partnerportal.catalogue.models import Offer
from partnerportal.kernel import countries


class RateBook:
    """The prices, partner rates and steps of one day. Three queries, however many lines are priced from it."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._prices = {(price.offer_id, price.currency): price for price in Price.objects.valid_on(day)}
        self._partner_rates = {rate.offer_id: rate for rate in PartnerRate.objects.valid_on(day)}
        steps: dict[int, list[DegressiveStep]] = defaultdict(list)
        for step in DegressiveStep.objects.valid_on(day).order_by("from_units"):
            steps[step.family_id].append(step)
        self._steps: Mapping[int, list[DegressiveStep]] = dict(steps)
        self._known: dict[tuple[int, str], tuple[Rates, dict[str, Any]]] = {}

    def rates(self, *, offer: Offer, currency: str) -> Rates:
        """Return what an offer costs in ``currency``. Raises :class:`NoPrice`."""
        return self._looked_up(offer, currency)[0]

    def version(self, *, offer: Offer, currency: str) -> Mapping[str, Any]:
        """Return which rows :meth:`rates` read and since when they hold, for the order's snapshot."""
        return self._looked_up(offer, currency)[1]

    def _looked_up(self, offer: Offer, currency: str) -> tuple[Rates, dict[str, Any]]:
        """Look an offer up once, however many lines are priced from it."""
        known = self._known.get((offer.pk, currency))
        if known is None:
            known = self._rates(offer, currency), self._version(offer, currency)
            self._known[offer.pk, currency] = known
        return known

    def _rates(self, offer: Offer, currency: str) -> Rates:
        price = self._price(offer, currency)
        partner_rate = self._partner_rates.get(offer.pk)
        return Rates(
            public_unit=price.public_unit,
            partner_rate=partner_rate.rate if partner_rate else Decimal(0),
            reseller_unit=price.reseller_unit,
            steps=tuple((step.from_units, step.rate) for step in self._steps.get(offer.family_id, ())),
        )

    def _version(self, offer: Offer, currency: str) -> dict[str, Any]:
        price, partner_rate = self._price(offer, currency), self._partner_rates.get(offer.pk)
        steps = self._steps.get(offer.family_id, [])
        return {
            "price": price.pk,
            "price_since": price.valid_from.isoformat(),
            "partner_rate": partner_rate.pk if partner_rate else None,
            "partner_rate_since": partner_rate.valid_from.isoformat() if partner_rate else None,
            "steps": [step.pk for step in steps],
            "steps_since": steps[0].valid_from.isoformat() if steps else None,
        }

    def replaced(
        self,
        *,
        prices: Mapping[tuple[int, str], Price | None] | None = None,
        partner_rates: Mapping[int, PartnerRate | None] | None = None,
        steps: Mapping[int, list[DegressiveStep]] | None = None,
    ) -> RateBook:
        """Return the book as it would be with other rows in some places (None: nothing holds there)."""
        book = copy(self)
        vars(book).update(
            _prices=_with(self._prices, prices),
            _partner_rates=_with(self._partner_rates, partner_rates),
            _steps={**self._steps, **(steps or {})},
            _known={},
        )
        return book

    def _price(self, offer: Offer, currency: str) -> Price:
        try:
            return self._prices[offer.pk, currency]
        except KeyError:
            message = _("%(offer)s has no price in %(currency)s on this day.") % {"offer": offer, "currency": currency}
            raise NoPrice(message) from None


class VatBook:
    """How payers are taxed on one day: one query, however many there are."""

    def __init__(self, day: date) -> None:
        self.day = day
        self._rates = {str(rate.country): rate for rate in VatRate.objects.valid_on(day)}
        self._known: dict[int, tuple[VatTreatment, Decimal]] = {}

    def of(self, organisation: Organisation) -> tuple[VatTreatment, Decimal]:
        """Return how an organisation is taxed as the payer, and at which rate. Raises :class:`NoPrice`."""
        if organisation.pk not in self._known:
            self._known[organisation.pk] = self.treatment(
                country=str(organisation.country),
                is_company=organisation.kind == OrganisationKind.COMPANY,
                vat_number=organisation.vat_number,
            )
        return self._known[organisation.pk]

    def treatment(self, *, country: str, is_company: bool, vat_number: str) -> tuple[VatTreatment, Decimal]:
        """Return how a payer is taxed and at which rate (rule 45): reverse charge is for companies with a number of
        their own country. Raises :class:`NoPrice` if the rate is not known.
        """
        treatment = vat_treatment_of(country=country, is_company=is_company, vat_number=vat_number)
        if not is_taxed(treatment):
            return treatment, Decimal(0)
        rate = self._rates.get(country)
        if rate is None:
            raise NoPrice(_("There is no VAT rate for %(country)s on this day.") % {"country": country})
        return treatment, rate.rate


def vat_for(*, country: str, is_company: bool, vat_number: str, day: date) -> tuple[VatTreatment, Decimal]:
    """Return how one payer is taxed on a day, as :meth:`VatBook.treatment` does."""
    return VatBook(day).treatment(country=country, is_company=is_company, vat_number=vat_number)


def _with(rows: Mapping[Any, Any], others: Mapping[Any, Any] | None) -> dict[Any, Any]:
    merged = {**rows, **(others or {})}
    return {key: row for key, row in merged.items() if row is not None}


def vat_treatment_of(*, country: str, is_company: bool, vat_number: str) -> VatTreatment:
    """Return why a payer's VAT is what it is (rule 45); a company's number counts in its own country."""
    has_number = is_company and vat_number.startswith(countries.vat_prefix(country)) and eu_vat.is_valid(vat_number)
    return vat_treatment(country=country, has_valid_vat_number=has_number)


def vat_of(organisation: Organisation, day: date) -> tuple[VatTreatment, Decimal]:
    """Return how an organisation is taxed as the payer."""
    return VatBook(day).of(organisation)


def own_vat_rate(organisation: Organisation, day: date) -> Decimal:
    """Return what an organisation probably charges itself: its country's rate if it has a VAT number, else nothing."""
    if not organisation.vat_number:
        return Decimal(0)
    rates = VatRate.objects.valid_on(day).filter(country=str(organisation.country))
    return rates.values_list("rate", flat=True).first() or Decimal(0)

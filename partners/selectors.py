"""Questions about eligibility: pure where they can be (rules 1 to 4, Q21, Q22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from partnerportal.accounts.choices import OrganisationKind
from partnerportal.kernel.money import Money
from partnerportal.web import writing
from partners import signals
from partners.choices import ApplicationState, CheckResult, PartnerState
from partners.models import Affiliation, Application, Partner, Terms, Threshold

CHECK_NAMES = {
    "company": _("It is a company"),
    "register": _("Its register number is sound and not in the programme yet"),
    "website": _("It has a website"),
    "volume": _("Its managed products reach the threshold"),
    "terms": _("It accepted the special conditions in force"),
    "affiliate": _("It is not an affiliate"),
    "duties": _("It takes on the duties of a partner"),
}


@dataclass(frozen=True)
class Check:
    """One eligibility check: its code, what it found, and the figure or fact it found it on."""

    code: str
    result: str
    fact: str

    def as_json(self) -> dict[str, str]:
        """Return plain values for the application's row."""
        return asdict(self)


def thresholds_on(day: date) -> dict[str, Decimal]:
    """Return the yearly net threshold of each currency that holds on ``day``."""
    return dict(Threshold.objects.valid_on(day).values_list("currency", "yearly_net"))


def threshold_share(*, managed: Mapping[str, Decimal], thresholds: Mapping[str, Decimal]) -> Decimal:
    """Return how much of the threshold is reached: 1 or more means reached (rule 2).

    ``managed``: yearly net list prices by currency. Each currency is measured against its own threshold and the
    shares add up; no exchange rate is used. The sum is exact: fractions are put over a common denominator.
    """
    denominator = Decimal(1)
    for yearly in thresholds.values():
        denominator *= yearly
    numerator = sum(
        (managed.get(currency, Decimal(0)) * (denominator / yearly) for currency, yearly in thresholds.items()),
        Decimal(0),
    )
    return numerator / denominator


def terms_in_force(day: date) -> Terms | None:
    """Return the special conditions that hold on ``day``."""
    return Terms.objects.valid_on(day).first()


def is_affiliate(organisation_id: int) -> bool:
    """Tell whether the organisation is an affiliate now."""
    return Affiliation.objects.filter(organisation=organisation_id, ended_at=None).exists()


def is_partner_or_applying(organisation_id: int) -> bool:
    """Tell whether the organisation is in the programme or asks to be."""
    return (
        Partner.objects.filter(pk=organisation_id).exclude(state=PartnerState.LEFT).exists()
        or Application.objects.filter(organisation=organisation_id, state=ApplicationState.SUBMITTED).exists()
    )


def is_register_number_taken(*, country: str, number: str, except_organisation_id: int) -> bool:
    """Tell whether another organisation is a partner, or asks to be one, under this register number."""
    same = {"register_country": country, "register_number": number}
    return (
        Partner.objects.filter(**same).exclude(state=PartnerState.LEFT).exclude(pk=except_organisation_id).exists()
        or Application.objects.filter(**same, state=ApplicationState.SUBMITTED)
        .exclude(organisation=except_organisation_id)
        .exists()
    )


def managed_by(*, organisation_id: int, day: date) -> dict[str, Decimal]:
    """Return what an organisation manages on ``day``, yearly net list prices by currency (rule 2, Q21).

    The app that knows prices answers: see :data:`partners.signals.volume_asked`.
    """
    answers: Any = signals.volume_asked.send(Partner, partner_ids=[organisation_id], day=day)
    return dict(answers[0][1][organisation_id]) if answers else {}


def may_change_kind(*, organisation_id: int, kind: str) -> bool:
    """Tell whether an organisation may become of another kind: a partner, or who asks to be one, is a company."""
    return kind == OrganisationKind.COMPANY or not is_partner_or_applying(organisation_id)


def eligibility(*, application: Application, managed: Mapping[str, Decimal], day: date) -> list[Check]:
    """Return every check of rule 1 for an application, in the order in which staff reads them.

    ``managed``: what the organisation manages already, yearly net by currency; a newcomer has until the end of the
    build-up to reach the threshold with what it estimates (Q22).
    """
    organisation = application.organisation
    taken = is_register_number_taken(
        country=str(application.register_country),
        number=application.register_number,
        except_organisation_id=organisation.pk,
    )
    duties = application.gives_support and application.answers_for_invoices and application.is_exclusive_for_tenders
    accepted = organisation.terms_acceptances.filter(terms=terms_in_force(day)).exists()
    return [
        _check("company", organisation.kind == OrganisationKind.COMPANY, organisation.get_kind_display()),
        _check("register", bool(application.register_number) and not taken, application.register_number),
        _check("website", bool(application.website), application.website),
        volume_check(application=application, managed=managed, day=day),
        _check("terms", accepted, str(terms_in_force(day) or "")),
        _check("affiliate", not is_affiliate(organisation.pk), ""),
        _check("duties", duties, ""),
    ]


def _check(code: str, passed: bool, fact: object) -> Check:
    return Check(code, CheckResult.PASSED if passed else CheckResult.FAILED, str(fact))


def volume_check(*, application: Application, managed: Mapping[str, Decimal], day: date) -> Check:
    """Return the volume's check alone: what is managed counts, else what is expected within the build-up (Q22)."""
    thresholds = thresholds_on(day)
    currency = application.organisation.currency
    if threshold_share(managed=managed, thresholds=thresholds) >= 1:
        fact = ", ".join(writing.money(Money(amount, code)) for code, amount in managed.items() if amount)
        return Check("volume", CheckResult.PASSED, fact)
    estimate = application.estimated_yearly_net or Decimal(0)
    reaches = threshold_share(managed={currency: estimate}, thresholds=thresholds) >= 1
    return Check(
        "volume", CheckResult.LATER if reaches else CheckResult.FAILED, writing.money(Money(estimate, currency))
    )

"""The programme's arithmetic: pure functions, no Django. Rules 30 to 37, 39, 40, 45.

Amounts are net Decimals in one currency unless a name says otherwise; rates are fractions (0.20, not 20). Every amount
that leaves this module was rounded once, half up, to 0.01, from unrounded figures (rule 33).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from partnerportal.kernel import countries
from partnerportal.kernel.money import round_cents

ONE = Decimal(1)
ZERO = Decimal("0.00")


class Outcome(StrEnum):
    """What a payment brings the partner (rule 31: one of these, never two)."""

    REBATE = "rebate"
    CASHBACK = "cashback"
    NOTHING = "nothing"
    REFUSED = "refused"


class Reason(StrEnum):
    """The row of the decision table (rule 30) that decided; ``EARNED_NOTHING`` is rule 35's zero."""

    FULL_CLIENT_PAYS_CLIENT_ORDERS = "1"
    FULL_CLIENT_PAYS_PARTNER_ORDERS = "2"
    FULL_PARTNER_PAYS_CLIENT_ORDERS = "3"
    FULL_PARTNER_PAYS_PARTNER_ORDERS = "4"
    LIMITED_MANAGED = "5"
    LIMITED_NOT_MANAGED = "6"
    LIMITED_PARTNER_ORDERS = "7"
    NO_ACCESS_CLIENT_ORDERS = "8"
    NO_ACCESS_PARTNER_ORDERS = "9"
    OWN_ORGANISATION = "10"
    EARNS_FOR_LIMITED_PARTNER = "11"


@dataclass(frozen=True, slots=True)
class Case:
    """Who orders under which access; ``payer`` is None unless it is full, ``is_managed`` counts with limited."""

    access: str  # "full" | "limited" | "none"
    ordered_by: str  # "client" | "partner"
    payer: str | None = None  # "client" | "partner"
    is_managed: bool = True
    is_own_organisation: bool = False  # the partner orders for itself (Q38)
    earns_for_limited_partner: bool = False  # a limited partner was granted the product first (Q13)


@dataclass(frozen=True, slots=True)
class Decision:
    """The row of the table: what the partner gets, whose means are charged, at which price."""

    outcome: Outcome
    charged_to: str | None
    at_preferential_price: bool
    reason: Reason

    @property
    def partner_is_in_scope(self) -> bool:
        """Tell whether a partner's rates are looked at at all."""
        return self.outcome in (Outcome.REBATE, Outcome.CASHBACK)


def decide(case: Case) -> Decision:
    """Return the row of the decision table for ``case`` (rule 30, all eleven rows)."""
    if case.is_own_organisation:
        return Decision(Outcome.REBATE, "partner", True, Reason.OWN_ORGANISATION)
    if case.ordered_by == "partner":
        return _ordered_by_partner(case)
    cashback = {
        "none": (Outcome.NOTHING, Reason.NO_ACCESS_CLIENT_ORDERS),
        "limited": (Outcome.CASHBACK, Reason.LIMITED_MANAGED)
        if case.is_managed
        else (Outcome.NOTHING, Reason.LIMITED_NOT_MANAGED),
        "full": (
            Outcome.CASHBACK,
            Reason.FULL_PARTNER_PAYS_CLIENT_ORDERS
            if case.payer == "partner"
            else Reason.FULL_CLIENT_PAYS_CLIENT_ORDERS,
        ),
    }
    outcome, reason = cashback[case.access]
    if case.access == "full" and case.earns_for_limited_partner:
        reason = Reason.EARNS_FOR_LIMITED_PARTNER
    return Decision(outcome, "client", False, reason)


def _ordered_by_partner(case: Case) -> Decision:
    if case.access == "none":
        return Decision(Outcome.REFUSED, None, False, Reason.NO_ACCESS_PARTNER_ORDERS)
    if case.access == "limited":
        return Decision(Outcome.REFUSED, None, False, Reason.LIMITED_PARTNER_ORDERS)
    if case.payer == "partner":
        return Decision(Outcome.REBATE, "partner", True, Reason.FULL_PARTNER_PAYS_PARTNER_ORDERS)
    return Decision(Outcome.CASHBACK, "client", False, Reason.FULL_CLIENT_PAYS_PARTNER_ORDERS)


@dataclass(frozen=True, slots=True)
class Rates:
    """The price of one offer on one day. ``reseller_unit`` is a fixed partner price (domains) instead of rates."""

    public_unit: Decimal
    partner_rate: Decimal = Decimal(0)
    reseller_unit: Decimal | None = None
    steps: tuple[tuple[int, Decimal], ...] = ()  # (from so many units, rate); empty: no degressive rate (rule 39)
    part: tuple[int, int] | None = None  # of a period that runs: days left, days in all; a line pays for what is left
    is_difference: bool = False  # of a change of plan: the prices are differences of two


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation: what was done, the rate if there is one, and the amount that remains."""

    label: str  # a code; the pages and the command put it into words
    amount: Decimal
    rate: Decimal | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A priced line. Preferential figures are None where no partner is in scope; charged ones where it was refused."""

    outcome: Outcome
    reason: Reason
    charged_to: str | None
    public_net: Decimal
    after_partner_rate: Decimal | None
    preferential_net: Decimal | None
    charged_net: Decimal | None
    rebate: Decimal
    cashback: Decimal
    partner_rate: Decimal | None
    partner_degressive_rate: Decimal | None
    client_degressive_rate: Decimal
    steps: tuple[Step, ...] = field(default=())

    @property
    def charged(self) -> Decimal:
        """What is charged, net. Raises ``ValueError`` for a refused line: nothing is charged for it."""
        if self.charged_net is None:
            raise ValueError("a refused line charges nothing")
        return self.charged_net

    @property
    def partner_price(self) -> Decimal:
        """The preferential price. Raises ``ValueError`` where no partner is in scope."""
        if self.preferential_net is None:
            raise ValueError("no partner is in scope")
        return self.preferential_net


def degressive_rate(steps: Sequence[tuple[int, Decimal]], count: int) -> Decimal:
    """Return the rate of the highest step that ``count`` units reach; it holds for all units (Q2)."""
    reached = [(start, rate) for start, rate in steps if start <= count]
    return max(reached)[1] if reached else Decimal(0)


def next_step(steps: Sequence[tuple[int, Decimal]], count: int) -> tuple[int, Decimal] | None:
    """Return the next higher step (from so many units, rate), or None at the top."""
    ahead = [(start, rate) for start, rate in steps if start > count]
    return min(ahead) if ahead else None


def change_rates(*, before: Rates, after: Rates, part: tuple[int, int]) -> Rates:
    """Return what a change to a dearer plan costs a unit: the difference of the list prices for the part that remains.

    ``part``: days left and days of the period, today included. Partner rate and steps are those of the new plan. Where
    both plans have a fixed partner price the partner pays the difference of those, never more than the public one.
    Raises ``ValueError`` unless the new plan is dearer and something of the period is left.
    """
    difference = after.public_unit - before.public_unit
    if difference <= 0 or part[0] < 1 or part[1] < 1:
        raise ValueError("a change of plan costs something only on the way up, and while a period runs")
    fixed = None
    if after.reseller_unit is not None and before.reseller_unit is not None:
        fixed = min(max(after.reseller_unit - before.reseller_unit, Decimal(0)), difference)
    return Rates(difference, after.partner_rate, fixed, after.steps, part, is_difference=True)


def rest_rates(rates: Rates, *, part: tuple[int, int]) -> Rates:
    """Return what more units of something cost while its period runs: their price for the part that remains.

    ``part``: days left and days of the period, today included; more than one whole where periods are paid ahead.
    Raises ``ValueError`` where nothing is left.
    """
    if part[0] < 1 or part[1] < 1:
        raise ValueError("more units join a period that runs")
    return replace(rates, part=part)


def part_of(amount: Decimal, part: tuple[int, int] | None) -> Decimal:
    """Return the part of an amount, unrounded: multiplied first, so that nothing is lost before the one rounding."""
    return amount if part is None else amount * part[0] / part[1]


def public_net(rates: Rates, quantity: int, periods: int = 1) -> Decimal:
    """Return the list price of a line: so many units for so many periods, rounded once."""
    return round_cents(part_of(rates.public_unit * quantity * periods, rates.part))


def degressive_net(rates: Rates, quantity: int, count: int, periods: int = 1) -> Decimal:
    """Return what a client pays by its own count (Q5); without steps the list price. Periods do not count as units."""
    reduced = rates.public_unit * quantity * periods * (ONE - degressive_rate(rates.steps, count))
    return round_cents(part_of(reduced, rates.part))


def preferential_net(rates: Rates, quantity: int, count: int, periods: int = 1) -> Decimal:
    """Return the partner's price: public × (1 − partner rate) × (1 − degressive rate), or the fixed one (rule 32)."""
    if rates.reseller_unit is not None:
        return round_cents(part_of(rates.reseller_unit * quantity * periods, rates.part))
    reduced = rates.public_unit * quantity * periods * (ONE - rates.partner_rate)
    return round_cents(part_of(reduced * (ONE - degressive_rate(rates.steps, count)), rates.part))


def cashback(*, paid_net: Decimal, preferential: Decimal) -> Decimal:
    """Return what the partner is credited: net paid minus preferential, never below zero (rule 35)."""
    return max(paid_net - preferential, ZERO)


def reversed_cashback(
    *, credited: Decimal, paid_net: Decimal, refunded_net: Decimal, reversed_before: Decimal
) -> Decimal:
    """Return how much more cashback to take back once ``refunded_net`` of ``paid_net`` is refunded in all (rule 42)."""
    return round_cents(credited * refunded_net / paid_net) - reversed_before


def price_line(
    *,
    rates: Rates,
    quantity: int,
    case: Case,
    partner_count: int,
    client_count: int,
    client_degressive: bool = True,
    periods: int = 1,
) -> Line:
    """Price a line: what is charged to whom, and what the partner earns.

    ``partner_count`` and ``client_count`` are what the degressive steps are read from (Q3), the ordered units
    included. ``client_degressive``: whether clients get the degressive rate (Q5). ``periods``: how many months or
    years are paid at once.
    """
    decision = decide(case)
    public = public_net(rates, quantity, periods)
    client_rate = degressive_rate(rates.steps, client_count) if client_degressive else Decimal(0)
    client_net = degressive_net(rates, quantity, client_count, periods) if client_degressive else public
    if decision.outcome is Outcome.REFUSED:
        return Line(
            Outcome.REFUSED, decision.reason, None, public, None, None, None, ZERO, ZERO, None, None, client_rate
        )
    if not decision.partner_is_in_scope:
        return Line(
            outcome=Outcome.NOTHING,
            reason=decision.reason,
            charged_to="client",
            public_net=public,
            after_partner_rate=None,
            preferential_net=None,
            charged_net=client_net,
            rebate=ZERO,
            cashback=ZERO,
            partner_rate=None,
            partner_degressive_rate=None,
            client_degressive_rate=client_rate,
            steps=(*_part_steps(rates, quantity), *_client_steps(public, client_net, client_rate, client_count)),
        )
    return _line_in_scope(
        rates,
        quantity,
        decision,
        public,
        client_net,
        client_rate,
        partner_count=partner_count,
        client_count=client_count,
        periods=periods,
    )


def _line_in_scope(
    rates: Rates,
    quantity: int,
    decision: Decision,
    public: Decimal,
    client_net: Decimal,
    client_rate: Decimal,
    *,
    partner_count: int,
    client_count: int,
    periods: int,
) -> Line:
    fixed = rates.reseller_unit is not None
    partner_degressive = Decimal(0) if fixed else degressive_rate(rates.steps, partner_count)
    preferential = preferential_net(rates, quantity, partner_count, periods)
    after = preferential
    if not fixed:
        undiminished = rates.public_unit * quantity * periods
        after = round_cents(part_of(undiminished * (ONE - rates.partner_rate), rates.part))
    charged = preferential if decision.at_preferential_price else client_net
    earned = ZERO if decision.at_preferential_price else cashback(paid_net=charged, preferential=preferential)
    outcome = Outcome.NOTHING if decision.outcome is Outcome.CASHBACK and not earned else decision.outcome
    steps = _partner_steps(rates, public, after, preferential, partner_degressive, partner_count)
    if not decision.at_preferential_price:
        client_steps = _client_steps(public, client_net, client_rate, client_count)
        steps = (*client_steps, *steps[1:], Step("cashback", earned))
    return Line(
        outcome=outcome,
        reason=decision.reason,
        charged_to=decision.charged_to,
        public_net=public,
        after_partner_rate=after,
        preferential_net=preferential,
        charged_net=charged,
        rebate=public - after if outcome is Outcome.REBATE else ZERO,
        cashback=earned,
        partner_rate=None if fixed else rates.partner_rate,
        partner_degressive_rate=partner_degressive,
        client_degressive_rate=client_rate,
        steps=(*_part_steps(rates, quantity), *steps),
    )


def _part_steps(rates: Rates, quantity: int) -> tuple[Step, ...]:
    """Of a period that runs: what the whole of it costs, or what two plans differ by; so many days are left."""
    if rates.part is None:
        return ()
    label = "difference" if rates.is_difference else "whole_period"
    return (Step(label, round_cents(rates.public_unit * quantity), count=rates.part[0]),)


def _client_steps(public: Decimal, net: Decimal, rate: Decimal, count: int) -> tuple[Step, ...]:
    return (Step("public", public), Step("client_degressive", net, rate, count))


def _partner_steps(
    rates: Rates, public: Decimal, after: Decimal, preferential: Decimal, degressive: Decimal, count: int
) -> tuple[Step, ...]:
    if rates.reseller_unit is not None:
        return (Step("public", public), Step("reseller_price", preferential))
    return (
        Step("public", public),
        Step("partner_rate", after, rates.partner_rate),
        Step("partner_degressive", preferential, degressive, count),
    )


@dataclass(frozen=True, slots=True)
class StepAhead:
    """The next step of whoever is charged: ``more`` units make ``from_units``, and ``line`` is what they all cost."""

    from_units: int
    rate: Decimal
    more: int
    quantity: int
    line: Line
    is_cheaper: bool  # all of them together cost less than what was asked for


def step_ahead(
    *,
    rates: Rates,
    quantity: int,
    case: Case,
    partner_count: int,
    client_count: int,
    within: int,
    client_degressive: bool = True,
    periods: int = 1,
) -> StepAhead | None:
    """Return what the next degressive step would change, if it is at most ``within`` units ahead or makes the whole
    cheaper than what was asked for (steps have cliffs: 29 cost more than 30); else None. Arguments of
    :func:`price_line`.
    """
    decision = decide(case)
    at_partners = decision.at_preferential_price
    if decision.charged_to is None or not rates.steps:
        return None
    if (rates.reseller_unit is not None) if at_partners else not client_degressive:
        return None
    count = partner_count if at_partners else client_count
    ahead = next_step(rates.steps, count)
    if ahead is None:
        return None
    more = ahead[0] - count
    price = preferential_net if at_partners else degressive_net
    is_cheaper = price(rates, quantity + more, count + more, periods) < price(rates, quantity, count, periods)
    if more > within and not is_cheaper:
        return None
    line = price_line(
        rates=rates,
        quantity=quantity + more,
        case=case,
        partner_count=partner_count + more,
        client_count=client_count + more,
        client_degressive=client_degressive,
        periods=periods,
    )
    return StepAhead(ahead[0], ahead[1], more, quantity + more, line, is_cheaper)


class VatTreatment(StrEnum):
    """Why a VAT rate is what it is (rule 45)."""

    DOMESTIC = "domestic"
    COUNTRY = "country"
    REVERSE_CHARGE = "reverse_charge"
    OUT_OF_SCOPE = "out_of_scope"


def vat_treatment(*, country: str, has_valid_vat_number: bool) -> VatTreatment:
    """Return how the net of a payer in ``country`` is taxed (rule 45); a Swiss number never means reverse charge."""
    if country in countries.SWISS_VAT:
        return VatTreatment.DOMESTIC
    if country in countries.EU:
        return VatTreatment.REVERSE_CHARGE if has_valid_vat_number else VatTreatment.COUNTRY
    return VatTreatment.OUT_OF_SCOPE


def is_taxed(treatment: VatTreatment) -> bool:
    """Tell whether VAT is added at the country's rate."""
    return treatment in (VatTreatment.DOMESTIC, VatTreatment.COUNTRY)


def vat(*, net: Decimal, rate: Decimal) -> Decimal:
    """Return the VAT on a document's subtotal of one rate (Q33), rounded once."""
    return round_cents(net * rate)

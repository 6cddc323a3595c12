"""Numbers for the pictures: data in, positions in per cent out. The templates in components/ only draw them.

Everything is given in per cent of the drawing, so that the SVG needs no view box and its text never scales.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.utils.translation import gettext as _

from partnerportal.kernel.money import Money
from partnerportal.web import writing

ZERO = Decimal(0)
ONE_PLACE = Decimal("0.01")
NICE = tuple(Decimal(step) for step in ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10"))


def _share(part: Decimal, of: Decimal) -> str:
    """Return ``part`` in per cent of ``of``, kept within 0 and 100, with a point whatever the language."""
    if of <= 0:
        return "0"
    share = min(max(part / of * 100, ZERO), Decimal(100)).quantize(ONE_PLACE).normalize()
    return f"{share:f}"


def nice_step(span: Decimal, intervals: int) -> Decimal:
    """Return the smallest round number that covers ``span`` in ``intervals`` steps."""
    if span <= 0:
        return Decimal(1)
    rough = span / intervals
    power = Decimal(10) ** rough.adjusted()
    return next(step * power for step in NICE if step * power >= rough)


@dataclass(frozen=True, slots=True)
class Month:
    """What one month brought; ``pending`` is on top of ``value``."""

    month: datetime.date
    value: Decimal
    pending: Decimal = ZERO
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """A figure of one stretch of time that is no money, under a short label and a long one."""

    label: str
    long_label: str
    value: Decimal
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class _Bar:
    label: str
    long_label: str
    value: Decimal
    pending: Decimal
    is_now: bool


def bars(months: Sequence[Month], *, title: str, currency: str, intervals: int = 3) -> dict[str, object]:
    """Lay out amounts by month as bars, the present month full in colour, what is pending hatched on top."""
    drawn = [_Bar(writing.short_month(m.month), writing.month(m.month), m.value, m.pending, m.is_now) for m in months]
    step = _step(drawn, intervals)

    def amount(value: Decimal) -> str:
        return writing.amount(value, currency=currency)

    def level(value: Decimal) -> str:
        return writing.whole(value, currency=currency) if step >= 1 else amount(value)

    return _laid_out(drawn, step, amount=amount, level=level) | {"title": title, "unit": currency}


def counts(figures: Sequence[Count], *, title: str, unit: str = "", intervals: int = 3) -> dict[str, object]:
    """Lay out figures that are no money as :func:`bars`: visits, gigabytes. Whole figures stand on whole steps."""
    drawn = [_Bar(one.label, one.long_label, one.value, ZERO, one.is_now) for one in figures]
    step = _step(drawn, intervals)
    if all(one.value == one.value.to_integral_value() for one in figures):
        step = step.to_integral_value(ROUND_CEILING)
    return _laid_out(drawn, step, amount=writing.number, level=lambda value: writing.number(value.normalize())) | {
        "title": title,
        "unit": unit,
    }


def _step(drawn: Sequence[_Bar], intervals: int) -> Decimal:
    top = max([one.value + one.pending for one in drawn] + [ZERO])
    bottom = min([one.value for one in drawn] + [ZERO])
    return nice_step(max(top, -bottom), intervals)


def _laid_out(
    drawn: Sequence[_Bar], step: Decimal, *, amount: Callable[[Decimal], str], level: Callable[[Decimal], str]
) -> dict[str, object]:
    """Return the ticks of the axis, a ``step`` apart, and where each bar stands."""
    top = max([one.value + one.pending for one in drawn] + [ZERO])
    bottom = min([one.value for one in drawn] + [ZERO])
    ceiling = step * (top / step).to_integral_value(ROUND_CEILING) or step
    floor = step * (bottom / step).to_integral_value(ROUND_FLOOR)
    span = ceiling - floor
    levels = [ceiling - step * place for place in range(int(span / step) + 1)]
    ticks = [{"label": level(one), "y": _share(ceiling - one, span), "is_base": one == 0} for one in levels]

    slot = Decimal(100) / max(len(drawn), 1)
    laid = []
    for place, one in enumerate(drawn):
        upper = max(one.value, ZERO)
        is_last = place == len(drawn) - 1
        text_at = slot * (place + (Decimal("0.81") if is_last else Decimal("0.5")))
        laid.append(
            {
                "label": one.label,
                "long_label": one.long_label,
                "amount": amount(one.value),
                "pending_amount": amount(one.pending),
                "total": amount(one.value + one.pending),
                "x": f"{(slot * place + slot * Decimal('0.19')).quantize(ONE_PLACE)}",
                "width": f"{(slot * Decimal('0.62')).quantize(ONE_PLACE)}",
                "y": _share(ceiling - upper, span),
                "height": _share(abs(one.value), span) if one.value else None,
                "pending_y": _share(ceiling - upper - one.pending, span),
                "pending_height": _share(one.pending, span) if one.pending else None,
                "text_x": f"{text_at.quantize(ONE_PLACE)}",
                "text_y": _share(ceiling - upper - one.pending, span),
                "text_anchor": "end" if is_last else "middle",
                "is_now": one.is_now,
                "is_below": one.value < 0,
            }
        )
    return {
        "ticks": ticks,
        "bars": laid,
        "is_empty": not any(one.value or one.pending for one in drawn),
        "has_pending": any(one.pending for one in drawn),
        "has_long_labels": any(len(one.label) > 4 for one in drawn),
    }


def meter(
    *, value: Money, threshold: Money, projection: Money | None = None, label: str = "", words: str = ""
) -> dict[str, object]:
    """Lay out a volume against its threshold, with what the year will probably bring hatched behind it.

    ``words``: what is said to those who do not see the picture, if not the two amounts.
    """
    reach = max(value.amount, projection.amount if projection else ZERO)
    full = max(reach * Decimal("1.08"), threshold.amount * Decimal("1.25"))
    fill = _share(value.amount, full)
    ahead = projection.amount - value.amount if projection else ZERO
    mark = Decimal(_share(threshold.amount, full))
    if not words and projection and ahead > 0:
        words = _("%(value)s of %(threshold)s, probably %(projection)s by then") % {
            "value": writing.money(value),
            "threshold": writing.money(threshold),
            "projection": writing.money(projection),
        }
    elif not words:
        words = _("%(value)s of %(threshold)s") % {
            "value": writing.money(value),
            "threshold": writing.money(threshold),
        }
    return {
        "fill": fill,
        "projection_width": _share(ahead, full) if ahead > 0 else None,
        "mark": f"{mark:f}",
        "mark_label": label,
        "mark_anchor": "start" if mark < 20 else "end" if mark > 80 else "middle",
        "is_reached": value.amount >= threshold.amount,
        "description": words,
    }


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One link of a price: what remains after it, in the line's currency."""

    what: str
    left: Decimal
    why: str = ""
    is_sum: bool = False


def chain(steps: Sequence[PriceStep], *, currency: str) -> dict[str, object]:
    """Lay out the chain of a price: what remains solid, what each step took off hatched, to the scale of the largest:
    the first, unless something is added to it.
    """
    largest = max((step.left for step in steps), default=ZERO)
    drawn = []
    before: Decimal | None = None
    for step in steps:
        taken = before - step.left if before is not None else ZERO
        drawn.append(
            {
                "what": step.what,
                "why": step.why,
                "left": writing.amount(step.left, currency=currency),
                "taken": writing.amount(-taken, currency=currency, signed=True) if taken else "",
                "is_added": taken < 0,
                "remains": _share(step.left, largest),
                "taken_width": _share(taken, largest) if taken > 0 else None,
                "is_sum": step.is_sum,
            }
        )
        before = step.left
    return {"steps": drawn, "currency": currency}


@dataclass(frozen=True, slots=True)
class RateStep:
    """A rate that holds from ``quantity`` pieces on, as a fraction."""

    quantity: int
    rate: Decimal


def steps(curve: Sequence[RateStep], *, title: str, quantity: int | None = None) -> dict[str, object]:
    """Lay out a degressive rate as a staircase, with a point where the reader stands.

    Each step gets the same width: steps grow by powers, and people look for their own, not for a scale.
    """
    ticks, top = _rate_axis(max([s.rate for s in curve] + [ZERO]))
    slot = Decimal(100) / max(len(curve), 1)
    runs, drops, here = [], [], None
    for place, step in enumerate(curve):
        y = _share(top - step.rate, top)
        last = place == len(curve) - 1
        until = None if last else curve[place + 1].quantity - 1
        is_here = quantity is not None and quantity >= step.quantity and (until is None or quantity <= until)
        if until is None:
            span = _("%(first)s and more") % {"first": writing.number(step.quantity)}
        elif until == step.quantity:
            span = writing.number(step.quantity)
        else:
            span = f"{writing.number(step.quantity)}–{writing.number(until)}"
        x1, x2 = (slot * place).quantize(ONE_PLACE), (slot * (place + 1)).quantize(ONE_PLACE)
        runs.append(
            {
                "x1": f"{x1}",
                "x2": f"{x2}",
                "y": y,
                "label": writing.percent(step.rate),
                "range": span,
                "from": writing.number(step.quantity),
                "is_here": is_here,
            }
        )
        if place:
            drops.append({"x": f"{x1}", "y1": runs[place - 1]["y"], "y2": y})
        if is_here and quantity is not None:
            width = Decimal(1) if until is None else Decimal(until - step.quantity + 1)
            along = Decimal("0.5") if until is None else (Decimal(quantity - step.quantity) + Decimal("0.5")) / width
            x = x1 + slot * along
            here = {
                "x": f"{x.quantize(ONE_PLACE)}",
                "y": y,
                "label": f"{writing.number(quantity)}: {writing.percent(step.rate)}",
                "anchor": "start" if x < 15 else "end" if x > 85 else "middle",
            }
    return {"title": title, "ticks": ticks, "runs": runs, "drops": drops, "here": here}


def _rate_axis(highest: Decimal) -> tuple[list[dict[str, object]], Decimal]:
    """Return the axis of a rate, in per cent from the top down, and the rate at its top: a step above the highest."""
    step = nice_step(highest, 3) if highest else Decimal("0.1")
    top = step * ((highest / step).to_integral_value(ROUND_FLOOR) + 1)
    levels = [top - step * place for place in range(int(top / step) + 1)]
    ticks = [{"label": writing.percent(one), "y": _share(top - one, top), "is_base": one == 0} for one in levels]
    return ticks, top

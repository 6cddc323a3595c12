"""Numbers for the pictures: data in, positions in per cent out. The templates in components/ only draw them.

Everything is given in per cent of the drawing, so that the SVG needs no view box and its text never scales.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
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


def bars(months: Sequence[Month], *, title: str, currency: str, intervals: int = 3) -> dict[str, object]:
    """Lay out amounts by month as bars, the present month full in colour, what is pending hatched on top."""
    top = max([m.value + m.pending for m in months] + [ZERO])
    bottom = min([m.value for m in months] + [ZERO])
    step = nice_step(max(top, -bottom), intervals)
    ceiling = step * (top / step).to_integral_value(ROUND_CEILING) or step
    floor = step * (bottom / step).to_integral_value(ROUND_FLOOR)
    span = ceiling - floor

    ticks = []
    level = ceiling
    while level >= floor:
        ticks.append(
            {
                "label": writing.whole(level, currency=currency)
                if step >= 1
                else writing.amount(level, currency=currency),
                "y": _share(ceiling - level, span),
                "is_base": level == 0,
            }
        )
        level -= step

    drawn = []
    slot = Decimal(100) / max(len(months), 1)
    for place, m in enumerate(months):
        upper = max(m.value, ZERO)
        is_last = place == len(months) - 1
        text_at = slot * (place + (Decimal("0.81") if is_last else Decimal("0.5")))
        drawn.append(
            {
                "label": writing.short_month(m.month),
                "long_label": writing.month(m.month),
                "amount": writing.amount(m.value, currency=currency),
                "pending_amount": writing.amount(m.pending, currency=currency),
                "total": writing.amount(m.value + m.pending, currency=currency),
                "x": f"{(slot * place + slot * Decimal('0.19')).quantize(ONE_PLACE)}",
                "width": f"{(slot * Decimal('0.62')).quantize(ONE_PLACE)}",
                "y": _share(ceiling - upper, span),
                "height": _share(abs(m.value), span) if m.value else None,
                "pending_y": _share(ceiling - upper - m.pending, span),
                "pending_height": _share(m.pending, span) if m.pending else None,
                "text_x": f"{text_at.quantize(ONE_PLACE)}",
                "text_y": _share(ceiling - upper - m.pending, span),
                "text_anchor": "end" if is_last else "middle",
                "is_now": m.is_now,
                "is_below": m.value < 0,
            }
        )
    return {
        "title": title,
        "unit": currency,
        "ticks": ticks,
        "bars": drawn,
        "is_empty": not any(m.value or m.pending for m in months),
        "has_pending": any(m.pending for m in months),
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
    """Lay out the chain of a price: what remains solid, what each step took off hatched, to the scale of the first."""
    public = steps[0].left if steps else ZERO
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
                "remains": _share(step.left, public),
                "taken_width": _share(taken, public) if taken > 0 else None,
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

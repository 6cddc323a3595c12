"""The numbers behind the pictures."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from partnerportal.kernel.money import Money
from partnerportal.web import charts

D = Decimal


def months(*values: str) -> list[charts.Month]:
    return [
        charts.Month(dt.date(2026, number, 1), D(value), is_now=number == len(values))
        for number, value in enumerate(values, start=1)
    ]


def test_bars_stand_on_a_round_scale():
    chart = charts.bars(months("150", "412.60"), title="Earnings", currency="CHF")

    assert [tick["label"] for tick in chart["ticks"]] == ["450", "300", "150", "0"]
    assert [tick["y"] for tick in chart["ticks"]] == ["0", "33.33", "66.67", "100"]
    assert chart["bars"][0]["height"] == "33.33"
    assert [bar["is_now"] for bar in chart["bars"]] == [False, True]


def test_no_bar_is_higher_than_the_scale():
    for top in ("412.60", "1", "0.07", "99.99", "1204110"):
        chart = charts.bars(months(top), title="Earnings", currency="CHF")
        assert D(chart["bars"][0]["height"]) <= 100
        assert D(chart["bars"][0]["y"]) >= 0


def test_what_is_pending_stands_on_top_of_what_is_earned():
    month = charts.Month(dt.date(2026, 11, 1), D("300"), pending=D("100"), is_now=True)

    bar = charts.bars([month], title="Earnings", currency="CHF")["bars"][0]

    assert D(bar["pending_y"]) + D(bar["pending_height"]) == D(bar["y"])
    assert bar["total"] == "400.00"


def test_a_month_of_reversals_hangs_below_the_base_line():
    chart = charts.bars(months("40", "-30"), title="Earnings", currency="CHF")
    base = next(tick for tick in chart["ticks"] if tick["is_base"])

    assert chart["bars"][1]["is_below"]
    assert chart["bars"][1]["y"] == base["y"]


def test_nothing_at_all_is_told_in_words_not_drawn():
    assert charts.bars(months("0", "0"), title="Earnings", currency="CHF")["is_empty"]
    assert charts.bars([], title="Earnings", currency="CHF")["is_empty"]


def test_positions_keep_their_point_in_languages_with_a_comma():
    with translation.override("fr"):
        chart = charts.bars(months("150", "412.60"), title="Gains", currency="EUR")

    assert chart["ticks"][1]["y"] == "33.33"


def test_the_threshold_is_a_line_on_the_meter():
    meter = charts.meter(value=Money(D(1000), "CHF"), threshold=Money(D(2000), "CHF"))

    assert (meter["fill"], meter["mark"], meter["projection_width"]) == ("40", "80", None)
    assert not meter["is_reached"]


def test_a_projection_is_drawn_from_the_volume_on():
    meter = charts.meter(value=Money(D(1000), "CHF"), threshold=Money(D(2000), "CHF"), projection=Money(D(1500), "CHF"))

    assert meter["projection_width"] == "20"
    assert "probably" in meter["description"]


def test_a_projection_below_the_volume_is_not_drawn():
    meter = charts.meter(value=Money(D(1000), "CHF"), threshold=Money(D(2000), "CHF"), projection=Money(D(900), "CHF"))

    assert meter["projection_width"] is None


def test_the_published_example_is_drawn_to_scale():
    """347.20 → 277.76 → 208.32: what remains is 100, 80 and 60 per cent of the public price."""
    chain = charts.chain(
        [
            charts.PriceStep("Public price", D("347.20")),
            charts.PriceStep("Partner rate 20 %", D("277.76")),
            charts.PriceStep("Degressive rate 25 %", D("208.32"), is_sum=True),
        ],
        currency="CHF",
    )

    assert [step["remains"] for step in chain["steps"]] == ["100", "80", "60"]
    assert [step["taken_width"] for step in chain["steps"]] == [None, "20", "20"]
    assert [step["taken"] for step in chain["steps"]] == ["", "−69.44", "−69.44"]


STEPS = [charts.RateStep(1, D("0")), charts.RateStep(5, D("0.05")), charts.RateStep(30, D("0.25"))]


@pytest.mark.parametrize(
    ("quantity", "span"), [(1, "1–4"), (4, "1–4"), (5, "5–29"), (29, "5–29"), (30, "30 and more"), (999, "30 and more")]
)
def test_the_reader_stands_on_one_step(quantity, span):
    curve = charts.steps(STEPS, title="Degressive rate", quantity=quantity)

    assert [run["range"] for run in curve["runs"] if run["is_here"]] == [span]
    assert curve["here"] is not None


def test_a_curve_without_a_reader_has_no_point():
    curve = charts.steps(STEPS, title="Degressive rate")

    assert curve["here"] is None
    assert len(curve["drops"]) == len(curve["runs"]) - 1


def test_a_curve_has_an_axis_in_per_cent_that_ends_above_the_highest_rate():
    curve = charts.steps(STEPS, title="Degressive rate")

    assert [tick["label"].replace("\u00a0", " ") for tick in curve["ticks"]] == ["30 %", "20 %", "10 %", "0 %"]
    assert [tick["is_base"] for tick in curve["ticks"]] == [False, False, False, True]
    assert [run["from"] for run in curve["runs"]] == ["1", "5", "30"]


def test_a_curve_of_nothing_still_has_an_axis():
    curve = charts.steps([charts.RateStep(1, D("0"))], title="Degressive rate")

    assert len(curve["ticks"]) > 1
    assert curve["runs"][0]["y"] == "100"


def counted(*values: str) -> list[charts.Count]:
    return [charts.Count(f"{place}", f"Week {place}", D(value)) for place, value in enumerate(values)]


def test_counts_are_written_as_counts_on_whole_steps():
    chart = charts.counts(counted("3", "1", "4"), title="Visits")

    assert [tick["label"] for tick in chart["ticks"]] == ["4", "2", "0"]
    assert [bar["amount"] for bar in chart["bars"]] == ["3", "1", "4"]
    assert [bar["long_label"] for bar in chart["bars"]] == ["Week 0", "Week 1", "Week 2"]
    assert not chart["has_pending"]


def test_fractions_and_thousands_keep_their_scale():
    assert [tick["label"] for tick in charts.counts(counted("0.4"), title="Traffic", unit="GB")["ticks"]] == [
        "0.45",
        "0.3",
        "0.15",
        "0",
    ]
    assert charts.counts(counted("11229"), title="Visits")["ticks"][0]["label"] == "12’000"
    assert charts.counts(counted("0"), title="Visits")["is_empty"]

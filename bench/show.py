"""Prints what was measured, and how the database found it."""

from __future__ import annotations

from collections.abc import Iterable

from bench import acts as measured_acts
from bench import measure, pages, plans


def measured_pages(chosen: Iterable[pages.Page]) -> None:
    """Print a line for each page."""
    print(f"\nMedian and 95th percentile of {measure.ROUNDS} requests, milliseconds of server time.")
    print(f"Targets of a list: {measure.MAX_QUERIES} queries, {measure.MAX_MILLISECONDS} ms.\n")
    print(f"{'page':<40}{'median':>8}{'p95':>8}    {'queries':>8}{'in SQL':>8}{'bytes':>9}{'bare':>8}{'ratio':>8}")
    for page in chosen:
        _print_page(measure.measure(page))


def deep_pages(only: str) -> None:
    """Print pages of an organisation with little and of one with much behind them, with the plans of the latter."""
    chosen = [page for page in pages.deep() if only in page.name.lower()]
    print("\nPages of one organisation, with few entries and with many; below, the plans of the second.\n")
    tables = plans.long_tables()
    for few, many in zip(chosen[::2], chosen[1::2], strict=True):
        small, large = measure.measure(few), measure.measure(many)
        _print_page(small)
        _print_page(large)
        print(f"    {large.timing.median / small.timing.median:.1f} times as long")
        act = measured_acts.Act(many.name, lambda page=many: page.browser.get(page.url, secure=True))  # type: ignore[misc]
        _print_plans(measured_acts.seen_by(act, tables))


def client_lists(only: str) -> None:
    """Print the list of the partner with the most clients, as each kind of person, with its plans."""
    chosen = [page for page in pages.client_lists() if only in page.name.lower()]
    if not chosen:
        return
    print("\nThe partner with the most clients; below each page the plans of what it reads.\n")
    tables = plans.long_tables()
    for page in chosen:
        _print_page(measure.measure(page))
        act = measured_acts.Act(page.name, lambda page=page: page.browser.get(page.url, secure=True))  # type: ignore[misc]
        _print_plans(measured_acts.seen_by(act, tables))


def acts(only: str) -> None:
    """Print the permission on one product, changes of many grants, and the nightly rounds, with their plans."""
    print("\nMilliseconds in the database as its caller feels them; of all; statements. All is taken back.\n")
    print(f"{'act':<48}{'SQL':>9}{'p95':>9}{'all':>9}{'p95':>9}{'statements':>12}{'× floor':>9}")
    tables = plans.long_tables()
    floor = None
    for act in [*measured_acts.permissions(), *measured_acts.changes()]:
        if only not in act.name.lower():
            continue
        one = measured_acts.measure(act)
        floor = floor or one.database.median
        ratio = f"{one.database.median / floor:>8.1f}×" if act.name.startswith("Permission") else ""
        print(
            f"{act.name:<48}{one.database.median:>9.2f}{one.database.p95:>9.2f}{one.whole.median:>9.1f}"
            f"{one.whole.p95:>9.1f}{len(one.statements):>12}{ratio}",
            flush=True,
        )
        _print_plans(measured_acts.seen_by(act, tables))


def _print_page(one: measure.Figures) -> None:
    print(
        f"{one.name:<40}{one.timing.median:>8.1f}{one.timing.p95:>8.1f} {_mark(one.is_fast)}  "
        f"{one.queries:>6} {_mark(one.has_few_queries)}{one.database_ms:>8.1f}{one.size:>9,}"
        f"{one.bare.median:>8.2f}{one.ratio:>7.0f}×",
        flush=True,
    )


def _print_plans(found: list[plans.Plan]) -> None:
    """Print the indexes that are used, and each query that reads a long table from end to end."""
    indexes = dict.fromkeys(index for one in found for index in one.indexes)
    print(f"    by {', '.join(indexes)}" if indexes else "    no index")
    for one in found:
        if one.whole:
            print(f"    ✗ reads all of {', '.join(one.whole)} in {one.milliseconds:.1f} ms: {one.sql[:160]}")


def _mark(is_kept: bool) -> str:
    return "✓" if is_kept else "✗"

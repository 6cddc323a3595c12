"""Bring in what products were used for: ``manage.py import_usage FILE.csv``."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Container, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clients import services
from clients.models import Product, ProductUsage

COLUMNS = ("product", "day", "visits", "traffic_mb", "storage_mb")
FIGURES = COLUMNS[2:]
MOST = 2**31 - 1  # what the columns hold


class BadLine(ValueError):
    """A line that cannot be meant."""


class Command(BaseCommand):
    """Reads the whole file before it writes: a bad line changes nothing, and every bad line is named."""

    help = (
        "Write figures of use from a CSV file with the columns product, day, visits, traffic_mb, storage_mb. A day "
        "that is known gets the newer figures: the same file may be imported again."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The file."""
        parser.add_argument("file", metavar="FILE.csv", help="UTF-8, with commas or semicolons and a line of names")

    def handle(self, *, file: str, **_options: Any) -> None:
        """Write all of it, or exit with 2 and the bad lines."""
        try:
            with Path(file).open(encoding="utf-8-sig", newline="") as lines:
                figures, bad = _read(lines)
        except (OSError, UnicodeDecodeError, csv.Error) as unreadable:
            message = f"{file} cannot be read: {unreadable}."
            raise CommandError(message, returncode=2) from unreadable
        if bad:
            message = "\n".join([f"Nothing was imported: {len(bad)} bad lines.", *bad])
            raise CommandError(message, returncode=2)
        count = services.record_usage(figures=figures)
        self.stdout.write(f"{count} figures imported.")


def _read(lines: Iterable[str]) -> tuple[list[ProductUsage], list[str]]:
    """Return the figures of a file, and what is wrong with it line by line."""
    text = iter(lines)
    names = next(text, "")
    delimiter = ";" if ";" in names else ","
    if tuple(name.strip() for name in names.split(delimiter)) != COLUMNS:
        return [], [f"Line 1: begin with the names {delimiter.join(COLUMNS)}."]
    rows = csv.reader(text, delimiter=delimiter)
    known = set(Product.objects.values_list("pk", flat=True))
    today = timezone.localdate()
    figures: dict[tuple[int, date], ProductUsage] = {}
    bad = []
    for row in rows:
        if not row:
            continue
        try:
            one = _figure(row, known, today)
            _check_new(one, figures)
            figures[one.product_id, one.day] = one
        except BadLine as problem:
            bad.append(f"Line {rows.line_num + 1}: {problem}.")
    return list(figures.values()), bad


def _figure(row: list[str], known: set[int], today: date) -> ProductUsage:
    if len(row) != len(COLUMNS):
        raise BadLine(f"{len(row)} columns instead of {len(COLUMNS)}")
    given = dict(zip(COLUMNS, (cell.strip() for cell in row), strict=True))
    product_id = _whole("product", given["product"])
    if product_id not in known:
        raise BadLine(f"no product {product_id}")
    try:
        day = date.fromisoformat(given["day"])
    except ValueError:
        raise BadLine(f"day {given['day']!r} is not written like 2026-11-23") from None
    if day > today:
        raise BadLine(f"{day} has not been yet")
    return ProductUsage(product_id=product_id, day=day, **{name: _whole(name, given[name]) for name in FIGURES})


def _check_new(one: ProductUsage, figures: Container[tuple[int, date]]) -> None:
    if (one.product_id, one.day) in figures:
        raise BadLine(f"product {one.product_id} and {one.day} stand above already")


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MOST)) or int(text) > MOST:
        raise BadLine(f"{name} {text!r} is not a whole number from 0 to {MOST}")
    return int(text)

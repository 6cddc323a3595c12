"""Invoices as PDF beside WeasyPrint alone on the same HTML, in one process and in two, and quotes by the thousand."""

from __future__ import annotations

import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from unittest.mock import patch

from django.conf import settings
from django.db.models import Count

from billing.documents import invoice_pdf
from billing.models import Invoice
from partnerportal.catalogue.models import Offer
from partnerportal.web import pdf

DOCUMENTS, ROUNDS = 40, 10
QUOTES, QUOTES_SECONDS = 10_000, 10


def show() -> None:
    """Print both."""
    print(
        f"\nInvoices as PDF/UA, {DOCUMENTS} in each process. Targets: 90 % of WeasyPrint alone, 60 ms for one page.\n"
    )
    print(f"{'processes':<12}{'portal/s':>10}{'alone/s':>10}{'share':>8}{'ms, one line':>14}{'ms, most lines':>16}")
    for count in (1, 2):
        asked = [sys.executable, "-m", "bench", "--documents"]
        running = [subprocess.Popen(asked, stdout=subprocess.PIPE, text=True, env=os.environ) for _ in range(count)]  # noqa: S603 -- words of ours
        told = [json.loads(one.communicate()[0].splitlines()[-1]) for one in running]
        ours, alone = (sum(DOCUMENTS / one[name] for one in told) for name in ("portal", "alone"))
        short, long = (statistics.mean(one[name] for one in told) for name in ("short", "long"))
        print(f"{count:<12}{ours:>10.1f}{alone:>10.1f}{ours / alone:>8.0%}{short:>14.0f}{long:>16.0f}", flush=True)
    print(
        f"\n{QUOTES:,} quotes by manage.py quote --batch -: {quotes():.1f} s (target {QUOTES_SECONDS} s).", flush=True
    )


def draw() -> dict[str, float]:
    """Draw invoices both ways in turns in this process; return the seconds of each, and the median milliseconds of the
    shortest and of the longest invoice.
    """
    known: list[Invoice] = list(
        Invoice.objects.select_related("order").annotate(lines=Count("order__lines")).order_by("lines", "pk")
    )
    drawn = list(itertools.islice(itertools.cycle(known[:: max(len(known) // DOCUMENTS, 1)]), DOCUMENTS))
    markup = [_markup(invoice) for invoice in drawn]
    invoice_pdf(drawn[0])  # loads WeasyPrint, its fonts, the templates
    spent = {"portal": 0.0, "alone": 0.0}
    for invoice, page in zip(drawn, markup, strict=True):  # in turns, so that other work on the machine meets both
        spent["portal"] += _seconds(partial(invoice_pdf, invoice))
        spent["alone"] += _seconds(partial(pdf.draw, page))
    ends = {"short": known[0], "long": known[-1]}
    medians = {
        name: 1000 * statistics.median(_seconds(partial(invoice_pdf, one)) for _ in range(ROUNDS))
        for name, one in ends.items()
    }
    return spent | medians


def quotes() -> float:
    """Return the seconds that the command takes for :data:`QUOTES` questions, its start included."""
    offers = list(Offer.objects.filter(is_sold=True).order_by("pk").values_list("code", flat=True))
    chance = random.Random(7)  # noqa: S311 -- the same questions each time
    asked = [
        {
            "offer": chance.choice(offers),
            "quantity": chance.randint(1, 60),
            "currency": "CHF",
            "access": "full",
            "payer": chance.choice(["partner", "client"]),
            "ordered_by": "partner",
        }
        for _ in range(QUOTES)
    ]
    text = "".join(json.dumps(one) + "\n" for one in asked)
    command = [sys.executable, str(settings.ROOT / "manage.py"), "quote", "--batch", "-"]
    return _seconds(lambda: subprocess.run(command, input=text, text=True, capture_output=True, check=True))  # noqa: S603 -- words of ours


def _markup(invoice: Invoice) -> str:
    """Return what WeasyPrint is given for an invoice."""
    with patch.object(pdf, "draw", lambda markup: markup.encode()):
        return invoice_pdf(invoice).decode()


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started

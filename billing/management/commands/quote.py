"""Price a line and explain it: ``manage.py quote --offer web-hosting --quantity 35 --currency CHF --access …``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from billing.selectors.quotes import NAMES, BadQuestion, Question, Quoter


class Command(BaseCommand):
    """Answers one question, or one a line of a file."""

    help = "Price a line of an order and explain every step. A refused order is an answer too (exit status 0)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The facts of one question, or a file of questions."""
        parser.add_argument("--batch", metavar="FILE", help="one JSON object a line, - for standard input")
        parser.add_argument("--offer", help="code of the offer, such as web-hosting")
        parser.add_argument("--quantity", type=int)
        parser.add_argument("--periods", type=int, help="months or years that are paid at once; 1 without it")
        parser.add_argument("--currency", choices=["CHF", "EUR"])
        parser.add_argument("--access", choices=["full", "limited", "none"])
        parser.add_argument(
            "--payer", choices=["client", "partner"], help="required with full access, refused otherwise"
        )
        parser.add_argument("--ordered-by", choices=["client", "partner"])
        parser.add_argument("--managed", choices=["true", "false"], help="with limited access only; true without it")
        parser.add_argument("--partner-count", type=int, help="what the partner's degressive step is read from")
        parser.add_argument("--client-count", type=int, help="what the client's degressive step is read from")
        parser.add_argument("--country", help="of the payer: CH with CHF and FR with EUR without it")
        parser.add_argument("--format", choices=["text", "json"], default="text", dest="output_format")

    def handle(self, *, batch: str | None, output_format: str, **options: Any) -> None:
        """Print the answer; exit with 2 for a question that is not well formed."""
        given = {name: options[name] for name in NAMES if options.get(name) is not None}
        if batch is not None:
            if given:
                raise CommandError("--batch takes its questions from the file alone.", returncode=2)
            self._answer_batch(batch)
            return
        if "managed" in given:
            given["managed"] = given["managed"] == "true"
        try:
            answer = Quoter(timezone.localdate()).answer(Question.parse(given))
        except BadQuestion as bad:
            raise CommandError(str(bad), returncode=2) from bad
        self.stdout.write(json.dumps(answer, ensure_ascii=False) if output_format == "json" else _as_text(answer))

    def _answer_batch(self, source: str) -> None:
        quoter = Quoter(timezone.localdate())
        has_bad_line = False
        try:
            for number, line in enumerate(_lines(source), start=1):
                try:
                    answer = quoter.answer(Question.parse(_parsed(line)))
                except BadQuestion as bad:
                    has_bad_line, answer = True, {"line": number, "error": str(bad)}
                self.stdout.write(json.dumps(answer))  # ASCII: whatever a bad line held can be printed
        except OSError as unreadable:
            message = f"{source} cannot be read: {unreadable}."
            raise CommandError(message, returncode=2) from unreadable
        if has_bad_line:
            sys.exit(1)


def _lines(source: str) -> Iterator[bytes]:
    """Bytes, so that one line that is no text spoils no other, and that only a line feed ends a line."""
    if source == "-":
        yield from sys.stdin.buffer
        return
    with Path(source).open("rb") as file:
        yield from file


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        given = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as bad:
        raise BadQuestion("This line is not UTF-8.") from bad
    except (ValueError, RecursionError) as bad:  # also numbers too long and brackets too deep to read
        message = f"This is not JSON: {bad}."
        raise BadQuestion(message) from bad
    if not isinstance(given, dict):
        raise BadQuestion("A line is one JSON object.")
    return given


def _as_text(answer: dict[str, Any]) -> str:
    lines = [answer["reason"]]
    if answer["outcome"] == "refused":
        return "\n".join([*lines, "Outcome: refused"])
    width = max(len(step["label"]) for step in answer["steps"])
    for step in answer["steps"]:
        rate = f"  ({step['rate']})" if step["rate"] is not None else ""
        lines.append(f"{step['label']:<{width}}  {step['amount']:>12}{rate}")
    lines.append(f"Charged to the {answer['charged_to']}: {answer['charged_net']} net")
    lines.append(f"VAT {answer['vat_rate']}: {answer['vat']}, total {answer['total']}")
    ahead = answer["next_step"]
    if ahead is not None:
        lines.append(
            f"Near the step of {ahead['from_units']} ({ahead['rate']}): "
            f"{ahead['quantity']} cost {ahead['charged_net']} net"
        )
    lines.append(f"Outcome: {answer['outcome']}, rebate {answer['rebate']}, cashback {answer['cashback']}")
    return "\n".join(lines)

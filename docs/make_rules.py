"""Write docs/rules.md: each rule of the programme with the tests whose docstrings name it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES = {
    1: "Who is eligible: a registered company with a website, the volume, the terms, no affiliation",
    2: "The yearly threshold is inclusive, per currency, and shares add up",
    3: "Nobody is partner and affiliate at once",
    4: "An individual is refused, with a pointer to affiliation",
    5: "The accepted conditions are recorded: who, when, which version",
    6: "Only a client's legal representative invites",
    7: "Only a partner's legal representative asks",
    8: "Clients find approved partners by name or mail",
    9: "A limited invitation names products, a full one a payer",
    10: "The receiver accepts, refuses, or grants something else",
    11: "While it waits nothing is open and nothing is earned",
    12: "A request or an invitation may be sent again or withdrawn; a withdrawn link is dead",
    13: "Accepting replaces an external member's tie",
    14: "The partner reads what was granted",
    15: "Limited access shows the ticked products only",
    16: "Full access shows all products, later ones too",
    17: "Only the client changes access or payer",
    18: "Limited access has no payer, full access always has one",
    19: "A changed payer is mailed to the partner",
    20: "Collaborators reach only the clients that they were let in to, by name or in a team",
    21: "Nobody exceeds what the client granted",
    22: "The last legal representative stays",
    23: "Whoever orders, the product is the client's",
    24: "On the client's means: public price, the client's invoice",
    25: "On the partner's means: preferential price, the partner's invoice",
    26: "With limited access the partner does not order",
    27: "An invoice is never moved or shown to others later",
    28: "Invoices need a leading role or the accounting right",
    29: "Paying is not owning",
    30: "The decision table, eleven rows, orders and renewals",
    31: "Rebate, cashback or nothing: one of them",
    32: "Preferential price, multiplicative; the published example",
    33: "Rounded once, on the line total",
    34: "Partner rate first: 277.76 between",
    35: "Cashback = net paid − preferential, never below zero",
    36: "What the provider keeps is the preferential price",
    37: "VAT is added after, on the net",
    38: "Cashback goes to the prepaid account, in the invoice's currency",
    39: "At most 35 %; degressive rates on web and mail hosting only",
    40: "25 % at 35 hostings",
    41: "Cashback once per paid line",
    42: "Refunds take cashback back, exactly",
    43: "Prepaid pays wholly or partly, never below zero",
    44: "The address decides the currency",
    45: "VAT by country and VAT number",
    46: "Either side ends a relationship",
    47: "Two confirmations, the second a password",
    48: "From the end on: no access, no rebate, no cashback",
    49: "A new relationship starts from nothing",
    50: "Export per client, by role",
    51: "An export holds nothing of the client's own invoices",
    52: "Filters; an empty export is a header",
    53: "Anyone posts a tender, free of charge",
    54: "Opted-in partners get an extract",
    55: "The full text is for partners",
    56: "A deleted tender is neither listed nor answerable",
    57: "A won contract holds the provider's products only",
    58: "The directory lists approved partners that want it",
    59: "The theme licence is for active partners",
}


def tests_by_rule() -> dict[int, list[str]]:
    """Return the tests whose docstring, or whose file's docstring, names a rule."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in _numbers(ast.get_docstring(node) or ""):
                    found[number].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def _numbers(text: str) -> set[int]:
    """Return the rule numbers of "Rule 3", "Rules 3, 4 and 9", "rules 6 to 9"."""
    numbers: set[int] = set()
    for part in re.findall(r"\b[Rr]ules? ((?:\d+(?:, | and | to )?)+)", text):
        for first, last in re.findall(r"(\d+)(?: to (\d+))?", part):
            numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


def page() -> str:
    """Return the page."""
    tests = tests_by_rule()
    lines = [
        "# The rules, and the tests that hold them",
        "",
        "Written by `python docs/make_rules.py` from the tests' docstrings; `make test` fails when it is out of date.",
        "",
        "| rule | says | held by |",
        "| --- | --- | --- |",
    ]
    for number, says in RULES.items():
        held = "<br>".join(f"`{name.removeprefix('tests/')}`" for name in tests.get(number, [])) or "**no test yet**"
        lines.append(f"| {number} | {says} | {held} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "rules.md").write_text(page())

"""Every act in the audit trail has words for who reads it, and no words are left of an act that is gone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from partnerportal.accounts.templatetags.acts import ACTS

ROOT = Path(__file__).parents[2]
APPS = ("partnerportal", "partners", "clients", "billing", "tenders", "directory")
ACTION = re.compile(r"(accounts|partners|clients|billing|tenders|directory|catalogue)\.[a-z_]+\.[a-z_]+")
OTHERS = {"permissions.py", "acts.py"}  # permissions are named alike


def sources() -> Iterator[Path]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if path.name not in OTHERS and not {"migrations", "settings"} & set(path.parts):
                yield path


def strings() -> Iterator[tuple[Path, ast.AST]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            yield path, node


def test_every_act_has_words():
    """A code such as billing.credit_note.issued tells nobody anything."""
    acts = {
        node.value
        for _path, node in strings()
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ACTION.fullmatch(node.value)
    }

    assert acts == set(ACTS)


def test_no_act_is_put_together():
    """Whoever looks for an act in the code finds it whole, and so does the test above."""
    beginning = re.compile(ACTION.pattern.rsplit(r"\.", 1)[0] + r"\.")
    built = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, node in strings()
        if isinstance(node, ast.JoinedStr)
        and isinstance(node.values[0], ast.Constant)
        and beginning.match(str(node.values[0].value))
    ]

    assert built == []
